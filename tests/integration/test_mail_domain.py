"""A mail domain asked at a real name server: Samba's own DNS."""

from __future__ import annotations

from pathlib import Path

import pytest

from collector.collection import collect
from collector.evidence import GapCause
from collector.mail.domain import MailDomains
from collector.recorder import ConfiguredSource
from collector.records.mail import MailDomain, MailServer
from config.sources import MailDomainSource, Resolver
from tests.servers.process import run
from tests.servers.samba import ADMINISTRATOR_PASSWORD, SambaDomainController

pytestmark = [pytest.mark.integration, pytest.mark.root]

DOMAIN = "corp.example.test"
RECORDS = (
    ("@", "MX", f"dc1.{DOMAIN} 10"),
    ("@", "TXT", '"v=spf1 mx ~all"'),
    ("_dmarc", "TXT", "v=DMARC1; p=none"),
    ("_mta-sts", "TXT", "v=STSv1; id=20261121;"),
)


def test_what_samba_s_dns_says(samba_dc: SambaDomainController, tmp_path: Path) -> None:
    login = ("-U", f"Administrator%{ADMINISTRATOR_PASSWORD}", f"--configfile={samba_dc.folder}/etc/smb.conf")
    for name, kind, data in RECORDS:
        run(["samba-tool", "dns", "add", samba_dc.address, DOMAIN, name, kind, data, *login])
    entry = MailDomainSource(
        id="mail",
        type="mail-domain",
        domains=(DOMAIN, f"none.{DOMAIN}"),
        resolvers=(Resolver(address=samba_dc.address),),
        starttls=True,
        timeout_seconds=60,
    )
    source = ConfiguredSource(MailDomains(entry), frozenset({MailDomain, MailServer}), controlled_by="own", tags=())
    found = collect([source], tmp_path / "out", "1")
    (domain,) = found.reading(MailDomain).records
    assert domain == MailDomain(
        domain=DOMAIN,
        mail_servers=1,
        takes_no_mail=False,
        mta_sts="present",
        tls_reports="absent",
        spf="present",
        spf_all="softfail",
        dmarc="none",
    )
    (server,) = found.reading(MailServer).records
    assert (server.host, server.tlsa, server.starttls) == (f"dc1.{DOMAIN}", 0, None)
    causes = {(gap.subject, gap.cause) for gap in found.reading(MailServer).all_gaps}
    assert causes == {
        (server.subject, GapCause.UNREACHABLE),  # it takes no mail on port 25
        (f"none.{DOMAIN}", GapCause.ABSENT),
    }

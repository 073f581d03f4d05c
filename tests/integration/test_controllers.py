"""Two real domain controllers: a log-on that only the second one saw, and Kerberos instead of a password."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import pytest

from checks.discovery import discover
from checks.judgement import judge
from collector.collection import ConfiguredSource, collect
from collector.directory.source import DirectorySource
from collector.evidence import EvidenceSet
from collector.records.access import Membership
from collector.records.identity import Account
from collector.records.record import Record
from config.sources import LdapBind, LdapSource, LdapTls
from tests.servers.certificates import Authority
from tests.servers.network import Laboratory
from tests.servers.samba import ESTATE_DN, NORMAL, SambaDomainController, filetime
from tests.servers.samba_second import SecondDomainController, kerberos_settings, log_on

pytestmark = [pytest.mark.integration, pytest.mark.root]

Mode = Literal["ldaps", "starttls", "none"]
USER, PASSWORD = "tvaan", "Tva4n-for-one-test"
DN = f"CN={USER},OU=Personal,{ESTATE_DN}"
DEBIAN_GSSAPI = Path("/usr/lib/python3/dist-packages")
"""Where Debian's python3-gssapi is, built for Debian's own Python."""


@pytest.fixture(scope="module")
def second_dc(
    laboratory: Laboratory, authority: Authority, samba_dc: SambaDomainController, now: datetime
) -> Iterator[SecondDomainController]:
    """The other controller of the domain, which holds an account that looks unused for 200 days.

    Nothing is replicated after it has joined, so what it sees itself stays with it.
    """
    old = filetime(now - timedelta(days=200))
    made = {"dn": DN, "objectClass": "user", "sAMAccountName": USER, "employeeID": "T2"}
    samba_dc.seed([{"add": made}, {"password": [USER, PASSWORD]}])
    samba_dc.seed([{"modify-plainly": {"dn": DN, "userAccountControl": str(NORMAL)}}])
    samba_dc.seed([{"modify": {"dn": DN, "lastLogonTimestamp": old, "lastLogon": old}}])
    samba_dc.seed([{"modify": {"dn": DN, "whenCreated": (now - timedelta(days=900)).strftime("%Y%m%d%H%M%S.0Z")}}])
    with SecondDomainController(laboratory, authority, samba_dc) as server:
        yield server
    samba_dc.seed([{"delete": DN}])


def settings_of(server: SambaDomainController, **other: Any) -> LdapSource:
    values: dict[str, Any] = {
        "id": "directory",
        "type": "ldap",
        "dialect": "active-directory",
        "host": server.address,
        "base": f"OU=Personal,{server.estate_dn}",
        "bind": LdapBind(user=server.bind_user, password="env:LDAP_PASSWORD"),
        "tls": LdapTls(ca_file=server.ca_file),
        **other,
    }
    return LdapSource(**values)


def read(server: SambaDomainController, folder: Path, kinds: frozenset[type[Record]], **other: Any) -> EvidenceSet:
    source = DirectorySource(settings_of(server, **other), lambda _: server.bind_password)
    return collect([ConfiguredSource(source, kinds)], folder, "0")


def verdict(evidence: EvidenceSet, now: datetime) -> str | None:
    check = next(each for each in discover() if each.id == "accounts-stale")
    (found,) = judge(check, evidence, {}, now)
    said = {each.subject: each.reason for each in found.exceptions}
    return said.get(USER) or next((each.reason for each in found.undetermined if each.subject == USER), None)


def test_a_log_on_that_only_the_second_controller_saw(
    samba_dc: SambaDomainController, second_dc: SecondDomainController, now: datetime, tmp_path: Path
) -> None:
    at_second = kerberos_settings(tmp_path / "krb5.conf", second_dc.address)
    log_on(USER, PASSWORD, at_second, tmp_path / "cache")
    soon = now + timedelta(minutes=30)
    alone = read(samba_dc, tmp_path / "alone", frozenset({Account}))
    both = read(samba_dc, tmp_path / "both", frozenset({Account}), controllers=(second_dc.address,))
    assert verdict(alone, soon) == "unused"
    assert verdict(both, soon) is None
    (account,) = (each for each in both.reading(Account).records if each.name == USER)
    assert (account.last_used_from, account.last_used_lag_days) == ("lastLogon", 0)


def test_when_members_were_added_is_not_known_of_a_samba_server(
    samba_dc: SambaDomainController, tmp_path: Path
) -> None:
    # It answers neither msDS-ReplValueMetaData nor msDS-ReplAttributeMetaData, to an administrator either.
    group = f"CN=Domain Admins,CN=Users,{samba_dc.base_dn}"
    found = list(read(samba_dc, tmp_path, frozenset({Membership}), groups=(group,)).reading(Membership).records)
    assert found
    assert {each.added for each in found} == {None}


SCRIPT = """
import json, sys
from pathlib import Path
from collector.collection import ConfiguredSource, collect
from collector.directory.source import DirectorySource
from collector.records.identity import Account
from config.sources import LdapSource

settings = LdapSource.model_validate_json(sys.argv[1])
source = DirectorySource(settings, lambda _: "")
evidence = collect([ConfiguredSource(source, frozenset({Account}))], Path(sys.argv[2]), "0")
said = {"lines": [[each.ok, each.text, each.remedy] for each in source.diagnose()]}
for population in evidence.populations:
    said |= {"count": population.count, "identity": population.provenance.identity}
for gap in evidence.gaps:
    said |= {"cause": gap.cause.value, "detail": gap.detail, "remedy": gap.remedy}
print(json.dumps(said))
"""


@pytest.fixture(scope="module")
def with_gssapi(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the library gssapi: Debian's, where this Python is of the kind that Debian's is; else our own."""
    folder = tmp_path_factory.mktemp("gssapi")
    if DEBIAN_GSSAPI.joinpath("gssapi").is_dir() and sys.version_info[:2] == (3, 11):
        for name in ("gssapi", "decorator.py"):
            (folder / name).symlink_to(DEBIAN_GSSAPI / name)
    elif importlib.util.find_spec("gssapi") is None:
        pytest.skip("the library gssapi is not here: pip install gssapi compiles it, with libkrb5-dev")
    return folder


def by_kerberos(
    server: SambaDomainController,
    folder: Path,
    library: Path | None,
    cache: Path,
    mode: Mode = "ldaps",
    **tls: Any,
) -> dict[str, Any]:
    """What a process of its own reads, since the Kerberos library takes its settings from the environment."""
    made = settings_of(server, bind=LdapBind(method="gssapi"), tls=LdapTls(mode=mode, ca_file=server.ca_file, **tls))
    folder.mkdir()
    environment = {**os.environ, "KRB5_CONFIG": str(server.folder / "krb5.conf"), "KRB5CCNAME": f"FILE:{cache}"}
    root = str(Path(__file__).parents[2])
    environment["PYTHONPATH"] = os.pathsep.join([root, *([] if library is None else [str(library)])])
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, made.model_dump_json(), str(folder)],
        env=environment,
        capture_output=True,
        check=True,
        encoding="utf-8",
        timeout=60,
    )
    said: dict[str, Any] = json.loads(done.stdout)
    return said


@pytest.fixture(scope="module")
def ticket(samba_dc: SambaDomainController) -> Path:
    """A ticket of the reading account."""
    cache = samba_dc.folder / "reader.cache"
    settings = kerberos_settings(samba_dc.folder / "krb5.conf", samba_dc.address)
    log_on("svc-styrk", samba_dc.bind_password, settings, cache)
    return cache


@pytest.mark.parametrize("mode", ["ldaps", "starttls"])
def test_the_directory_is_read_by_ticket(
    samba_dc: SambaDomainController,
    tmp_path: Path,
    with_gssapi: Path | None,
    ticket: Path,
    mode: Literal["ldaps", "starttls"],
) -> None:
    said = by_kerberos(samba_dc, tmp_path / "e", with_gssapi, ticket, mode, server_name=samba_dc.host_name)
    assert said.get("count", 0) > 100, said
    assert said["identity"] == "svc-styrk@CORP.EXAMPLE.TEST"


def test_without_a_ticket_the_remedy_is_to_get_one(
    samba_dc: SambaDomainController, tmp_path: Path, with_gssapi: Path | None, ticket: Path
) -> None:
    assert ticket.exists()
    said = by_kerberos(samba_dc, tmp_path / "e", with_gssapi, tmp_path / "none", server_name=samba_dc.host_name)
    assert said["cause"] == "denied"
    assert "kinit" in said["remedy"]
    assert said["lines"][-1][0] is False


def test_a_name_that_no_ticket_carries(
    samba_dc: SambaDomainController, tmp_path: Path, with_gssapi: Path | None, ticket: Path
) -> None:
    said = by_kerberos(samba_dc, tmp_path / "e", with_gssapi, ticket)  # by address
    assert said["cause"] == "denied"
    assert "tls.server_name" in said["remedy"]


def test_without_tls_the_ticket_is_refused_by_the_server(
    samba_dc: SambaDomainController, tmp_path: Path, with_gssapi: Path | None, ticket: Path
) -> None:
    said = by_kerberos(samba_dc, tmp_path / "e", with_gssapi, ticket, "none", server_name=samba_dc.host_name)
    assert (said["cause"], "strongerAuthRequired" in said["detail"]) == ("denied", True)


def test_without_the_library_the_remedy_is_to_install_it(
    samba_dc: SambaDomainController, tmp_path: Path, ticket: Path
) -> None:
    hidden = tmp_path / "hidden"
    (hidden / "gssapi").mkdir(parents=True)
    (hidden / "gssapi/__init__.py").write_text("raise ImportError('no module named gssapi')\n")
    said = by_kerberos(samba_dc, tmp_path / "e", hidden, ticket, server_name=samba_dc.host_name)
    assert (said["cause"], "styrk[kerberos]" in said["remedy"]) == ("unsupported", True)

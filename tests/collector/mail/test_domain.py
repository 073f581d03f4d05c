"""Mail domains asked over real sockets: a DNS server and SMTP servers on the loopback."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from checks.discovery import discover
from checks.judgement import judge
from collector.collection import collect
from collector.evidence import EvidenceSet, Gap, GapCause
from collector.mail.domain import MailDomains
from collector.recorder import ConfiguredSource
from collector.records.mail import MailDomain, MailServer
from collector.source import SourceError
from config.sources import MailDomainSource, Resolver
from tests.checks.made import reasons
from tests.servers.certificates import Authority, Certificate
from tests.servers.loopback import closed_port
from tests.servers.mail_server import mail_server
from tests.servers.names import HOST, SILENT, NameServer, Zone, name_server

DOMAIN = "example.test"
ZONE: Zone = {
    (DOMAIN, "MX"): ["10 mx.example.test.", "20 mx2.example.test."],
    (DOMAIN, "TXT"): ['"v=spf1 mx -all"', f'"{"filling " * 25}"', f'"{"more of it " * 20}"', f'"{"and more " * 20}"'],
    (f"_dmarc.{DOMAIN}", "TXT"): ['"v=DMARC1; p=quarantine"'],
    (f"_mta-sts.{DOMAIN}", "TXT"): ['"v=STSv1; id=1;"'],
    (f"_smtp._tls.{DOMAIN}", "TXT"): "SERVFAIL",
    (f"s1._domainkey.{DOMAIN}", "TXT"): ['"v=DKIM1; p=MIGf"'],
    (f"mx.{DOMAIN}", "A"): [HOST],
    (f"_25._tcp.mx.{DOMAIN}", "TLSA"): ["3 1 1 " + "ab" * 32],
}
BOTH = frozenset({MailDomain, MailServer})


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return Authority(tmp_path_factory.mktemp("ca")).issue("mx", ["mx.example.test"])


@pytest.fixture(scope="module")
def names() -> Iterator[NameServer]:
    with name_server(ZONE, validated=True) as server:
        yield server


def settings(*ports: int, **changes: Any) -> MailDomainSource:
    resolvers = tuple(Resolver(address=HOST, port=port) for port in ports or (53,))
    given: dict[str, Any] = {"domains": (DOMAIN,), "dkim_selectors": ("s1", "s2"), "timeout_seconds": 60, **changes}
    return MailDomainSource(id="mail", type="mail-domain", resolvers=resolvers, **given)


def ask(folder: Path, entry: MailDomainSource, smtp: int = 25) -> EvidenceSet:
    source = ConfiguredSource(MailDomains(entry, smtp), BOTH, controlled_by="own", tags=())
    return collect([source], folder / "out", "1")


def gaps(found: EvidenceSet, kind: type[MailDomain | MailServer] = MailDomain) -> list[Gap]:
    return list(found.reading(kind).all_gaps)


def test_what_a_domain_publishes(names: NameServer, tmp_path: Path) -> None:
    names.asked.clear()
    found = ask(tmp_path, settings(names.port))
    assert list(found.reading(MailDomain).records) == [
        MailDomain(
            domain=DOMAIN,
            mail_servers=2,
            takes_no_mail=False,
            mta_sts="present",
            spf="present",
            spf_all="fail",
            dmarc="quarantine",
            dkim=("s1",),
        )
    ]
    (gap,) = gaps(found)
    assert (gap.subject, gap.cause) == (DOMAIN, GapCause.UNREACHABLE)
    assert gap.detail.startswith("_smtp._tls.example.test TXT: ")
    assert gap.remedy
    first, second = found.reading(MailServer).records
    assert (first.host, first.tlsa, first.tlsa_validated, first.starttls) == (f"mx.{DOMAIN}", 1, True, None)
    assert (second.host, second.tlsa, second.tlsa_validated) == (f"mx2.{DOMAIN}", 0, None)
    assert not any(kind in {"A", "AAAA"} for _, kind in names.asked), "the mail servers are not to be looked up"


def test_only_what_was_planned_is_asked(names: NameServer, certificate: Certificate, tmp_path: Path) -> None:
    names.asked.clear()
    with mail_server(certificate) as mail:
        entry = settings(names.port, starttls=True)
        ask(tmp_path, entry, mail.port)
        planned = [query.text for query in MailDomains(entry, mail.port).plan(BOTH)]
    servers = {f"mx.{DOMAIN}", f"mx2.{DOMAIN}"}
    for name, kind in names.asked:
        host = name.removeprefix("_25._tcp.")
        if host in servers:
            assert kind in {"TLSA", "A", "AAAA"}
        else:
            assert f"DNS {name} {kind}" in planned
    assert f"DNS _25._tcp.<each MX host of {DOMAIN}> TLSA" in planned
    assert any(text.startswith("SMTP EHLO, STARTTLS") for text in planned)
    alone = list(MailDomains(settings(1)).plan(frozenset({MailServer})))
    assert [query.text for query in alone] == [f"DNS {DOMAIN} MX", f"DNS _25._tcp.<each MX host of {DOMAIN}> TLSA"]
    assert list(MailDomains(settings(1)).plan(frozenset())) == []


def judged(found: EvidenceSet) -> dict[str, str]:
    check = next(each for each in discover() if each.id == "email-encryption--transport")
    (finding,) = judge(check, found, {}, datetime.now(UTC))
    return reasons(finding)


def test_starttls_with_a_real_handshake(names: NameServer, certificate: Certificate, tmp_path: Path) -> None:
    with mail_server(certificate) as mail:
        found = ask(tmp_path, settings(names.port, starttls=True), mail.port)
    first, second = found.reading(MailServer).records
    assert (first.starttls, first.tls_version, first.refusal) == (True, "1.3", None)
    assert mail.heard == [f"EHLO [{HOST}]", "STARTTLS", "QUIT"]
    assert second.starttls is None
    (gap,) = gaps(found, MailServer)
    assert (gap.subject, gap.cause) == (second.subject, GapCause.ABSENT)
    assert judged(found) == {second.subject: "?not-probed"}


REFUSALS: dict[str, tuple[dict[str, bytes], str | None, str]] = {
    "no offer": ({"offer": b"250-mx\r\n250 XSTARTTLS STARTTLS\r\n"}, None, "!no-starttls"),
    "offer taken back": ({"ready": b"454 not \x1b[31mnow\r\n"}, "454 not ?[31mnow", "!no-tls"),
    "no handshake": ({}, "handshake", "!no-tls"),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_server_that_gives_no_tls(names: NameServer, tmp_path: Path, name: str) -> None:
    options, refusal, reason = REFUSALS[name]
    with mail_server(**options) as mail:  # type: ignore[arg-type]  # the names are those of the parameters
        found = ask(tmp_path, settings(names.port, starttls=True), mail.port)
    first, _ = found.reading(MailServer).records
    assert (first.starttls, first.tls_version) == (False, None)
    assert (refusal or "") in (first.refusal or "").lower()
    assert judged(found)[first.subject] == reason


SILENCES: dict[str, tuple[dict[str, bytes], GapCause]] = {
    "turned away": ({"greeting": b"554 go away\r\n"}, GapCause.DENIED),
    "says nothing": ({"greeting": b""}, GapCause.TIMED_OUT),
    "never ends": ({"offer": b"250-more\r\n" * 2000}, GapCause.MALFORMED),
    "no SMTP": ({"greeting": b"HTTP/1.1 400 Bad Request\r\n"}, GapCause.DENIED),
}


@pytest.mark.parametrize("name", SILENCES)
def test_a_server_that_gives_no_answer_is_a_gap(names: NameServer, tmp_path: Path, name: str) -> None:
    options, cause = SILENCES[name]
    with mail_server(**options) as mail:  # type: ignore[arg-type]  # the names are those of the parameters
        seconds = 1 if cause is GapCause.TIMED_OUT else 60
        found = ask(tmp_path, settings(names.port, starttls=True, timeout_seconds=seconds), mail.port)
    first, _ = found.reading(MailServer).records
    assert first.starttls is None
    assert cause in {gap.cause for gap in gaps(found, MailServer) if gap.subject == first.subject}


def test_no_mail_server_there(names: NameServer, tmp_path: Path) -> None:
    with closed_port() as port:
        found = ask(tmp_path, settings(names.port, starttls=True), port)
    assert GapCause.UNREACHABLE in {gap.cause for gap in gaps(found, MailServer)}


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        ("SERVFAIL", GapCause.UNREACHABLE),
        ("REFUSED", GapCause.DENIED),
        (None, GapCause.ABSENT),
        (SILENT, GapCause.TIMED_OUT),
    ],
)
def test_a_domain_without_an_answer_is_a_gap(tmp_path: Path, answer: str | None, cause: GapCause) -> None:
    with name_server({} if answer is None else {(DOMAIN, "MX"): answer}) as server:
        entry = settings(server.port, timeout_seconds=1 if answer == SILENT else 60)
        found = ask(tmp_path, entry)
        lines = list(MailDomains(entry).diagnose())
    assert server.asked == [(DOMAIN, "MX")] * 2, "nothing more is asked about it"
    for kind in (MailDomain, MailServer):
        (gap,) = gaps(found, kind)
        assert (gap.subject, gap.cause) == (DOMAIN, cause)
        assert gap.remedy
        assert not found.reading(kind).complete
    assert [(line.ok, bool(line.remedy)) for line in lines] == [(False, True)]


def test_the_next_resolver_is_asked(names: NameServer, tmp_path: Path) -> None:
    with name_server({(DOMAIN, "MX"): "REFUSED"}) as refusing:
        found = ask(tmp_path, settings(refusing.port, names.port, dkim_selectors=()))
    (record,) = found.reading(MailDomain).records
    assert (record.mail_servers, record.dkim) == (2, None)
    (population,) = found.reading(MailServer).populations
    assert f"DNS {DOMAIN} MX from {HOST}:{names.port}" in population.provenance.method


def test_an_answer_that_is_none(tmp_path: Path) -> None:
    with name_server(ZONE, garbled=lambda wire: wire[:12] + b"\xff" * 20) as server:
        found = ask(tmp_path, settings(server.port))
    assert {gap.cause for gap in gaps(found)} == {GapCause.MALFORMED}


def test_resolvers_that_are_not_there_are_given_up(tmp_path: Path) -> None:
    domains = tuple(f"d{number}.example.test" for number in range(6))
    with name_server({(domain, "MX"): SILENT for domain in domains}) as server:
        found = ask(tmp_path, settings(server.port, domains=domains, timeout_seconds=1))
    assert len(server.asked) == 3
    assert [gap.subject for gap in gaps(found)] == list(domains)
    assert "not asked" in gaps(found)[-1].detail


def test_a_domain_that_takes_no_mail(tmp_path: Path) -> None:
    with name_server({(DOMAIN, "MX"): ["0 ."], (DOMAIN, "TXT"): ['"v=spf1 -all"']}) as server:
        found = ask(tmp_path, settings(server.port, dkim_selectors=()))
        (line,) = MailDomains(settings(server.port)).diagnose()
    (record,) = found.reading(MailDomain).records
    assert (record.takes_no_mail, record.mail_servers, record.dmarc, record.mta_sts) == (True, 0, "absent", "absent")
    assert list(found.reading(MailServer).records) == []
    assert judged(found) == {"mail": "?empty-population"}
    assert (line.ok, line.text) == (True, f"{DOMAIN}: no mail server")


def test_a_resolver_that_is_no_address_is_refused() -> None:
    with pytest.raises(SourceError, match="is no IP address"):
        MailDomains(settings().model_copy(update={"resolvers": (Resolver(address="192.0.2"),)}))

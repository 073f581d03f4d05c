"""Thousands of accounts in real directories, judged by the whole chain: every verdict right, by name, and no other.

What each class of account must get is in tests/servers/identity_truth.py. A deviation prints the table of confusion.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from assessment.performance import perform
from assessment.policy import AskedControl, Policy, Requirement, Scope, SourceScope, Waiver
from checks.discovery import discover
from checks.finding import Finding
from collector.collection import collect
from collector.directory.source import DirectorySource
from collector.evidence import EvidenceSet
from collector.recorder import ConfiguredSource
from collector.records.access import Membership
from collector.records.identity import Account
from collector.records.record import Record
from collector.register.register import RegisterFile
from collector.transport.ldap import Entry, LdapConnection, Page, Search
from collector.transport.ldap_client import Ldap3Connection
from config.registers import Register
from config.sources import LdapBind, LdapSource, LdapTls
from tests.servers.certificates import Authority
from tests.servers.estate import session_start
from tests.servers.identity_truth import (
    ENDED,
    EXTERNAL,
    FACTORS,
    GROUP,
    MOVERS,
    PRIVILEGED,
    REVIEWS,
    STALE,
    UNIQUE,
    IdentityTruth,
    identity_truth,
    write_registers,
)
from tests.servers.network import Laboratory
from tests.servers.samba import SambaDomainController, account_dn, filetime, identity_plan
from tests.servers.slapd import OpenLdap
from tests.servers.windows_limits import WindowsLimits

pytestmark = [pytest.mark.integration, pytest.mark.root, pytest.mark.timeout(900)]

ACCOUNTS = 5000
OF_ACCOUNTS = (STALE, ENDED, EXTERNAL, UNIQUE)
CHECKS = {
    "active-directory": (*OF_ACCOUNTS, PRIVILEGED, FACTORS, MOVERS, REVIEWS),
    "openldap": OF_ACCOUNTS,
}
Found = Counter[tuple[str, str]]


@dataclass(frozen=True)
class Judged:
    """One directory, read and judged."""

    truth: IdentityTruth
    expected: Mapping[str, Found]
    findings: Mapping[tuple[str, str], Finding]
    """By check and source."""
    evidence: EvidenceSet
    folder: Path

    def finding(self, check: str) -> Finding:
        """The finding of a check on its own subjects' source."""
        return self.findings[check, "systems" if check == REVIEWS else "directory"]

    def found(self, check: str) -> Found:
        """What was said of the seeded subjects."""
        finding = self.finding(check)
        said = Counter((each.subject, f"!{each.reason}") for each in finding.exceptions)
        said.update((each.subject, f"?{each.reason}") for each in finding.undetermined)
        own = self.not_seeded
        return Counter({key: count for key, count in said.items() if key[0] not in own})

    @property
    def not_seeded(self) -> set[str]:
        """Accounts that serve the test or are there of themselves."""
        return {"Administrator", "Guest", "krbtgt", "svc-styrk", "styrk"}

    def confusion(self, check: str) -> str:
        """Per class: what was expected and found, and every name that is wrong."""
        expected, found = self.expected[check], self.found(check)
        case = {**self.truth.case_of, **{f"{name}: {GROUP}": name for name in self.truth.case_of}}
        lines = [f"{check}: {expected.total()} expected, {found.total()} found"]
        rows: Counter[tuple[str, str, str]] = Counter()
        for key in expected.keys() | found.keys():
            kind = case.get(key[0], key[0])
            rows[kind, key[1], "right"] += min(expected[key], found[key])
            rows[kind, key[1], "missed"] += max(0, expected[key] - found[key])
            rows[kind, key[1], "wrong"] += max(0, found[key] - expected[key])
        for kind, reason in sorted({(kind, reason) for kind, reason, _ in rows}):
            right, missed, wrong = (rows[kind, reason, each] for each in ("right", "missed", "wrong"))
            lines.append(f"  {kind:22} {reason:26} right {right:5}  missed {missed:5}  wrong {wrong:5}")
        lines.extend(f"  missed {key} x{count}" for key, count in sorted((expected - found).items()))
        lines.extend(f"  wrong  {key} x{count}" for key, count in sorted((found - expected).items()))
        return "\n".join(lines)


class SecondController:
    """Another controller of the domain that tells when accounts logged on there; implements `LdapConnection`."""

    target = "dc2.corp.example.test:636"

    def __init__(self, base: str, logons: Mapping[str, str]) -> None:
        self._base = base
        self._logons = logons

    def open(self) -> str:
        """Bind."""
        return "svc-styrk"

    def page(self, search: Search, cookie: bytes = b"") -> Page:
        """What it is, or everyone's last log-on, in pages."""
        if search.scope == "base":
            return Page((_entry("", defaultNamingContext=self._base, dnsHostName="dc2.corp.example.test"),))
        assert "lastLogon>=1" in search.filter
        assert search.page_size is not None
        start = int(cookie or b"0")
        names = sorted(self._logons)[start : start + search.page_size]
        entries = tuple(
            _entry(f"CN={name},{self._base}", sAMAccountName=name, lastLogon=self._logons[name]) for name in names
        )
        more = start + search.page_size < len(self._logons)
        return Page(entries, cookie=str(start + search.page_size).encode() if more else b"")

    def close(self) -> None:
        """Nothing to leave."""


def _entry(dn: str, **attributes: str) -> Entry:
    return Entry(dn, {name.lower(): (value.encode(),) for name, value in attributes.items()})


def registers(folder: Path, truth: IdentityTruth) -> list[ConfiguredSource]:
    """The registers as sources, as the settings would name them."""
    files = write_registers(folder, truth)
    values = {"group": {"Anställd": "employee", "Konsult": "consultant"}}
    roster = {"person_key": "Nr", "group": "Grupp", "status": "Status", "start": "Från", "end": "Till"}
    made: list[dict[str, Any]] = [
        {
            "id": "hr",
            "holds": "employment",
            "file": files.roster,
            "columns": roster | {"unit": "Enhet", "protected": "Skyddad"},
            "values": values,
        },
        {
            "id": "moves",
            "holds": "unit-change",
            "file": files.moves,
            "columns": {"person_key": "Nr", "date": "Datum", "unit_from": "Från", "unit_to": "Till"},
        },
        {
            "id": "groups",
            "holds": "group-purpose",
            "file": files.groups,
            "columns": {"group": "Grupp", "unit": "Enhet", "system": "System"},
        },
        {
            "id": "outsiders",
            "holds": "external-account",
            "file": files.outsiders,
            "columns": {
                "account": "Konto",
                "supplier": "Leverantör",
                "sponsor": "Ansvarig",
                "contract_end": "Avtal till",
            },
        },
        {
            "id": "systems",
            "holds": "protected-system",
            "file": files.systems,
            "columns": {"name": "System", "owner": "Ägare"},
        },
        {
            "id": "reviews",
            "holds": "access-review",
            "file": files.reviews,
            "columns": {
                "system": "System",
                "date": "Datum",
                "reviewer": "Granskare",
                "population_count": "Antal",
                "removed": "Bort",
            },
        },
    ]
    sources = [RegisterFile(Register(**each)) for each in made]
    return [ConfiguredSource(source, source.provides) for source in sources]


def judged(
    folder: Path,
    truth: IdentityTruth,
    settings: LdapSource,
    password: str,
    connect_to: Callable[[str], LdapConnection] | None = None,
) -> Judged:
    """Read the directory and the registers, and judge as a scan does."""
    names = CHECKS[truth.dialect]
    checks = [check for check in discover() if check.id in names]
    source = DirectorySource(settings, lambda _reference: password, connect_to=connect_to)
    wanted: frozenset[type[Record]] = frozenset(kind for check in checks for kind in check.reads)
    files = registers(folder, truth)
    evidence = collect([ConfiguredSource(source, wanted & source.provides), *files], folder / "run", "0")
    results = perform(evidence, policy(truth, names), checks)
    expected = {check: Counter(found) for check, found in truth.expected.items()}
    if connect_to is not None:
        stale = {key: count for key, count in expected[STALE].items() if key[0] not in truth.exact}
        expected[STALE] = Counter(stale) + Counter((name, reason) for name, reason in truth.exact.items() if reason)
    found = {(each.check, each.source): each for _, each in results.findings}
    return Judged(truth, {name: expected.get(name, Counter()) for name in names}, found, evidence, folder)


def policy(truth: IdentityTruth, controls: Sequence[str]) -> Policy:
    """One requirement that asks for every control, the decided lists, and the waivers."""
    waivers = tuple(
        Waiver(
            id=case,
            control=STALE,
            scope=Scope(subjects=tuple(name for name, (each, _) in truth.waived.items() if each == case)),
            decided_by="it.chef",
            decided=truth.today - timedelta(days=100),
            reason="nödkonto",
            expires=expires,
        )
        for case, expires in sorted(set(truth.waived.values()))
    )
    asked = tuple(AskedControl(each, {}) for each in controls)
    return Policy(
        as_of=truth.now,
        controls={},
        requirements=(Requirement("everything", "truth", asked),),
        organisation_parameters={
            PRIVILEGED: {"approved": [*truth.approved, "Administrator"]},
            FACTORS: {"break_glass": ["Administrator"]},
        },
        excluded_sources={},
        sources={"directory": SourceScope("directory", "ldap", "own")},
        waivers=waivers,
    )


def active_directory(server: SambaDomainController, **other: Any) -> LdapSource:
    """Settings for the domain."""
    values: dict[str, Any] = {
        "id": "directory",
        "type": "ldap",
        "dialect": "active-directory",
        "host": server.address,
        "base": server.base_dn,
        "bind": LdapBind(user=server.bind_user, password="env:X"),
        "tls": LdapTls(ca_file=server.ca_file),
        "service_accounts": (f"OU=Service,{server.estate_dn}",),
        "groups": (f"CN={GROUP},OU=Grupper,{server.estate_dn}",),
    }
    return LdapSource(**(values | other))


@pytest.fixture(scope="module")
def domain(laboratory: Laboratory, authority: Authority) -> Iterator[tuple[SambaDomainController, IdentityTruth]]:
    """A Samba AD DC of its own with all classes."""
    truth = identity_truth(session_start(), ACCOUNTS, "active-directory")
    plan = identity_plan(truth.accounts, truth.managed, truth.members)
    with SambaDomainController(laboratory, authority, truth.now, label="dctruth", plan=plan) as server:
        yield server, truth


@pytest.fixture(scope="module")
def one_controller(
    domain: tuple[SambaDomainController, IdentityTruth], tmp_path_factory: pytest.TempPathFactory
) -> Judged:
    """The domain as its one controller tells it."""
    server, truth = domain
    return judged(tmp_path_factory.mktemp("one"), truth, active_directory(server), server.bind_password)


@pytest.fixture(scope="module")
def every_controller(
    domain: tuple[SambaDomainController, IdentityTruth], tmp_path_factory: pytest.TempPathFactory
) -> Judged:
    """The domain where a second controller tells of its log-ons too."""
    server, truth = domain
    logons = {name: filetime(when) for name, when in truth.elsewhere.items()}
    settings = active_directory(server, controllers=("dc2.corp.example.test",))
    second = SecondController(server.base_dn, logons)
    return judged(tmp_path_factory.mktemp("every"), truth, settings, server.bind_password, lambda _host: second)


@pytest.fixture(scope="module")
def openldap_5000(laboratory: Laboratory, authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Judged:
    """The classes that OpenLDAP knows."""
    truth = identity_truth(session_start(), ACCOUNTS, "openldap")
    with OpenLdap(laboratory, authority, truth.now, label="ldaptruth", truth=truth.directory()) as server:
        values: dict[str, Any] = {
            "id": "directory",
            "type": "ldap",
            "dialect": "openldap",
            "host": server.address,
            "base": server.base_dn,
            "bind": LdapBind(user=server.bind_dn, password="env:X"),
            "tls": LdapTls(ca_file=server.ca_file),
            "page_size": 500,
            "service_accounts": (f"ou=Service,{server.base_dn}",),
        }
        return judged(tmp_path_factory.mktemp("openldap"), truth, LdapSource(**values), server.bind_password)


def everything() -> list[tuple[str, str]]:
    """Each judged directory with each of its checks."""
    runs = {
        "one_controller": CHECKS["active-directory"],
        "every_controller": CHECKS["active-directory"],
        "openldap_5000": CHECKS["openldap"],
    }
    return [(run, check) for run, checks in runs.items() for check in checks]


@pytest.mark.parametrize(("run", "check"), everything())
def test_every_verdict_is_right_by_name(run: str, check: str, request: pytest.FixtureRequest) -> None:
    held: Judged = request.getfixturevalue(run)
    assert held.expected[check]
    assert held.found(check) == held.expected[check], f"\n{held.confusion(check)}"


@pytest.mark.parametrize(("run", "check"), everything())
def test_the_lists_equal_the_counts(run: str, check: str, request: pytest.FixtureRequest) -> None:
    held: Judged = request.getfixturevalue(run)
    finding = held.finding(check)
    assert finding.whole
    assert finding.population.count - finding.population.examined == len(finding.undetermined)
    if check in OF_ACCOUNTS:
        seeded = len(held.truth.accounts) + len(held.truth.managed)
        (population,) = [each for each in held.evidence.populations if each.kind == "account"]
        names = {each.subject for each in population.records}
        assert population.count == finding.population.count == len(names)
        assert seeded == ACCOUNTS
        assert names - held.not_seeded == {each.name for each in held.truth.accounts} | set(held.truth.managed)


@pytest.mark.parametrize("run", ["one_controller", "every_controller", "openldap_5000"])
def test_a_waiver_covers_its_break_glass_accounts_until_its_last_day(run: str, request: pytest.FixtureRequest) -> None:
    held: Judged = request.getfixturevalue(run)
    waived = {each.subject: each.waiver for each in held.finding(STALE).exceptions}
    for name, (case, expires) in held.truth.waived.items():
        assert waived[name] == (case if expires >= held.truth.today else None)
    assert {waiver for name, waiver in waived.items() if name not in held.truth.waived} == {None}


@pytest.mark.parametrize("run", ["one_controller", "openldap_5000"])
def test_where_protected_people_work_is_in_no_evidence(run: str, request: pytest.FixtureRequest) -> None:
    import gzip

    held: Judged = request.getfixturevalue(run)
    assert held.truth.protected
    kept = [path for path in (held.folder / "run").rglob("*") if path.is_file()]
    assert len(kept) > len(CHECKS[held.truth.dialect])
    for path in kept:
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        assert b"Skyddsenhet" not in data, path


def test_behind_the_limits_of_windows_nobody_is_lost(
    domain: tuple[SambaDomainController, IdentityTruth], authority: Authority, one_controller: Judged, tmp_path: Path
) -> None:
    """5,000 accounts in pages of at most 1,000, and a group of 3,200 members in ranges of 1,500."""
    server, truth = domain
    group = f"CN=GG-Alla,OU=Grupper,{server.estate_dn}"
    members = [account_dn(account) for account in truth.accounts[:3200]]
    server.seed([{"add": {"dn": group, "objectClass": "group", "sAMAccountName": "GG-Alla"}}])
    server.seed([{"extend": {"dn": group, "member": members}}])
    try:
        with WindowsLimits(authority, server.address) as relay:
            settings = active_directory(server, host="127.0.0.1", port=relay.port, page_size=5000, groups=(group,))
            source = DirectorySource(settings, lambda _reference: server.bind_password)
            kinds: frozenset[type[Record]] = frozenset({Account, Membership})
            found = collect([ConfiguredSource(source, kinds)], tmp_path / "limits", "0")
            unpaged = Ldap3Connection(settings, lambda _reference: server.bind_password)
            unpaged.open()
            page = unpaged.page(Search(server.base_dn, "subtree", "(objectClass=user)", ("sAMAccountName",)))
            unpaged.close()
    finally:
        server.seed([{"delete": group}])
    assert relay.limited == {"page", "values", "unpaged"}
    assert (page.code, len(page.entries)) == (4, 1000)
    assert not found.gaps
    (accounts,) = found.reading(Account).populations
    (whole,) = (each for each in one_controller.evidence.populations if each.kind == "account")
    assert (accounts.count, accounts.complete) == (whole.count, True)
    names = {each.account for each in found.reading(Membership).records}
    assert names == {account.name for account in truth.accounts[:3200]}

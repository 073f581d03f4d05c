"""Each fault of a directory, from the wire to the word: a gap or a hidden field, nobody accused, and what to do.

The faults themselves are tried against real servers in tests/integration; here each is followed to its end.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from checks.discovery import discover
from checks.finding import Finding, Status
from checks.judgement import judge
from collector.collection import collect
from collector.directory.source import DirectorySource
from collector.evidence import EvidenceSet, GapCause
from collector.recorder import ConfiguredSource
from collector.records.directory import Domain, ResourceDelegation
from collector.records.identity import Account, Employment, Privilege
from collector.records.record import Record
from collector.register.register import RegisterFile
from collector.transport.ldap import bind_failure
from config.registers import Register
from tests.checks.made import AS_OF, seen
from tests.collector.directory.fake_ldap import Answer, FakeLdap, entry, read, settings
from tests.collector.directory.small_directories import DOMAIN, LOST, domain, server, user, with_first
from tests.collector.directory.small_directories import person as openldap_person

KINDS: frozenset[type[Record]] = frozenset({Account, Privilege, Domain, ResourceDelegation})
RECENTLY = "134387000000000000"
"""Some days before the moment of judgement, as FILETIME."""
USERS = [user(f"u{number}", 2000 + number, lastLogonTimestamp=RECENTLY) for number in range(5)]
STALE, HELD, ACTS = "accounts-stale", "privileged-restricted", "privileged-restricted--resource-delegation"
AD, OPENLDAP = "active-directory", "openldap"


def refused() -> FakeLdap:
    fake = domain()
    fake.refusal = bind_failure(49, "data 532", "svc")
    return fake


def hidden_members() -> FakeLdap:
    fake = domain()
    fake.answers = {**fake.answers, "objectSid=S-1-5-32-544": Answer()}
    return fake


def unit(name: str) -> Any:
    return entry(f"ou={name},dc=example,dc=test", ou=name, hasSubordinates="TRUE")


LISTED_ONLY = [entry(f"CN=u{number},CN=Users,{DOMAIN}") for number in range(3)]
NO_LAST_USE = [user(f"u{number}", 2000 + number, lastLogonTimestamp=[]) for number in range(3)]
FAULTS: dict[str, tuple[str, Callable[[], FakeLdap], type[Record], str, str, str]] = {
    # dialect, server, kind that is not whole, its check, cause or hidden field, word in the remedy
    "page two fails": (
        AD,
        lambda: domain(Answer(USERS, fails_on_page=2, failure=LOST)),
        Account,
        STALE,
        GapCause.TRUNCATED,
        "scan again",
    ),
    "a size limit below a page": (AD, lambda: domain(Answer(USERS, 4)), Account, STALE, GapCause.TRUNCATED, "limits"),
    "a page that is too large": (AD, lambda: domain(Answer([], 11)), Account, STALE, GapCause.DENIED, "page_size"),
    "a busy server": (AD, lambda: domain(Answer(USERS, 51)), Account, STALE, GapCause.TRUNCATED, "less to do"),
    "the whole base is elsewhere": (AD, lambda: domain(Answer([], 10)), Account, STALE, GapCause.ABSENT, "base"),
    "an expired password": (AD, refused, Account, STALE, GapCause.DENIED, "set a new one"),
    "entries that are listed and not read": (
        AD,
        lambda: domain(Answer(LISTED_ONLY)),
        Account,
        STALE,
        "enabled",
        "userAccountControl",
    ),
    "lastLogonTimestamp is hidden": (
        AD,
        lambda: domain(Answer(NO_LAST_USE)),
        Account,
        STALE,
        "last_used",
        "lastLogonTimestamp",
    ),
    "privileged groups are hidden": (AD, hidden_members, Privilege, HELD, GapCause.DENIED, "let the reading account"),
    "account restrictions are hidden": (
        AD,
        lambda: with_first(domain(), dNSHostName=Answer()),
        ResourceDelegation,
        ACTS,
        GapCause.DENIED,
        "Account Restrictions",
    ),
    "a unit that hides all that is in it": (
        OPENLDAP,
        lambda: server(openldap_person("a", pwdLastSuccess="20261101000000Z"), units=(unit("Skola"),)),
        Account,
        STALE,
        GapCause.DENIED,
        "below the unit",
    ),
    "a size limit of slapd": (
        OPENLDAP,
        lambda: with_first(server(), entryUUID=Answer([openldap_person("a")], 4)),
        Account,
        STALE,
        GapCause.TRUNCATED,
        "size.prtotal",
    ),
    "a part that another slapd holds": (
        OPENLDAP,
        lambda: with_first(server(), entryUUID=Answer([openldap_person("a")], referrals=("ldap://b/ou=x",))),
        Account,
        STALE,
        GapCause.UNSUPPORTED,
        "add a source",
    ),
    "pwdLastSuccess is hidden": (
        OPENLDAP,
        lambda: server(openldap_person("a")),
        Account,
        STALE,
        "last_used",
        "pwdLastSuccess",
    ),
}


def finding(evidence: EvidenceSet, check_id: str) -> Finding:
    check = next(each for each in discover() if each.id == check_id)
    (found,) = judge(check, evidence, {"approved": ["anna"]} if check_id == HELD else {}, AS_OF)
    return found


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_told_accuses_nobody_and_has_a_remedy(name: str, tmp_path: Path) -> None:
    dialect, make, kind, check, expected, word = FAULTS[name]
    chosen = settings(dialect, page_size=2)
    evidence = read(make(), chosen, tmp_path, KINDS)
    reading = evidence.reading(kind)
    if isinstance(expected, GapCause):
        assert expected in {gap.cause for gap in reading.all_gaps}
        assert not reading.complete
    else:
        assert expected in {field for population in reading.populations for field in population.unreadable}
    found = finding(evidence, check)
    assert (found.status, found.exceptions) == (Status.NOT_DETERMINED, ())
    lines = list(DirectorySource(chosen, lambda _reference: "", connect=make).diagnose())
    assert any(word in line.remedy for line in lines if not line.ok), [line.remedy for line in lines if not line.ok]


def test_a_healthy_domain_is_judged(tmp_path: Path) -> None:
    evidence = read(domain(), settings(AD), tmp_path, KINDS)
    assert finding(evidence, ACTS).status is Status.SATISFIED
    assert finding(evidence, STALE).status is not Status.NOT_DETERMINED


def test_a_roster_in_yesterdays_format_leaves_everyone_undetermined_and_says_which_column(tmp_path: Path) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text("Anstnr;Slutdatum\n1;2026-01-31\n", encoding="utf-8")
    columns = {"person_key": "Anställningsnr", "end": "Till"}
    source = RegisterFile(Register(id="hr", holds="employment", file=roster, columns=columns))
    evidence = collect([ConfiguredSource(source, source.provides)], tmp_path / "run", "0")
    (gap,) = evidence.reading(Employment).gaps
    assert gap.cause is GapCause.MALFORMED
    account = seen(Account, Account(name="a", enabled=True, category="person", person_key="1"))
    check = next(each for each in discover() if each.id == "accounts-after-employment-end")
    (found,) = judge(check, replace(evidence, populations=(account,)), {}, AS_OF)
    assert (found.status, found.exceptions) == (Status.NOT_DETERMINED, ())
    (line,) = (each for each in source.diagnose() if not each.ok)
    assert "Slutdatum" in line.remedy


@pytest.mark.parametrize(("minutes", "told"), [(-6, True), (-4, False), (4, False), (6, True)])
def test_a_clock_that_is_wrong_is_told_by_doctor(minutes: int, told: bool) -> None:  # a case
    here = datetime(2026, 11, 21, 7, 51, tzinfo=UTC) - timedelta(minutes=minutes)
    source = DirectorySource(settings(AD), lambda _reference: "", connect=domain, now=lambda: here)
    lines = [line for line in source.diagnose() if "clock" in line.text]
    assert [(line.ok, line.remedy) for line in lines] == ([(False, "set both by the same time source")] if told else [])


def test_a_time_ahead_of_the_judgement_proves_no_use(tmp_path: Path) -> None:
    ahead = user("ahead", 2001, lastLogonTimestamp="134600000000000000")
    evidence = read(domain(Answer([ahead])), settings(AD), tmp_path, KINDS)
    (accounts,) = evidence.reading(Account).populations
    assert accounts.provenance.clock_offset_ms is not None
    assert {each.reason for each in finding(evidence, STALE).undetermined} == {"dated-in-future"}

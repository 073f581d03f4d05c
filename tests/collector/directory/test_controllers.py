"""Several domain controllers: each knows of the log-ons that it saw itself."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from collector.collection import collect
from collector.directory.source import DirectorySource
from collector.evidence import EvidenceSet, GapCause
from collector.recorder import ConfiguredSource
from collector.records.identity import Account
from collector.source import SourceError
from collector.transport.ldap import Entry
from tests.collector.directory.fake_ldap import Answer, FakeLdap, entry, settings
from tests.collector.directory.small_directories import DOMAIN, LOST, domain, population, user, with_first

EARLY, MIDDLE, LATE = "133900000000000000", "134000000000000000", "134083296000000000"
WHEN = {
    EARLY: datetime(2025, 4, 24, 20, 26, 40, tzinfo=UTC),
    MIDDLE: datetime(2025, 8, 18, 14, 13, 20, tzinfo=UTC),
    LATE: datetime(2025, 11, 23, tzinfo=UTC),
}
EXACT: dict[str, Any] = {"lastLogonTimestamp": []}
HOSTS = ("dc2.corp.example.test",)


def controller(number: int, *logons: Entry, naming: str = DOMAIN) -> FakeLdap:
    root = entry("", defaultNamingContext=naming, dnsHostName=f"DC{number}.corp.example.test")
    return FakeLdap({'base="" ': Answer([root]), "(lastLogon>=1)": Answer(list(logons))})


def logon(name: str, when: str) -> Entry:
    return entry(f"CN={name},{DOMAIN}", sAMAccountName=name.upper(), lastLogon=when)


def scan(first: FakeLdap, others: dict[str, FakeLdap], folder: Path, controllers: int = 2) -> EvidenceSet:
    names = [entry(f"CN=DC{n},{DOMAIN}", dNSHostName=f"dc{n}.corp.example.test") for n in range(1, controllers + 1)]
    fake = with_first(first, dNSHostName=Answer(names))
    source = DirectorySource(
        settings("active-directory", controllers=tuple(others), page_size=1),
        lambda _reference: "",
        connect=lambda: fake,
        connect_to=lambda host: others[host],
    )
    return collect([ConfiguredSource(source, frozenset({Account}))], folder, "0")


def account(evidence: EvidenceSet, name: str = "a") -> Account:
    return next(each for each in population(evidence, Account).records if each.name == name)


def people(**attributes: Any) -> FakeLdap:
    return domain(Answer([user("a", 2000, **attributes)]))


@pytest.mark.parametrize(
    ("here", "there", "expected", "said_by"),
    [(EARLY, LATE, LATE, "lastLogon"), (LATE, EARLY, LATE, "lastLogon"), ("0", "0", MIDDLE, "lastLogonTimestamp")],
)
def test_with_all_read_the_latest_counts_and_there_is_no_lag(
    tmp_path: Path, here: str, there: str, expected: str, said_by: str
) -> None:
    second = controller(2, *([logon("a", there)] if there != "0" else []))
    found = account(scan(people(lastLogonTimestamp=MIDDLE, lastLogon=here), {HOSTS[0]: second}, tmp_path))
    assert (found.last_used, found.last_used_from, found.last_used_lag_days) == (WHEN[expected], said_by, 0)
    assert found.last_used_at_least is None


def test_a_log_on_that_only_the_second_controller_saw(tmp_path: Path) -> None:
    first = domain(Answer([user("a", 2000, lastLogonTimestamp=[]), user("b", 2001)]))
    evidence = scan(first, {HOSTS[0]: controller(2, logon("a", LATE))}, tmp_path)
    assert account(evidence).last_used == WHEN[LATE]
    assert account(evidence).never_used is None


def test_a_controller_that_cannot_be_read_is_a_gap_and_leaves_the_lag(tmp_path: Path) -> None:
    second = controller(2)
    second.refusal = SourceError(GapCause.UNREACHABLE, "dc2: no route to host", "mend the route")
    evidence = scan(people(lastLogonTimestamp=MIDDLE, lastLogon=EARLY), {HOSTS[0]: second}, tmp_path)
    found = account(evidence)
    assert (found.last_used, found.last_used_lag_days) == (WHEN[MIDDLE], 14)
    (gap,) = population(evidence, Account).missing
    assert (gap.subject, gap.cause, gap.remedy) == (HOSTS[0], GapCause.UNREACHABLE, "mend the route")
    assert second.closed == 1


def test_one_that_fails_half_way_is_a_gap_too(tmp_path: Path) -> None:
    second = controller(2)
    second.answers = {
        **second.answers,
        "(lastLogon>=1)": Answer([logon("a", LATE), logon("b", LATE)], fails_on_page=2, failure=LOST),
    }
    evidence = scan(people(lastLogonTimestamp=MIDDLE), {HOSTS[0]: second}, tmp_path)
    assert account(evidence).last_used == WHEN[LATE]
    assert population(evidence, Account).missing[0].subject == HOSTS[0]


def test_without_a_replicated_time_an_unread_controller_leaves_a_lower_bound(tmp_path: Path) -> None:
    hidden: dict[str, Any] = {"lastLogonTimestamp": [], "lastLogon": EARLY}
    third = controller(3)
    third.refusal = SourceError(GapCause.UNREACHABLE, "dc3: no route to host", "")
    others = {HOSTS[0]: controller(2, logon("a", MIDDLE)), "dc3.corp.example.test": third}
    found = account(scan(people(**hidden), others, tmp_path, controllers=3))
    assert (found.last_used, found.last_used_lag_days, found.last_used_at_least) == (WHEN[MIDDLE], None, True)


def test_a_controller_that_nobody_named_leaves_the_lag(tmp_path: Path) -> None:
    evidence = scan(people(lastLogonTimestamp=MIDDLE), {HOSTS[0]: controller(2)}, tmp_path, controllers=3)
    assert account(evidence).last_used_lag_days == 14
    assert population(evidence, Account).complete


def test_a_server_of_another_domain_is_not_believed(tmp_path: Path) -> None:
    second = controller(2, logon("a", LATE), naming="DC=other,DC=test")
    evidence = scan(people(lastLogonTimestamp=MIDDLE), {HOSTS[0]: second}, tmp_path)
    assert account(evidence).last_used == WHEN[MIDDLE]
    assert population(evidence, Account).missing[0].cause is GapCause.ABSENT


def test_a_domain_that_replicates_no_times_is_exact_with_all_controllers(tmp_path: Path) -> None:
    root = entry("", defaultNamingContext=DOMAIN, domainFunctionality="0", dnsHostName="dc1.corp.example.test")
    first = with_first(
        domain(Answer([user("a", 2000, **EXACT, lastLogon=EARLY), user("new", 2001, **EXACT, lastLogon="0")])),
        **{'base="" ': Answer([root])},
    )
    evidence = scan(first, {HOSTS[0]: controller(2, logon("a", LATE))}, tmp_path)
    assert (account(evidence).last_used, account(evidence).last_used_lag_days) == (WHEN[LATE], 0)
    assert account(evidence, "new").never_used is True


def test_the_plan_names_what_the_other_controllers_are_asked(tmp_path: Path) -> None:
    source = DirectorySource(settings("active-directory", controllers=HOSTS), lambda _: "", connect=domain)
    assert any("(lastLogon>=1)" in query.text for query in source.plan(frozenset({Account})))
    alone = DirectorySource(settings("active-directory"), lambda _: "", connect=domain)
    assert not any("(lastLogon>=1)" in query.text for query in alone.plan(frozenset({Account})))

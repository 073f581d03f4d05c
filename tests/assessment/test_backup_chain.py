"""The chain of each critical system: five links, by the checks' own words, and the weakest of them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assessment.backup_chain import LINKS, Chain, State, backup_chains
from assessment.performance import documents, perform
from checks.backup.restore_points import CLOCK_TOLERANCE
from checks.discovery import discover
from collector.evidence import EvidenceSet, Gap, Population
from collector.records.backup import (
    BackupLocation,
    IntegrityCheck,
    MajorChange,
    ProtectedSystem,
    RestoreTest,
    Snapshot,
)
from tests.assessment.made import asks, policy
from tests.checks.arbitrary import as_evidence, parts_of
from tests.checks.backup.protected import HOUR, nightly, register, system
from tests.checks.made import AS_OF, evidence, gap, seen

CHECKS = [check for check in discover() if any(check.id in ids for ids in LINKS.values())]
TODAY = AS_OF.date()
Ended = Literal["passed", "failed"]
WHOLE = system(sites=("Stadshuset",), rpo_hours=24, rto_minutes=240, retention_days=30, owner="ekonomichef")


def parts(**changed: Any) -> list[Population[Any] | Gap]:
    """Evidence by which the chain holds, less what is changed."""
    held: dict[str, Any] = {
        "systems": register(WHOLE),
        "points": seen(Snapshot, *nightly(40, size_bytes=100), source="backup"),
        "checks": seen(
            IntegrityCheck,
            IntegrityCheck(repository="backup", date=date(2026, 11, 14), result="passed", data_percent=5),
            source="log",
        ),
        "tests": seen(
            RestoreTest,
            RestoreTest(
                system="Ekonomi",
                date=date(2026, 5, 4),
                result="passed",
                duration_minutes=90,
                verified_by_business="ekonom",
            ),
            source="tests",
        ),
        "changes": seen(MajorChange, source="changes"),
        "places": seen(BackupLocation, BackupLocation(repository="backup", site="Hall B", immutable=True), source="p"),
    }
    return [each for each in (held | changed).values() if each is not None]


def chain(**changed: Any) -> Chain:
    (found,) = backup_chains(evidence(*parts(**changed)), CHECKS, {}, AS_OF)
    return found


def states(found: Chain) -> dict[str, str]:
    return {link.link: link.state.value for link in found.links}


def test_a_chain_that_holds() -> None:
    found = chain()
    assert states(found) == dict.fromkeys(LINKS, "yes")
    assert (found.system, found.owner, found.source) == ("Ekonomi", "ekonomichef", "register")
    assert {link.link: link.shown for link in found.links} == {
        "taken": TODAY,
        "intact": date(2026, 11, 14),
        "restorable": date(2026, 5, 4),
        "in-time": date(2026, 5, 4),
        "separate": TODAY,
    }
    assert found.weakest == "restorable"  # shown longest ago


def test_only_what_passed_and_has_been_shows_a_link() -> None:
    """The day beside a link is that of evidence which holds: no failed test, and nothing dated after the scan."""
    tomorrow = TODAY + timedelta(days=1)
    tested: list[tuple[date, Ended]] = [
        (date(2026, 5, 4), "passed"),
        (date(2026, 11, 1), "failed"),
        (tomorrow, "passed"),
    ]
    looked_at: list[tuple[date, Ended]] = [
        (date(2026, 11, 14), "passed"),
        (date(2026, 11, 18), "failed"),
        (tomorrow, "passed"),
    ]
    tests = [
        RestoreTest(system="Ekonomi", date=day, result=result, duration_minutes=90, verified_by_business="ekonom")
        for day, result in tested
    ]
    checked = [
        IntegrityCheck(repository="backup", date=day, result=result, data_percent=5) for day, result in looked_at
    ]
    points = (*nightly(40, size_bytes=100), replace(nightly(1)[0], time=AS_OF + timedelta(days=2)))
    found = chain(
        tests=seen(RestoreTest, *tests, source="tests"),
        checks=seen(IntegrityCheck, *checked, source="log"),
        points=seen(Snapshot, *points, source="backup"),
    )
    assert {link.link: link.shown for link in found.links} == {
        "taken": TODAY,
        "intact": date(2026, 11, 14),
        "restorable": date(2026, 5, 4),
        "in-time": date(2026, 5, 4),
        "separate": TODAY,
    }


@pytest.mark.parametrize(("late", "counts"), [(CLOCK_TOLERANCE, True), (CLOCK_TOLERANCE + HOUR, False)])
def test_a_restore_point_from_a_clock_a_little_fast_still_counts(late: timedelta, counts: bool) -> None:
    made = (*nightly(2)[1:], replace(nightly(1)[0], time=AS_OF + late))
    (taken, *_) = chain(points=seen(Snapshot, *made, source="backup")).links
    assert (taken.shown == (AS_OF + late).date()) is counts


BROKEN: dict[str, tuple[dict[str, Any], str, str, str]] = {
    "a gap day": (
        {"points": seen(Snapshot, *nightly(40, without=[3], size_bytes=9), source="backup"),
         "systems": register(system(sites=("Stadshuset",), rpo_hours=72, rto_minutes=240))},
        "taken", "no", "days-missing",
    ),
    "not checked": ({"checks": None}, "intact", "unknown", "no-integrity-evidence"),
    "never tested": (
        {"tests": seen(RestoreTest, source="tests"), "systems": register(system(sites=("Stadshuset",)))},
        "restorable", "no", "never-tested",
    ),
    "no change log": ({"changes": None}, "restorable", "unknown", "no-change-log"),
    "too slow": (
        {"systems": register(system(sites=("Stadshuset",), rpo_hours=24, rto_minutes=30))},
        "in-time", "no", "rto-missed",
    ),
    "nothing promised": ({"systems": register(system(sites=("Stadshuset",)))}, "in-time", "unknown", "no-rpo"),
    "no copy elsewhere": ({"systems": register(system(sites=("Hall B",), rpo_hours=24, rto_minutes=240))},
                          "separate", "no", "same-site"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_one_link_is_broken_and_it_is_the_weakest(name: str) -> None:
    changed, link, state, reason = BROKEN[name]
    found = chain(**changed)
    broken = {each.link: (each.state.value, each.reason) for each in found.links if each.state is not State.YES}
    assert broken[link] == (state, reason)
    assert found.weakest == link or state == "unknown"


def test_nothing_is_known_where_no_repository_was_read() -> None:
    found = chain(points=gap(Snapshot, source="backup"))
    assert states(found)["taken"] == "unknown"
    assert states(found)["separate"] == "unknown"


def test_a_check_that_was_not_asked_leaves_its_link_unknown() -> None:
    asked = [check for check in CHECKS if check.id != "backup-separate"]
    (found,) = backup_chains(evidence(*parts()), asked, {}, AS_OF)
    (link,) = [each for each in found.links if each.link == "separate"]
    assert (link.state, link.check, link.reason) == (State.UNKNOWN, "", "")
    assert backup_chains(evidence(*parts()), [], {}, AS_OF) == ()


def test_the_organisations_parameters_count() -> None:
    strict = {"restore-test-annual": {"interval_months": 3}}
    (found,) = backup_chains(evidence(*parts()), CHECKS, strict, AS_OF)
    assert states(found)["restorable"] == "no"


def test_a_copy_is_as_old_as_that_of_the_host_with_the_oldest() -> None:
    both = register(replace(WHOLE, hosts=("app1", "db1")))
    week = timedelta(days=7)
    old = [replace(each, host="db1", identifier=f"db{each.identifier}", time=each.time - week) for each in nightly(40)]
    found = chain(systems=both, points=seen(Snapshot, *nightly(40), *old, source="backup"))
    (separate,) = [link for link in found.links if link.link == "separate"]
    assert (separate.state, separate.shown) == (State.YES, TODAY - week)
    none = chain(systems=both)
    assert next(link for link in none.links if link.link == "separate").shown is None


def test_systems_that_are_not_critical_have_no_row_and_the_weakest_comes_first() -> None:
    systems = register(
        WHOLE, system("Arkiv", hosts=("a1",)), system("Lunch", critical=False), ProtectedSystem(name="?")
    )
    found = backup_chains(evidence(*parts(systems=systems)), CHECKS, {}, AS_OF)
    assert [each.system for each in found] == ["Arkiv", "?", "Ekonomi"]


def test_the_document_is_part_of_the_results() -> None:
    asked = policy(requirements=[asks("R-1", "backup-daily", "restore-test-annual")])
    results = perform(evidence(*parts()), asked, discover())
    (row,) = json.loads(documents(results)["backup_chain.json"])["rows"]
    assert [link["link"] for link in row["links"]] == list(LINKS)
    assert row["links"][4]["check"] == ""  # backup-separate was not asked
    limited = policy(requirements=[asks("R-1", "accounts-stale")])
    assert json.loads(documents(perform(evidence(*parts()), limited, discover()))["backup_chain.json"]) == {"rows": []}


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_link_never_holds_where_one_of_its_checks_says_otherwise(data: st.DataObject) -> None:
    check = data.draw(st.sampled_from(CHECKS))
    held: EvidenceSet = as_evidence(data.draw(parts_of(check)))
    for row in backup_chains(held, CHECKS, {}, AS_OF):
        assert row.weakest in LINKS
        for link in row.links:
            assert link.state is State.YES or link.reason or not link.check
            for name in LINKS[link.link]:
                for population in held.reading(ProtectedSystem).populations:
                    judge = next(each for each in CHECKS if each.id == name)
                    said = judge.judge(population, held, judge.parameters(), AS_OF)
                    worst = {each.verdict.value for each in said if each.subject == row.system}
                    if population.source == row.source and "deviates" in worst:
                        assert link.state is State.NO


def test_a_system_of_which_nobody_wrote_whether_it_is_critical_is_in_the_table() -> None:
    found = chain(systems=register(replace(WHOLE, critical=None)))
    assert {link.state for link in found.links} == {State.UNKNOWN}
    assert {link.reason for link in found.links} == {"criticality-unknown"}

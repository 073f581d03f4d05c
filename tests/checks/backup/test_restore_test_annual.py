from __future__ import annotations

from datetime import date
from typing import Literal

import pytest

from checks.finding import Status
from collector.records.backup import MajorChange, ProtectedSystem, RestoreTest
from tests.checks.made import finding, gap, reasons, seen
from tests.checks.registers import without

CHECK = "restore-test-annual"
SYSTEM = ProtectedSystem(name="Ekonomi", critical=True)


def log(*rows: RestoreTest) -> tuple[RestoreTest, ...]:
    return rows


def run(
    day: date, result: Literal["passed", "failed"] | None = "passed", business: str | None = "systemägare"
) -> RestoreTest:
    return RestoreTest(system="ekonomi", date=day, result=result, verified_by_business=business)


RECENT, OLD = date(2026, 5, 4), date(2025, 11, 20)
CASES = {
    "tested": (log(run(RECENT)), None),
    "a year ago to the day": (log(run(date(2025, 11, 21))), None),
    "a year and a day": (log(run(OLD)), "!too-old"),
    "never": (log(), "!never-tested"),
    "failed since": (log(run(RECENT), run(date(2026, 6, 1), "failed")), "!failed"),
    "failed, and repeated": (log(run(RECENT, "failed"), run(date(2026, 6, 1))), None),
    "nobody of the business": (log(run(RECENT, business=None)), "!not-verified-by-business"),
    "the business said no": (log(run(RECENT, business="Nej")), "!not-verified-by-business"),
    "a line in place of a name": (log(run(RECENT, business=" - ")), "!not-verified-by-business"),
    "one of two restores of a day": (log(run(RECENT, business="nej"), run(RECENT)), None),
    "another system's test": (log(RestoreTest(system="Skola", date=RECENT, result="passed")), "!never-tested"),
    "result not written": (log(run(RECENT, None)), "?result-unknown"),
    "a later result not written": (log(run(RECENT), run(date(2026, 6, 1), None)), "?result-unknown"),
    "failed, perhaps repeated": (log(run(RECENT, "failed"), run(date(2026, 6, 1), None)), "?result-unknown"),
    "dated in the future": (log(run(date(2027, 1, 1))), "!never-tested"),
}


@pytest.mark.parametrize("name", CASES)
def test_one_system(name: str) -> None:
    tests, expected = CASES[name]
    found = finding(
        CHECK,
        seen(ProtectedSystem, SYSTEM, source="register"),
        seen(RestoreTest, *tests, source="log"),
        seen(MajorChange, source="changes"),
    )
    assert reasons(found).get("Ekonomi") == expected


@pytest.mark.parametrize(
    ("changed", "expected"), [(RECENT, {}), (date(2026, 5, 5), {"Ekonomi": "!before-major-change"})]
)
def test_a_major_change_calls_for_a_new_test(changed: date, expected: dict[str, str]) -> None:
    found = finding(
        CHECK,
        seen(ProtectedSystem, SYSTEM, source="register"),
        seen(RestoreTest, run(RECENT), source="log"),
        seen(MajorChange, MajorChange(system="EKONOMI", date=changed), source="changes"),
    )
    assert reasons(found) == expected


def test_without_a_change_log_nobody_knows_whether_something_changed() -> None:
    register, tests = seen(ProtectedSystem, SYSTEM, source="register"), seen(RestoreTest, run(RECENT), source="log")
    assert reasons(finding(CHECK, register, tests)) == {"Ekonomi": "?no-change-log"}
    found = finding(CHECK, register, tests, parameters={"after_major_change": False})
    assert found.status is Status.SATISFIED


def test_without_a_log_or_with_part_of_it() -> None:
    register = seen(ProtectedSystem, SYSTEM, source="register")
    assert reasons(finding(CHECK, register)) == {"Ekonomi": "?no-log"}
    partly = seen(RestoreTest, source="log", missing=[gap(RestoreTest, source="log", subject="row 3")])
    assert reasons(finding(CHECK, register, partly)) == {"Ekonomi": "?log-incomplete"}


def test_not_critical_and_not_known() -> None:
    systems = (ProtectedSystem(name="a", critical=False), ProtectedSystem(name="b"))
    assert reasons(finding(CHECK, seen(ProtectedSystem, *systems))) == {"b": "?criticality-unknown"}


@pytest.mark.parametrize("result", ["passed", "failed"])
def test_what_could_not_be_read_may_be_a_later_test(result: Literal["passed", "failed"]) -> None:
    register = seen(ProtectedSystem, SYSTEM, source="register")
    part = seen(
        RestoreTest, run(RECENT, result), source="log", missing=[gap(RestoreTest, source="log", subject="row 3")]
    )
    assert reasons(finding(CHECK, register, part, seen(MajorChange))) == {"Ekonomi": "?log-incomplete"}


@pytest.mark.parametrize(("months", "expected"), [(10**9, {}), (-(10**9), {"Ekonomi": "!too-old"})])
def test_absurd_intervals_are_only_long_or_short(months: int, expected: dict[str, str]) -> None:
    parts = seen(ProtectedSystem, SYSTEM), seen(RestoreTest, run(RECENT)), seen(MajorChange)
    assert reasons(finding(CHECK, *parts, parameters={"interval_months": months})) == expected


def test_a_log_without_a_column_for_the_business_does_not_say_that_it_looked_at_nothing() -> None:
    parts = seen(ProtectedSystem, SYSTEM), seen(MajorChange, source="changes")
    tests = seen(RestoreTest, run(RECENT, business=None), source="log")
    assert reasons(finding(CHECK, *parts, tests)) == {"Ekonomi": "!not-verified-by-business"}
    assert reasons(finding(CHECK, *parts, without(tests, "verified_by_business"))) == {"Ekonomi": "?no-column"}


def test_a_name_that_two_systems_have_shows_neither() -> None:
    rows = (SYSTEM, ProtectedSystem(name="EKONOMI", critical=True, hosts=("test1",), environment="test"))
    parts = (seen(ProtectedSystem, *rows, source="register"), seen(MajorChange, source="changes"))
    found = finding(CHECK, *parts, seen(RestoreTest, run(RECENT), source="log"))
    assert reasons(found) == {"Ekonomi": "?name-not-unique", "EKONOMI": "?name-not-unique"}
    never = finding(CHECK, *parts, seen(RestoreTest, source="log"))
    assert set(reasons(never).values()) == {"!never-tested"}
    twice = seen(ProtectedSystem, SYSTEM, SYSTEM, source="register")
    assert not reasons(finding(CHECK, twice, parts[1], seen(RestoreTest, run(RECENT), source="log")))

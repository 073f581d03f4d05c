from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from checks.finding import Severity, Status
from collector.records.identity import Account, Employment
from tests.checks.made import AS_OF, finding, gap, reasons, seen

CHECK = "accounts-after-employment-end"
TODAY = AS_OF.date()
ENDED = date(2026, 10, 31)

ROSTER = (
    Employment(person_key="working", start=date(2020, 1, 1)),
    Employment(person_key="left", end=ENDED),
    Employment(person_key="leaves-today", end=TODAY),
    Employment(person_key="on-leave", on_leave=True),
    Employment(person_key="rehired", end=ENDED),
    Employment(person_key="rehired", start=date(2026, 11, 1)),
    Employment(person_key="two-ended", end=date(2026, 1, 1)),
    Employment(person_key="two-ended", end=ENDED),
)


def person(key: str | None, **facts: object) -> Account:
    return Account(**{"name": "a", "enabled": True, "category": "person", "person_key": key} | facts)  # type: ignore[arg-type]


CASES = {
    "working": (person("working"), None),
    "left": (person("left"), "!open-after-end"),
    "left, and used since": (person("left", last_used=datetime(2026, 11, 2, tzinfo=UTC)), "!used-after-end"),
    "left, used on the last day": (person("left", last_used=datetime(2026, 10, 31, 15, tzinfo=UTC)), "!open-after-end"),
    "last day": (person("leaves-today"), None),
    "leave of absence": (person("on-leave"), None),
    "rehired": (person("rehired"), None),
    "two employments, both ended": (person("two-ended"), "!open-after-end"),
    "left, and closed": (person("left", enabled=False), None),
    "left, and expired": (person("left", expires=AS_OF - timedelta(days=1)), None),
    "left, and expires later": (person("left", expires=AS_OF + timedelta(days=1)), "!open-after-end"),
    "not in the roster": (person("stranger"), "?not-in-roster"),
    "no key": (person(None), "?no-person-key"),
    "state not known": (person("left", enabled=None), "?state-unknown"),
    "service account": (person(None, category="service"), None),
}


@pytest.mark.parametrize("name", CASES)
def test_one_account(name: str) -> None:
    made, expected = CASES[name]
    found = finding(CHECK, seen(Account, made), seen(Employment, *ROSTER, source="hr"))
    assert reasons(found).get("a") == expected


def test_use_after_the_end_is_urgent() -> None:
    made = person("left", last_used=AS_OF)
    (exception,) = finding(CHECK, seen(Account, made), seen(Employment, *ROSTER, source="hr")).exceptions
    assert (exception.severity, exception.facts["days"]) == (Severity.HIGH, 21)


def test_grace_is_given() -> None:
    roster = seen(Employment, *ROSTER, source="hr")
    assert reasons(finding(CHECK, seen(Account, person("left")), roster, parameters={"grace_days": 21})) == {}
    assert reasons(finding(CHECK, seen(Account, person("left")), roster, parameters={"grace_days": 20})) != {}


def test_without_a_roster_nothing_is_known_of_anyone() -> None:
    assert reasons(finding(CHECK, seen(Account, person("left")))) == {"a": "?no-roster"}
    found = finding(CHECK, seen(Account, person("left")), gap(Employment, source="hr"))
    assert (found.status, found.gaps[0].source) == (Status.NOT_DETERMINED, "hr")


@pytest.mark.parametrize("key", ["left", "stranger"])
def test_a_roster_with_an_unreadable_row_convicts_nobody(key: str) -> None:
    roster = seen(Employment, *ROSTER, source="hr", missing=[gap(Employment, source="hr", subject="row 9")])
    assert reasons(finding(CHECK, seen(Account, person(key)), roster)) == {"a": "?roster-incomplete"}

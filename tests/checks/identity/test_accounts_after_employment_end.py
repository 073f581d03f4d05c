from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from checks.finding import Severity, Status
from checks.judgement import CheckError
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
    Employment(person_key="two-posts", end=ENDED, unit="Skola"),
    Employment(person_key="two-posts", unit="Kultur"),
    Employment(person_key="comes-back", end=ENDED),
    Employment(person_key="comes-back", start=TODAY + timedelta(days=1)),
    Employment(person_key="begins", start=TODAY + timedelta(days=30)),
    Employment(person_key="contract-over", group="consultant", end=ENDED),
    Employment(person_key="contract-runs", group="consultant", end=TODAY + timedelta(days=90)),
    Employment(person_key="mandate-over", group="elected", end=ENDED),
    Employment(person_key="leave-over", on_leave=True, end=ENDED),
    Employment(person_key="undated", status="Avslutad"),
    Employment(person_key="undated-rehired", status="Avslutad"),
    Employment(person_key="undated-rehired", status="Anställd"),
    Employment(person_key="doubled", end=ENDED),
    Employment(person_key="doubled", end=ENDED),
    Employment(person_key="kim01", end=ENDED),
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
    "two posts, one ended": (person("two-posts"), None),
    "comes back, but not yet": (person("comes-back"), "!open-after-end"),
    "has not begun yet": (person("begins"), None),
    "consultant past the contract": (person("contract-over"), "!open-after-end"),
    "consultant": (person("contract-runs"), None),
    "mandate over": (person("mandate-over"), "!open-after-end"),
    "on leave, then ended": (person("leave-over"), "!open-after-end"),
    "ended by status alone": (person("undated"), "!open-after-undated-end"),
    "ended by status, and rehired": (person("undated-rehired"), None),
    "the same row twice": (person("doubled"), "!open-after-end"),
    "the name is a key, but that is not asked for": (person(None, name="kim01"), "?no-person-key"),
    "not in the roster": (person("stranger"), "?not-in-roster"),
    "no key": (person(None), "?no-person-key"),
    "state not known": (person("left", enabled=None), "?state-unknown"),
    "service account": (person(None, category="service"), None),
}


@pytest.mark.parametrize("name", CASES)
def test_one_account(name: str) -> None:
    made, expected = CASES[name]
    found = finding(CHECK, seen(Account, made), seen(Employment, *ROSTER, source="hr"))
    assert reasons(found).get(made.name) == expected


def test_use_after_the_end_is_urgent() -> None:
    made = person("left", last_used=AS_OF)
    (exception,) = finding(CHECK, seen(Account, made), seen(Employment, *ROSTER, source="hr")).exceptions
    assert (exception.severity, exception.facts["days"]) == (Severity.HIGH, 21)


def test_grace_is_given() -> None:
    roster = seen(Employment, *ROSTER, source="hr")
    assert reasons(finding(CHECK, seen(Account, person("left")), roster, parameters={"grace_days": 21})) == {}
    assert reasons(finding(CHECK, seen(Account, person("left")), roster, parameters={"grace_days": 20})) != {}


@pytest.mark.parametrize(
    ("written", "expected"),
    [(date(2026, 10, 31), "?export-older"), (date(2026, 11, 1), "!open-after-end")],
)
def test_a_last_day_that_passed_since_the_roster_was_written_may_have_been_moved(written: date, expected: str) -> None:
    roster = seen(
        Employment, *ROSTER, source="hr", started=datetime(written.year, written.month, written.day, 6, tzinfo=UTC)
    )
    found = finding(
        CHECK, seen(Account, person("left"), person("two-ended", name="b"), person("undated", name="c")), roster
    )
    assert reasons(found) == {"a": expected, "b": expected, "c": "!open-after-undated-end"}
    rehired = finding(CHECK, seen(Account, person("rehired"), person("working", name="b")), roster)
    assert reasons(rehired) == {}


def test_without_a_roster_nothing_is_known_of_anyone() -> None:
    assert reasons(finding(CHECK, seen(Account, person("left")))) == {"a": "?no-roster"}
    found = finding(CHECK, seen(Account, person("left")), gap(Employment, source="hr"))
    assert (found.status, found.gaps[0].source) == (Status.NOT_DETERMINED, "hr")


@pytest.mark.parametrize("key", ["left", "stranger"])
def test_a_roster_with_an_unreadable_row_convicts_nobody(key: str) -> None:
    roster = seen(Employment, *ROSTER, source="hr", missing=[gap(Employment, source="hr", subject="row 9")])
    assert reasons(finding(CHECK, seen(Account, person(key)), roster)) == {"a": "?roster-incomplete"}


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (person(None, name="kim01"), "!open-after-end-by-name"),
        (person(None, name="kim01", last_used=AS_OF), "!used-after-end-by-name"),
        (person(None, name="undated"), "!open-after-undated-end-by-name"),
        (person(None, name="working"), None),
        (person(None, name="KIM01"), "?no-person-key"),
        (person(None, name="kim"), "?no-person-key"),
        (person("working", name="kim01"), None),
        (person("stranger", name="kim01"), "?not-in-roster"),
    ],
)
def test_a_match_by_name_is_asked_for_exact_and_told(made: Account, expected: str | None) -> None:
    roster = seen(Employment, *ROSTER, source="hr")
    found = finding(CHECK, seen(Account, made), roster, parameters={"fallback": "account-name"})
    assert reasons(found).get(made.name) == expected
    assert found.parameters["fallback"] == "account-name"


def test_an_unknown_fallback_is_refused() -> None:
    with pytest.raises(CheckError):
        finding(CHECK, seen(Account, person("left")), parameters={"fallback": "display-name"})


def test_nobodys_key_or_unit_is_told_of_those_whom_the_roster_knows() -> None:
    missing = [gap(Employment, source="hr", subject="row 9")]
    for key in ("left", "undated", "two-posts", "rehired"):
        for lacking in ([], missing):
            roster = seen(Employment, *ROSTER, source="hr", missing=lacking)
            found = finding(CHECK, seen(Account, person(key, name="a")), roster)
            facts = [*(each.facts for each in found.exceptions), *(each.facts for each in found.undetermined)]
            assert not {"person_key", "unit"} & {name for each in facts for name in each}


def test_two_accounts_of_one_leaver_are_both_listed() -> None:
    made = (person("left", name="a"), person("left", name="b"))
    found = finding(CHECK, seen(Account, *made), seen(Employment, *ROSTER, source="hr"))
    assert reasons(found) == {"a": "!open-after-end", "b": "!open-after-end"}

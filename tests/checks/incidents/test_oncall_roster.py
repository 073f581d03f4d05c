from __future__ import annotations

from datetime import date, timedelta

from collector.records.identity import Employment
from collector.records.incidents import CallOut, OnCallShift
from tests.checks.made import AS_OF, seen
from tests.checks.registers import said, without

CHECK = "oncall-roster"
HR = seen(Employment, Employment(person_key="1"), Employment(person_key="2", end=date(2026, 1, 1)), source="hr")
CALLS = seen(CallOut, CallOut(reference="c", called=AS_OF, answered=AS_OF), source="calls")


def shift(first: int, last: int, person: str | None = "1") -> OnCallShift:
    """From and to so many hours from now."""
    return OnCallShift(start=AS_OF + timedelta(hours=first), end=AS_OF + timedelta(hours=last), person_key=person)


def test_every_hour_and_by_people_who_work_here() -> None:
    assert said(CHECK, seen(OnCallShift, shift(-24, 0), shift(0, 24)), HR, CALLS) == {}
    hole = said(CHECK, seen(OnCallShift, shift(-24, -1), shift(0, 24)), HR, CALLS)
    assert list(hole.values()) == ["!uncovered"]
    assert said(CHECK, seen(OnCallShift, shift(-24, -1)), HR, CALLS) == {"test": "!ends"}
    left = shift(-1, 24, "2")
    assert said(CHECK, seen(OnCallShift, left), HR, CALLS) == {left.subject: "!left"}
    assert said(CHECK, seen(OnCallShift, shift(-1, 24, "9")), HR, CALLS) == {left.subject: "?person-unknown"}
    assert said(CHECK, seen(OnCallShift, shift(-1, 24, None)), HR, CALLS) == {left.subject: "!nobody"}


def test_a_call_that_nobody_answered() -> None:
    calls = seen(CallOut, CallOut(reference="c", called=AS_OF), source="calls")
    assert said(CHECK, seen(OnCallShift, shift(-1, 24)), HR, calls) == {"c": "!no-answer"}
    assert said(CHECK, seen(OnCallShift, shift(-1, 24)), HR, without(calls, "answered")) == {"c": "?no-column"}


def test_thin_evidence() -> None:
    rows = seen(OnCallShift, shift(-1, 24))
    assert set(said(CHECK, rows).values()) == {"?no-register"}
    assert said(CHECK, rows, HR, CALLS, parameters={"coverage": "kontorstid"}) == {"test": "?coverage-unknown"}
    assert list(said(CHECK, seen(OnCallShift, shift(24, -1)), HR, CALLS).values()) == ["?backwards"]


def test_who_worked_here_when_the_shift_was() -> None:
    spring = shift(-24 * 330, 24)
    assert said(CHECK, seen(OnCallShift, shift(-24 * 330, 24, "2")), HR, CALLS) == {}
    gone = seen(Employment, Employment(person_key="1", status="Avslutad"), source="hr")
    assert said(CHECK, seen(OnCallShift, spring), gone, CALLS) == {spring.subject: "?person-unknown"}


def test_a_roster_that_has_not_begun_covers_nothing_yet() -> None:
    assert said(CHECK, seen(OnCallShift, shift(24 * 30, 24 * 60)), HR, CALLS) == {"test": "!begins"}

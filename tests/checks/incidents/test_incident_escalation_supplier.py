from __future__ import annotations

from datetime import date
from typing import Any

from checks.finding import Status
from collector.evidence import Population
from collector.records.incidents import EscalationContact, Exercise
from collector.records.suppliers import Supplier
from tests.checks.made import finding, seen
from tests.checks.registers import said

CHECK = "incident-escalation-supplier"
HIGH = seen(Supplier, Supplier(name="A", risk_class="high"))
DRILL = seen(Exercise, Exercise(date=date(2024, 1, 1), category="escalation", supplier="a"), source="drills")


def ways(
    *days: date | None, directions: tuple[Any, ...] = ("to-supplier", "from-supplier")
) -> Population[EscalationContact]:
    rows = [
        EscalationContact(supplier="a", role=str(each), direction=each, verified=day)
        for each, day in zip(directions, days, strict=True)
    ]
    return seen(EscalationContact, *rows, source="ways")


RECENT, OLD = date(2026, 5, 21), date(2026, 5, 20)


def test_both_ways_tried_lately_and_exercised() -> None:
    assert said(CHECK, HIGH, ways(RECENT, RECENT), DRILL) == {}
    assert said(CHECK, HIGH, ways(RECENT, OLD), DRILL) == {"A": "!too-old"}
    assert said(CHECK, HIGH, ways(RECENT, None), DRILL) == {"A": "!never-tried"}
    assert said(CHECK, HIGH, ways(RECENT, directions=("to-supplier",)), DRILL) == {"A": "!one-way"}
    assert said(CHECK, HIGH, ways(RECENT, RECENT), seen(Exercise, source="drills")) == {"A": "!not-exercised"}
    assert said(CHECK, HIGH, seen(EscalationContact, source="ways"), DRILL) == {"A": "!no-contact"}


def test_thin_evidence() -> None:
    assert said(CHECK, HIGH) == {"A": "?no-register"}
    assert said(CHECK, seen(Supplier, Supplier(name="A"))) == {"A": "?no-class"}
    low = seen(Supplier, Supplier(name="A", risk_class="low"))
    assert finding(CHECK, low, ways(RECENT, RECENT), DRILL).status is Status.NOT_APPLICABLE

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from checks.finding import Status
from collector.records.assets import ContinuityPlan
from tests.checks.made import finding, seen
from tests.checks.registers import said, without

CHECK = "continuity-plan-coverage"
WHOLE = ("alternativa rutiner", "roller", "kontakter", "kommunikation", "återställning")
GOOD: dict[str, Any] = {
    "critical": True,
    "plan": "p",
    "decided": date(2020, 1, 1),
    "tested": date(2024, 11, 21),
    "elements": WHOLE,
}
CASES: dict[str, tuple[dict[str, Any], str | None]] = {
    "in order": ({}, None),
    "no plan": ({"plan": None}, "!no-plan"),
    "not decided": ({"decided": None}, "!not-decided"),
    "an element missing": ({"elements": WHOLE[1:]}, "!elements-missing"),
    "never tested": ({"tested": None}, "!never-tested"),
    "tested too long ago": ({"tested": date(2024, 11, 20)}, "!too-old"),
    "tested tomorrow": ({"tested": date(2026, 11, 22)}, "?date-ahead"),
    "perhaps critical": ({"critical": None}, "?criticality-unknown"),
}


@pytest.mark.parametrize("name", CASES)
def test_one_operation(name: str) -> None:
    fields, expected = CASES[name]
    assert said(CHECK, seen(ContinuityPlan, ContinuityPlan(operation="o", **(GOOD | fields)))).get("o") == expected


def test_not_critical_and_not_exported() -> None:
    assert (
        finding(CHECK, seen(ContinuityPlan, ContinuityPlan(operation="o", critical=False))).status
        is Status.NOT_APPLICABLE
    )
    rows = without(seen(ContinuityPlan, ContinuityPlan(operation="o", **(GOOD | {"elements": ()}))), "elements")
    assert said(CHECK, rows) == {"o": "?no-column"}

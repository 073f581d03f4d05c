from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from collector.records.assets import Classification
from collector.records.backup import RecoveryPlan
from tests.checks.backup.protected import register, system
from tests.checks.made import finding, gap, reasons, seen

CHECK = "recovery-rules"
WHOLE: dict[str, Any] = {"decided": date(2026, 1, 1), "review_by": date(2027, 1, 1), "planned_minutes": 120}
CASES: dict[str, tuple[dict[str, Any] | None, str | None]] = {
    "in order": ({}, None),
    "no runbook": (None, "!no-plan"),
    "to be looked over yesterday": ({"review_by": date(2026, 11, 20)}, "!overdue"),
    "to be looked over today": ({"review_by": date(2026, 11, 21)}, None),
    "too slow": ({"planned_minutes": 241}, "!too-slow"),
    "not known to be decided": ({"decided": None}, "?decision-unknown"),
    "to be decided": ({"decided": date(2026, 12, 1)}, "?decision-unknown"),
    "no time in it": ({"planned_minutes": None}, "?time-unknown"),
}


@pytest.mark.parametrize("name", CASES)
def test_one_system(name: str) -> None:
    said, expected = CASES[name]
    plans = [] if said is None else [RecoveryPlan(system="EKONOMI", **(WHOLE | said))]
    found = finding(CHECK, register(system(rto_minutes=240)), seen(RecoveryPlan, *plans, source="plans"))
    assert reasons(found).get("Ekonomi") == expected


def test_the_required_time() -> None:
    parts = register(system()), seen(RecoveryPlan, RecoveryPlan(system="Ekonomi", **WHOLE), source="plans")
    assert reasons(finding(CHECK, *parts)) == {"Ekonomi": "?required-time-unknown"}
    assert not reasons(finding(CHECK, *parts, parameters={"required_time_source": "none"}))


def test_the_last_classification_tells_it_too() -> None:
    plan = seen(RecoveryPlan, RecoveryPlan(system="Ekonomi", **WHOLE), source="plans")
    older = Classification(system="ekonomi", classified=date(2024, 1, 1), recovery_hours=1)
    newer = Classification(system="ekonomi", classified=date(2025, 1, 1), recovery_hours=2)
    assert not reasons(finding(CHECK, register(system()), plan, seen(Classification, newer, older, source="klassa")))
    found = finding(CHECK, register(system()), plan, seen(Classification, older, source="klassa"))
    assert reasons(found) == {"Ekonomi": "!too-slow"}


def test_without_the_register_or_with_part_of_it() -> None:
    assert reasons(finding(CHECK, register(system()))) == {"Ekonomi": "?no-register"}
    part = seen(RecoveryPlan, source="plans", missing=[gap(RecoveryPlan, source="plans", subject="row 3")])
    assert reasons(finding(CHECK, register(system()), part)) == {"Ekonomi": "?register-incomplete"}

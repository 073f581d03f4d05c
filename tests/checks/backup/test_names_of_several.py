"""Systems of one name: what names the system alone shows nothing of either, whatever check asks."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from collector.evidence import Population
from collector.records.backup import RecoveryPlan, RestoreTest
from collector.records.incidents import Exercise
from tests.checks.backup.protected import register, system
from tests.checks.made import finding, reasons, seen

DAY = date(2026, 10, 1)
TEST = RestoreTest(system="Ekonomi", date=DAY, result="passed", duration_minutes=30)
EXERCISE = Exercise(date=DAY, system="Ekonomi", category="restore", achieved_minutes=30, open_lessons=0)
PLAN = RecoveryPlan(system="Ekonomi", decided=DAY, review_by=date(2027, 1, 1), planned_minutes=30)


@pytest.mark.parametrize(
    ("check", "log"),
    [
        ("restore-test-annual--rto", seen(RestoreTest, TEST, source="log")),
        ("recovery-exercise", seen(Exercise, EXERCISE, source="log")),
        ("recovery-rules", seen(RecoveryPlan, PLAN, source="log")),
    ],
)
def test_a_row_of_a_name_that_two_systems_have(check: str, log: Population[Any]) -> None:
    one = system(rto_minutes=60)
    assert not reasons(finding(check, register(one), log))
    other = system(rto_minutes=60, hosts=("test1",))
    assert set(reasons(finding(check, register(one, other), log)).values()) == {"?name-not-unique"}

from __future__ import annotations

from datetime import date

import pytest

from collector.records.governance import GoalActivity
from tests.checks.made import seen
from tests.checks.registers import TODAY, said, without

CHECK = "goals-action-plan"
CASES = {
    "open": (GoalActivity(goal="m", activity="a", owner="o", due=TODAY), None),
    "done": (GoalActivity(goal="m", activity="a", closed=TODAY, evidence="KS 1"), None),
    "nothing planned": (GoalActivity(goal="m"), "!no-activity"),
    "overdue": (GoalActivity(goal="m", activity="a", owner="o", due=date(2026, 11, 20)), "!overdue"),
    "no owner": (GoalActivity(goal="m", activity="a", due=TODAY), "!incomplete"),
    "no day": (GoalActivity(goal="m", activity="a", owner="o"), "!incomplete"),
    "done, not shown": (GoalActivity(goal="m", activity="a", closed=TODAY), "!no-evidence"),
    "done tomorrow": (GoalActivity(goal="m", activity="a", closed=date(2026, 11, 22), evidence="x"), "?date-ahead"),
}


@pytest.mark.parametrize("name", CASES)
def test_one_row(name: str) -> None:
    row, expected = CASES[name]
    assert said(CHECK, seen(GoalActivity, row)).get(row.subject) == expected


def test_an_export_that_does_not_show_what_is_closed() -> None:
    row = GoalActivity(goal="m", activity="a", owner="o", due=TODAY)
    assert said(CHECK, without(seen(GoalActivity, row), "closed")) == {"m: a": "?no-column"}

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from checks.finding import Status
from collector.records.changes import Change
from tests.checks.made import finding, seen
from tests.checks.registers import said, without

CHECK = "change-approval-trace"
DAY, NEXT = date(2026, 3, 1), date(2026, 3, 2)
GOOD: dict[str, Any] = {"approver": "a", "approved": DAY, "risk": "låg", "cab_date": DAY, "test": "ja", "deployed": DAY}
CASES: dict[str, tuple[dict[str, Any], str | None]] = {
    "approved the same day": ({}, None),
    "before approval": ({"approved": NEXT}, "!before-approval"),
    "an emergency": ({"approved": NEXT, "emergency": True}, None),
    "an emergency never approved": ({"approved": None, "emergency": True}, "!not-approved"),
    "never approved": ({"approved": None}, "!not-approved"),
    "before the board": ({"cab_date": NEXT}, "!before-board"),
    "no risk": ({"risk": None}, "!incomplete"),
    "no test": ({"test": None}, "!incomplete"),
    "deployed tomorrow": ({"deployed": date(2026, 11, 22)}, "?date-ahead"),
}


@pytest.mark.parametrize("name", CASES)
def test_one_change(name: str) -> None:
    fields, expected = CASES[name]
    assert said(CHECK, seen(Change, Change(reference="1", **(GOOD | fields)))).get("1") == expected


def test_what_must_be_there_is_the_municipalitys_own_and_thin_exports() -> None:
    row = seen(Change, Change(reference="1", approved=DAY, deployed=DAY, approver="a"))
    assert said(CHECK, row, parameters={"required": ["approver"]}) == {}
    assert said(CHECK, row, parameters={"required": ["x"]}) == {"test": "?unknown-part"}
    assert said(CHECK, without(row, "risk", "cab_date", "test")) == {"1": "?no-column"}
    assert finding(CHECK, seen(Change, Change(reference="1"))).status is Status.NOT_APPLICABLE
    assert said(CHECK, without(seen(Change, Change(reference="1")), "deployed")) == {"1": "?no-column"}

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from checks.finding import Status
from collector.records.changes import Change
from tests.checks.made import finding, seen
from tests.checks.registers import said, without

CHECK = "change-customer-decision"
DAY = date(2026, 3, 1)
GOOD: dict[str, Any] = {
    "size": "major",
    "deployed": DAY,
    "acceptance_by": "k",
    "acceptance_date": DAY,
    "golive_by": "k",
    "golive_date": DAY,
}
CASES: dict[str, tuple[dict[str, Any], str | None]] = {
    "accepted and decided": ({}, None),
    "not accepted": ({"acceptance_by": None}, "!no-acceptance"),
    "not decided": ({"golive_date": None}, "!no-golive"),
    "decided after": ({"golive_date": date(2026, 3, 2)}, "!after"),
    "size not known": ({"size": None}, "?size-unknown"),
}


@pytest.mark.parametrize("name", CASES)
def test_one_change(name: str) -> None:
    fields, expected = CASES[name]
    assert said(CHECK, seen(Change, Change(reference="1", **(GOOD | fields)))).get("1") == expected


def test_minor_changes() -> None:
    row = seen(Change, Change(reference="1", size="minor", deployed=DAY))
    assert finding(CHECK, row).status is Status.NOT_APPLICABLE
    assert said(CHECK, row, parameters={"min_size": "minor"}) == {"1": "!no-acceptance"}
    assert said(
        CHECK,
        without(row, "acceptance_by", "golive_by", "acceptance_date", "golive_date"),
        parameters={"min_size": "minor"},
    ) == {"1": "?no-column"}

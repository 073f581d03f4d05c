from __future__ import annotations

from typing import Any

import pytest

from checks.finding import Status
from collector.records.changes import Change
from tests.checks.made import finding, seen
from tests.checks.registers import TODAY, said

CHECK = "change-segregation"
GOOD: dict[str, Any] = {
    "developer": "a",
    "tester": "b",
    "deployer": "c",
    "approver": "d",
    "requester": "e",
    "deployed": TODAY,
}
CASES: dict[str, tuple[dict[str, Any], str | None]] = {
    "five people": ({}, None),
    "built and deployed": ({"deployer": "A"}, "!same-person"),
    "tested their own": ({"tester": "a"}, "!same-person"),
    "approved their own": ({"approver": "E"}, "!own-approval"),
    "approved and deployed": ({"approver": "c"}, None),
    "tester not known": ({"tester": None}, "?person-unknown"),
    "requester not known": ({"requester": None}, "?person-unknown"),
    "one not known and two the same": ({"tester": None, "deployer": "a"}, "!same-person"),
}


@pytest.mark.parametrize("name", CASES)
def test_one_change(name: str) -> None:
    fields, expected = CASES[name]
    assert said(CHECK, seen(Change, Change(reference="1", **(GOOD | fields)))).get("1") == expected


def test_the_steps_are_the_municipalitys_own() -> None:
    row = seen(Change, Change(reference="1", **(GOOD | {"approver": "c"})))
    assert said(CHECK, row, parameters={"distinct": ["deploy", "approve"]}) == {"1": "!same-person"}
    assert said(CHECK, row, parameters={"distinct": ["x"]}) == {"test": "?unknown-part"}
    assert finding(CHECK, seen(Change, Change(reference="1"))).status is Status.NOT_APPLICABLE

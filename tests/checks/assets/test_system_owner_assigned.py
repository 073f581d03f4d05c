from __future__ import annotations

from datetime import date

import pytest

from collector.records.backup import ProtectedSystem
from collector.records.governance import RoleAppointment
from collector.records.identity import Employment
from tests.checks.made import seen
from tests.checks.registers import said, without

CHECK = "system-owner-assigned"
HR = seen(
    Employment, Employment(person_key="1", unit="Skola"), Employment(person_key="2", end=date(2026, 1, 1)), source="hr"
)
ROLES = seen(
    RoleAppointment,
    RoleAppointment(role="Rektor", person_key="1"),
    RoleAppointment(role="IT-chef", person_key="2"),
    RoleAppointment(role="Vakant"),
    source="roles",
)
CASES = {
    "a person": (("1", "1"), None),
    "a unit and a role": (("skola", "rektor"), None),
    "nobody": ((None, "1"), "!no-owner"),
    "no manager": (("1", None), "!no-manager"),
    "has left": (("2", "1"), "!left"),
    "a role whose holder left": (("1", "IT-chef"), "!left"),
    "a vacant role": (("Vakant", "1"), "!vacant"),
    "who is that": (("Kalle", "1"), "?not-followed"),
}


@pytest.mark.parametrize("name", CASES)
def test_one_system(name: str) -> None:
    (owner, manager), expected = CASES[name]
    rows = seen(ProtectedSystem, ProtectedSystem(name="x", owner=owner, system_manager=manager))
    assert said(CHECK, rows, HR, ROLES).get("x") == expected


def test_thin_evidence_and_an_owner_that_is_not_asked_for() -> None:
    rows = seen(ProtectedSystem, ProtectedSystem(name="x", owner="1", system_manager="1"))
    assert said(CHECK, rows) == {"x": "?no-register"}
    unowned = seen(ProtectedSystem, ProtectedSystem(name="x", system_manager="1"))
    assert said(CHECK, unowned, HR, ROLES, parameters={"owner_required": False}) == {}
    assert said(CHECK, without(unowned, "owner"), HR, ROLES) == {"x": "?no-column"}

from __future__ import annotations

from datetime import date

import pytest

from collector.records.governance import RoleAppointment
from collector.records.identity import Employment
from tests.checks.made import seen
from tests.checks.registers import said

CHECK = "roles-appointed"
HR = seen(
    Employment, Employment(person_key="1", unit="Skola"), Employment(person_key="2", end=date(2026, 1, 1)), source="hr"
)
CASES = {
    "held": (RoleAppointment(role="CISO", person_key="1"), None),
    "vacant": (RoleAppointment(role="CISO"), "!vacant"),
    "funded and vacant": (RoleAppointment(role="CISO", funded=True), "!funded-vacant"),
    "ended": (RoleAppointment(role="CISO", person_key="1", end=date(2026, 11, 20)), "!ended"),
    "left": (RoleAppointment(role="CISO", person_key="2"), "!holder-left"),
    "nobody knows": (RoleAppointment(role="CISO", person_key="3"), "?holder-unknown"),
    "in operations": (RoleAppointment(role="CISO", person_key="1", in_operations=True), "!in-operations"),
}


@pytest.mark.parametrize("name", CASES)
def test_one_appointment(name: str) -> None:
    row, expected = CASES[name]
    assert said(CHECK, seen(RoleAppointment, row), HR, parameters={"roles": ["ciso"]}).get("CISO") == expected


def test_a_role_in_each_unit() -> None:
    roles = seen(RoleAppointment, RoleAppointment(role="Ombud", unit="Vård", person_key="1"))
    assert said(CHECK, roles, HR, parameters={"roles": ["Ombud: *", "CISO"]}) == {
        "CISO": "!not-appointed",
        "Ombud: Skola": "!not-appointed",
    }


def test_without_a_list_or_a_roster() -> None:
    roles = seen(RoleAppointment, RoleAppointment(role="CISO", person_key="1"))
    assert said(CHECK, roles, HR) == {"test": "?no-list"}
    assert said(CHECK, roles, parameters={"roles": ["CISO"]}) == {"CISO": "?no-register"}


def test_an_appointment_that_went_on_to_someone_else() -> None:
    old = RoleAppointment(role="CISO", person_key="2", end=date(2025, 12, 31))
    new = RoleAppointment(role="CISO", person_key="1", start=date(2026, 1, 1))
    assert said(CHECK, seen(RoleAppointment, old, new), HR, parameters={"roles": ["CISO"]}) == {}
    elsewhere = RoleAppointment(role="CISO", person_key="1", unit="Skola")
    found = said(CHECK, seen(RoleAppointment, old, elsewhere), HR, parameters={"roles": ["CISO"]})
    assert found == {"CISO": "!ended"}


def test_a_role_in_each_unit_of_a_roster_without_units() -> None:
    roles = seen(RoleAppointment, RoleAppointment(role="Ombud", unit="Vård", person_key="1"))
    bare = seen(Employment, Employment(person_key="1"), source="hr")
    found = said(CHECK, roles, bare, parameters={"roles": ["lokalt ombud: *"]})
    assert found == {"lokalt ombud": "?no-units"}

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from collector.records.backup import ProtectedSystem
from collector.records.governance import PersonalDataProcessing
from tests.checks.made import seen
from tests.checks.registers import said, without

CHECK = "personal-data-records"
SYSTEMS = seen(ProtectedSystem, ProtectedSystem(name="Skola", personal_data=True), source="systems")
DAY = date(2026, 1, 1)
CASES: dict[str, tuple[dict[str, Any], str | None]] = {
    "in order": ({"processor": "X", "agreement_date": DAY, "assessment_needed": True, "assessment_date": DAY}, None),
    "own processing": ({"assessment_needed": False}, None),
    "no agreement": ({"processor": "X", "assessment_needed": False}, "!no-agreement"),
    "need undecided": ({}, "!assessment-undecided"),
    "not assessed": ({"assessment_needed": True}, "!no-assessment"),
    "agreed tomorrow": (
        {"processor": "X", "agreement_date": date(2026, 11, 22), "assessment_needed": False},
        "?date-ahead",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_one_processing(name: str) -> None:
    fields, expected = CASES[name]
    row = PersonalDataProcessing(system="Skola", processing="betyg", **fields)
    assert said(CHECK, seen(PersonalDataProcessing, row), SYSTEMS).get("Skola: betyg") == expected


def test_a_system_outside_the_register_and_a_register_without_systems() -> None:
    other = seen(PersonalDataProcessing, PersonalDataProcessing(system="Vård", processing="p", assessment_needed=False))
    assert said(CHECK, other, SYSTEMS) == {"Skola": "!not-in-register"}
    assert said(CHECK, other) == {"test": "?no-register"}
    assert said(CHECK, without(other, "processor"), SYSTEMS)["Vård: p"] == "?no-column"


def test_a_system_of_which_nobody_says_whether_it_holds_personal_data() -> None:
    systems = seen(ProtectedSystem, ProtectedSystem(name="A"), source="systems")
    rows = seen(PersonalDataProcessing, PersonalDataProcessing(system="B", processing="p", assessment_needed=False))
    assert said(CHECK, rows, systems) == {"A": "?personal-data-unknown"}

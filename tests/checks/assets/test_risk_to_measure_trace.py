from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from collector.records.assets import Classification, SecurityMeasure
from tests.checks.made import seen
from tests.checks.registers import TODAY, said

CHECK = "risk-to-measure-trace"
CLASSES = seen(Classification, Classification(system="A", classified=TODAY, confidentiality=3), source="classes")
GOOD: dict[str, Any] = {"origin": "classification", "implemented": TODAY, "result": "met", "evidence": "e"}
CASES: dict[str, tuple[dict[str, Any], str | None]] = {
    "in place": ({}, None),
    "only advice": ({"origin": "supplier-advice"}, "!only-advice"),
    "not followed up": ({"result": None}, "!no-result"),
    "failed": ({"result": "not-met"}, "!not-met"),
    "not shown": ({"evidence": None}, "!no-evidence"),
    "overdue": ({"implemented": None, "due": date(2026, 11, 20)}, "!overdue"),
    "on its way": ({"implemented": None, "due": TODAY}, None),
    "no day": ({"implemented": None}, "!incomplete"),
}


@pytest.mark.parametrize("name", CASES)
def test_one_measure(name: str) -> None:
    fields, expected = CASES[name]
    row = SecurityMeasure(system="a", measure="m", **(GOOD | fields))
    assert said(CHECK, seen(SecurityMeasure, row), CLASSES).get("a: m") == expected


def test_a_high_class_without_a_measure() -> None:
    measures = seen(SecurityMeasure, SecurityMeasure(system="b", measure="m", **GOOD))
    assert said(CHECK, measures, CLASSES) == {"A": "!no-measure"}
    low = seen(
        Classification,
        Classification(system="A", classified=TODAY, confidentiality=2, integrity=2, availability=0),
        source="classes",
    )
    assert said(CHECK, measures, low) == {}
    assert said(CHECK, measures) == {"test": "?no-register"}

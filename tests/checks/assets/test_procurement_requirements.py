from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from collector.records.assets import Procurement
from tests.checks.made import finding, seen
from tests.checks.registers import said, without

CHECK = "procurement-requirements"
TOPICS = ("kryptering", "Behörighet")
GOOD: dict[str, Any] = {
    "requirements": "k",
    "requirements_date": date(2026, 1, 1),
    "signed": date(2026, 1, 1),
    "topics": TOPICS,
}
CASES: dict[str, tuple[dict[str, Any], str | None]] = {
    "before the signature": ({}, None),
    "not signed yet": ({"signed": None}, None),
    "none": ({"requirements": None}, "!no-requirements"),
    "not dated": ({"requirements_date": None}, "!undated"),
    "after the signature": ({"signed": date(2025, 12, 31)}, "!after-signature"),
    "a topic missing": ({"topics": ("encryption",)}, "!topics-missing"),
}


@pytest.mark.parametrize("name", CASES)
def test_one_procurement(name: str) -> None:
    fields, expected = CASES[name]
    row = Procurement(case="c", **(GOOD | fields))
    found = said(CHECK, seen(Procurement, row), parameters={"topics": ["encryption", "access-rights"]})
    assert found.get("c") == expected


def test_the_seven_topics_and_an_export_without_them() -> None:
    rows = seen(Procurement, Procurement(case="c", **GOOD))
    (found,) = finding(CHECK, rows).exceptions
    assert len(list(found.facts["topics"])) == 5  # type: ignore[arg-type]
    assert said(CHECK, without(seen(Procurement, Procurement(case="c", **(GOOD | {"topics": ()}))), "topics")) == {
        "c": "?no-column"
    }

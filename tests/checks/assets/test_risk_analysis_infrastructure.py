from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from collector.records.assets import Risk
from collector.records.backup import MajorChange
from collector.records.documents import Document
from tests.checks.made import seen
from tests.checks.registers import TODAY, said, without

CHECK = "risk-analysis-infrastructure"
METHOD = seen(Document, Document(title="Metod", decided=date(2020, 1, 1)), source="documents")
NO_CHANGES = seen(MajorChange, source="changes")
GOOD: dict[str, Any] = {
    "infrastructure": True,
    "analysed": date(2025, 11, 21),
    "owner": "o",
    "level": "4",
    "treatment": "t",
    "method": "metod",
    "asset": "SAN",
}
CASES: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "in order": ({}, {}),
    "a day too old": ({"analysed": date(2025, 11, 20)}, {"test": "!too-old"}),
    "not dated": ({"analysed": None}, {"test": "!undated", "r": "!undated"}),
    "no method": ({"method": None}, {"test": "!no-method"}),
    "another method": ({"method": "x"}, {"test": "!method-not-decided"}),
    "no owner": ({"owner": None}, {"r": "!incomplete"}),
    "not of the infrastructure": ({"infrastructure": False}, {"test": "!no-analysis"}),
}


@pytest.mark.parametrize("name", CASES)
def test_one_analysis(name: str) -> None:
    fields, expected = CASES[name]
    assert said(CHECK, seen(Risk, Risk(risk="r", **(GOOD | fields))), METHOD, NO_CHANGES) == expected


def test_thin_evidence() -> None:
    risks = seen(Risk, Risk(risk="r", **GOOD))
    assert said(CHECK, risks, NO_CHANGES) == {"test": "?no-register"}
    assert said(CHECK, risks, METHOD) == {"test": "?no-register"}
    changed = seen(MajorChange, MajorChange(system="san", date=TODAY), source="changes")
    assert said(CHECK, risks, METHOD, changed) == {"r": "!changed-since"}
    other = without(seen(Risk, Risk(risk="r")), "infrastructure")
    assert said(CHECK, other, METHOD, NO_CHANGES) == {"test": "?no-column"}
    assert said(CHECK, seen(Risk), METHOD, NO_CHANGES) == {"test": "?empty-population"}

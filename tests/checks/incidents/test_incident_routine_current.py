from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from collector.records.documents import Document
from tests.checks.made import seen
from tests.checks.registers import partly, said, without

CHECK = "incident-routine-current"
DAY = date(2023, 11, 21)
WHOLE = ("roller", "mottagare", "myndighetsanmälan", "krisorganisation", "personuppgifter")
GOOD: dict[str, Any] = {"visible_date": DAY, "decided": DAY, "parts": WHOLE}
CASES: dict[str, tuple[dict[str, Any], str | None]] = {
    "in order": ({}, None),
    "not dated": ({"visible_date": None}, "!undated"),
    "not decided": ({"decided": None}, "!not-decided"),
    "a draft": ({"status": "draft"}, "!not-decided"),
    "too old": ({"decided": date(2023, 11, 20)}, "!too-old"),
    "reviewed": ({"decided": date(2020, 1, 1), "reviewed": DAY}, None),
    "a part missing": ({"parts": WHOLE[1:]}, "!parts-missing"),
}


@pytest.mark.parametrize("name", CASES)
def test_one_routine(name: str) -> None:
    fields, expected = CASES[name]
    rows = seen(Document, Document(title="Rutin för incidenthantering", **(GOOD | fields)))
    assert said(CHECK, rows).get("Rutin för incidenthantering") == expected


def test_no_routine_at_all() -> None:
    assert said(CHECK, seen(Document, Document(title="Policy"))) == {"test": "!missing"}
    assert said(CHECK, partly(Document, Document(title="Policy"))) == {"part": "?register-incomplete"}
    assert said(CHECK, seen(Document)) == {"test": "?empty-population"}
    rows = without(seen(Document, Document(title="Incidentrutin", **(GOOD | {"parts": ()}))), "parts")
    assert said(CHECK, rows) == {"Incidentrutin": "?no-column"}

from __future__ import annotations

from datetime import date
from typing import Any

from collector.evidence import Population
from collector.records.backup import MajorChange, ProtectedSystem
from collector.records.documents import Document
from tests.checks.made import seen
from tests.checks.registers import said, without

CHECK = "system-documentation"
SYSTEM = seen(ProtectedSystem, ProtectedSystem(name="X", critical=True))
NO_CHANGES = seen(MajorChange, source="changes")
WHOLE = ("Arkitektur", "komponenter", "konfiguration", "dataflöden", "ägare")


def written(**fields: Any) -> Population[Document]:
    good: dict[str, Any] = {"decided": date(2026, 1, 1), "parts": WHOLE}
    return seen(Document, Document(title="d", system="x", **(good | fields)), source="documents")


def test_dated_whole_and_newer_than_the_last_change() -> None:
    changed = seen(MajorChange, MajorChange(system="x", date=date(2026, 2, 1)), source="changes")
    assert said(CHECK, SYSTEM, written(), NO_CHANGES) == {}
    assert said(CHECK, SYSTEM, written(decided=None), NO_CHANGES) == {"X": "!undated"}
    assert said(CHECK, SYSTEM, written(parts=WHOLE[1:]), NO_CHANGES) == {"X": "!parts-missing"}
    assert said(CHECK, SYSTEM, written(), changed) == {"X": "!before-change"}
    assert said(CHECK, SYSTEM, written(reviewed=date(2026, 2, 1)), changed) == {}
    assert said(CHECK, SYSTEM, written(status="draft"), NO_CHANGES) == {"X": "!missing"}


def test_thin_evidence() -> None:
    assert said(CHECK, SYSTEM, NO_CHANGES) == {"X": "?no-register"}
    assert said(CHECK, SYSTEM, written()) == {"X": "?no-register"}
    assert said(CHECK, SYSTEM, without(written(parts=()), "parts"), NO_CHANGES) == {"X": "?no-column"}
    assert said(CHECK, seen(ProtectedSystem, ProtectedSystem(name="y")), written(), NO_CHANGES) == {
        "y": "?criticality-unknown"
    }

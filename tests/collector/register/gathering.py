"""Reads one file as a register and gives the evidence, for the tests of the importers."""

from __future__ import annotations

import io
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl

from collector.collection import collect
from collector.evidence import EvidenceSet
from collector.recorder import ConfiguredSource
from collector.register.register import RegisterFile
from config.registers import Register

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
RESTORE: dict[str, Any] = {
    "holds": "restore-test",
    "columns": {"system": "System", "date": "Datum", "result": "Utfall", "duration_minutes": "Minuter"},
}


def gathered(
    folder: Path, data: bytes, name: str = "export.csv", *, age_days: float = 1, **settings: Any
) -> EvidenceSet:
    """The evidence of one register whose file holds these bytes."""
    file = folder / name
    file.write_bytes(data)
    modified = (NOW - timedelta(days=age_days)).timestamp()
    os.utime(file, (modified, modified))
    source = RegisterFile(Register(id="register", file=file, **{**RESTORE, **settings}), now=lambda: NOW)
    return collect([ConfiguredSource(source, source.provides)], folder / "run", "test")


def told(evidence: EvidenceSet) -> list[str]:
    """Each problem as `cause place: detail`, the whole file's first."""
    gaps = [*evidence.gaps, *(gap for population in evidence.populations for gap in population.missing)]
    return [f"{gap.cause} {gap.subject or 'file'}: {gap.detail}" for gap in gaps]


def systems(evidence: EvidenceSet) -> list[str]:
    """Names of the systems that were read."""
    return [record.subject for population in evidence.populations for record in population.records]


def workbook(*rows: tuple[object, ...], title: str = "Blad1") -> bytes:
    """An XLSX file by openpyxl."""
    book, held = openpyxl.Workbook(), io.BytesIO()
    book.worksheets[0].title = title
    for row in rows:
        book.worksheets[0].append(list(row))
    book.save(held)
    return held.getvalue()

"""A register that someone handed over, as a source: the mapped columns of a CSV or XLSX file and nothing else of it.

The file is not copied into the evidence: its name, time and SHA-256 tell later which one was read.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from collector.evidence import GapCause
from collector.records.record import Record
from collector.register.columns import Form, RowUnreadableError, form_of
from collector.register.table import MAX_BYTES, Table, read_csv
from collector.register.workbook import read_workbook
from collector.source import Diagnosis, Query, Recorder, SourceError
from config.sources import Register

MAX_ROW_GAPS = 1000
"""Unreadable rows that are named one by one; those after them are counted."""


class RegisterFile:
    """One register's file; implements `collector.source.Source`.

    Raises SourceError (unsupported) at construction for a column mapping that names no field of the record type, or
    lacks a required one: that is a mistake in the settings. `now` gives the time that the export's age is counted to.
    """

    def __init__(self, settings: Register, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.id = settings.id
        self._settings = settings
        self._now = now
        self._form: Form = form_of(settings)
        self.provides: frozenset[type[Record]] = frozenset({self._form.kind})

    def plan(self, wanted: frozenset[type[Record]]) -> Iterable[Query]:
        """Reading the file."""
        if self._form.kind in wanted:
            columns = ", ".join(sorted(set(self._settings.columns.values())))
            yield Query(
                str(self._settings.file),
                f"read {self._settings.file.name}, columns {columns}",
                (self._form.kind,),
                "to read the file",
            )

    def collect(self, wanted: frozenset[type[Record]], recorder: Recorder) -> None:
        """Read every row; a row that cannot be read is a gap with its number."""
        kind = self._form.kind
        if kind not in wanted:
            return
        data, modified = _read(self._settings.file)
        digest = hashlib.sha256(data).hexdigest()
        recorder.identity("the file as it was handed over")
        recorder.ran(f"read {self._settings.file.name} sha256 {digest} modified {modified:%Y-%m-%dT%H:%M:%SZ}", (kind,))
        recorder.dated(modified, (kind,))
        table = self._table(data)
        self._form.check_header(table.header)
        recorder.unreadable(kind, self._form.unmapped)
        rows = self._add_rows(table, recorder)
        self._report_whole(table, rows, modified, recorder)
        expected = self._settings.expected_rows
        recorder.complete(kind, source_count=rows if expected is None else expected)

    def diagnose(self) -> Iterable[Diagnosis]:
        """Read the file and look for its columns."""
        target = str(self._settings.file)
        try:
            table = self._table(_read(self._settings.file)[0])
            self._form.check_header(table.header)
        except SourceError as error:
            yield Diagnosis(target, ok=False, text=error.detail, remedy=error.remedy)
        else:
            filled = sum(1 for row in table.rows if not row.blank)
            yield Diagnosis(target, ok=True, text=f"{filled} rows, all mapped columns are there")

    def _table(self, data: bytes) -> Table:
        if self._settings.file.suffix.lower() in {".xlsx", ".xlsm"} or data.startswith(b"PK\x03\x04"):
            return read_workbook(data, self._settings.sheet)
        return read_csv(data, self._settings.encoding, self._settings.delimiter)

    def _add_rows(self, table: Table, recorder: Recorder) -> int:
        """Add the records; the number of rows that hold something, unreadable ones and a cut-off one among them."""
        kind = self._form.kind
        rows = unreadable = blank = 0
        first_of: dict[tuple[object, ...], int] = {}
        same: list[str] = []
        for row in table.rows:
            if row.blank:
                blank += 1
                continue
            rows += 1
            if (first := first_of.setdefault(row.cells, row.number)) != row.number:
                same.append(f"{first} and {row.number}")
            try:
                recorder.add(self._form.record(table.header, row))
            except RowUnreadableError as error:
                unreadable += 1
                if unreadable <= MAX_ROW_GAPS:
                    recorder.gap(
                        kind,
                        GapCause.MALFORMED,
                        f"row {row.number}, {error}",
                        remedy="correct the cell in the register, or map its words with `values` in the settings",
                        subject=f"row {row.number}",
                    )
        if unreadable > MAX_ROW_GAPS:
            recorder.gap(
                kind,
                GapCause.MALFORMED,
                f"{unreadable - MAX_ROW_GAPS} further rows cannot be read",
                remedy="check `columns` in the settings: most likely one of them names the wrong column",
                subject="further rows",
            )
        if blank or same:
            shown = ", ".join(same[:20]) + (", ..." if len(same) > 20 else "")
            recorder.ran(f"{blank} blank rows skipped; rows with the same content: {shown or 'none'}", (kind,))
        return rows + (1 if table.cut_off else 0)

    def _report_whole(self, table: Table, rows: int, modified: datetime, recorder: Recorder) -> None:
        """Say what casts doubt on the file as a whole: its end, its count, its age."""
        kind, expected = self._form.kind, self._settings.expected_rows
        if table.cut_off is not None:
            number = re.findall(r"row (\d+)", table.cut_off)[0]
            recorder.gap(
                kind,
                GapCause.TRUNCATED,
                f"the file is cut off: {table.cut_off}",
                remedy="export the register again",
                subject=f"row {number}",
            )
        if expected is not None and rows != expected:
            recorder.gap(
                kind,
                GapCause.TRUNCATED if rows < expected else GapCause.MALFORMED,
                f"the file has {rows} rows; the settings expect {expected}",
                remedy="export the register again, or correct `expected_rows`",
                subject="number of rows",
            )
        age = self._now() - modified
        if age > timedelta(days=self._settings.max_age_days):
            recorder.gap(
                kind,
                GapCause.ABSENT,
                f"no current export: the file is of {modified:%Y-%m-%d}, {age.days} days old",
                remedy=f"export the register again; `max_age_days` is {self._settings.max_age_days}",
                subject="export's age",
            )


def _read(file: Path) -> tuple[bytes, datetime]:
    """The file's bytes and its time of change, UTC; raises SourceError."""
    try:
        with file.open("rb") as opened:
            modified = datetime.fromtimestamp(int(os.fstat(opened.fileno()).st_mtime), UTC)
            data = opened.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise SourceError(GapCause.ABSENT, f"no file {file}", "correct `file`, or put the export there") from error
    except PermissionError as error:
        raise SourceError(GapCause.DENIED, f"{file} may not be read", "let the collector's user read it") from error
    except OSError as error:
        raise SourceError(GapCause.UNREACHABLE, f"{file} could not be read: {error.strerror}") from error
    if len(data) > MAX_BYTES:
        raise SourceError(GapCause.TRUNCATED, f"{file} is larger than {MAX_BYTES} bytes", "export fewer columns")
    return data, modified

"""A register that someone handed over, as a source: the mapped columns of a file and nothing else of it.

The file is not copied into the evidence: its name, time and SHA-256 tell later which one was read.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, time, timedelta

from collector.evidence import GapCause
from collector.records.record import Record
from collector.register.attested import StatementExpiredError, Statements, statements_of
from collector.register.columns import Form, form_of
from collector.register.reading import read_table
from collector.register.rows import read_rows
from collector.register.table import MAX_BYTES, Table
from collector.source import Diagnosis, Query, Recorder, SourceError
from collector.transport.file import read_file
from config.registers import Register

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
            columns = ", ".join(self._form.read_columns)
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
        data, modified = self._read()
        digest = hashlib.sha256(data).hexdigest()
        recorder.identity("the file as it was handed over")
        recorder.ran(f"read {self._settings.file.name} sha256 {digest} modified {modified:%Y-%m-%dT%H:%M:%SZ}", (kind,))
        recorder.dated(self._dated(modified), (kind,))
        table = read_table(data, self._settings.file.name, self._settings)
        understood = "; ".join(f"{key}: {words}" for key, words in table.understood.items())
        recorder.ran(f"read {self._settings.file.name} as {understood}", (kind,))
        self._form.check_header(table)
        recorder.unreadable(kind, self._form.unmapped)
        rows = self._add_rows(table, recorder)
        self._report_whole(table, rows, modified, recorder)
        expected = self._settings.expected_rows
        recorder.complete(kind, source_count=rows if expected is None else expected)

    def records(self) -> tuple[Record, ...]:
        """Every record, for a source that works by them; raises SourceError where not all are read, or are current."""
        data, modified = self._read()
        table = read_table(data, self._settings.file.name, self._settings)
        self._form.check_header(table)
        held: list[Record] = []
        read = read_rows(table, self._form, self._statements(), held.append)
        if read.problems:
            _, cause, detail, remedy = read.problems[0]
            raise SourceError(cause, f"{self._settings.file.name}: {detail}", remedy)
        for cause, detail, remedy, _ in self._doubts(table, read.rows + (1 if table.cut_off else 0), modified):
            raise SourceError(cause, f"{self._settings.file.name}: {detail}", remedy)
        return tuple(held)

    def diagnose(self) -> Iterable[Diagnosis]:
        """Read the file and look for its columns."""
        target = str(self._settings.file)
        try:
            data, modified = self._read()
            table = read_table(data, self._settings.file.name, self._settings)
            self._form.check_header(table)
            statements = self._statements()
            read = read_rows(table, self._form, statements)
        except SourceError as error:
            yield Diagnosis(target, ok=False, text=error.detail, remedy=error.remedy)
            return
        read_as = ", ".join(words for key, words in table.understood.items() if key in ("format", "encoding"))
        if read.problems:
            text = f"{len(read.problems)} of {read.rows} rows cannot be read; read as {read_as}"
            remedy = f"`styrk register check {self.id} -c` with the settings names each"
            yield Diagnosis(target, ok=False, text=text, remedy=remedy)
        else:
            yield Diagnosis(target, ok=True, text=f"{read.rows} rows, all mapped columns are there; read as {read_as}")
        for cause, detail, remedy, _ in self._doubts(table, read.rows + (1 if table.cut_off else 0), modified):
            yield Diagnosis(target, ok=False, text=f"{cause.value}: {detail}", remedy=remedy)

    def _read(self) -> tuple[bytes, datetime]:
        return read_file(self._settings.file, max_bytes=MAX_BYTES, smaller="export fewer columns")

    def _add_rows(self, table: Table, recorder: Recorder) -> int:
        """Add the records; the number of rows that hold something, unreadable ones and a cut-off one among them."""
        kind = self._form.kind
        statements = self._statements()
        read = read_rows(table, self._form, statements, recorder.add)
        for number, cause, detail, remedy in read.problems[:MAX_ROW_GAPS]:
            recorder.gap(kind, cause, detail, remedy=remedy, subject=f"row {number}")
        if len(read.problems) > MAX_ROW_GAPS:
            recorder.gap(
                kind,
                GapCause.MALFORMED,
                f"{len(read.problems) - MAX_ROW_GAPS} further rows cannot be read",
                remedy="check `columns` in the settings: most likely one of them names the wrong column",
                subject="further rows",
            )
        for words in read.told(statements):
            recorder.ran(f"read {self._settings.file.name}: {words}", (kind,))
        return read.rows + (1 if table.cut_off else 0)

    def _statements(self) -> Statements | None:
        """The statements that the file consists of; raises SourceError absent where they count no more."""
        statements = statements_of(self._settings, self._now().date())
        if statements is not None:
            _check_whole(statements)
        return statements

    def _dated(self, modified: datetime) -> datetime:
        """The time that the rows speak of: the export's, or that of the statement that they are."""
        attested = self._settings.attested
        if attested is None or attested.dated is None:
            return modified
        return min(modified, datetime.combine(attested.dated, time(), UTC))

    def _report_whole(self, table: Table, rows: int, modified: datetime, recorder: Recorder) -> None:
        """Say what casts doubt on the file as a whole: its end, its count, its age."""
        for cause, detail, remedy, subject in self._doubts(table, rows, modified):
            recorder.gap(self._form.kind, cause, detail, remedy=remedy, subject=subject)

    def _doubts(self, table: Table, rows: int, modified: datetime) -> Iterator[tuple[GapCause, str, str, str]]:
        """Cause, detail, remedy and subject of whatever casts doubt on the file as a whole."""
        if table.cut_off is not None:
            number = re.findall(r"row (\d+)", table.cut_off)[0]
            detail = f"the file is cut off: {table.cut_off}"
            yield GapCause.TRUNCATED, detail, "export the register again", f"row {number}"
        expected = self._settings.expected_rows
        if expected is not None and rows != expected:
            cause = GapCause.TRUNCATED if rows < expected else GapCause.MALFORMED
            detail = f"the file has {rows} rows; the settings expect {expected}"
            yield cause, detail, "export the register again, or correct `expected_rows`", "number of rows"
        age = self._now() - modified
        if age > timedelta(days=self._settings.max_age_days):
            detail = f"no current export: the file is of {modified:%Y-%m-%d}, {age.days} days old"
            remedy = f"export the register again; `max_age_days` is {self._settings.max_age_days}"
            yield GapCause.ABSENT, detail, remedy, "export's age"


def _check_whole(statements: Statements) -> None:
    try:
        statements.check_whole()
    except StatementExpiredError as error:
        raise SourceError(
            GapCause.ABSENT, str(error), "have it stated anew, and set `dated` under `attested` to that day"
        ) from error

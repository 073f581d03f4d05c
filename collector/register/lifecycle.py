"""End of support, from the table that comes with Styrk (`lifecycle.csv`) or from one of the organisation's own.

The table holds dates as their makers published them, with the page of each; it is a list that someone wrote down
(`provided`), not an observation, and it was put together on `COMPILED`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

from collector.evidence import GapCause
from collector.records.host import Lifecycle
from collector.records.record import Record
from collector.register.days import read_date
from collector.register.delimited import read_csv
from collector.register.values import ValueUnreadableError, read_text
from collector.source import Diagnosis, Query, Recorder, SourceError

COMPILED = date(2026, 11, 21)
"""Day on which the built-in table was put together; of its dates, Debian's and Ubuntu's are compared with
distro-info-data by a test, the others were taken over from public copies of their makers' pages."""

_BUILT_IN = Path(__file__).with_name("lifecycle.csv")
_COLUMNS = ("product", "version", "support_ends", "extended_ends", "origin")


class LifecycleTable:
    """The end-of-support table as a source with the id `lifecycle`; implements `collector.source.Source`."""

    provides: frozenset[type[Record]] = frozenset({Lifecycle})

    def __init__(self, file: Path = _BUILT_IN) -> None:
        self.id = "lifecycle"
        self._file = file

    def plan(self, wanted: frozenset[type[Record]]) -> Iterable[Query]:
        """Reading the table."""
        if Lifecycle in wanted:
            yield Query("Styrk's own table", f"read {self._file.name}", (Lifecycle,))

    def collect(self, wanted: frozenset[type[Record]], recorder: Recorder) -> None:
        """Read every row of the table."""
        if Lifecycle not in wanted:
            return
        data = self._read()
        digest = hashlib.sha256(data).hexdigest()
        recorder.identity("a table that comes with Styrk")
        recorder.ran(f"read {self._file.name} sha256 {digest} reviewed {COMPILED.isoformat()}", (Lifecycle,))
        count = 0
        for record in parse_lifecycle(data):
            recorder.add(record)
            count += 1
        recorder.complete(Lifecycle, source_count=count)

    def diagnose(self) -> Iterable[Diagnosis]:
        """Whether the table can be read."""
        try:
            count = sum(1 for _ in parse_lifecycle(self._read()))
        except SourceError as error:
            yield Diagnosis(self._file.name, ok=False, text=error.detail, remedy=error.remedy)
        else:
            yield Diagnosis(self._file.name, ok=True, text=f"{count} releases, reviewed {COMPILED.isoformat()}")

    def _read(self) -> bytes:
        try:
            return self._file.read_bytes()
        except OSError as error:
            raise SourceError(
                GapCause.ABSENT, f"{self._file} could not be read: {error.strerror}", "install Styrk again"
            ) from error


def parse_lifecycle(data: bytes) -> Iterator[Lifecycle]:
    """The rows of the table (CSV, UTF-8, ISO dates); raises SourceError malformed for any row that does not fit."""
    table = read_csv(data, "utf-8", ",")
    if table.header != _COLUMNS or table.cut_off is not None:
        raise SourceError(
            GapCause.MALFORMED, f"not the table: columns {', '.join(table.header)}; {table.cut_off or ''}"
        )
    for row in table.rows:
        if row.blank:
            continue
        try:
            product, version, origin = (read_text(row.cells[place]) for place in (0, 1, 4))
            support_ends, extended_ends = read_date(row.cells[2]), read_date(row.cells[3])
        except (ValueUnreadableError, IndexError) as error:
            raise SourceError(GapCause.MALFORMED, f"row {row.number}: {error}") from error
        if product is None or version is None or support_ends is None:
            raise SourceError(GapCause.MALFORMED, f"row {row.number}: product, version or support_ends is empty")
        yield Lifecycle(
            product=product,
            version=version,
            support_ends=support_ends,
            extended_ends=extended_ends,
            origin=origin,
        )

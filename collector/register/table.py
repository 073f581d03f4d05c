"""Rows of a register's file with their row numbers: CSV as Excel in Sweden and others write it, and XLSX.

The rule for CSV: UTF-16 by its mark, else UTF-8 (a mark is dropped), else the configured encoding; nothing is guessed.
Programs that guess read Swedish code page 1252 as other scripts.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from collector.evidence import GapCause
from collector.source import SourceError

MAX_BYTES = 256 << 20
"""Bytes of a register's file."""
MAX_COLUMNS = 500
MAX_CELL = 32_767
"""Characters of a cell: Excel's own limit."""

Cell = str | int | float | bool | date | datetime | None

_END = "\x1e end of the register \x1e"
"""Put after the text: read as a row of its own where every quotation mark is closed."""

DELIMITERS = (";", "\t", ",", "|")


@dataclass(frozen=True, slots=True)
class Row:
    """One row under the header."""

    number: int
    """Row in the file as a spreadsheet shows it, from 1; line breaks within cells do not count."""
    cells: tuple[Cell, ...]

    @property
    def blank(self) -> bool:
        """Whether no cell holds anything."""
        return all(cell is None or (isinstance(cell, str) and not cell.strip()) for cell in self.cells)


@dataclass(slots=True)
class Table:
    """A header and the rows under it."""

    header: tuple[str, ...]
    rows: list[Row] = field(default_factory=list)
    cut_off: str | None = None
    """Why the file looks as if its end is missing; None where it does not."""


def read_csv(data: bytes, encoding: str | None = None, delimiter: str | None = None) -> Table:
    """The table of a CSV file (RFC 4180, with other delimiters and line ends).

    Raises SourceError malformed (encoding, no header, NUL bytes, a cell without bounds) or absent (an empty file).
    """
    text = decode(data, encoding)
    if not text.strip():
        raise SourceError(GapCause.ABSENT, "the file is empty", "export it again")
    if "\0" in text:
        raise SourceError(
            GapCause.MALFORMED,
            "the file holds NUL characters: it is not text, or UTF-16 without its mark",
            "export it again as CSV UTF-8, or set `encoding: utf-16`",
        )
    used = delimiter or delimiter_of(text)
    rows = list(_csv_rows(text, used))
    open_quote = rows[-1].cells != (_END,)
    if not open_quote:
        rows.pop()
    first = next((index for index, row in enumerate(rows) if not row.blank), len(rows))
    table = Table(headings(rows[first].cells) if first < len(rows) else (), rows[first + 1 :])
    if open_quote:
        table.cut_off = f"row {rows[-1].number} ends inside a quoted cell"
        table.rows = table.rows[:-1]
    elif short := _short_last_row(table):
        table.cut_off = f"row {short.number} has {len(short.cells)} of {len(table.header)} columns"
        table.rows.pop()
    return table


def _short_last_row(table: Table) -> Row | None:
    """The last row where it alone has fewer cells than the header: the file was cut off in it."""
    if not table.rows or table.rows[-1].blank or len(table.rows[-1].cells) >= len(table.header):
        return None
    others = (row for row in table.rows[:-1] if not row.blank)
    return table.rows[-1] if all(len(row.cells) >= len(table.header) for row in others) else None


def decode(data: bytes, encoding: str | None) -> str:
    """The text of a file; raises SourceError malformed naming the settings that would read it."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        used = "utf-16"
    elif data.startswith(codecs.BOM_UTF8) or encoding in {None, "utf-8"}:
        used = "utf-8-sig"
    else:
        used = encoding or "utf-8-sig"
    try:
        return data.decode(used, "strict")
    except UnicodeDecodeError as error:
        if used == "utf-8-sig":
            raise SourceError(
                GapCause.MALFORMED,
                f"the file is not UTF-8 (byte {error.start})",
                "set `encoding: cp1252` (Excel in Sweden) or `cp850` (older systems), or export it as CSV UTF-8",
            ) from error
        raise SourceError(
            GapCause.MALFORMED,
            f"the file is not {used} (byte {error.start})",
            "check `encoding` in the settings, or export it as CSV UTF-8",
        ) from error


def delimiter_of(text: str) -> str:
    """The delimiter that the header row uses most, outside quotes; `;` for a file of one column."""
    header = next((line for line in text.splitlines() if line.strip()), "")
    outside = "".join(header.split('"')[::2])
    counts = {each: outside.count(each) for each in DELIMITERS}
    best = max(DELIMITERS, key=lambda each: counts[each])
    return best if counts[best] else ";"


def headings(cells: Sequence[Cell]) -> tuple[str, ...]:
    """Column headings, blanks trimmed and empty ones at the end dropped.

    Raises SourceError malformed for two columns of the same name.
    """
    names = [" ".join(str(cell).split()) if cell is not None else "" for cell in cells]
    while names and not names[-1]:
        names.pop()
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise SourceError(
            GapCause.MALFORMED, f"two columns are called {twice[0]!r}", "rename one of them in the export"
        )
    if len(names) > MAX_COLUMNS:
        raise SourceError(GapCause.MALFORMED, f"{len(names)} columns; at most {MAX_COLUMNS} are read")
    return tuple(names)


def _csv_rows(text: str, delimiter: str) -> Iterator[Row]:
    """Rows with their numbers, an empty line being a row of its own, and at the end a row of `_END` alone.

    Where the text ends inside a quoted cell, that mark is part of the cell.
    """
    marked = text if text.endswith(("\n", "\r")) else f"{text}\n"
    reader = csv.reader(io.StringIO(marked + _END, newline=""), delimiter=delimiter)
    number = 0
    previous_limit = csv.field_size_limit(MAX_CELL)
    try:
        for number, cells in enumerate(reader, start=1):  # the number is in the error too
            yield Row(number, tuple(cells))
    except csv.Error as error:
        raise SourceError(
            GapCause.MALFORMED,
            f"row {number + 1} cannot be read: {error}",
            f"a cell may hold {MAX_CELL} characters; look for a quotation mark that is not closed",
        ) from error
    finally:
        csv.field_size_limit(previous_limit)

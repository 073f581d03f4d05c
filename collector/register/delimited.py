"""Rows of a CSV file (RFC 4180, with other delimiters and line ends), as people have them; pure."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence

from collector.evidence import GapCause
from collector.register.encodings import decode
from collector.register.table import MAX_CELL, Row, Table, headings
from collector.source import SourceError

DELIMITERS = (";", "\t", ",", "|")
_NAMES = {";": "semicolon", "\t": "tab", ",": "comma", "|": "|"}
_EXCEL = re.compile(r"\A(?:sep=(.))(?:\r\n|\r|\n)")
"""A first line by which Excel is told the delimiter."""


def read_csv(
    data: bytes, encoding: str | None = None, delimiter: str | None = None, header_row: int | None = None
) -> Table:
    """The table of a CSV file; a row that cannot be read is there with its fault.

    Raises SourceError malformed (encoding, no header, NUL bytes, a cell without bounds) or absent (an empty file).
    """
    text, encoded = decode(data, encoding)
    if not text.strip():
        raise SourceError(GapCause.ABSENT, "the file is empty", "export it again")
    if "\0" in text:
        raise SourceError(
            GapCause.MALFORMED,
            "the file holds NUL characters: it is not text, or UTF-16 without its mark",
            "export it again as CSV UTF-8, or set `encoding: utf-16`",
        )
    used, how = _delimiter(text, delimiter, header_row)
    rows = list(_csv_rows(text, used))
    cut_off = rows.pop().fault if rows and rows[-1].fault == _OPEN else None
    place = _header(rows, header_row)
    header = headings(rows[place].cells) if place < len(rows) else ()
    table = Table(header, _checked(rows[place + 1 :], header))
    number = rows[-1].number + 1 if rows else 1
    if cut_off is not None:
        table.cut_off = f"row {number} ends inside a quoted cell"
    elif short := _short_last_row(table):
        table.cut_off = f"row {short.number} has {len(short.cells)} of {len(table.header)} columns"
        table.rows.pop()
    table.understood = {"format": "CSV", "encoding": encoded, "delimiter": f"{_NAMES[used]}, {how}"}
    if place < len(rows):
        table.understood["header"] = f"row {rows[place].number}"
    return table


def delimiter_of(text: str) -> str:
    """The delimiter that the header row uses most, outside quotes; `;` for a file of one column."""
    header = next((line for line in text.splitlines() if line.strip()), "")
    outside = "".join(header.split('"')[::2])
    counts = {each: outside.count(each) for each in DELIMITERS}
    best = max(DELIMITERS, key=lambda each: counts[each])
    return best if counts[best] else ";"


def _delimiter(text: str, named: str | None, header_row: int | None) -> tuple[str, str]:
    if named:
        return named, "by the settings"
    if (match := _EXCEL.match(text)) and match[1] in DELIMITERS:
        return match[1], "by the file's first line"
    below = "\n".join(text.splitlines()[header_row - 1 :]) if header_row else text
    return delimiter_of(below), "which the header row uses most"


def _header(rows: Sequence[Row], named: int | None) -> int:
    """Where among the rows the header is: at the row that the settings name, else the first that is not blank."""
    if named is not None:
        found = next((index for index, row in enumerate(rows) if row.number == named), None)
        if found is None or rows[found].blank:
            raise SourceError(
                GapCause.MALFORMED,
                f"row {named} holds no column headings: the file has {len(rows)} rows",
                "correct `header_row` in the settings",
            )
        return found
    first = next((index for index, row in enumerate(rows) if not row.blank), len(rows))
    if first < len(rows) and (fault := rows[first].fault):
        raise SourceError(GapCause.MALFORMED, f"row {rows[first].number}, the header, cannot be read: {fault}")
    return first


def _checked(rows: Sequence[Row], header: Sequence[str]) -> list[Row]:
    """The rows, with a fault where cells do not stand under their headings.

    A row that is short has lost nothing where the export leaves empty cells out at the end. Where other rows keep
    theirs, it was broken in two by a line break.
    """
    padded = any(len(row.cells) == len(header) and row.cells[-1] == "" and not row.blank for row in rows)
    checked = []
    for place, row in enumerate(rows):
        fault = row.fault
        if fault is None and any(str(cell).strip() for cell in row.cells[len(header) :]):
            fault = f"has {len(row.cells)} cells under {len(header)} headings: a delimiter that stands outside quotes?"
        elif fault is None and padded and not row.blank and len(row.cells) < len(header) and place < len(rows) - 1:
            fault = f"has {len(row.cells)} of {len(header)} cells: a line break that stands outside quotes?"
        checked.append(Row(row.number, row.cells, fault))
    return checked


def _short_last_row(table: Table) -> Row | None:
    """The last row where it alone has fewer cells than the header: the file was cut off in it."""
    if not table.rows or table.rows[-1].blank or table.rows[-1].fault:
        return None
    if len(table.rows[-1].cells) >= len(table.header):
        return None
    others = (row for row in table.rows[:-1] if not row.blank and not row.fault)
    return table.rows[-1] if all(len(row.cells) >= len(table.header) for row in others) else None


_OPEN = "its quotation mark is not closed"


def _csv_rows(text: str, delimiter: str) -> Iterator[Row]:
    """Rows with their numbers, an empty line being a row of its own; the last has the fault `_OPEN` where cut off."""
    skipped = 1 if _EXCEL.match(text) else 0
    reader = csv.reader(io.StringIO(_EXCEL.sub("", text), newline=""), delimiter=delimiter, strict=True)
    previous_limit = csv.field_size_limit(MAX_CELL)
    number = line = 0
    try:
        while True:
            number += 1
            try:
                yield Row(number, tuple(next(reader)))
            except StopIteration:
                return
            except csv.Error as error:
                first, line = line + 1 + skipped, reader.line_num
                fault = _fault(error, number, first, line + skipped)
                yield Row(number, (), fault)
                if fault == _OPEN:
                    return
            line = reader.line_num
    finally:
        csv.field_size_limit(previous_limit)


def _fault(error: csv.Error, number: int, first: int, last: int) -> str:
    said = str(error)
    if "unexpected end of data" in said:
        return _OPEN
    if "expected after" in said:
        lines = f"line {first}" if first == last else f"lines {first} to {last}"
        return f"a quotation mark stands within a cell ({lines} of the file)"
    raise SourceError(
        GapCause.MALFORMED,
        f"row {number} cannot be read: {error}",
        f"a cell may hold {MAX_CELL} characters; look for a quotation mark that is not closed",
    ) from error

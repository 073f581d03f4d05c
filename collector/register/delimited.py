"""Rows of a CSV file (RFC 4180, with other delimiters and line ends), as people have them; pure."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import overload

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
    survey = _survey(text, used, header_row)
    last, cut_off = survey.last, None
    if survey.open_at is not None:
        cut_off = f"row {survey.open_at} ends inside a quoted cell"
    elif short := survey.short:
        cut_off = f"row {short.number} has {len(short.cells)} of {len(survey.header)} columns"
        last -= 1
    table = Table(survey.header, _CsvRows(text, used, survey, last), cut_off)
    table.understood = {"format": "CSV", "encoding": encoded, "delimiter": f"{_NAMES[used]}, {how}"}
    if survey.header_at is not None:
        table.understood["header"] = f"row {survey.header_at}"
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


@dataclass(slots=True)
class _Survey:
    """What holds of a file's rows together, from one reading of all of them."""

    header: tuple[str, ...] = ()
    header_at: int | None = None
    """The header's row; None in a file of blank rows."""
    last: int = 0
    """The last row that is whole, blank ones too."""
    open_at: int | None = None
    """The row in which the file ends inside quotation marks."""
    padded: bool = False
    """Whether some row keeps an empty cell at its end."""
    short: Row | None = None
    """The last row where it alone has fewer cells than the header: the file was cut off in it."""


def _survey(text: str, delimiter: str, header_row: int | None) -> _Survey:
    """Read all rows once: the header at the row that the settings name, else in the first that is not blank."""
    survey, previous, others_short = _Survey(), None, False
    for row in _csv_rows(text, delimiter):
        if row.fault == _OPEN:
            survey.open_at = row.number
            break
        survey.last = row.number
        if survey.header_at is None:
            if row.number == (header_row or row.number) and not row.blank:
                if row.fault:
                    detail = f"row {row.number}, the header, cannot be read: {row.fault}"
                    raise SourceError(GapCause.MALFORMED, detail)
                survey.header, survey.header_at = headings(row.cells), row.number
            continue
        others_short = others_short or (previous is not None and _is_short(previous, survey.header))
        previous = row
        survey.padded = survey.padded or _is_padded(row, survey.header)
    if header_row is not None and survey.header_at is None:
        raise SourceError(
            GapCause.MALFORMED,
            f"row {header_row} holds no column headings: the file has {survey.last} rows",
            "correct `header_row` in the settings",
        )
    # Among padded rows a short one was broken in two by a line break, which says nothing of the file's end.
    if previous is not None and _is_short(previous, survey.header) and (survey.padded or not others_short):
        survey.short = previous
    return survey


def _is_short(row: Row, header: Sequence[str]) -> bool:
    return row.fault is None and not row.blank and len(row.cells) < len(header)


def _is_padded(row: Row, header: Sequence[str]) -> bool:
    return len(row.cells) == len(header) and row.cells[-1] == "" and not row.blank


class _CsvRows(Sequence[Row]):
    """The rows below the header up to the last, read from the text each time: a million rows would fill the memory.

    A row has a fault where cells do not stand under their headings. One that is short has lost nothing where the export
    leaves empty cells out at the end; where other rows keep theirs, it was broken in two by a line break.
    """

    def __init__(self, text: str, delimiter: str, survey: _Survey, last: int) -> None:
        self._text = text
        self._delimiter = delimiter
        self._survey = survey
        self._last = last

    def __iter__(self) -> Iterator[Row]:
        survey, size = self._survey, len(self._survey.header)
        if survey.header_at is None:
            return
        for row in _csv_rows(self._text, self._delimiter):
            if row.number > self._last:
                return
            if row.number <= survey.header_at:
                continue
            count = len(row.cells)
            if row.fault is not None or count == size:
                yield row
            elif count > size and any(str(cell).strip() for cell in row.cells[size:]):
                fault = f"has {count} cells under {size} headings: a delimiter that stands outside quotes?"
                yield Row(row.number, row.cells, fault)
            elif survey.padded and row.number < survey.last and _is_short(row, survey.header):
                fault = f"has {count} of {size} cells: a line break that stands outside quotes?"
                yield Row(row.number, row.cells, fault)
            else:
                yield row

    def __len__(self) -> int:
        return 0 if self._survey.header_at is None else self._last - self._survey.header_at

    @overload
    def __getitem__(self, place: int) -> Row: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Row]: ...
    def __getitem__(self, place: int | slice) -> Row | Sequence[Row]:
        """A row, or rows, by reading up to there."""
        if isinstance(place, slice):
            return [*islice(self, *place.indices(len(self)))]
        found = next(islice(self, place if place >= 0 else len(self) + place, None), None)
        if found is None:
            raise IndexError(place)
        return found


_OPEN = "its quotation mark is not closed"


def _csv_rows(text: str, delimiter: str) -> Iterator[Row]:
    """Rows with their numbers, an empty line being a row of its own; the last has the fault `_OPEN` where cut off."""
    skipped = 1 if _EXCEL.match(text) else 0
    reader = csv.reader(_lines(_EXCEL.sub("", text)), delimiter=delimiter, strict=True)
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


def _lines(text: str) -> Iterator[str]:
    """The lines with their ends, whichever those are; io.StringIO would hold it all once more, four octets a letter."""
    return (match[0] for match in _LINE.finditer(text))


_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


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

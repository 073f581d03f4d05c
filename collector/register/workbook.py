"""Rows of an XLSX sheet, by openpyxl in its streaming mode; values as Excel last computed them."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice, repeat
from typing import Any

from collector.evidence import GapCause
from collector.register.merged_cells import OVERLAP, Merged, filled, merged_in, merged_words
from collector.register.table import MAX_CELL, MAX_COLUMNS, Cell, Row, Table, Unreadable, headings
from collector.source import SourceError

MAX_UNPACKED = 1 << 30
"""Bytes of all parts of a workbook, unpacked."""
MAX_PART = 256 << 20
"""Bytes of one part of a workbook, unpacked: a sheet, or all texts of the workbook."""
MAX_ROWS = 1_048_576
"""Rows of a sheet: Excel's own limit."""
MAX_BLANK_ROWS = 1000
"""Blank rows in a row after which a sheet is taken to have ended: formatting reaches far below the data."""


@dataclass(frozen=True, slots=True)
class Part:
    """What a sheet's part of the archive holds beside the values of its cells."""

    has_formulas: bool = False
    merged: tuple[Merged, ...] = ()


def read_workbook(data: bytes, sheet: str | None = None, header_row: int | None = None) -> Table:
    """The table of one sheet, the first where none is named; formulas as Excel last computed them, never computed here.

    Raises SourceError: malformed (no workbook, damaged, too large), absent (no such sheet, an empty one).
    """
    _check_parts(data)
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    if not openpyxl.DEFUSEDXML:
        raise SourceError(GapCause.UNSUPPORTED, "defusedxml is not installed", "pip install defusedxml")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of extensions that hold no values
            with ExitStack() as opened:
                book = _open(openpyxl, data, opened, values=True)
                used = _chosen(book, sheet)
                part = _looked_through(data, book[used]._worksheet_path)  # noqa: SLF001  # openpyxl tells it nowhere else
                second = _open(openpyxl, data, opened, values=False) if part.has_formulas else None
                cells = filled(_cells(book[used], second and second[used]), part.merged)
                table = _table(cells, header_row)
                table.understood = {"format": "XLSX", "sheet": _sheet_words(book, used, sheet), **table.understood}
                if part.merged:
                    table.understood["merged"] = merged_words(part.merged)
                return table
    except SourceError:
        raise
    except (
        InvalidFileException,
        zipfile.BadZipFile,
        zlib.error,
        KeyError,
        ValueError,
        TypeError,
        AttributeError,
        IndexError,
        OverflowError,
        RecursionError,
        NotImplementedError,
        RuntimeError,
        OSError,
        SyntaxError,
        EOFError,
    ) as error:  # what openpyxl and zipfile raise for workbooks that are damaged in one way or another
        first: BaseException = error
        while first.__context__ is not None:  # openpyxl raises its own words over those that say what is wrong
            first = first.__context__
        raise _damaged(f"{type(first).__name__}: {first}") from error


def _open(openpyxl: Any, data: bytes, opened: ExitStack, *, values: bool) -> Any:
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=values, keep_links=False)
    opened.callback(book.close)
    return book


def _chosen(book: Any, sheet: str | None) -> str:
    names = [each.title for each in book.worksheets]
    if not names:
        raise SourceError(GapCause.ABSENT, "the workbook has no sheet with cells")
    if sheet is not None and sheet not in names:
        raise SourceError(
            GapCause.ABSENT,
            f"the workbook has no sheet {sheet!r}",
            f"it has {', '.join(names)}; correct `sheet` in the settings",
        )
    shown = [each.title for each in book.worksheets if each.sheet_state == "visible"]
    return sheet or str((shown or names)[0])


def _sheet_words(book: Any, used: str, named: str | None) -> str:
    others = [each.title for each in book.worksheets if each.title != used]
    hidden = ", hidden" if book[used].sheet_state != "visible" else ""
    how = "by the settings" if named else "the first that is shown"
    return f"{used} ({how}{hidden})" + (f"; not read: {', '.join(others)}" if others else "")


def _check_parts(data: bytes) -> None:
    """Raise SourceError for an archive that is no workbook, or too large."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            unpacked, largest = sum(part.file_size for part in parts), max((p.file_size for p in parts), default=0)
            if unpacked > MAX_UNPACKED or largest > MAX_PART:
                raise SourceError(
                    GapCause.MALFORMED,
                    f"the workbook unpacks to {unpacked} bytes, its largest part to {largest}",
                    f"at most {MAX_UNPACKED} and {MAX_PART} are read; export fewer columns",
                )
            names = {part.filename for part in parts}
            if "mimetype" in names and archive.read("mimetype").startswith(b"application/vnd.oasis"):
                raise SourceError(GapCause.MALFORMED, "the file is an OpenDocument file", "save it as .xlsx")
            if "xl/workbook.bin" in names:
                raise SourceError(GapCause.MALFORMED, "the file is a binary workbook (.xlsb)", "save it as .xlsx")
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, ValueError, OSError, EOFError) as error:
        raise _damaged(str(error)) from error


def _looked_through(data: bytes, path: str) -> Part:
    """What a sheet's part at this path of the archive holds beside values."""
    has_formulas, merged, before = False, set[Merged](), b""
    with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open(path.lstrip("/")) as opened:
        while piece := opened.read(1 << 20):
            looked_at = before + piece
            has_formulas = has_formulas or re.search(rb"<(?:\w+:)?f[ >/]", looked_at) is not None
            merged = merged_in(looked_at, merged)
            before = looked_at[-OVERLAP:]
    return Part(has_formulas, tuple(sorted(merged)))


def _cells(values: Any, formulas: Any | None) -> Iterator[tuple[Cell, ...]]:
    """Rows of cells; one whose formula nobody has computed says so instead of being empty."""
    values.reset_dimensions()  # what the file says of its own size may be less than it holds
    rows = islice(values.iter_rows(values_only=True), MAX_ROWS)
    if formulas is None:
        beside: Iterator[Sequence[Any]] = repeat(())
    else:
        formulas.reset_dimensions()
        beside = formulas.iter_rows(values_only=True)
    for row, other in zip(rows, beside, strict=False):
        cells = [_cell(value) for value in row[:MAX_COLUMNS]]
        for place, formula in enumerate(other[: len(cells)]):
            if cells[place] is None and formula is not None:
                cells[place] = Unreadable("a formula without a value: open the file in a spreadsheet and save it")
        yield tuple(cells)


def _cell(value: object) -> Cell:
    if value is None or isinstance(value, (bool, int, float, date, datetime)):
        return value
    return str(value)[:MAX_CELL]


def _table(rows: Iterator[tuple[Cell, ...]], header_row: int | None) -> Table:
    table = Table(())
    kept: list[Row] = []
    blank: list[Row] = []
    for number, cells in enumerate(rows, start=1):
        row = Row(number, cells)
        if row.blank:
            if len(blank) == MAX_BLANK_ROWS:
                break
            blank.append(row)
            continue
        if header_row is not None and number < header_row:
            blank = []
            continue
        if header_row is not None and not table.header and number > header_row:
            break
        if not table.header:
            table.header = headings(cells)
            table.understood["header"] = f"row {number}"
        else:
            kept += [*(blank if kept else []), row]
        blank = []
    if not table.header:
        where = "the sheet is empty" if header_row is None else f"row {header_row} holds no column headings"
        raise SourceError(GapCause.ABSENT, where, "name the right sheet with `sheet`, its header with `header_row`")
    table.rows = kept
    return table


def _damaged(detail: str) -> SourceError:
    return SourceError(
        GapCause.MALFORMED,
        f"not a workbook (.xlsx), or a damaged one: {detail:.300}",
        "save it anew as .xlsx; .xls and password-protected workbooks are not read",
    )

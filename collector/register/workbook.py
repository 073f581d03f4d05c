"""Rows of an XLSX sheet, by openpyxl in its streaming mode; values as Excel last computed them."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from itertools import islice

from collector.evidence import GapCause
from collector.register.table import MAX_CELL, MAX_COLUMNS, Cell, Row, Table, headings
from collector.source import SourceError

MAX_UNPACKED = 1 << 30
"""Bytes of all parts of a workbook, unpacked."""
MAX_ROWS = 1_048_576
"""Rows of a sheet: Excel's own limit."""
MAX_BLANK_ROWS = 1000
"""Blank rows in a row after which a sheet is taken to have ended: formatting reaches far below the data."""


def read_workbook(data: bytes, sheet: str | None = None) -> Table:
    """The table of one sheet, the first where none is named.

    Raises SourceError: malformed (no workbook, damaged, too large), absent (no such sheet, an empty one).
    """
    _check_size(data)
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    if not openpyxl.DEFUSEDXML:
        raise SourceError(GapCause.UNSUPPORTED, "defusedxml is not installed", "pip install defusedxml")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of extensions that hold no values
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
            try:
                names = book.sheetnames
                if sheet is not None and sheet not in names:
                    raise SourceError(
                        GapCause.ABSENT,
                        f"the workbook has no sheet {sheet!r}",
                        f"it has {', '.join(names) or 'none'}; correct `sheet` in the settings",
                    )
                return _table(_cells(book[sheet or names[0]]))
            finally:
                book.close()
    except SourceError:
        raise
    except (
        InvalidFileException,
        zipfile.BadZipFile,
        KeyError,
        ValueError,
        TypeError,
        AttributeError,
        IndexError,
        OSError,
        SyntaxError,
        EOFError,
    ) as error:  # what openpyxl raises for workbooks that are damaged in one way or another
        raise _damaged(f"{type(error).__name__}: {error}") from error


def _check_size(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(part.file_size for part in archive.infolist())
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise _damaged(str(error)) from error
    if unpacked > MAX_UNPACKED:
        raise SourceError(
            GapCause.MALFORMED, f"the workbook unpacks to {unpacked} bytes; at most {MAX_UNPACKED} are read"
        )


def _cells(worksheet: object) -> Iterator[tuple[Cell, ...]]:
    rows = worksheet.iter_rows(values_only=True)  # type: ignore[attr-defined]
    for row in islice(rows, MAX_ROWS):
        yield tuple(_cell(value) for value in row[:MAX_COLUMNS])


def _cell(value: object) -> Cell:
    if value is None or isinstance(value, (bool, int, float, date, datetime)):
        return value
    return str(value)[:MAX_CELL]


def _table(rows: Iterator[tuple[Cell, ...]]) -> Table:
    table = Table(())
    blank: list[Row] = []
    for number, cells in enumerate(rows, start=1):
        row = Row(number, cells)
        if row.blank:
            if len(blank) == MAX_BLANK_ROWS:
                break
            blank.append(row)
            continue
        if not table.header:
            table.header = headings(cells)
        else:
            table.rows += [*(blank if table.rows else []), row]
        blank = []
    if not table.header:
        raise SourceError(GapCause.ABSENT, "the sheet is empty", "name the right one with `sheet`")
    return table


def _damaged(detail: str) -> SourceError:
    return SourceError(
        GapCause.MALFORMED,
        f"not a workbook (.xlsx), or a damaged one: {detail:.300}",
        "save it anew as .xlsx; .xls and password-protected workbooks are not read",
    )

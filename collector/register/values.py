"""Values of cells as people in Sweden write them: dates, yes and no, whole numbers; pure, and never a silent guess."""

from __future__ import annotations

import re
from datetime import date, datetime

from collector.register.table import Cell

_ISO = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?)?"
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?: \d{1,2}[:.]\d{2}(?:[:.]\d{2})?)?")
_SWEDISH = re.compile(r"(\d{1,2})/(\d{1,2})[ -](\d{4})")
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_YEAR_FIRST = re.compile(r"(\d{4})/(\d{1,2})/(\d{1,2})")
_NUMBER = re.compile(r"[+-]?\d{1,3}(?:[ \u00a0\u202f]?\d{3})*(?:[.,]0{1,2})?")

_YES = frozenset({"ja", "j", "x", "sant", "true", "yes", "y", "1", "aktiv"})
_NO = frozenset({"nej", "n", "falskt", "false", "no", "0"})

_FIRST_YEAR, _LAST_YEAR = 1900, 2199


class ValueUnreadableError(ValueError):
    """A cell's content is not what its column should hold, or could be read in two ways."""


def read_text(cell: Cell) -> str | None:
    """The cell's words, blanks trimmed; None for an empty cell. A whole number loses Excel's `.0`."""
    if cell is None:
        return None
    if isinstance(cell, bool):
        return "ja" if cell else "nej"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, (date, datetime)):
        return cell.isoformat()
    return " ".join(str(cell).split()) or None


def read_date(cell: Cell) -> date | None:
    """The day; None for an empty cell.

    2026-11-21 (with or without a time), 20261121, 21.11.2026, 21/11 2026, 2026/11/21, and Excel's own dates. Raises
    ValueUnreadableError for anything else, and for 03/04/2026, which is two days.
    """
    if isinstance(cell, datetime):
        return _checked(cell.year, cell.month, cell.day, str(cell))
    if isinstance(cell, date):
        return _checked(cell.year, cell.month, cell.day, str(cell))
    if isinstance(cell, bool):
        raise ValueUnreadableError("not a date")
    text = read_text(cell)
    if text is None:
        return None
    for pattern in (_ISO, _COMPACT, _YEAR_FIRST):
        if match := pattern.fullmatch(text):
            return _checked(int(match[1]), int(match[2]), int(match[3]), text)
    for pattern in (_DOTTED, _SWEDISH):
        if match := pattern.fullmatch(text):
            return _checked(int(match[3]), int(match[2]), int(match[1]), text)
    if match := _SLASHED.fullmatch(text):
        return _slashed(int(match[1]), int(match[2]), int(match[3]), text)
    raise ValueUnreadableError("not a date; 2026-11-21 is understood")


def read_bool(cell: Cell) -> bool | None:
    """Yes or no; None for an empty cell; raises ValueUnreadableError for any other word."""
    if isinstance(cell, bool):
        return cell
    text = read_text(cell)
    if text is None:
        return None
    if text.casefold() in _YES:
        return True
    if text.casefold() in _NO:
        return False
    raise ValueUnreadableError("neither ja nor nej")


def read_int(cell: Cell) -> int | None:
    """A whole number, `1 200` and `45,0` too; None for an empty cell; raises ValueUnreadableError for anything else."""
    if isinstance(cell, (bool, date, datetime)):
        raise ValueUnreadableError("not a number")
    if isinstance(cell, int):
        return cell
    text = read_text(cell)
    if text is None:
        return None
    if _NUMBER.fullmatch(text) is None:
        raise ValueUnreadableError("not a whole number")
    whole = re.split(r"[.,]", text)[0]
    return int(re.sub(r"\s", "", whole))


def read_names(cell: Cell) -> tuple[str, ...]:
    """Names in one cell, separated by comma, semicolon or line break."""
    if cell is None:
        return ()
    parts = re.split(r"[,;\n]", str(cell)) if isinstance(cell, str) else [read_text(cell) or ""]
    return tuple(name for part in parts if (name := " ".join(part.split())))


def _slashed(first: int, second: int, year: int, text: str) -> date:
    """Day and month by slashes: only where one of them cannot be a month, or both are the same."""
    if first > 12 or first == second:
        return _checked(year, second, first, text)
    if second > 12:
        return _checked(year, first, second, text)
    raise ValueUnreadableError("could be read as two different days")


def _checked(year: int, month: int, day: int, text: str) -> date:
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise ValueUnreadableError(f"the year {year} is no year of a register")
    try:
        return date(year, month, day)
    except ValueError as error:
        raise ValueUnreadableError(f"no such day: {text:.40}") from error

"""Values of cells as people in Sweden write them: yes and no, whole numbers, names; pure, and never a silent guess.

Days and times are in `collector.register.days`.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal

from collector.register.table import Cell, Unreadable, plain

_NUMBER = re.compile(r"[+-]?\d{1,3}(?:[ \u00a0\u202f]?\d{3})*(?:[.,]0{1,2})?")
_DECIMAL = re.compile(r"([+-]?\d{1,3}(?:[ \u00a0\u202f]?\d{3})*|[+-]?\d{1,15})(?:[.,](\d{1,9}))?")

_MAX_DIGITS = 18

_DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2212_."
_NOTHING = frozenset(
    [
        "saknas",
        "uppgift saknas",
        "n/a",
        "n.a.",
        "null",
        "(null)",
        "(tom)",
        "(tomt)",
        "(saknas)",
        "ej angivet",
        "ej angiven",
        "ej angett",
        "ej ifyllt",
        "ej ifylld",
    ]
)
_NOT_KNOWN = frozenset(
    ["okänd", "okänt", "okända", "vet ej", "vet inte", "oklar", "oklart", "?", "??", "???", "unknown"]
)

MAY_SAY_NOTHING = frozenset(
    {word[0] for word in (*_NOTHING, *_NOT_KNOWN)} | {word[0].upper() for word in (*_NOTHING, *_NOT_KNOWN)} | {*_DASHES}
) | {"", " ", "\t", "\n"}
"""What a cell of ASCII letters begins with, that says nothing or that nobody knows: most begin otherwise."""

_YES = frozenset({"ja", "j", "x", "sant", "true", "yes", "y", "1", "aktiv"})
_NO = frozenset({"nej", "n", "falskt", "false", "no", "0"})


class ValueUnreadableError(ValueError):
    """A cell's content is not what its column should hold, or could be read in two ways."""


def read_text(cell: Cell) -> str | None:
    """The cell's words, blanks trimmed; None for an empty cell. A whole number loses Excel's `.0`."""
    if isinstance(cell, str):
        return plain(cell) or None
    if cell is None:
        return None
    if isinstance(cell, bool):
        return "ja" if cell else "nej"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, (date, datetime)):
        return cell.isoformat()
    if isinstance(cell, tuple):
        return ", ".join(name for each in cell if (name := plain(each))) or None
    if isinstance(cell, Unreadable):
        raise ValueUnreadableError(cell.why)
    return plain(str(cell)) or None


def says_nothing(text: str) -> bool:
    """Whether a cell's word is one by which people say that there is nothing: `-`, `saknas`, `n/a`."""
    return text.casefold() in _NOTHING or not text.strip(_DASHES)


def says_not_known(text: str) -> bool:
    """Whether a cell's word is one by which people say that they do not know: `okänd`, `?`."""
    return text.casefold() in _NOT_KNOWN


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
    whole = re.sub(r"\s", "", re.split(r"[.,]", text)[0])
    if len(whole) > _MAX_DIGITS:
        raise ValueUnreadableError("too large a number")
    return int(whole)


def read_scaled(cell: Cell, factor: int) -> int | None:
    """A number with or without decimals (`1,5`, `99.95 %`), times the factor; None for an empty cell.

    Raises ValueUnreadableError for anything else, for `1.200` and `1,200`, which are two numbers, and where the product
    is not whole.
    """
    if isinstance(cell, (bool, date, datetime)):
        raise ValueUnreadableError("not a number")
    text = read_text(cell)
    if text is None:
        return None
    text = text.removesuffix("%").rstrip()
    match = _DECIMAL.fullmatch(text)
    if match is None:
        raise ValueUnreadableError("not a number")
    if isinstance(cell, str) and len(match[2] or "") == 3 and len(match[1].lstrip("+-")) <= 3:
        raise ValueUnreadableError("could be read as thousands or as decimals")
    product = Decimal(f"{re.sub(r'[^0-9+-]', '', match[1])}.{match[2] or 0}") * factor
    if product != product.to_integral_value():
        raise ValueUnreadableError(f"times {factor} it is not a whole number")
    return int(product)


def read_names(cell: Cell) -> tuple[str, ...]:
    """Names in one cell, separated by comma, semicolon or line break; those of a list in JSON as they are."""
    if cell is None:
        return ()
    if isinstance(cell, tuple):
        return tuple(name for each in cell if (name := plain(each)))
    parts = re.split(r"[,;\n]", str(cell)) if isinstance(cell, str) else [read_text(cell) or ""]
    return tuple(name for part in parts if (name := plain(part)))

"""Rows under a header, as every importer gives them; pure."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from collector.evidence import GapCause
from collector.source import SourceError

MAX_BYTES = 256 << 20
"""Bytes of a register's file."""
MAX_COLUMNS = 500
MAX_CELL = 32_767
"""Characters of a cell: Excel's own limit."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """What stands in a cell whose content cannot be told."""

    why: str


Cell = str | int | float | bool | date | datetime | tuple[str, ...] | Unreadable | None
"""What a cell holds; several texts where the file itself says that they are several."""


class Row(NamedTuple):
    """One row under the header; a tuple, since a register may have a million."""

    number: int
    """Row in the file as a spreadsheet shows it, from 1; line breaks within cells do not count. JSON: the object's."""
    cells: tuple[Cell, ...]
    fault: str | None = None
    """Why the row cannot be read, although it is there."""

    @property
    def blank(self) -> bool:
        """Whether no cell holds anything."""
        for cell in self.cells:
            if isinstance(cell, str):
                if cell.strip() if cell.isascii() else plain(cell):
                    return False
            elif cell is not None and cell != ():
                return False
        return self.fault is None


@dataclass(slots=True)
class Table:
    """A header and the rows under it."""

    header: tuple[str, ...]
    rows: Sequence[Row] = ()
    """All rows below the header; of a large file they are read anew each time."""
    cut_off: str | None = None
    """Why the file looks as if its end is missing; None where it does not."""
    understood: dict[str, str] = field(default_factory=dict)
    """How the file was read, in words: `format`, `encoding`, `delimiter`, `sheet`, `header` ..."""


_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
"""What nobody sees in a cell: soft hyphens, joiners, marks of direction, a byte order mark from another file."""


def plain(text: str) -> str:
    """A cell's words as a reader sees them: blanks of any kind made one, nothing invisible, each letter one character.

    Keys are compared by it: one that was pasted from a web page or a Mac is otherwise another person's.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFC", _INVISIBLE.sub("", text))
    return " ".join(text.split())


def headings(cells: Sequence[Cell]) -> tuple[str, ...]:
    """Column headings, blanks trimmed and empty ones at the end dropped; raises SourceError malformed for too many.

    Of several that are the same each has its number: `Datum (1)`, `Datum (2)`.
    """
    names = ["" if cell is None or isinstance(cell, Unreadable) else plain(str(cell)) for cell in cells]
    while names and not names[-1]:
        names.pop()
    if len(names) > MAX_COLUMNS:
        raise SourceError(GapCause.MALFORMED, f"{len(names)} columns; at most {MAX_COLUMNS} are read")
    return tuple(_numbered(names))


def _numbered(names: list[str]) -> Iterator[str]:
    total, seen = Counter(names), Counter[str]()
    for name in names:
        seen[name] += 1
        yield f"{name} ({seen[name]})" if name and total[name] > 1 else name

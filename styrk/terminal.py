"""Text for a terminal: tables and paragraphs of at most its width, and foreign text that cannot drive it."""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TextIO

from reporters.texts.hostile import neutralised

WIDEST = 100
"""Columns that are used at most: longer lines are hard to read."""
NARROWEST = 40
_COLOURS: Mapping[str, str] = {"red": "31", "green": "32", "yellow": "33", "bold": "1", "dim": "2"}
_NARROW_COLUMN = 12
"""Columns that the last column of a table gets at least."""


def own_name() -> str:
    """How to call Styrk again from here: `styrk` where the shell finds it, else as it was called."""
    called = Path(sys.argv[0])
    if called.name != "styrk" or shutil.which("styrk"):
        return "styrk"
    return str(called)


def width() -> int:
    """Columns to write in: the terminal's (or COLUMNS), 80 where there is none."""
    return max(NARROWEST, min(WIDEST, shutil.get_terminal_size((80, 24)).columns))


def clean(text: str) -> str:
    """A text from a target on one line, with everything that drives a terminal shown by its code."""
    return neutralised(" ".join(text.split()))


def columns(text: str) -> int:
    """Columns that a text takes: wide characters take two, combining marks none."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(each) else 2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text
    )


def shortened(text: str, limit: int) -> str:
    """A cleaned text of at most `limit` columns; what was cut off is shown as an ellipsis."""
    cleaned = clean(text)
    if columns(cleaned) <= limit:
        return cleaned
    kept = ""
    for each in cleaned:
        if columns(kept + each) > limit - 1:
            break
        kept += each
    return f"{kept.rstrip()}…"


def paragraph(text: str, *, indent: str = "", hanging: str | None = None, limit: int | None = None) -> list[str]:
    """The text in lines of at most `limit` columns (the terminal's); a word that is longer stays whole, for copying."""
    return textwrap.wrap(
        clean(text),
        limit or width(),
        initial_indent=indent,
        subsequent_indent=indent if hanging is None else hanging,
        break_long_words=False,
        break_on_hyphens=False,
    ) or [indent.rstrip()]


def table(rows: Sequence[Sequence[str]], headings: Sequence[str] = (), *, indent: str = "  ") -> list[str]:
    """Rows in columns, the last one wrapped to what is left of the terminal's width."""
    cells = [[clean(cell) for cell in row] for row in rows]
    shown = [list(headings), *cells] if headings else cells
    if not shown:
        return []
    wide = [max(columns(row[place]) for row in shown) for place in range(len(shown[0]) - 1)]
    before = len(indent) + sum(wide) + 2 * len(wide)
    room = max(_NARROW_COLUMN, width() - before)
    lines = []
    for row in shown:
        start = indent + "".join(f"{_padded(cell, size)}  " for cell, size in zip(row, wide, strict=False))
        last = paragraph(row[-1], limit=room)
        lines.append(f"{start}{last[0]}".rstrip())
        lines += [f"{' ' * before}{line}" for line in last[1:]]
    return lines


def coloured(stream: TextIO | None = None) -> bool:
    """Whether colours are welcome: on a terminal, and not where NO_COLOR (no-color.org) or TERM=dumb says no."""
    chosen = sys.stdout if stream is None else stream
    return chosen.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def paint(text: str, colour: str, stream: TextIO | None = None) -> str:
    """The text in a colour (`red`, `green`, `yellow`, `bold`, `dim`) where colours are welcome, else as it is."""
    return f"\x1b[{_COLOURS[colour]}m{text}\x1b[0m" if coloured(stream) else text


def _padded(text: str, size: int) -> str:
    return text + " " * (size - columns(text))

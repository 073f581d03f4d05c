"""Merged cells of a sheet: the file has their value once, a reader sees it in each of their rows; pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from collector.evidence import GapCause
from collector.register.table import MAX_COLUMNS, Cell, Unreadable
from collector.source import SourceError

OVERLAP = 200
"""Octets of one piece of a sheet's XML that are looked at again with the next."""
MAX_MERGED = 20_000
MAX_COVERED = 2_000_000
"""Rows that all merged cells of a sheet cover together."""

_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]{0,40}?ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')
_SHOWN = 5


class Merged(NamedTuple):
    """One merged cell, rows and columns from 1, the last ones included."""

    row: int
    column: int
    last_row: int
    last_column: int


def merged_in(xml: bytes, before: Collection[Merged] = ()) -> set[Merged]:
    """The merged cells that a piece of a sheet's XML names, and those of the pieces `before` it.

    Raises SourceError malformed for more than a list has.
    """
    found = {
        Merged(int(top), _number(left), int(bottom), _number(right))
        for left, top, right, bottom in (match.groups() for match in _MERGED.finditer(xml))
    }.union(before)
    if len(found) > MAX_MERGED or sum(max(0, each.last_row - each.row) for each in found) > MAX_COVERED:
        raise SourceError(
            GapCause.MALFORMED,
            "the sheet has more merged cells than a list has",
            "export it again without layout, or unmerge its cells",
        )
    return found


def merged_words(merged: Sequence[Merged]) -> str:
    """Which cells are merged, in words."""
    names = [f"{_letters(each.column)}{each.row}:{_letters(each.last_column)}{each.last_row}" for each in merged]
    shown = ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")
    return f"{shown}; the value counts in each row of them"


def filled(rows: Iterator[tuple[Cell, ...]], merged: Sequence[Merged]) -> Iterator[tuple[Cell, ...]]:
    """The rows with the value of a merged cell in each of its rows that holds something else.

    In which of several columns the value belongs cannot be told: those after the first are unreadable.
    """
    if not merged:
        yield from rows
        return
    begins: defaultdict[int, list[Merged]] = defaultdict(list)
    for each in merged:
        begins[each.row].append(each)
    running: list[tuple[Merged, Cell]] = []
    for number, cells in enumerate(rows, start=1):
        running = [(each, value) for each, value in running if each.last_row >= number]
        running += [(each, _at(cells, each.column)) for each in begins.pop(number, ())]
        yield _with(cells, running) if running and any(cell not in (None, "") for cell in cells) else cells


def _with(cells: tuple[Cell, ...], running: Sequence[tuple[Merged, Cell]]) -> tuple[Cell, ...]:
    made = list(cells)
    for each, value in running:
        if value in (None, "") or each.column > MAX_COLUMNS:
            continue
        last = min(each.last_column, MAX_COLUMNS)
        made += [None] * (last - len(made))
        made[each.column - 1] = value
        for column in range(each.column, last):
            made[column] = Unreadable(f"merged with column {_letters(each.column)}: unmerge the cells")
    return tuple(made)


def _at(cells: tuple[Cell, ...], column: int) -> Cell:
    return cells[column - 1] if column <= len(cells) else None


def _number(letters: bytes) -> int:
    number = 0
    for each in letters:
        number = number * 26 + each - ord("A") + 1
    return number


def _letters(number: int) -> str:
    letters = ""
    while number:
        number, place = divmod(number - 1, 26)
        letters = chr(ord("A") + place) + letters
    return letters

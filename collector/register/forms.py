"""From a record type to how a register's cells become its fields: by the fields' own types; pure.

A kind of register is its record type (`collector.records.kinds`), its columns (`config.columns`), and what people write
for the values of its closed fields (`collector.register.words`). Nothing here names a kind but where a field must be
left out of the record.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cache, partial
from typing import Any, Literal, Union

from collector.records.access import UnitChange
from collector.records.identity import Employment
from collector.records.kinds import KINDS
from collector.records.record import Record
from collector.register.days import PLAIN, DayStyle, read_date, read_time
from collector.register.table import Cell
from collector.register.values import ValueUnreadableError, read_bool, read_int, read_names, read_text
from collector.register.words import WORDS
from config.columns import COLUMNS

Read = Callable[[Cell], Any]

_BY_TYPE: dict[Any, Read] = {str: read_text, bool: read_bool, int: read_int}

WITHHELD: dict[type[Record], tuple[str, ...]] = {
    Employment: ("unit", "status", "manager"),
    UnitChange: ("unit_from", "unit_to"),
}
"""Fields that tell where a person works, not taken over where the row says that their identity is protected.

What stands in a cell of these kinds that cannot be read is in no bundle either: the row may be such a person's.
"""


@dataclasses.dataclass(frozen=True, slots=True)
class Fields:
    """How one kind of register is read."""

    kind: type[Record]
    readers: Mapping[str, Read]
    """For each column the function that reads its cell; raises ValueUnreadableError."""
    required: frozenset[str]
    """Columns whose cell may not be empty."""


@cache
def fields_of(holds: str, style: DayStyle = PLAIN) -> Fields:
    """How a kind of register is read; raises KeyError for one that is none, TypeError for a field of another type."""
    kind, columns = KINDS[holds], COLUMNS[holds]
    hints = typing.get_type_hints(kind)
    return Fields(
        kind=kind,
        readers={name: reader_of(hints[name], WORDS.get((holds, name)), style) for name in columns.names},
        required=frozenset(columns.required),
    )


def reader_of(hint: Any, words: Mapping[str, str] | None = None, style: DayStyle = PLAIN) -> Read:
    """The function that reads a cell into a field of this type; raises TypeError where cells give no such thing.

    Text, a date, a time, a whole number, yes or no, one of some words, several of these in one cell; None where the
    cell is empty (for several: none). `words` are those that people write for the field's own.
    """
    if hint in _BY_TYPE:
        return _BY_TYPE[hint]
    if hint is date:
        return partial(read_date, style=style)
    if hint is datetime:
        return partial(read_time, style=style)
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (Union, types.UnionType):
        one, *others = [each for each in arguments if each is not types.NoneType]
        if not others:
            return reader_of(one, words, style)
    if origin is Literal:
        return _word_of({**{str(each).casefold(): str(each) for each in arguments}, **(words or {})})
    if origin is tuple and arguments[1:] == (Ellipsis,):
        return _several(reader_of(arguments[0], words, style))
    raise TypeError(f"no cell of a register is read as {hint}")


def _several(read: Read) -> Read:
    if read is read_text:
        return read_names

    def read_several(cell: Cell) -> tuple[Any, ...]:
        if isinstance(cell, (str, tuple)):
            return tuple(read(name) for name in read_names(cell))
        value = read(cell)
        return () if value is None else (value,)

    return read_several


def _word_of(words: Mapping[str, str]) -> Read:
    def read(cell: Cell) -> str | None:
        text = read_text(cell)
        if text is None:
            return None
        if text.casefold() not in words:
            raise ValueUnreadableError(f"means none of {', '.join(sorted(set(words.values())))}")
        return words[text.casefold()]

    return read

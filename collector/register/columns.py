"""From rows to records: which fields a register's record type has, and how their cells are read; pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from collector.evidence import GapCause
from collector.records.making import quick
from collector.records.record import Record
from collector.register.days import DayStyle
from collector.register.forms import WITHHELD, Read, fields_of
from collector.register.table import Cell, Row, Table, Unreadable, plain
from collector.register.values import (
    MAY_SAY_NOTHING,
    ValueUnreadableError,
    read_int,
    read_names,
    read_scaled,
    read_text,
    says_not_known,
    says_nothing,
)
from collector.source import SourceError
from config.problems import nearest
from config.registers import Register

ANY_OTHER = "*"
"""In `values`: what every word stands for that is not named."""

_ERRORS = re.compile(
    r"#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NULL!|NUM!|SPILL!|CALC!|SAKNAS!|REFERENS!|VÄRDEFEL!|DIVISION/0!|NAMN\?|SKÄRNING!|OGILTIGT!)"
)
"""What a spreadsheet writes where a formula failed, in English and Swedish."""
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_SUM = re.compile(
    r"(?:summa|delsumma|totalt?|totalsumma|summering|grand total|antal rader)(?: ?[:(\d].*)?", re.IGNORECASE
)
"""What stands first in a row that sums up those above it."""
_MAX_KNOWN = 4096
"""Words of a column whose meaning is kept: days, units and states repeat themselves, keys do not."""
_HEADER_ROWS = 30
"""Rows that are looked through for the headings where the first row has not got them."""


@dataclass(frozen=True, slots=True)
class CellFault:
    """One cell that cannot be read, or one row (`column` empty)."""

    row: int
    column: str
    value: str
    """What stands there, shortened."""
    why: str

    def __str__(self) -> str:
        """`row 4, column Datum: '2026-13-01': no such day`."""
        place = f"row {self.row}" + (f", column {self.column}" if self.column else "")
        return f"{place}: " + (f"{self.value!r}: " if self.value else "") + self.why


class RowUnreadableError(ValueError):
    """A row that gives no record; `faults` names every cell of it that cannot be read."""

    def __init__(self, faults: Sequence[CellFault]) -> None:
        super().__init__("; ".join(map(str, faults)))
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class Form:
    """One register's mapping, checked against its record type."""

    kind: type[Record]
    columns: Mapping[str, str]
    readers: Mapping[str, Read]
    required: frozenset[str]
    words: Mapping[str, Mapping[str, str]]
    fixed: Mapping[str, Any]
    """Fields with the same value in every row."""
    only: Mapping[str, frozenset[str]]
    """Column to the words, in lower case, of the rows that are read."""
    without: Mapping[str, frozenset[str]]
    """Column to the words, in lower case, of the rows that are not."""
    others: tuple[str, ...] = ()
    """Columns that are read besides those of the record: who states a row, and when."""

    @property
    def unmapped(self) -> tuple[str, ...]:
        """Fields that the file says nothing of: None in them is not known, while an empty cell is an empty cell."""
        return tuple(sorted(self.readers.keys() - self.columns.keys() - self.fixed.keys()))

    @property
    def read_columns(self) -> tuple[str, ...]:
        """Headings of every column that is read."""
        return tuple(sorted({*self.columns.values(), *self.only, *self.without, *self.others}))

    def check_header(self, table: Table) -> None:
        """Raise SourceError malformed for a mapped column that the file has not, or has twice."""
        header = table.header
        lacking = [column for column in self.read_columns if column not in header]
        twice = [column for column in lacking if f"{column} (2)" in header]
        if twice:
            raise SourceError(
                GapCause.MALFORMED,
                f"two columns are called {twice[0]!r}",
                f"write '{twice[0]} (1)' for the first of them and '{twice[0]} (2)' for the next under `columns`",
            )
        if lacking and (header or table.rows):
            raise SourceError(
                GapCause.MALFORMED,
                f"the file has no column {', '.join(map(repr, lacking))}",
                self._advice(table, lacking),
            )

    def _advice(self, table: Table, lacking: Sequence[str]) -> str:
        for row in table.rows[:_HEADER_ROWS]:
            names = {read_text(cell) for cell in row.cells if not isinstance(cell, Unreadable)}
            if all(column in names for column in self.read_columns):
                return f"row {row.number} has all of them: set `header_row: {row.number}`"
        named = [name for name in table.header if name]
        close = ((column, nearest(column, named)) for column in lacking)
        meant = [f"{name!r} for {column!r}" for column, name in close if name]
        has = f"it has {', '.join(named)[:500]}; correct `columns` or `delimiter`"
        return f"did you mean {', '.join(meant)}? {has}" if meant else has


class _Column:
    """Reads the cells of one column; a word that stands in many of its rows is read once."""

    def __init__(self, form: Form, name: str, heading: str, place: int) -> None:
        self.name = name
        self.heading = heading
        self.place = place
        self._read = form.readers[name]
        self._words = form.words.get(name)
        self._is_required = name in form.required
        self._is_text = self._read in (read_text, read_names)
        self._known: dict[str, Any] = {}
        self.empties: dict[str, None] = {}
        """Words that stand in cells of the column and were read as an empty cell."""

    def value(self, cell: Cell) -> Any:
        """The field's value; raises ValueUnreadableError."""
        if not isinstance(cell, str):
            return self._value(cell)
        known = self._known
        if cell in known:
            return known[cell]
        value = self._value(cell)
        if len(known) < _MAX_KNOWN:
            known[cell] = value
        return value

    def _value(self, cell: Cell) -> Any:
        cell = readable(cell)
        if self._words or not isinstance(cell, str) or cell[:1] in MAY_SAY_NOTHING or not cell.isascii():
            cell = self._translated(cell)
        value = self._read(cell)
        if self._is_text and isinstance(value, tuple):
            value = tuple(name for name in value if not self._is_empty(name))
        if (value is None or value == ()) and self._is_required:
            raise ValueUnreadableError("empty")
        return value

    def _translated(self, cell: Cell) -> Cell:
        """The cell, or what the settings say that its word stands for; None for a word that says that it is empty."""
        words = self._words or {}
        text = read_text(cell) if words or isinstance(cell, str) else None
        if text is None or text.casefold() in words:
            return cell if text is None else words[text.casefold()]
        if isinstance(cell, str) and self._is_empty(text):
            return None
        return words.get(ANY_OTHER, cell)

    def _is_empty(self, text: str) -> bool:
        """Whether a word says that there is nothing, or in a column of words that nobody knows."""
        found = says_nothing(text) or (self._is_text and says_not_known(text))
        if found:
            self.empties[text[:40]] = None
        return found


class RowReader:
    """Reads the rows of one table, whose header was checked."""

    def __init__(self, form: Form, header: Sequence[str]) -> None:
        self._form = form
        self._make = quick(form.kind)
        places = {column: place for place, column in enumerate(header)}
        self._columns = [_Column(form, name, column, places[column]) for name, column in form.columns.items()]
        self._only = [(places[column], words) for column, words in form.only.items()]
        self._without = [(places[column], words) for column, words in form.without.items()]
        self._keys = sorted({0, *(each.place for each in self._columns if each.name in form.required)})
        self._header = header

    def empties(self) -> list[str]:
        """`«-», «saknas» in Till`: the words that were read as empty cells so far, by column."""
        said = [(column.heading, column.empties) for column in self._columns if column.empties]
        return [f"{', '.join(f'«{word}»' for word in words)} in {heading}" for heading, words in said]

    def leaves_out(self, row: Row) -> bool:
        """Whether `only` or `without` says that the row is not part of the register."""
        if row.fault is not None:
            return False
        if any(_word(row.cells, place) not in words for place, words in self._only):
            return True
        return any(_word(row.cells, place) in words for place, words in self._without)

    def holds_headings(self, row: Row) -> bool:
        """Whether every mapped column holds its own heading: the header once more, as on each page of a printout."""
        first = self._columns[0]
        if row.fault is not None or _at(row.cells, first.place) != first.heading:
            return False
        return all(_at(row.cells, each.place) == each.heading for each in self._columns)

    def check_no_sum(self, row: Row) -> None:
        """Raise RowUnreadableError for a last row that sums the others up; `without` leaves it out."""
        for place in self._keys if row.fault is None else ():
            cell = _at(row.cells, place)
            if isinstance(cell, str) and _SUM.fullmatch(plain(cell)):
                why = "looks like a sum under the list; `without` leaves it out of the register"
                heading = self._header[place] if place < len(self._header) else ""
                raise RowUnreadableError([CellFault(row.number, heading, _shown(cell), why)])

    def record(self, row: Row) -> Record:
        """The record of one row; raises RowUnreadableError."""
        number, cells, fault = row
        if fault is not None:
            raise RowUnreadableError([CellFault(number, "", "", fault)])
        values: dict[str, Any] = dict(self._form.fixed)
        faults = []
        for column in self._columns:
            cell = _at(cells, column.place)
            try:
                value = column.value(cell)
            except ValueUnreadableError as error:
                faults.append(CellFault(number, column.heading, _shown(cell), str(error)))
            else:
                if value is not None:  # an empty cell says what a field says that is not given
                    values[column.name] = value
        if faults:
            raise RowUnreadableError(faults)
        values["row"] = number
        if values.get("protected"):
            values |= dict.fromkeys(WITHHELD[self._form.kind])
        record: Record = self._make(**values)
        return record


def readable(cell: Cell) -> Cell:
    """The cell itself; raises ValueUnreadableError where its content cannot be told or is no text of a register."""
    if isinstance(cell, Unreadable):
        raise ValueUnreadableError(cell.why)
    if isinstance(cell, str):
        if "#" in cell and _ERRORS.fullmatch(cell.strip()):
            raise ValueUnreadableError("the formula in it failed")
        if not cell.isprintable() and _CONTROL.search(cell):
            raise ValueUnreadableError("holds control characters")
    return cell


def form_of(settings: Register) -> Form:
    """The checked mapping of one register; raises SourceError unsupported naming what is wrong with it."""
    fields = fields_of(settings.holds, _style(settings))
    readers = dict(fields.readers)
    given = {**settings.columns, **settings.fixed}
    unknown = sorted({*given, *settings.values, *settings.scale} - set(readers))
    if unknown:
        raise _wrong(settings, f"has no field {', '.join(unknown)}; it has {', '.join(sorted(readers))}")
    lacking = sorted(fields.required - set(given))
    if lacking:
        raise _wrong(settings, f"needs a column for {', '.join(lacking)}, or the value under `fixed`")
    if settings.group is not None and (settings.holds != "employment" or "group" in given):
        raise _wrong(settings, "takes `group` only for employment, and only without a column for it")
    fixed = {name: _fixed(settings, name, readers[name], text) for name, text in settings.fixed.items()}
    for name, factor in settings.scale.items():
        if readers[name] is not read_int:
            raise _wrong(settings, f"has no whole number in {name}: `scale` is for those")
        readers[name] = partial(read_scaled, factor=factor)
    attested = settings.attested
    return Form(
        kind=fields.kind,
        columns={name: plain(column) for name, column in settings.columns.items()},
        readers=readers,
        required=fields.required,
        words={
            name: {plain(word).casefold(): value for word, value in words.items()}
            for name, words in settings.values.items()
        },
        fixed=fixed if settings.group is None else {**fixed, "group": settings.group},
        only=_words(settings.only),
        without=_words(settings.without),
        others=tuple(
            plain(column) for column in (attested and (attested.by_column, attested.dated_column)) or () if column
        ),
    )


def _word(cells: Sequence[Cell], place: int) -> str:
    """The cell's word in lower case."""
    cell = _at(cells, place)
    return "" if isinstance(cell, Unreadable) else (read_text(cell) or "").casefold()


def _at(cells: Sequence[Cell], place: int) -> Cell:
    return cells[place] if place < len(cells) else None


def _shown(cell: Cell) -> str:
    return "" if cell is None or isinstance(cell, Unreadable) else str(cell)[:40]


def _words(given: Mapping[str, Sequence[str]]) -> dict[str, frozenset[str]]:
    return {plain(column): frozenset(plain(word).casefold() for word in words) for column, words in given.items()}


def _fixed(settings: Register, name: str, read: Read, text: str) -> Any:
    try:
        return read(text)
    except ValueUnreadableError as error:
        raise _wrong(settings, f"cannot have {name} {text!r}: {error}") from error


def _style(settings: Register) -> DayStyle:
    try:
        ZoneInfo(settings.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise SourceError(
            GapCause.UNSUPPORTED,
            f"register {settings.id}: no time zone {settings.time_zone}",
            "write a name as in the IANA database, e.g. Europe/Stockholm",
        ) from error
    return DayStyle(settings.dates, settings.time_zone, settings.whole_days)


def _wrong(settings: Register, text: str) -> SourceError:
    return SourceError(
        GapCause.UNSUPPORTED, f"register {settings.id}: {settings.holds} {text}", "correct `columns` in the settings"
    )

"""From rows to records: which fields a register's record type has, and how their cells are read; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from collector.evidence import GapCause
from collector.records.record import Record
from collector.register.days import DayStyle
from collector.register.forms import WITHHELD, Read, fields_of
from collector.register.table import Cell, Row
from collector.register.values import ValueUnreadableError, read_text
from collector.source import SourceError
from config.sources import Register

ANY_OTHER = "*"
"""In `values`: what every word stands for that is not named."""


class RowUnreadableError(ValueError):
    """A row that gives no record; the message names column and value."""


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

    @property
    def unmapped(self) -> tuple[str, ...]:
        """Fields that the file says nothing of: None in them is not known, while an empty cell is an empty cell."""
        return tuple(sorted(self.readers.keys() - self.columns.keys() - self.fixed.keys()))

    def check_header(self, header: Sequence[str]) -> None:
        """Raise SourceError malformed for a mapped column that the file has not, naming those that it has."""
        lacking = sorted({column for column in self.columns.values() if column not in header})
        if lacking:
            raise SourceError(
                GapCause.MALFORMED,
                f"the file has no column {', '.join(map(repr, lacking))}",
                f"it has {', '.join(name for name in header if name)[:500]}; correct `columns` or `delimiter`",
            )

    def record(self, header: Sequence[str], row: Row) -> Record:
        """The record of one row; raises RowUnreadableError."""
        values: dict[str, Any] = dict(self.fixed)
        for name, column in self.columns.items():
            place = header.index(column)
            cell = row.cells[place] if place < len(row.cells) else None
            values[name] = self._value(name, column, cell)
        values["row"] = row.number
        if values.get("protected"):
            values |= dict.fromkeys(WITHHELD[self.kind])
        return self.kind(**values)

    def _value(self, name: str, column: str, cell: Cell) -> Any:
        try:
            value = self.readers[name](self._translated(name, cell))
        except ValueUnreadableError as error:
            raise RowUnreadableError(f"column {column}: {str(cell)[:40]!r}: {error}") from error
        if value is None and name in self.required:
            raise RowUnreadableError(f"column {column}: empty")
        return value

    def _translated(self, name: str, cell: Cell) -> Cell:
        """The cell, or what the settings say that its word stands for."""
        words = self.words.get(name)
        text = read_text(cell)
        if not words or text is None:
            return cell
        return words.get(text.casefold(), words.get(ANY_OTHER, cell))


def form_of(settings: Register) -> Form:
    """The checked mapping of one register; raises SourceError unsupported naming what is wrong with it."""
    fields = fields_of(settings.holds, _style(settings))
    kind, readers, required = fields.kind, fields.readers, fields.required
    named = set(settings.columns) | set(settings.values)
    unknown = sorted(named - set(readers))
    if unknown:
        raise _wrong(settings, f"has no field {', '.join(unknown)}; it has {', '.join(sorted(readers))}")
    lacking = sorted(required - set(settings.columns))
    if lacking:
        raise _wrong(settings, f"needs a column for {', '.join(lacking)}")
    if settings.group is not None and (settings.holds != "employment" or "group" in settings.columns):
        raise _wrong(settings, "takes `group` only for employment, and only without a column for it")
    return Form(
        kind=kind,
        columns={name: " ".join(column.split()) for name, column in settings.columns.items()},
        readers=readers,
        required=required,
        words={
            name: {" ".join(word.split()).casefold(): value for word, value in words.items()}
            for name, words in settings.values.items()
        },
        fixed={} if settings.group is None else {"group": settings.group},
    )


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

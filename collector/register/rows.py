"""Every row of a table with what became of it: a record, a problem with its number, or left out; pure."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from operator import itemgetter
from typing import NamedTuple

from collector.evidence import GapCause
from collector.records.record import Record
from collector.register.attested import StatementExpiredError, Statements
from collector.register.columns import CellFault, Form, RowReader, RowUnreadableError
from collector.register.forms import WITHHELD
from collector.register.table import Row, Table

_SHOWN = 20
"""Rows that are named one by one where something is only told."""


class RowProblem(NamedTuple):
    """One row that gave no record."""

    number: int
    cause: GapCause
    detail: str
    remedy: str


@dataclass(slots=True)
class ReadRows:
    """What a table gave."""

    rows: int = 0
    """Rows that hold something and are part of the register, the unreadable ones among them."""
    read: int = 0
    """Rows that gave a record."""
    problems: list[RowProblem] = field(default_factory=list)
    faults: list[CellFault] = field(default_factory=list)
    """The cells behind the problems."""
    blank: list[int] = field(default_factory=list)
    left_out: list[int] = field(default_factory=list)
    """Rows that `only` or `without` leaves out."""
    same: list[tuple[int, int]] = field(default_factory=list)
    """Rows whose content an earlier one has too, with its number first."""
    headings: list[int] = field(default_factory=list)
    """Rows that hold the headings once more, as on each page of a printout."""
    empties: list[str] = field(default_factory=list)
    """Words that were read as empty cells, with their columns."""

    def told(self, statements: Statements | None = None) -> Iterator[str]:
        """In words: whose statements these are, and which rows were passed over or are there twice."""
        if statements is not None:
            yield from statements.words()
        if self.left_out:
            yield f"{len(self.left_out)} rows left out by `only` or `without`: {_numbers(self.left_out)}"
        if self.headings:
            yield f"{len(self.headings)} rows skipped that hold the headings again: {_numbers(self.headings)}"
        if self.blank or self.same:
            same = [f"{first} and {second}" for first, second in self.same[:_SHOWN]]
            shown = ", ".join(same) + (", ..." if len(self.same) > _SHOWN else "")
            yield f"{len(self.blank)} blank rows skipped; rows with the same content: {shown or 'none'}"
        if self.empties:
            yield f"read as empty cells: {'; '.join(self.empties)}"


def read_rows(
    table: Table,
    form: Form,
    statements: Statements | None = None,
    take: Callable[[Record], None] = lambda _record: None,
) -> ReadRows:
    """Read every row of a table whose header was checked; `take` is given each record as it is read."""
    read, contents = ReadRows(), _Contents()
    if not table.header:
        return read
    reader = RowReader(form, table.header)
    for row, is_last in _with_last(_belonging(table, reader, read)):
        read.rows += 1
        if row.fault is None:
            contents.add(row)
        try:
            if is_last:
                reader.check_no_sum(row)
            if statements is not None and row.fault is None:
                statements.check_row(table.header, row)
            take(reader.record(row))
            read.read += 1
        except RowUnreadableError as error:
            read.faults += error.faults
            remedy = "correct the cell in the register, or map its words with `values` in the settings"
            faults = [replace(fault, value="") for fault in error.faults] if form.kind in WITHHELD else error.faults
            read.problems.append(RowProblem(row.number, GapCause.MALFORMED, "; ".join(map(str, faults)), remedy))
        except StatementExpiredError as error:
            read.faults.append(CellFault(row.number, "", "", str(error)))
            detail = f"row {row.number}: {error}"
            read.problems.append(RowProblem(row.number, GapCause.ABSENT, detail, "have the row stated anew"))
    read.same, read.empties = contents.repeated(), reader.empties()
    return read


def _belonging(table: Table, reader: RowReader, read: ReadRows) -> Iterator[Row]:
    """The rows of the register; those that are passed over are noted."""
    for row in table.rows:
        if row.blank:
            read.blank.append(row.number)
        elif reader.holds_headings(row):
            read.headings.append(row.number)
        elif reader.leaves_out(row):
            read.left_out.append(row.number)
        else:
            yield row


def _with_last(rows: Iterator[Row]) -> Iterator[tuple[Row, bool]]:
    """Each row, and whether it is the last."""
    held = next(rows, None)
    for row in rows:
        if held is not None:
            yield held, False
        held = row
    if held is not None:
        yield held, True


class _Contents:
    """Which rows say the same, sixteen octets a row: by a number for their content that is this process's own."""

    def __init__(self) -> None:
        self._numbers = array("q")
        self._contents = array("q")

    def add(self, row: Row) -> None:
        """Take a row; rows come in the order of their numbers."""
        self._numbers.append(row.number)
        self._contents.append(hash(row.cells))

    def repeated(self) -> list[tuple[int, int]]:
        """Each row whose content an earlier one has, the first of those before it."""
        found, first = [], 0
        order = sorted(range(len(self._contents)), key=self._contents.__getitem__)
        for before, place in pairwise(order):
            if self._contents[place] != self._contents[before]:
                first = place
            else:
                first = first if self._contents[first] == self._contents[place] else before
                found.append((self._numbers[first], self._numbers[place]))
        return sorted(found, key=itemgetter(1))


def _numbers(rows: list[int]) -> str:
    return ", ".join(map(str, rows[:_SHOWN])) + (", ..." if len(rows) > _SHOWN else "")

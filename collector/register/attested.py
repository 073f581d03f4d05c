"""Statements that a register consists of: whose word a row is, of which day, and whether it still counts; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from collector.register.columns import CellFault, RowUnreadableError, readable
from collector.register.days import DayStyle, read_date
from collector.register.table import Row, plain
from collector.register.values import ValueUnreadableError, read_text, says_not_known, says_nothing
from config.registers import Attestation, Register

MAX_STATEMENTS = 200
"""Statements that the evidence names one by one."""


class StatementExpiredError(ValueError):
    """A statement that counts no more, or not yet; the message says whose, of which day, and since when."""


@dataclass(slots=True)
class Statements:
    """The statements of one register on one day, collected as its rows are read."""

    settings: Attestation
    style: DayStyle
    today: date
    _rows: dict[tuple[str, date], list[int]] = field(default_factory=dict)

    def check_whole(self) -> None:
        """Raise StatementExpiredError where the one statement about the whole file counts no more."""
        if self.settings.by is not None and self.settings.dated is not None:
            self._check(self.settings.by, self.settings.dated)

    def check_row(self, header: Sequence[str], row: Row) -> None:
        """Hold the row's own statement; raises RowUnreadableError where it has none, StatementExpiredError."""
        if self.settings.by_column is None or self.settings.dated_column is None:
            return
        by = self._cell(header, row, self.settings.by_column)
        dated = self._cell(header, row, self.settings.dated_column)
        self._check(str(by), dated if isinstance(dated, date) else date.min)
        self._rows.setdefault((str(by), dated if isinstance(dated, date) else date.min), []).append(row.number)

    def words(self) -> list[str]:
        """Who stated what and when, for the evidence's method."""
        if self.settings.by is not None:
            return [
                f"stated by {self.settings.by} on {self.settings.dated}, counts for {self.settings.valid_days} days"
            ]
        said = [
            f"stated by {by} on {dated}: row {', '.join(map(str, rows[:20]))}{' ...' if len(rows) > 20 else ''}"
            for (by, dated), rows in sorted(self._rows.items(), key=lambda each: each[1])
        ]
        left = len(said) - MAX_STATEMENTS
        more = [f"and {left} more statements"] if left > 0 else []
        return [f"each row's statement counts for {self.settings.valid_days} days", *said[:MAX_STATEMENTS], *more]

    def _check(self, by: str, dated: date) -> None:
        last = dated + timedelta(days=self.settings.valid_days)
        if dated > self.today:
            raise StatementExpiredError(f"the statement of {by} is dated {dated}, which is to come")
        if last < self.today:
            raise StatementExpiredError(
                f"the statement of {by} of {dated} counted for {self.settings.valid_days} days, to {last}"
            )

    def _cell(self, header: Sequence[str], row: Row, column: str) -> str | date:
        name = plain(column)
        place = header.index(name)
        cell = row.cells[place] if place < len(row.cells) else None
        try:
            is_date = column == self.settings.dated_column
            value = read_date(readable(cell), self.style) if is_date else read_text(readable(cell))
        except ValueUnreadableError as error:
            raise RowUnreadableError([CellFault(row.number, name, str(cell)[:40], str(error))]) from error
        if value is None or (isinstance(value, str) and (says_nothing(value) or says_not_known(value))):
            raise RowUnreadableError([CellFault(row.number, name, "", "empty: nobody's statement, or of no day")])
        return value


def statements_of(settings: Register, today: date) -> Statements | None:
    """The statements that a register consists of; None for an export of a system."""
    if settings.attested is None:
        return None
    style = DayStyle(settings.dates, settings.time_zone, settings.whole_days)
    return Statements(settings.attested, style, today)

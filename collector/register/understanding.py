"""How a register's file is understood before a judgement rests on it: what `styrk register check` shows; pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice

from collector.evidence import GapCause
from collector.register.attested import StatementExpiredError, statements_of
from collector.register.columns import form_of
from collector.register.days import PLAIN, read_date
from collector.register.headings import USUAL_HEADINGS
from collector.register.reading import UNMAPPED, read_table
from collector.register.rows import ReadRows, read_rows
from collector.register.table import Cell, Table, Unreadable, plain
from collector.register.values import ValueUnreadableError, read_bool, read_int, read_scaled, read_text
from collector.source import SourceError
from config.columns import COLUMNS
from config.registers import ColumnMapping, Register

_FEW = 6
"""Different words that a column may hold to be shown as a closed list."""
_SHORT = 24
_TRIED = 5000
"""Cells of a column that are tried, to say what it looks like."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the file."""

    heading: str
    fields: tuple[str, ...] = ()
    """Fields that it is mapped to; none: it is not read."""
    use: str = ""
    """What else it is read for: `only`, a statement."""
    filled: int = 0
    """Rows in which it holds something."""
    looks_like: str = ""
    """`date`, `whole number`, `yes or no`: what every filled cell can be read as, or most; else `text`."""
    words: tuple[str, ...] = ()
    """The words that it holds, where they are few."""


@dataclass(slots=True)
class Understanding:
    """What was understood of a file."""

    understood: dict[str, str] = field(default_factory=dict)
    columns: tuple[Column, ...] = ()
    fixed: dict[str, str] = field(default_factory=dict)
    not_given: tuple[str, ...] = ()
    """Fields of the kind that the file does not tell."""
    rows: ReadRows | None = None
    """None where the file was not read by a mapping."""
    filled_rows: int = 0
    cut_off: str | None = None
    refused: SourceError | None = None
    """Why nothing can be read."""
    expected: int | None = None
    header_row: int | None = None
    """Row that looks like the headings, though it is not the first; for a proposal alone."""

    @property
    def sound(self) -> bool:
        """Whether every row was read, and all of them are there."""
        counted = self.rows is not None and self.expected in (None, self.rows.rows)
        return counted and not (self.refused or self.cut_off or (self.rows and self.rows.faults))


def understand(
    data: bytes, name: str, settings: Register | None, today: date, unmapped: ColumnMapping = UNMAPPED
) -> Understanding:
    """Read a file as a scan would, by the settings of a register or without any; what cannot be read is told.

    Without settings, `unmapped` says which sheet and header row; where it names none, the row that looks like one is
    taken, and told.
    """
    made = Understanding()
    try:
        table = read_table(data, name, settings or unmapped)
        if settings is None and unmapped.header_row is None and (row := _likely_header(table)):
            made.header_row = row
            table = read_table(data, name, unmapped.model_copy(update={"header_row": row}))
    except SourceError as error:
        made.refused = error
        return made
    made.understood, made.cut_off = dict(table.understood), table.cut_off
    made.filled_rows = sum(1 for row in table.rows if not row.blank)
    made.columns = tuple(_columns(table, settings))
    if settings is None:
        return made
    given = {*settings.columns, *settings.fixed, *(["group"] if settings.group else [])}
    made.fixed = {**settings.fixed, **({"group": settings.group} if settings.group else {})}
    made.not_given = tuple(name for name in COLUMNS[settings.holds].names if name not in given)
    made.expected = settings.expected_rows
    try:
        form = form_of(settings)
        form.check_header(table)
        statements = statements_of(settings, today)
        if statements is not None:
            statements.check_whole()
        made.rows = read_rows(table, form, statements)
    except SourceError as error:
        made.refused = error
    except StatementExpiredError as error:
        made.refused = SourceError(GapCause.ABSENT, str(error), "have it stated anew")
    return made


_TITLES = 30
"""Rows in which the headings are looked for under titles and empty lines."""


def _likely_header(table: Table) -> int | None:
    """A row under the first that looks more like headings: more columns, each with a text of its own."""
    filled = sum(1 for name in table.header if name)
    for row in islice(table.rows, _TITLES):
        texts = [plain(cell) for cell in row.cells if isinstance(cell, str) and plain(cell)]
        others = any(not isinstance(cell, (str, Unreadable)) and cell is not None for cell in row.cells)
        if not others and len(texts) > max(2, 2 * filled) and len(set(texts)) == len(texts):
            return row.number
    return None


def proposed_columns(headings: Sequence[str], holds: str) -> dict[str, str]:
    """Fields whose own name, else a usual Swedish one, is a heading; no heading for two fields.

    A proposal that a person confirms by writing it down.
    """
    named = {_plain(heading): heading for heading in headings if heading}
    names = COLUMNS[holds].names
    found = {name: named.pop(_plain(name)) for name in names if _plain(name) in named}
    for name in names:
        for word in (*USUAL_HEADINGS.get(f"{holds}.{name}", ()), *USUAL_HEADINGS.get(name, ())):
            if name not in found and _plain(word) in named:
                found[name] = named.pop(_plain(word))
    return {name: found[name] for name in names if name in found}


def _plain(text: str) -> str:
    return "".join(each for each in text.casefold() if each.isalnum())


def _columns(table: Table, settings: Register | None) -> list[Column]:
    fields: dict[str, list[str]] = {}
    uses: dict[str, str] = {}
    if settings is not None:
        for name, column in settings.columns.items():
            fields.setdefault(plain(column), []).append(name)
        uses = {plain(column): "only" for column in (*settings.only, *settings.without)}
        if settings.attested is not None:
            stated = (settings.attested.by_column, settings.attested.dated_column)
            uses |= {plain(column): "attested" for column in stated if column}
    found = []
    for place, heading in enumerate(table.header):
        cells = [row.cells[place] for row in table.rows if row.fault is None and place < len(row.cells)]
        found.append(_column(heading, tuple(fields.get(heading, ())), uses.get(heading, ""), cells))
    return found


def _column(heading: str, fields: tuple[str, ...], use: str, cells: Sequence[Cell]) -> Column:
    texts = [text for cell in cells if (text := _text(cell)) is not None]
    different = sorted(set(texts))
    few = len(different) <= _FEW and len(texts) > len(different) and all(len(text) <= _SHORT for text in different)
    looks = _looks(texts[:_TRIED])
    few = few and "date" not in looks
    return Column(heading, fields, use, len(texts), looks, tuple(different) if few else ())


def _text(cell: Cell) -> str | None:
    return None if isinstance(cell, Unreadable) else read_text(cell)


def _looks(texts: Sequence[str]) -> str:
    for words, read in _LOOKS:
        fitting = sum(1 for text in texts if _reads(read, text))
        if texts and fitting == len(texts):
            return words
        if fitting * 2 > len(texts):
            return f"{words} in {fitting} of {len(texts)}"
    return "text" if texts else ""


def _date(text: Cell) -> date | None:
    return read_date(text, PLAIN)


def _number(text: Cell) -> int | None:
    return read_scaled(text, 10**9)


_LOOKS: tuple[tuple[str, Callable[[Cell], object]], ...] = (
    ("yes or no", read_bool),
    ("whole number", read_int),
    ("date", _date),
    ("number", _number),
)


def _reads(read: Callable[[Cell], object], text: str) -> bool:
    try:
        read(text)
    except ValueUnreadableError:
        return False
    return True

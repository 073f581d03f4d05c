"""The settings of a register: the export that someone hands over, and how its columns become Styrk's fields."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, StringConstraints

from config.columns import Holds
from config.sources import Identifier, SourceSettings, Strict

TimeZone = Annotated[str, StringConstraints(pattern=r"^(UTC|[A-Z][A-Za-z_]+/[A-Za-z_/+-]+)$")]
"""Name in the IANA time zone database, e.g. `Europe/Stockholm`."""

Word = Annotated[str, Field(min_length=1)]
MAX_HEADER_ROW = 1000


class ColumnMapping(Strict):
    """How a file is read, and which of its columns are which of Styrk's fields."""

    sheet: str | None = None
    """XLSX: name of the sheet; the first that is shown where not given."""
    items: str | None = None
    """JSON: where the list of objects is, e.g. `result.rows`; where not given, the file's only list of objects."""
    header_row: Annotated[int, Field(ge=1, le=MAX_HEADER_ROW)] | None = None
    """CSV, XLSX: row with the column headings; the first that is not blank where not given."""
    encoding: Literal["utf-8", "cp1252", "cp850", "utf-16"] | None = None
    """CSV: where not given, UTF-16 by its mark, else UTF-8, else cp1252 or cp850 by the letters; which, is told."""
    delimiter: Literal[";", ",", "\t", "|"] | None = None
    """CSV: where not given, the one that the header row uses."""
    columns: Annotated[dict[str, str], Field(min_length=1)]
    """Record field to column heading."""
    values: dict[str, dict[str, str]] = Field(default_factory=dict)
    """Record field to: word in the file to value, e.g. `result: {godkänd: passed}`."""
    fixed: dict[str, str] = Field(default_factory=dict)
    """Record field to the value that it has in every row, e.g. the course that the whole export is about."""
    scale: dict[str, Annotated[int, Field(ge=1, le=1_000_000)]] = Field(default_factory=dict)
    """Field of whole numbers to factor: `duration_minutes: 60` reads hours, with decimals."""
    only: dict[str, tuple[Word, ...]] = Field(default_factory=dict)
    """Column heading to words: rows with another word there are left out, and counted."""
    without: dict[str, tuple[Word, ...]] = Field(default_factory=dict)
    """Column heading to words: rows with one of them there are left out, and counted; a sum under the list is one."""
    dates: Literal["day-first", "month-first", "unix"] | None = None
    """What 3/4/2026 is, or that days are seconds since 1970; where not given, a day that could be two is refused."""
    time_zone: TimeZone = "Europe/Stockholm"
    """Zone of times that name none."""
    whole_days: Literal["start", "end"] | None = None
    """What a day without a time stands for where a time is needed; where not given, it is refused."""


class MappingFile(ColumnMapping):
    """A file of its own with a column mapping, for several registers or several organisations."""

    id: Identifier
    title: Word
    """Whose export it reads, e.g. the program and the report."""
    holds: Holds
    """Record type of the rows."""
    made_from: Literal["documentation", "export"]
    """Whether it was made from a description of the export, or tried on one."""
    source: Word
    """Where the export's columns are described; for one that was tried, which version."""
    notes: tuple[Word, ...] = ()
    """What must be done when exporting, and what the export does not tell."""


class Attestation(Strict):
    """Whose dated word a register is: it counts until its days have passed, and then for nothing.

    Either one statement about the whole file (`by`, `dated`), or one in each row (`by_column`, `dated_column`).
    """

    by: Word | None = None
    """Who states it: name or role."""
    dated: dt.date | None = None
    by_column: Word | None = None
    """Column heading: who states the row."""
    dated_column: Word | None = None
    valid_days: Annotated[int, Field(ge=1, le=3660)]
    """Days that a statement counts: 31 for a monthly one, 92 for a quarterly one, 366 for a yearly one."""


def _or_mapping(schema: dict[str, Any]) -> None:
    """Say to editors that what a mapping file gives need not stand in the settings."""
    given = ["holds", "columns"]
    schema["required"] = [key for key in schema["required"] if key not in given]
    schema["anyOf"] = [{"required": ["mapping"]}, {"required": given}]


class Register(SourceSettings, ColumnMapping):
    """An export that someone hands over: CSV, XLSX or JSON with a column mapping."""

    model_config = ConfigDict(json_schema_extra=_or_mapping)

    holds: Holds
    """Record type of the rows."""
    file: Path
    mapping: str | None = None
    """Id of a mapping that comes with Styrk, or path of a mapping file; what stands here goes before it."""
    group: Literal["employee", "elected", "consultant"] | None = None
    """For employment: whom the whole file is about."""
    expected_rows: Annotated[int, Field(ge=0)] | None = None
    """The export's own count of rows, where the system that made it shows one."""
    max_age_days: Annotated[int, Field(ge=1)] = 31
    """An export older than this (by the file's time) is reported as old."""
    attested: Attestation | None = None
    """Where the rows are not an export of a system but someone's word."""

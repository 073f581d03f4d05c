"""Documents as files: what a reader sees on them, and where minutes show that a report was received."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentFile:
    """One document's file: its visible text is read for dates, numbers and decisions, and not kept."""

    name: str
    """Path below the folder, with `/`."""
    sha256: str
    format: Literal["pdf", "docx", "odt"] | None = None
    """By its content; None for a file that could not be opened."""
    title: str | None = None
    """Title among its properties, else its first line, at most 120 characters."""
    pages: int | None = None
    """Pages of a PDF; None for formats that have none."""
    unread_pages: int | None = None
    """Pages that hold pictures and no text: scanned."""
    dates: tuple[date, ...] | None = None
    """Dates on its first and last page, headers and footers; empty: read whole, and it carries none (ej daterad)."""
    month: str | None = None
    """`2026-03` where it carries a month and no day."""
    visible_date: date | None = None
    """The date that is the document's own: one with a label (`date_label`), else the first."""
    date_label: str | None = None
    """Word before `visible_date`, e.g. `fastställd`; None where it has no label."""
    diary_numbers: tuple[str, ...] | None = None
    """Diary numbers in its text, in order; empty: read whole, and it carries none."""
    decided_by: str | None = None
    """Who decided on it by its own words, e.g. `Kommunstyrelsen`; of several decisions the latest."""
    decided: date | None = None
    """Day of that decision."""
    paragraph: str | None = None
    """Its paragraph of the minutes, `§ 47`."""
    reviewed: date | None = None
    """Day of the latest revision, by its own words."""
    review_due: date | None = None
    """Day until which it is valid or by which it is to be revised, by its own words."""
    created: date | None = None
    """Creation among its properties: no reader sees it."""

    @property
    def subject(self) -> str:
        """The path below the folder."""
        return self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class MinutesPassage:
    """One item of minutes in which a report is named; or that no minutes name it (`file` is None)."""

    report: str
    """The report that was looked for, as the settings name it."""
    searched: int
    """Files of minutes whose text was searched."""
    file: str | None = None
    """Path of the minutes below the folder; None where none of those that were searched names the report."""
    body: str | None = None
    """The board, as the minutes name it."""
    held: date | None = None
    """Day of the meeting."""
    paragraph: str | None = None
    """`§ 47`; None where the report is named outside any numbered item."""
    diary_number: str | None = None
    words: tuple[str, ...] = ()
    """Words that were found: of the report, and of what was decided."""
    decision: Literal["noted", "decided", "returned"] | None = None
    """`noted`: received without more; `decided`: something is to be done; `returned`: sent back (återremiss)."""
    snippet: str | None = None
    """At most 160 characters around the report's name."""

    @property
    def subject(self) -> str:
        """The report, with the body and the day where it was found."""
        place = " ".join(str(each) for each in (self.body, self.held, self.paragraph) if each is not None)
        return f"{self.report}: {place}" if place else self.report

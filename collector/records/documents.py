"""Documents, the diary that registers them, the minutes that they were decided in, and who has read them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One document in the document register: policy, routine, plan, contract, system documentation."""

    title: str
    reference: str | None = None
    """The register's own number of it."""
    category: str | None = None
    """Kind in the organisation's words, e.g. `riktlinje`, `rutin`, `avtal`, `tjänstebeskrivning`."""
    status: Literal["draft", "decided", "repealed"] | None = None
    created: date | None = None
    visible_date: date | None = None
    """Date that a reader sees on the document itself."""
    decided: date | None = None
    """Day of the latest decision on it."""
    body: str | None = None
    """Who decided: a board, a role."""
    paragraph: str | None = None
    """Paragraph of the minutes with the decision, e.g. `§ 47`."""
    diary_number: str | None = None
    version: str | None = None
    reviewed: date | None = None
    """Day of the latest review (översyn)."""
    review_due: date | None = None
    """Last day of the next review, where the register sets one."""
    published: date | None = None
    """Day on which it was published to those whom it binds."""
    owner: str | None = None
    system: str | None = None
    """System that it documents, as the system register names it."""
    supplier: str | None = None
    parts: tuple[str, ...] = ()
    """Parts that it holds, as its headings or the register name them."""
    file: str | None = None
    sha256: str | None = None
    """SHA-256 of the file as it was registered, in hex."""
    row: int | None = None

    @property
    def subject(self) -> str:
        """The title."""
        return self.title


@dataclass(frozen=True, slots=True, kw_only=True)
class DiaryEntry:
    """One entry in the diary (diarium): the official register of documents received and drawn up."""

    number: str
    """Diary number, e.g. `KS 2026/0144`."""
    title: str | None = None
    registered: date | None = None
    row: int | None = None

    @property
    def subject(self) -> str:
        """The diary number."""
        return self.number


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentReceipt:
    """One person's acknowledgement of one document (read receipt)."""

    document: str
    """Title or reference, as the document register has it."""
    person_key: str
    date: date | None = None
    """Day of the acknowledgement; None where it was asked for and not given."""
    unit: str | None = None
    row: int | None = None

    @property
    def subject(self) -> str:
        """`document: person`."""
        return f"{self.document}: {self.person_key}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Minutes:
    """One meeting, or one item of its minutes, of a board, council or forum."""

    body: str
    """The board or forum."""
    held: date
    """Day of the meeting."""
    paragraph: str | None = None
    diary_number: str | None = None
    report: str | None = None
    """Report that the item treats, as the document register or the list of reports names it."""
    report_date: date | None = None
    """Date that the report itself carries."""
    report_has_gaps: bool | None = None
    """Whether the report told of shortcomings."""
    decision: Literal["noted", "decided", "returned"] | None = None
    """`noted`: received without more (godkänns, läggs till handlingarna); `decided`: something is to be done."""
    items: tuple[str, ...] = ()
    """Items that the meeting treated."""
    participants: tuple[str, ...] = ()
    """Organisations or roles that took part; personal names are not needed."""
    row: int | None = None

    @property
    def subject(self) -> str:
        """`body day`, and the paragraph where there is one."""
        return f"{self.body} {self.held.isoformat()}{f' {self.paragraph}' if self.paragraph else ''}"

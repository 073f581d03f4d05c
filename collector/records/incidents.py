"""Incidents with their reports and reviews, exercises, on-call cover and contacts for escalation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """One incident in the incident register; times in UTC."""

    reference: str
    detected: datetime | None = None
    reported: datetime | None = None
    """When it was reported within the organisation."""
    reporter_unit: str | None = None
    receiver: str | None = None
    category: str | None = None
    """Class by the organisation's own scale."""
    responsible: str | None = None
    significant: bool | None = None
    """Whether it must be reported to the authority (betydande incident)."""
    early_warning: datetime | None = None
    """When the early warning was given to the authority."""
    notification: datetime | None = None
    """When the incident was notified to the authority."""
    final_report: datetime | None = None
    closed: date | None = None
    reviewed: date | None = None
    """Day of the review after closing."""
    cause: str | None = None
    """Whether a cause was found, or a reference to it; the words are not judged."""
    row: int | None = None

    @property
    def subject(self) -> str:
        """The incident's number."""
        return self.reference


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentMeasure:
    """One measure from the review of one incident."""

    incident: str
    """The incident's number."""
    measure: str
    owner: str | None = None
    due: date | None = None
    done: date | None = None
    confirmed_by: str | None = None
    """What confirms technically that it is in place: a control's result, a test, a ticket."""
    row: int | None = None

    @property
    def subject(self) -> str:
        """`incident: measure`."""
        return f"{self.incident}: {self.measure}"


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentTotal:
    """How many incidents the annual report states for one year."""

    year: int
    count: int
    report: str | None = None
    row: int | None = None

    @property
    def subject(self) -> str:
        """The year."""
        return str(self.year)


@dataclass(frozen=True, slots=True, kw_only=True)
class OnCallShift:
    """One shift of the on-call roster; times in UTC."""

    start: datetime
    end: datetime
    person_key: str | None = None
    """Who is on call; None where nobody is."""
    role: str | None = None
    row: int | None = None

    @property
    def subject(self) -> str:
        """Start of the shift."""
        return self.start.isoformat(timespec="minutes")


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOut:
    """One call to whoever was on call; times in UTC."""

    reference: str
    called: datetime | None = None
    answered: datetime | None = None
    """None where nobody answered."""
    row: int | None = None

    @property
    def subject(self) -> str:
        """The call's number."""
        return self.reference


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationContact:
    """One way to reach a supplier, or for a supplier to reach us, when something happens."""

    supplier: str
    role: str
    direction: Literal["to-supplier", "from-supplier"] | None = None
    verified: date | None = None
    """Day on which it was last tried."""
    row: int | None = None

    @property
    def subject(self) -> str:
        """`supplier: role`."""
        return f"{self.supplier}: {self.role}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exercise:
    """One exercise: of recovery, of a switch between sites, of escalation, at a table."""

    date: date
    category: Literal["restore", "failover", "escalation", "tabletop", "other"] | None = None
    system: str | None = None
    """System that was exercised."""
    supplier: str | None = None
    planned_minutes: int | None = None
    """Planned time to recovery."""
    achieved_minutes: int | None = None
    lessons: str | None = None
    open_lessons: int | None = None
    """Number of lessons that are not closed."""
    row: int | None = None

    @property
    def subject(self) -> str:
        """`what date`."""
        return f"{self.system or self.supplier or self.category or '?'} {self.date.isoformat()}"

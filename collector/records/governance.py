"""Follow-up of the security work: goals, controls of compliance, status per unit, roles, training, personal data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalActivity:
    """One activity under one security goal; a row without an activity is a goal that has none."""

    goal: str
    activity: str | None = None
    owner: str | None = None
    due: date | None = None
    closed: date | None = None
    """Day on which it was reported as done."""
    evidence: str | None = None
    """Reference to what shows that it was done: document, diary number, ticket."""
    row: int | None = None

    @property
    def subject(self) -> str:
        """`goal: activity`, or the goal."""
        return f"{self.goal}: {self.activity}" if self.activity else self.goal


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplianceControl:
    """One control of whether a governing document is followed, from the control log."""

    document: str
    """Title or reference, as the document register has it."""
    date: date
    performed_by: str | None = None
    evidence: str | None = None
    """Reference to what the control rests on: report, bundle of a signed-off scan, sample."""
    result: str | None = None
    row: int | None = None

    @property
    def subject(self) -> str:
        """`document date`."""
        return f"{self.document} {self.date.isoformat()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitStatus:
    """One unit's result in the yearly follow-up."""

    unit: str
    """As the HR roster writes it."""
    date: date | None = None
    """Day on which the status was given."""
    status: str | None = None
    stated_by: str | None = None
    """Role of whoever stated it."""
    row: int | None = None

    @property
    def subject(self) -> str:
        """The unit."""
        return self.unit


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleAppointment:
    """One security role and its holder; a row without a holder is a vacant role."""

    role: str
    unit: str | None = None
    """Unit that the role is held for; None for the whole organisation."""
    person_key: str | None = None
    """Holder's key in the HR roster; None while vacant."""
    start: date | None = None
    end: date | None = None
    share_percent: int | None = None
    """Part of full time that is set aside."""
    appointed_by: str | None = None
    placed_in: str | None = None
    """Organisational unit that the holder works in."""
    in_operations: bool | None = None
    """Whether that unit runs the systems which the role is to watch over."""
    funded: bool | None = None
    """Whether there is money for the post."""
    row: int | None = None

    @property
    def subject(self) -> str:
        """`role: unit`, or the role."""
        return f"{self.role}: {self.unit}" if self.unit else self.role


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """One person's result in one course, from an e-learning export or a dated list of attendees."""

    person_key: str
    course: str
    completed: date | None = None
    """Day of completion; None where the person was invited and has not completed it."""
    status: Literal["completed", "not-completed"] | None = None
    """What the export says of it; a day beside `not-completed` is of something else, such as a failed test."""
    mandatory: bool | None = None
    role: str | None = None
    """Role that the course is for, as the role register writes it; None for a course that is for all."""
    row: int | None = None

    @property
    def subject(self) -> str:
        """`person: course`."""
        return f"{self.person_key}: {self.course}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalDataProcessing:
    """One processing of personal data in one system (register of processing, GDPR article 30)."""

    system: str
    processing: str
    processor: str | None = None
    """Outside party that processes on the organisation's behalf; None where there is none."""
    agreement_date: date | None = None
    """Day of the processor agreement (article 28)."""
    assessment_needed: bool | None = None
    """Whether an impact assessment is needed (article 35); None while undecided."""
    assessment_date: date | None = None
    reviewed: date | None = None
    row: int | None = None

    @property
    def subject(self) -> str:
        """`system: processing`."""
        return f"{self.system}: {self.processing}"

"""Classification of systems, risks and the measures that they lead to, procurement, continuity, rooms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Classification:
    """One classification of the information in one system (KLASSA, DigFrame or another method)."""

    system: str
    classified: date | None = None
    method: str | None = None
    version: str | None = None
    confidentiality: int | None = None
    """KLASSA's K, 0 to 4."""
    integrity: int | None = None
    """KLASSA's R, 0 to 4."""
    availability: int | None = None
    """KLASSA's T, 0 to 4."""
    recovery_hours: int | None = None
    """Longest acceptable time to recovery, hours."""
    participants: tuple[str, ...] = ()
    """Roles that took part."""
    reported_back: date | None = None
    """Day on which the system owner reported back on the action plan."""
    row: int | None = None

    @property
    def subject(self) -> str:
        """The system."""
        return self.system


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassificationAction:
    """One action in the plan that follows a classification."""

    system: str
    action: str
    owner: str | None = None
    due: date | None = None
    closed: date | None = None
    decision: str | None = None
    """Decision to postpone or drop it, by diary number."""
    waiting_for: str | None = None
    """What it waits for, in the plan's words, e.g. `finansiering`."""
    row: int | None = None

    @property
    def subject(self) -> str:
        """`system: action`."""
        return f"{self.system}: {self.action}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """One risk in the risk register."""

    risk: str
    asset: str | None = None
    """System or part of the infrastructure that it concerns."""
    infrastructure: bool | None = None
    """Whether it comes from the analysis of the shared IT infrastructure."""
    analysed: date | None = None
    """Day of the analysis or of its latest update."""
    owner: str | None = None
    level: str | None = None
    treatment: str | None = None
    """What is done about it; None where nothing is decided."""
    method: str | None = None
    closed: date | None = None
    row: int | None = None

    @property
    def subject(self) -> str:
        """The risk."""
        return self.risk


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskAcceptance:
    """One decision to live with a risk for a time."""

    risk: str
    """As the risk register names it."""
    decided_by: str | None = None
    role: str | None = None
    """Role of the decider, by which the mandate is judged."""
    decided: date | None = None
    valid_until: date | None = None
    diary_number: str | None = None
    row: int | None = None

    @property
    def subject(self) -> str:
        """The risk."""
        return self.risk


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityMeasure:
    """One measure that a classification, a risk or a rule requires for one system."""

    system: str
    measure: str
    origin: Literal["classification", "risk", "rule", "supplier-advice"] | None = None
    """What requires it; `supplier-advice` where nothing but the supplier's own word does."""
    control: str | None = None
    """Identifier of the control whose result shows it, e.g. `encryption-at-rest`."""
    due: date | None = None
    implemented: date | None = None
    result: Literal["met", "not-met"] | None = None
    """Outcome of the follow-up that the row rests on."""
    evidence: str | None = None
    """Reference to what shows the outcome."""
    row: int | None = None

    @property
    def subject(self) -> str:
        """`system: measure`."""
        return f"{self.system}: {self.measure}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Procurement:
    """One procurement of a system or service."""

    case: str
    """The case's own number or name."""
    system: str | None = None
    supplier: str | None = None
    signed: date | None = None
    """Day on which the contract was signed; None while it runs."""
    requirements: str | None = None
    """The document with the security requirements."""
    requirements_date: date | None = None
    topics: tuple[str, ...] = ()
    """Topics that the requirements cover, by the control's words, e.g. `encryption`, `security-logging`."""
    row: int | None = None

    @property
    def subject(self) -> str:
        """The case."""
        return self.case


@dataclass(frozen=True, slots=True, kw_only=True)
class ContinuityPlan:
    """One operation and its continuity plan; a row without a plan is an operation that has none."""

    operation: str
    """Operation or unit that must go on."""
    critical: bool | None = None
    plan: str | None = None
    """The plan's title or diary number."""
    decided: date | None = None
    tested: date | None = None
    elements: tuple[str, ...] = ()
    """What the plan holds, by the control's words: `alternative-routines`, `roles`, `contacts`, `communication`,
    `recovery`."""
    owner: str | None = None
    row: int | None = None

    @property
    def subject(self) -> str:
        """The operation."""
        return self.operation


@dataclass(frozen=True, slots=True, kw_only=True)
class Equipment:
    """One piece of central equipment in the asset register: server, storage, network node."""

    name: str
    room: str | None = None
    site: str | None = None
    pair: str | None = None
    """Name of the redundant pair that it is one part of."""
    replicates: bool | None = None
    """Whether it held the same as the other part of its pair at the last look."""
    central: bool | None = None
    """Whether many depend on it, so that it must stand in a protected room."""
    row: int | None = None

    @property
    def subject(self) -> str:
        """The equipment."""
        return self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredHost:
    """One machine in the asset register, or in an export of DHCP leases: what it is, and where it stands."""

    host: str
    role: str | None = None
    """What it is, in the register's words: `server`, `användarklient`, `administrationsklient`, or a zone's role."""
    addresses: tuple[str, ...] = ()
    """Addresses, with or without prefix length."""
    environment: str | None = None
    """As `ProtectedSystem.environment`: what its systems' rows say goes before it."""
    row: int | None = None

    @property
    def subject(self) -> str:
        """The host."""
        return self.host


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomAccess:
    """One person's access to one server or network room, from the access-control system."""

    room: str
    person_key: str
    valid_until: date | None = None
    approved_by: str | None = None
    approved: date | None = None
    row: int | None = None

    @property
    def subject(self) -> str:
        """`room: person`."""
        return f"{self.room}: {self.person_key}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomInspection:
    """One visit to a room, or one test of its alarm, signed by whoever made it."""

    room: str
    date: date
    category: Literal["visit", "alarm-test"] | None = None
    performed_by: str | None = None
    result: Literal["passed", "failed"] | None = None
    row: int | None = None

    @property
    def subject(self) -> str:
        """`room date`."""
        return f"{self.room} {self.date.isoformat()}"

"""Suppliers: who they are, what was agreed, how it is followed up, who does what, and how well it goes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplier:
    """One supplier's service in the supplier register."""

    name: str
    service: str | None = None
    cloud: bool | None = None
    information_type: str | None = None
    """What information the supplier handles."""
    service_type: str | None = None
    complexity: str | None = None
    risk_class: Literal["high", "medium", "low"] | None = None
    classified: date | None = None
    """Day of the risk classification."""
    contract: str | None = None
    """Number of the contract, as the contract register has it."""
    row: int | None = None

    @property
    def subject(self) -> str:
        """The supplier."""
        return self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """One contract, with the security topics that a person has marked clauses for."""

    contract: str
    supplier: str | None = None
    signed: date | None = None
    valid_until: date | None = None
    clauses: tuple[str, ...] = ()
    """Topics that have a clause, by the control's words, e.g. `incident-handling`, `audit-rights`, `5.1.4`."""
    requirements_date: date | None = None
    """Day on which the requirements that it should hold were decided."""
    reviewed: date | None = None
    row: int | None = None

    @property
    def subject(self) -> str:
        """The contract."""
        return self.contract


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierFollowUp:
    """One follow-up or audit of one supplier."""

    supplier: str
    date: date
    category: Literal["follow-up", "audit"] | None = None
    performed_by: str | None = None
    requirements: tuple[str, ...] = ()
    """Security requirements that were checked; empty where only tickets and cost were."""
    evidence: str | None = None
    """Reference to what it rests on."""
    result: str | None = None
    actions: str | None = None
    row: int | None = None

    @property
    def subject(self) -> str:
        """`supplier date`."""
        return f"{self.supplier} {self.date.isoformat()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSpecification:
    """One report that a supplier has agreed to give, by the decided specification."""

    supplier: str
    report: str
    interval_months: int | None = None
    """How often, in months; None where the specification sets no time."""
    indicators: tuple[str, ...] = ()
    """Key figures that the report must hold."""
    decided: date | None = None
    """Day on which the specification was decided."""
    row: int | None = None

    @property
    def subject(self) -> str:
        """`supplier: report`."""
        return f"{self.supplier}: {self.report}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierReport:
    """One report that was received."""

    supplier: str
    report: str
    received: date
    period_end: date | None = None
    """Last day that the report tells of."""
    indicators: tuple[str, ...] = ()
    """Key figures that it holds."""
    reference: str | None = None
    """File name, hash or diary number."""
    row: int | None = None

    @property
    def subject(self) -> str:
        """`supplier: report date`."""
        return f"{self.supplier}: {self.report} {self.received.isoformat()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vetting:
    """One person in a sensitive role: that it was done and when, never what it showed."""

    person_key: str
    role: str
    access_start: date | None = None
    """First day of access."""
    confidentiality_signed: date | None = None
    vetted: date | None = None
    """Day of the background check."""
    vetting_needed: bool | None = None
    """Whether the role calls for a background check; None: as for all in the list, yes."""
    supplier: str | None = None
    row: int | None = None

    @property
    def subject(self) -> str:
        """`person: role`."""
        return f"{self.person_key}: {self.role}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Responsibility:
    """One row of the matrix of who does what between customer and supplier."""

    system: str
    control: str
    """The duty, e.g. `patch-level` or in words."""
    doer: str | None = None
    responsible: str | None = None
    payer: str | None = None
    """Who bears the cost."""
    decided: date | None = None
    row: int | None = None

    @property
    def subject(self) -> str:
        """`system: control`."""
        return f"{self.system}: {self.control}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceLevel:
    """One agreed service level, and what the supplier reports of it."""

    supplier: str
    measure: Literal["first-line-share", "resolve-working-days", "survey-share", "other"]
    agreed: int | None = None
    """The agreed value, whole percent or working days."""
    reported: int | None = None
    """The supplier's own value, same unit."""
    period_start: date | None = None
    period_end: date | None = None
    row: int | None = None

    @property
    def subject(self) -> str:
        """`supplier: measure`."""
        return f"{self.supplier}: {self.measure}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """One support ticket."""

    reference: str
    opened: date | None = None
    closed: date | None = None
    supplier: str | None = None
    first_line: bool | None = None
    """Whether it was solved by the first line."""
    surveyed: bool | None = None
    """Whether the user was asked how it went."""
    row: int | None = None

    @property
    def subject(self) -> str:
        """The ticket."""
        return self.reference

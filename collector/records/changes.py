"""Changes as the tickets have them and as the machines show them, tests before them, and software that is approved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change ticket; people by key or account name, as the ticket system has them."""

    reference: str
    system: str | None = None
    """System, as the system register names it, or host."""
    size: Literal["minor", "major"] | None = None
    emergency: bool | None = None
    security_relevant: bool | None = None
    requester: str | None = None
    requested: date | None = None
    approver: str | None = None
    approved: date | None = None
    risk: str | None = None
    """The risk assessment, or that there is one."""
    cab_date: date | None = None
    """Day of the decision by the change advisory board."""
    test: str | None = None
    """The test, or that there was one."""
    developer: str | None = None
    tester: str | None = None
    deployer: str | None = None
    deployed: date | None = None
    acceptance_by: str | None = None
    """Who accepted it for the customer."""
    acceptance_date: date | None = None
    golive_by: str | None = None
    """Who decided for the customer that it goes live."""
    golive_date: date | None = None
    closed: date | None = None
    row: int | None = None

    @property
    def subject(self) -> str:
        """The ticket."""
        return self.reference


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedChange:
    """One change that a host's own log shows: packages installed, upgraded or removed in one run (apt history.log)."""

    host: str
    time: datetime
    action: str
    """`install`, `upgrade`, `downgrade`, `remove`, `purge`, several by comma."""
    packages: int
    """How many packages."""
    names: tuple[str, ...] = ()
    """The first of them, at most ten."""
    requested_by: str | None = None
    """User who ran it (Requested-By), where a person did."""
    automatic: bool | None = None
    """Whether unattended-upgrades ran it."""

    @property
    def subject(self) -> str:
        """`host time`."""
        return f"{self.host} {self.time.isoformat(timespec='seconds')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalledSoftware:
    """One package that is installed on one host."""

    host: str
    product: str
    """Package name as the host's package manager has it."""
    version: str | None = None
    installed: datetime | None = None
    """When it was last installed or upgraded, UTC: it has been there at least since then."""

    @property
    def subject(self) -> str:
        """`host: product`."""
        return f"{self.host}: {self.product}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovedSoftware:
    """One product that may be installed."""

    product: str
    """As the host names it; `*` at the end for all that begin so."""
    version: str | None = None
    decided_by: str | None = None
    decided: date | None = None
    valid_until: date | None = None
    row: int | None = None

    @property
    def subject(self) -> str:
        """The product."""
        return self.product


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityTest:
    """One security test with its report: penetration test, code review, configuration review."""

    reference: str
    system: str | None = None
    date: date | None = None
    category: str | None = None
    tester: str | None = None
    independent: bool | None = None
    findings: int | None = None
    """Number of findings."""
    open_findings: int | None = None
    """Number of findings that are not closed."""
    change: str | None = None
    """Change ticket that it was made for."""
    row: int | None = None

    @property
    def subject(self) -> str:
        """The test."""
        return self.reference

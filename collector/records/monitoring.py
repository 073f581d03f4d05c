"""What the monitoring, log, scanner and malware consoles say, as exports."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class LogReview:
    """One review of logs, from the review log or the cases of the log system."""

    log: str
    """Log or system that was reviewed."""
    date: date
    performed_by: str | None = None
    outcome: str | None = None
    row: int | None = None

    @property
    def subject(self) -> str:
        """`log date`."""
        return f"{self.log} {self.date.isoformat()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One alert of the monitoring; times in UTC."""

    reference: str
    raised: datetime | None = None
    acknowledged: datetime | None = None
    """When someone took it; None where nobody has."""
    closed: datetime | None = None
    handled_by: str | None = None
    """Role or key of whoever handled it."""
    note: str | None = None
    """What was found, or that it was noted."""
    test: bool | None = None
    """Whether it was raised on purpose, to test the routing."""
    row: int | None = None

    @property
    def subject(self) -> str:
        """The alert's number."""
        return self.reference


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitoredHost:
    """One host that the monitoring or the central log knows."""

    host: str
    last_event: datetime | None = None
    """When it was last heard from, UTC."""
    retention_days: int | None = None
    """How long its log is kept in the central store, days."""
    service: Literal["monitoring", "central-log"] | None = None
    """Which of the two the row is from."""
    row: int | None = None

    @property
    def subject(self) -> str:
        """The host."""
        return self.host


@dataclass(frozen=True, slots=True, kw_only=True)
class VulnerabilityResult:
    """One row of a vulnerability scanner's export; a host without findings has a row without one."""

    host: str
    scanned: date | None = None
    """Day of the scan that the row is from."""
    finding: str | None = None
    """The scanner's number or name of the finding."""
    severity: Literal["critical", "high", "medium", "low", "info"] | None = None
    first_seen: date | None = None
    fixed: date | None = None
    row: int | None = None

    @property
    def subject(self) -> str:
        """`host: finding`, or the host."""
        return f"{self.host}: {self.finding}" if self.finding else self.host


@dataclass(frozen=True, slots=True, kw_only=True)
class MalwareProtection:
    """The state of the malware protection on one host, by its own console."""

    host: str
    product: str | None = None
    active: bool | None = None
    """Whether real-time protection is on."""
    signatures: datetime | None = None
    """When its signatures were made, UTC."""
    row: int | None = None

    @property
    def subject(self) -> str:
        """The host."""
        return self.host


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtectionExemption:
    """One decided exemption from malware protection, with what is done instead."""

    host: str
    reason: str | None = None
    measure: str | None = None
    """Measure that takes its place."""
    approved_by: str | None = None
    valid_until: date | None = None
    row: int | None = None

    @property
    def subject(self) -> str:
        """The host."""
        return self.host

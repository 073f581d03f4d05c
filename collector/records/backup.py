"""Protected systems, restore points and where they lie, jobs, integrity, restore tests and recovery."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtectedSystem:
    """One system in the system register."""

    name: str
    critical: bool | None = None
    """Whether the register marks it as mission-critical."""
    hosts: tuple[str, ...] = ()
    """Hosts that it runs on; restore points are matched by these, by the system's name, or by tag."""
    owner: str | None = None
    """System owner as a role or unit; personal names are not needed."""
    supplier: str | None = None
    environment: str | None = None
    needs_extra_protection: bool | None = None
    """Whether the register marks it as in need of extra protection."""
    confidentiality: int | None = None
    """Level of confidentiality by classification, 0 to 4 (KLASSA's K)."""
    login: tuple[str, ...] = ()
    """How its users log in: names of registered entry points, `ssh`, or `password` for a password alone."""
    password_rule: str | None = None
    """The decided password rule that holds for it, by its name or diary number."""
    system_manager: str | None = None
    """System manager (systemförvaltare), as a role, a unit or a key of the HR roster."""
    technical_manager: str | None = None
    """Who runs it technically, in the same form."""
    unit: str | None = None
    """Unit that it belongs to, as the HR roster writes it."""
    software: tuple[str, ...] = ()
    """Hardware and software that it is made of."""
    dependencies: tuple[str, ...] = ()
    """Systems that it depends on."""
    external: bool | None = None
    """Whether it runs outside the organisation's own premises."""
    central: bool | None = None
    """Whether it is central to the operation of other systems."""
    patch_party: str | None = None
    """Who installs its security updates."""
    personal_data: bool | None = None
    """Whether personal data is processed in it."""
    encryption_needed: bool | None = None
    """Whether its information must be encrypted in storage."""
    sites: tuple[str, ...] = ()
    """Sites where it runs in production."""
    backup_paths: tuple[str, ...] = ()
    """Folders or volumes on its hosts that every restore point must hold."""
    copies_at: tuple[str, ...] = ()
    """Sites where copies of it must lie."""
    backup_interval_hours: int | None = None
    """Required time between restore points, hours; the control's own limit where the register has none."""
    rpo_hours: int | None = None
    """Most work that may be lost, hours (recovery point objective)."""
    rto_minutes: int | None = None
    """Longest time until it runs again, minutes (recovery time objective)."""
    retention_days: int | None = None
    """How far back a restore point must be available, days."""
    row: int | None = None

    @property
    def subject(self) -> str:
        """The system's name."""
        return self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """One restore point: in a backup repository (restic-snapshots(1)), or as a backup product lists it."""

    identifier: str
    """Short id that the repository's own tool accepts."""
    time: datetime
    """When the backup was taken, by the clock of the host that took it."""
    host: str
    paths: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    size_bytes: int | None = None
    """Bytes that a restore would give back; not what was transferred or stored."""
    files: int | None = None
    parent: str | None = None
    """Identifier of the restore point that it was made after, where the tool keeps one."""
    job: str | None = None
    """Name of the job that made it, where the tool keeps one."""
    location: str | None = None
    """Repository or target that it lies in, as a report names it; None: the source itself."""
    verification: Literal["passed", "failed"] | None = None
    """What the product's own verification of this restore point gave."""
    excludes: tuple[str, ...] = ()
    """Patterns of what was left out, as the tool keeps them; empty where it keeps none or nothing was."""
    row: int | None = None

    @property
    def subject(self) -> str:
        """`host identifier`."""
        return f"{self.host} {self.identifier}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreTest:
    """One row of the restore-test log."""

    system: str
    date: date
    scope: str | None = None
    restore_point: str | None = None
    target: str | None = None
    result: Literal["passed", "failed"] | None = None
    duration_minutes: int | None = None
    verified_by_it: str | None = None
    """Role or signature; a name only where the log holds one."""
    verified_by_business: str | None = None
    row: int | None = None

    @property
    def subject(self) -> str:
        """The system that was restored."""
        return self.system


@dataclass(frozen=True, slots=True, kw_only=True)
class MajorChange:
    """One major change in production, from the change log: after it a restore test is due."""

    system: str
    date: date
    reference: str | None = None
    row: int | None = None

    @property
    def subject(self) -> str:
        """The system that was changed."""
        return self.system


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupRun:
    """One run of a backup job, as the product tells it: a run that went well is not yet a restore point."""

    job: str
    host: str | None = None
    """What was backed up; None where the report names the job alone."""
    started: datetime
    result: Literal["ok", "warning", "failed", "running"] | None = None
    ended: datetime | None = None
    size_bytes: int | None = None
    files: int | None = None
    row: int | None = None

    @property
    def subject(self) -> str:
        """What was backed up, and the job."""
        return f"{self.host} {self.job}" if self.host else self.job


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupRepository:
    """A place with restore points, as its own tool shows it."""

    name: str
    """The source's id."""
    tool: str
    host: str | None = None
    """Host that it lies on by its address; None: it lies in the file system of the host that reads it."""
    encrypted: bool | None = None
    append_only: bool | None = None
    """Whether the repository itself says that nothing may be deleted from it."""
    locked_since: datetime | None = None
    """Time of the oldest exclusive lock that was found in it; None: there was none."""
    locked_by: str | None = None

    @property
    def subject(self) -> str:
        """The source's id."""
        return self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupLocation:
    """Where a repository stands and who can delete what is in it, by the organisation's own register."""

    repository: str
    """Id of the source that reads it, or the location's name in a job report."""
    host: str | None = None
    site: str | None = None
    immutable: bool | None = None
    """Whether what lies there cannot be changed or deleted before its time, by anyone."""
    offline: bool | None = None
    """Whether it is disconnected but while it is written to."""
    separate_credentials: bool | None = None
    """Whether the administrators of production cannot delete from it with their ordinary credentials."""
    reviewed: date | None = None
    row: int | None = None

    @property
    def subject(self) -> str:
        """The repository."""
        return self.repository


@dataclass(frozen=True, slots=True, kw_only=True)
class IntegrityCheck:
    """One check of a whole repository by its own tool (`restic check`, `borg check`), run by us or by its log."""

    repository: str
    """Id of the source that reads it, or the location's name in a job report."""
    date: date
    result: Literal["passed", "failed"] | None = None
    data_percent: int | None = None
    """Share of the stored data that was read and compared, percent; 0: structure alone."""
    damaged: tuple[str, ...] = ()
    """Damaged or missing parts, as the tool names them; the first hundred."""
    row: int | None = None

    @property
    def subject(self) -> str:
        """The repository."""
        return self.repository


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreDrill:
    """A restore to a scratch folder that was compared and thrown away: figures and hashes, never content."""

    repository: str
    """Id of the source that was restored from, or the repository's name."""
    host: str
    """Host whose restore point it was."""
    time: datetime
    """When the drill began."""
    result: Literal["passed", "failed"]
    system: str | None = None
    snapshot: str | None = None
    snapshot_time: datetime | None = None
    files: int | None = None
    size_bytes: int | None = None
    differing: int | None = None
    """Files whose content was not what it should be."""
    canary: bool | None = None
    """Whether the canary file came back as it was written; None: there was none to compare."""
    milliseconds: int | None = None
    """From the first byte asked for to the last file written."""
    producer: str | None = None
    """Who made the report: `styrk`, or the other tool's name."""

    @property
    def subject(self) -> str:
        """The system, or the host."""
        return self.system or self.host


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryPlan:
    """One row of the register of recovery plans and runbooks."""

    system: str
    document: str | None = None
    """Name or diary number of the runbook."""
    decided: date | None = None
    review_by: date | None = None
    """Day by which it is to be looked over."""
    planned_minutes: int | None = None
    """Recovery time that the plan reckons with, minutes."""
    row: int | None = None

    @property
    def subject(self) -> str:
        """The system that is recovered by it."""
        return self.system

"""Protected systems, restore points and restore tests."""

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
    row: int | None = None

    @property
    def subject(self) -> str:
        """The system's name."""
        return self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """One restore point in a backup repository (restic-snapshots(1): id, time, hostname, paths, tags)."""

    identifier: str
    """Short id that the repository's own tool accepts."""
    time: datetime
    """When the backup was taken, by the clock of the host that took it."""
    host: str
    paths: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()

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

"""A protected system and its restore points, for the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from collector.evidence import Population
from collector.records.backup import BackupRun, ProtectedSystem, Snapshot
from tests.checks.made import AS_OF, seen

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def system(name: str = "Ekonomi", **said: Any) -> ProtectedSystem:
    """A critical system on app1."""
    critical: dict[str, Any] = {"name": name, "critical": True, "hosts": ("app1",)}
    return ProtectedSystem(**(critical | said))


def point(hours: float, host: str = "app1", **said: Any) -> Snapshot:
    """A restore point so many hours old."""
    said.setdefault("identifier", f"{host}{hours:g}")
    return Snapshot(time=AS_OF - hours * HOUR, host=host, **said)


def nightly(days: int, *, without: Iterable[int] = (), **said: Any) -> list[Snapshot]:
    """A restore point each night at 02:00, the last one this morning; `without` some nights."""
    return [point(6 + 24 * day, **said) for day in range(days) if day not in set(without)]


def ran(hours: float, result: Any = "ok", host: str | None = "app1", job: str = "Natt") -> BackupRun:
    """A run of a job so many hours ago."""
    return BackupRun(job=job, host=host, started=AS_OF - hours * HOUR, result=result)


def register(*systems: ProtectedSystem) -> Population[ProtectedSystem]:
    """The system register."""
    return seen(ProtectedSystem, *systems, source="register")


def at(hours: float) -> datetime:
    """So many hours ago."""
    return AS_OF - hours * HOUR

"""When a system was backed up over a period: restore points, and the gaps between them; no arithmetic overflows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from checks.backup.restore_points import CLOCK_TOLERANCE
from collector.records.backup import BackupRun, ProtectedSystem

MAX_PERIOD_DAYS = 3660
"""Ten years: no longer period is looked over day by day."""
MAX_NAMED_DAYS = 31
"""Days that a reason names; their number is always there."""


@dataclass(frozen=True, slots=True)
class Spell:
    """A time without a restore point."""

    start: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        """How long it was."""
        return self.end - self.start

    @property
    def hours(self) -> int:
        """Whole hours."""
        return int(self.length.total_seconds() // 3600)

    def days(self, first: int, last: int) -> range:
        """Ordinals of the whole calendar days (UTC) in it, from `first` to `last`."""
        return range(max(self.start.toordinal() + 1, first), min(self.end.toordinal() - 1, last) + 1)


def first_day(as_of: datetime, period_days: int) -> int:
    """Ordinal of the first day of the period."""
    return max(date.min.toordinal(), as_of.toordinal() - max(0, min(period_days, MAX_PERIOD_DAYS)))


def spells(times: Iterable[datetime], as_of: datetime, first: int) -> list[Spell]:
    """The times without a restore point that end on day `first` or later, the one that lasts until `as_of` too.

    Times that a wrong clock put in the future are left out.
    """
    past = [time for time in times if time - as_of <= CLOCK_TOLERANCE]
    ends = [*past[1:], max(as_of, past[-1])] if past else []
    return [Spell(a, b) for a, b in zip(past, ends, strict=True) if b.toordinal() >= first]


def named_days(days: Sequence[int]) -> tuple[str, ...]:
    """The days as text, no more than a reason can hold."""
    return tuple(date.fromordinal(day).isoformat() for day in days[:MAX_NAMED_DAYS])


@dataclass(frozen=True, slots=True)
class Runs:
    """Days on which a job ran, by case-folded host and job name, as ordinals."""

    good: Mapping[str, frozenset[int]]
    failed: Mapping[str, frozenset[int]]

    def of(self, system: ProtectedSystem, host: str) -> tuple[frozenset[int], frozenset[int]]:
        """Days of good runs and of failed ones, for one host of a system."""
        keys = {host.casefold(), system.name.casefold()}
        none: frozenset[int] = frozenset()
        return (
            none.union(*(self.good.get(key, none) for key in keys)),
            none.union(*(self.failed.get(key, none) for key in keys)),
        )


def runs_by_day(runs: Iterable[BackupRun]) -> Runs:
    """The days of every run that ended well, with a warning, or badly."""
    good: dict[str, set[int]] = {}
    failed: dict[str, set[int]] = {}
    for run in runs:
        held = {"ok": good, "warning": good, "failed": failed}.get(run.result or "")
        if held is not None:
            held.setdefault((run.host or run.job).casefold(), set()).add(run.started.toordinal())
    return Runs(
        {name: frozenset(days) for name, days in good.items()},
        {name: frozenset(days) for name, days in failed.items()},
    )

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


SHORT_BEFORE = 3
"""Spells just before one that is too long, none of which may be too long, for it to be known that none was made."""


def not_thinned(gone: Sequence[Spell], limit: timedelta) -> list[Spell]:
    """Of the spells longer than the limit, those that no thinning out of restore points explains.

    Retention takes the older first. So nothing was taken where the spells just before are short, where all later ones
    are as long, and since the last restore point. The spells are in the order of time, the last until now.
    """
    long = [spell.length > limit for spell in gone]
    known = []
    for number, spell in enumerate(gone):
        before = long[max(0, number - SHORT_BEFORE) : number]
        dense = len(before) == SHORT_BEFORE and not any(before)
        if long[number] and (dense or number == len(gone) - 1 or all(long[number + 1 : -1])):
            known.append(spell)
    return known


def filled(times: Iterable[datetime], ran: Iterable[datetime]) -> list[datetime]:
    """Times of restore points and, before the last of them, of runs that ended well: theirs may be thinned out."""
    held = list(times)
    last = max(held, default=None)
    return sorted([*held, *(time for time in ran if last is not None and time < last)])


@dataclass(frozen=True, slots=True)
class History:
    """What is known of one host's backups."""

    times: Sequence[datetime]
    """Of its restore points, oldest first."""
    ran: Sequence[datetime]
    """Of the runs that ended well."""
    jobs_whole: bool
    """Whether all runs that were asked for were read."""
    written: datetime | None
    """When the list that holds the newest restore point was written; None where we read the repository ourselves."""


@dataclass(frozen=True, slots=True)
class Longest:
    """The longest spell that counts against a limit, or why that is not known."""

    spell: Spell | None = None
    unknown: str = ""
    """`jobs-unread`, `export-older` or `thinned-out`; empty where it is known."""


def longest_over(held: History, limit: timedelta, as_of: datetime, first: int) -> Longest:
    """The longest spell over the limit that ends on day `first` or later."""
    past = [time for time in held.times if time - as_of <= CLOCK_TOLERANCE]
    every = spells(filled(past, held.ran), as_of, 1)
    known = [spell for spell in not_thinned(every, limit) if spell.end.toordinal() >= first]
    last = every[-1]
    since_written = held.written is not None and held.written - last.start <= limit
    if held.jobs_whole and since_written:
        certain = [spell for spell in known if spell is not last]
    elif held.jobs_whole:
        certain = known
    else:
        certain = [spell for spell in known if spell is last and not since_written]
    if certain:
        return Longest(max(certain, key=lambda spell: (spell.length, spell.start)))
    if any(spell is not last for spell in known):
        return Longest(unknown="jobs-unread")
    if known:
        return Longest(unknown="export-older")
    thinned = any(spell.length > limit and spell.end.toordinal() >= first for spell in every)
    return Longest(unknown="thinned-out" if thinned else "")


def named_days(days: Sequence[int]) -> tuple[str, ...]:
    """The days as text, no more than a reason can hold."""
    return tuple(date.fromordinal(day).isoformat() for day in days[:MAX_NAMED_DAYS])


@dataclass(frozen=True, slots=True)
class Runs:
    """Days on which a job ran, by case-folded host and job name, as ordinals."""

    good: Mapping[str, frozenset[int]]
    failed: Mapping[str, frozenset[int]]

    times: Mapping[str, Sequence[datetime]]
    """When the good runs began, by the same names."""

    unclear: Mapping[str, frozenset[int]]
    """Days of runs of which is not told how they ended."""

    def times_of(self, system: ProtectedSystem, host: str) -> list[datetime]:
        """When good runs for one host of a system began."""
        keys = {host.casefold(), system.name.casefold()}
        return sorted(time for key in keys for time in self.times.get(key, ()))

    def of(self, system: ProtectedSystem, host: str) -> tuple[frozenset[int], frozenset[int]]:
        """Days of good runs and of failed ones, for one host of a system."""
        return _days(self.good, system, host), _days(self.failed, system, host)

    def unclear_of(self, system: ProtectedSystem, host: str) -> frozenset[int]:
        """Days of runs that may have ended well, for one host of a system."""
        return _days(self.unclear, system, host)


def _days(held: Mapping[str, frozenset[int]], system: ProtectedSystem, host: str) -> frozenset[int]:
    none: frozenset[int] = frozenset()
    return none.union(*(held.get(key, none) for key in (host.casefold(), system.name.casefold())))


def runs_by_day(runs: Iterable[BackupRun]) -> Runs:
    """The days of every run that ended well, with a warning, or badly, or of which that is not told."""
    good: dict[str, set[int]] = {}
    unclear: dict[str, set[int]] = {}
    failed: dict[str, set[int]] = {}
    times: dict[str, list[datetime]] = {}
    for run in runs:
        held = {"ok": good, "warning": good, "failed": failed}.get(run.result or "", unclear)
        name = (run.host or run.job).casefold()
        held.setdefault(name, set()).add(run.started.toordinal())
        if held is good:
            times.setdefault(name, []).append(run.started)
    return Runs(
        {name: frozenset(days) for name, days in good.items()},
        {name: frozenset(days) for name, days in failed.items()},
        times,
        {name: frozenset(days) for name, days in unclear.items()},
    )

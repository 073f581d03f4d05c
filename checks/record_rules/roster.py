"""Who works here, by the HR roster: the denominator that nobody else may choose."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime
from typing import NamedTuple

from checks.finding import Outcome
from checks.record_rules.joins import key_of, lacks_column
from collector.evidence import Reading
from collector.records.identity import Employment
from collector.records.record import Record

ENDED = ("avslutad", "avslutat", "avgått", "entledigad", "slutat", "upphört", "ended", "left", "terminated")
"""Statuses that say that an employment without a last day has ended, as `accounts-after-employment-end` has them."""


class _Time(NamedTuple):
    """When one row of the roster holds."""

    start: date | None
    end: date | None
    ended: bool
    """By its status, on a day that the roster does not give."""
    told: bool
    """Whether the export could say that it has ended, by a last day or a status."""


class Roster:
    """The roster's people, today or on another day."""

    def __init__(self, reading: Reading[Employment], as_of: datetime) -> None:
        self.reading = reading
        self._today = as_of.date()
        self._times: defaultdict[str, list[_Time]] = defaultdict(list)
        units: defaultdict[str, set[str]] = defaultdict(set)
        for population in reading.populations:
            by_end, by_status = (field not in population.unreadable for field in ("end", "status"))
            for row in population.records:
                key = key_of(row.person_key)
                told = by_end or (by_status and bool(row.status))
                self._times[key].append(_Time(row.start, row.end, has_ended(row), told))
                if row.unit and works(row, self._today):
                    units[row.unit].add(key)
        self.units: Mapping[str, frozenset[str]] = {unit: frozenset(units[unit]) for unit in sorted(units)}
        """Unit, as the roster writes it, to the keys of those who work there today."""
        self._names = {key_of(unit) for unit in self.units}

    def employed(self, key: str, day: date | None = None) -> bool | None:
        """Whether the person works here that day (today, if none is given).

        None where the roster, as far as it was read, does not know the person, or carries neither last days nor
        statuses.
        """
        states = [self._at(each, day or self._today) for each in self._times.get(key_of(key), ())]
        if True in states:
            return True
        return None if None in states or not states else False

    def _at(self, time: _Time, day: date) -> bool | None:
        if time.start is not None and time.start > day:
            return False
        if time.end is not None:
            return time.end >= day
        if time.ended:
            return False if day >= self._today else None
        return True if time.told else None

    def untold(self, subject: Record | str, key: str) -> Outcome | None:
        """Undetermined for a person whom the roster knows, without saying whether the employment has ended."""
        return lacks_column(subject, self.reading, "end", "status") if key_of(key) in self._times else None

    def has_unit(self, name: str) -> bool:
        """Whether a unit of this name has people."""
        return key_of(name) in self._names


def works(row: Employment, today: date) -> bool:
    """Whether the employment or mandate runs that day, as far as the row says."""
    if row.start is not None and row.start > today:
        return False
    if row.end is not None:
        return row.end >= today
    return not has_ended(row)


def has_ended(row: Employment) -> bool:
    """Whether the row's status says that it has ended."""
    return (row.status or "").strip().casefold() in ENDED

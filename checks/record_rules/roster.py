"""Who works here today, by the HR roster: the denominator that nobody else may choose."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime

from checks.record_rules.joins import key_of
from collector.evidence import Reading
from collector.records.identity import Employment

ENDED = frozenset({"avslutad", "avgått", "ended"})
"""Statuses that say that an employment without a last day has ended, as in `accounts-after-employment-end`."""


class Roster:
    """The roster's people on one day."""

    def __init__(self, reading: Reading[Employment], as_of: datetime) -> None:
        self.reading = reading
        self._today = as_of.date()
        self._current: dict[str, bool] = {}
        self.units: Mapping[str, frozenset[str]] = {}
        """Unit, as the roster writes it, to the keys of those who work there today."""
        units: defaultdict[str, set[str]] = defaultdict(set)
        for row in reading.records:
            key = key_of(row.person_key)
            current = works(row, self._today)
            self._current[key] = self._current.get(key, False) or current
            if current and row.unit:
                units[row.unit].add(key)
        self.units = {unit: frozenset(units[unit]) for unit in sorted(units)}

    def employed(self, key: str) -> bool | None:
        """Whether the person works here today; None where the roster, as far as it was read, does not know them."""
        return self._current.get(key_of(key))

    def has_unit(self, name: str) -> bool:
        """Whether a unit of this name has people."""
        return key_of(name) in {key_of(unit) for unit in self.units}


def works(row: Employment, today: date) -> bool:
    """Whether the employment or mandate runs that day."""
    if row.start is not None and row.start > today:
        return False
    if row.end is not None:
        return row.end >= today
    return (row.status or "").casefold() not in ENDED


def people(rows: Iterable[Employment], today: date) -> frozenset[str]:
    """The keys of those who work here that day."""
    return frozenset(key_of(row.person_key) for row in rows if works(row, today))

"""Every change that a host's own log shows has a ticket near it in time.

A host's changes are joined with the tickets for a system on that host (by the system register), or for the host itself,
that were deployed within `window_hours` of the change; tickets carry days, so a whole day counts. What
unattended-upgrades did by itself is a standing decision, not a change of someone's, and is left out. Without tickets
nobody knows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from checks.ages import span
from checks.finding import Outcome, Severity, conforms, deviates, out_of_scope, undetermined
from checks.record_rules.joins import key_of, lacks_column, unread
from checks.record_rules.reasons import COMMON, because
from collector.evidence import EvidenceSet, Population, Reading
from collector.records.backup import ProtectedSystem
from collector.records.changes import Change, ObservedChange

CONTROL = "change-unregistered"
READS = (ObservedChange, Change, ProtectedSystem)
EVERY_RECORD = False


@dataclass(frozen=True, slots=True)
class Parameters:
    """How far a ticket's day may be from the change."""

    window_hours: int = 48


REASONS = COMMON | {
    "no-ticket": because(
        "Ingen ändringsbegäran nära ändringen ({action}: {names}).",
        "No ticket near the change ({action}: {names}).",
        "Ta reda på vem som gjorde ändringen och varför, och registrera den.",
        "Find out who made the change and why, and register it.",
    ),
    "automatic": because("Automatisk uppdatering.", "An automatic update."),
    "before-tickets": because(
        "Ändringen är äldre än exporten av ärenden, som börjar {first}.",
        "The change is older than the export of tickets, which begins {first}.",
        "Exportera ärenden från en längre tid.",
        "Export tickets of a longer time.",
        Severity.LOW,
    ),
}


def judge(
    observed: Population[ObservedChange], evidence: EvidenceSet, parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per change in a host's log."""
    tickets = evidence.reading(Change)
    if not tickets.populations:
        for host in sorted({row.host for row in observed.records}):
            yield from filter(None, [unread(host, tickets)])
        return
    systems: defaultdict[str, set[str]] = defaultdict(set)
    register = evidence.reading(ProtectedSystem)
    for system in register.records:
        for host in system.hosts:
            systems[key_of(host)].add(key_of(system.name))
    deployed: defaultdict[str, set[date]] = defaultdict(set)
    for ticket in tickets.records:
        if ticket.deployed is not None and ticket.system:
            deployed[key_of(ticket.system)].add(ticket.deployed)
    first = min((day for days in deployed.values() for day in days), default=None)
    window = span(hours=parameters.window_hours)
    for row in observed.records:
        if row.automatic:
            yield out_of_scope(row, "automatic")
            continue
        day = row.time.date()
        names = {key_of(row.host)} | systems[key_of(row.host)]
        if any(_is_near(day, deployed.get(name, frozenset()), window) for name in names):
            yield conforms(row)
        elif first is not None and tickets.complete and first - day > window:
            yield undetermined(row, "before-tickets", first=first)
        else:
            yield _missing(row, tickets, register, window, as_of)


def _missing(
    row: ObservedChange,
    tickets: Reading[Change],
    register: Reading[ProtectedSystem],
    window: timedelta,
    as_of: datetime,
) -> Outcome:
    """No ticket was found: it is missing where the tickets, and the systems of the host, are all there."""
    told = min((each.provenance.speaks_of for each in tickets.populations), default=as_of)
    later = undetermined(row, "export-older", written=told) if told < as_of and told - row.time < window else None
    return (
        unread(row, tickets)
        or lacks_column(row, tickets, "deployed", "system")
        or unread(row, register)
        or lacks_column(row, register, "hosts")
        or later
        or deviates(row, "no-ticket", action=row.action, names=row.names)
    )


def _is_near(day: date, days: AbstractSet[date], window: timedelta) -> bool:
    """Whether one of the days is within the window, by the smaller of the two."""
    if window.days * 2 < len(days):
        there = (day.toordinal() + step for step in range(-window.days, window.days + 1))
        return any(date.fromordinal(each) in days for each in there if 0 < each <= date.max.toordinal())
    return any(abs(each - day) <= window for each in days)

"""Matches protected systems with their restore points."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from collector.records.backup import ProtectedSystem, Snapshot

CLOCK_TOLERANCE = timedelta(minutes=10)
"""A restore point dated further ahead than this was taken by a clock that is wrong."""


def newest_by_name(snapshots: Iterable[Snapshot]) -> dict[str, datetime]:
    """Host name or tag, case-folded, to the time of its newest restore point."""
    newest: dict[str, datetime] = {}
    for snapshot in snapshots:
        for name in {snapshot.host.casefold(), *(tag.casefold() for tag in snapshot.tags)}:
            if name not in newest or snapshot.time > newest[name]:
                newest[name] = snapshot.time
    return newest


def newest_of_system(system: ProtectedSystem, newest: Mapping[str, datetime]) -> dict[str, datetime | None]:
    """Each host of the system (or the system itself, where it names none or is a tag) with its newest restore point."""
    own = newest.get(system.name.casefold())
    if not system.hosts or own is not None:
        return {system.name: own}
    return {host: newest.get(host.casefold()) for host in system.hosts}


def systems_by_host(systems: Iterable[ProtectedSystem]) -> dict[str, set[str]]:
    """Host or system name, case-folded, to the systems that it belongs to."""
    names: defaultdict[str, set[str]] = defaultdict(set)
    for system in systems:
        for name in (system.name, *system.hosts):
            names[name.casefold()].add(system.name)
    return dict(names)

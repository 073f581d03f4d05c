"""Matches protected systems with their restore points."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from collector.records.backup import ProtectedSystem, Snapshot

CLOCK_TOLERANCE = timedelta(minutes=10)
"""A restore point dated further ahead than this was taken by a clock that is wrong."""


@dataclass(frozen=True, slots=True)
class Newest:
    """Time of the newest restore point, by case-folded name."""

    by_host: Mapping[str, datetime]
    by_tag: Mapping[str, datetime]

    def of(self, name: str) -> datetime | None:
        """The newest restore point of a host, or with a tag, of this name."""
        key = name.casefold()
        found = [time for time in (self.by_host.get(key), self.by_tag.get(key)) if time is not None]
        return max(found, default=None)


def newest_restore_points(snapshots: Iterable[Snapshot]) -> Newest:
    """The newest restore point of every host and of every tag."""
    hosts: dict[str, datetime] = {}
    tags: dict[str, datetime] = {}
    for snapshot in snapshots:
        _keep_newest(hosts, snapshot.host, snapshot.time)
        for tag in snapshot.tags:
            _keep_newest(tags, tag, snapshot.time)
    return Newest(hosts, tags)


def _keep_newest(newest: dict[str, datetime], name: str, time: datetime) -> None:
    key = name.casefold()
    newest[key] = max(time, newest.get(key, time))


def newest_of_system(system: ProtectedSystem, newest: Newest) -> dict[str, datetime | None]:
    """Each host of the system (or the system itself, where it names none) with its newest restore point.

    A tag with the system's name stands for all of its hosts. A host that happens to bear the system's name is no more
    than that host: the others need restore points too.
    """
    if not system.hosts:
        return {system.name: newest.of(system.name)}
    tagged = newest.by_tag.get(system.name.casefold())
    times = {host: newest.of(host) for host in system.hosts}
    if tagged is None:
        return times
    return {host: tagged if time is None else max(time, tagged) for host, time in times.items()}

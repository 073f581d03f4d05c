"""Matches protected systems with their restore points."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from collector.evidence import EvidenceSet
from collector.records.backup import ProtectedSystem, Snapshot

CLOCK_TOLERANCE = timedelta(minutes=10)
"""A restore point dated further ahead than this was taken by a clock that is wrong."""


@dataclass(frozen=True, slots=True)
class Newest:
    """Time of the newest restore point, by case-folded name."""

    by_host: Mapping[str, datetime]
    by_tag: Mapping[str, datetime]
    shorts: Mapping[str, Sequence[str]]
    """The hosts by the first part of their names."""

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
    return Newest(hosts, tags, by_first_part(hosts))


def by_first_part(names: Iterable[str]) -> dict[str, list[str]]:
    """Case-folded names of hosts by what stands before their domains."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for name in sorted({name.casefold() for name in names}):
        found[name.partition(".")[0]].append(name)
    return dict(found)


def other_name(host: str, shorts: Mapping[str, Sequence[str]]) -> str | None:
    """Another name that may be the host's: with a domain where it has none, or without; None where there is none.

    Whether it is the same host no name can show: two domains may have one each.
    """
    key = host.casefold()
    first = key.partition(".")[0]
    if first.isdigit():
        return None  # an address
    return next((name for name in shorts.get(first, ()) if ("." in name) != ("." in key)), None)


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


@dataclass(frozen=True, slots=True)
class Point:
    """A restore point and the source that it was read from."""

    source: str
    snapshot: Snapshot

    @property
    def time(self) -> datetime:
        """When it was taken."""
        return self.snapshot.time

    @property
    def location(self) -> str:
        """Where it lies: the location that a report names, else the source."""
        return self.snapshot.location or self.source


@dataclass(frozen=True, slots=True)
class Points:
    """Every restore point, by case-folded host and by tag, oldest first."""

    by_host: Mapping[str, Sequence[Point]]
    by_tag: Mapping[str, Sequence[Point]]
    shorts: Mapping[str, Sequence[str]]
    """The hosts by the first part of their names."""

    def of_system(self, system: ProtectedSystem) -> dict[str, list[Point]]:
        """Each host of the system (or the system itself, where it names none) with its restore points, oldest first.

        Matched as `newest_of_system` does.
        """
        name = system.name.casefold()
        tagged = self.by_tag.get(name, ())
        if not system.hosts:
            return {system.name: _merged(self.by_host.get(name, ()), tagged)}
        found = {}
        for host in system.hosts:
            key = host.casefold()
            found[host] = _merged(self.by_host.get(key, ()), self.by_tag.get(key, ()), tagged)
        return found


def all_points(evidence: EvidenceSet) -> Points:
    """Every restore point that any source gave."""
    hosts: defaultdict[str, list[Point]] = defaultdict(list)
    tags: defaultdict[str, list[Point]] = defaultdict(list)
    for population in evidence.reading(Snapshot).populations:
        for snapshot in population.records:
            point = Point(population.source, snapshot)
            hosts[snapshot.host.casefold()].append(point)
            for tag in snapshot.tags:
                tags[tag.casefold()].append(point)
    for held in (*hosts.values(), *tags.values()):
        held.sort(key=_age)
    return Points(hosts, tags, by_first_part(hosts))


def _merged(*held: Sequence[Point]) -> list[Point]:
    """Points of several lists, each once, oldest first."""
    given = [points for points in held if points]
    if len(given) < 2:
        return list(given[0]) if given else []
    return sorted({point for points in given for point in points}, key=_age)


def _age(point: Point) -> tuple[object, ...]:
    """Time, and then all else that tells two restore points apart: one order, whatever the source's."""
    held = point.snapshot
    numbers = (-1 if each is None else each for each in (held.size_bytes, held.files))
    words = (each or "" for each in (held.parent, held.location, held.job, held.verification))
    return held.time, point.source, held.identifier, held.host, held.paths, held.tags, *numbers, *words

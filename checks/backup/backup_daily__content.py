"""The newest restore points of every critical system hold something, and no less than before.

A job that ends well over an empty folder, an unmounted disk or a database that was not there makes a restore point all
the same. A system deviates when the newest restore point of one of its hosts is empty, or smaller than
`shrunken_percent` of the one before it (of the same host, folders and repository). Where only earlier ones have a size,
it is undetermined; where none of a system's restore points has one, the system is out of scope.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from checks.backup.backup_reasons import POINTS, REPOSITORIES_INCOMPLETE, SCOPE, hosts_untold, outside, unread_of, worst
from checks.backup.restore_points import CLOCK_TOLERANCE, Point, all_points
from checks.finding import Outcome, Reason, Severity, Text, conforms, deviates, out_of_scope, undetermined
from collector.evidence import EvidenceSet, Population
from collector.records.backup import ProtectedSystem, Snapshot

CONTROL = "backup-daily"
READS = (ProtectedSystem, Snapshot)

_SAME_ROUND = timedelta(days=7)
"""Folders whose last restore point is older than this, counted from the newest in its place, are not taken any more."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """Percent of the restore point before."""

    shrunken_percent: int = 50


_LOOK = Text(
    "Kontrollera att källan är monterad och åtkomlig för jobbet, och återläs en äldre återställningspunkt.",
    "See that the source is mounted and that the job can read it, and restore an older restore point.",
)
REASONS = {
    **SCOPE,
    "no-backup-source": POINTS["no-backup-source"],
    "repositories-incomplete": REPOSITORIES_INCOMPLETE,
    "empty": Reason(
        Text(
            "Återställningspunkten för {host} från {newest} är tom.",
            "The restore point of {host} from {newest} is empty.",
        ),
        _LOOK,
        Severity.HIGH,
    ),
    "shrunken": Reason(
        Text(
            "Återställningspunkten för {host} från {newest} är {percent} % av den föregående ({size_bytes} mot"
            " {before_bytes} byte).",
            "The restore point of {host} from {newest} is {percent} % of the one before ({size_bytes} against"
            " {before_bytes} bytes).",
        ),
        _LOOK,
        Severity.HIGH,
    ),
    "size-unknown": Reason(
        Text(
            "Storleken på återställningspunkten för {host} från {newest} är okänd.",
            "The size of the restore point of {host} from {newest} is not known.",
        ),
        Text(
            "Låt källan mäta de senaste återställningspunkterna (sizes), eller lämna över en rapport med storlekar.",
            "Let the source measure the newest restore points (sizes), or hand over a report with sizes.",
        ),
        Severity.LOW,
    ),
    "sizes-not-told": Reason(
        Text("Ingen återställningspunkts storlek är känd.", "No restore point's size is known."),
    ),
    "nothing-to-judge": Reason(
        Text("Ingen återställningspunkt finns; se backup-daily.", "There is no restore point; see backup-daily.")
    ),
}


def judge(
    systems: Population[ProtectedSystem], evidence: EvidenceSet, parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per system."""
    snapshots, points = evidence.reading(Snapshot), all_points(evidence)
    for system in systems.records:
        if (outcome := outside(system)) is not None:
            yield outcome
        elif not snapshots.populations:
            yield undetermined(system, "no-backup-source")
        elif (outcome := hosts_untold(system, systems, points, snapshots)) is not None:
            yield outcome
        else:
            held = points.of_system(system)
            told = any(_told(point) for found in held.values() for point in found)
            outcomes = [
                _judge_series(system, host, series, parameters)
                for host, found in held.items()
                for series in _series(found, as_of)
            ]
            if outcomes and told:
                yield worst(outcomes)
            elif snapshots.complete:
                yield out_of_scope(system, "sizes-not-told" if outcomes else "nothing-to-judge")
            else:
                yield undetermined(system, "repositories-incomplete")
    yield from unread_of(systems.source, snapshots)


def _told(point: Point) -> bool:
    return point.snapshot.size_bytes is not None or point.snapshot.files is not None


def _series(found: Sequence[Point], as_of: datetime) -> list[list[Point]]:
    """Restore points of the same folders in the same place, oldest first: those that can be compared."""
    held: dict[tuple[str, str, tuple[str, ...]], list[Point]] = {}
    for point in found:
        if point.time - as_of <= CLOCK_TOLERANCE:
            key = (point.location, point.snapshot.host.casefold(), tuple(sorted(point.snapshot.paths)))
            held.setdefault(key, []).append(point)
    newest: dict[tuple[str, str], datetime] = {}
    for (location, host, _), series in held.items():
        newest[location, host] = max(series[-1].time, newest.get((location, host), series[-1].time))
    return [held[key] for key in sorted(held) if newest[key[:2]] - held[key][-1].time <= _SAME_ROUND]


def _judge_series(system: ProtectedSystem, host: str, series: Sequence[Point], parameters: Parameters) -> Outcome:
    newest = series[-1].snapshot
    if newest.size_bytes == 0 or newest.files == 0:
        return deviates(system, "empty", host=host, newest=newest.time)
    if newest.size_bytes is None:
        return undetermined(system, "size-unknown", host=host, newest=newest.time)
    before = next((point.snapshot.size_bytes for point in reversed(series[:-1]) if point.snapshot.size_bytes), None)
    if before is not None and newest.size_bytes * 100 < before * parameters.shrunken_percent:
        return deviates(
            system,
            "shrunken",
            host=host,
            newest=newest.time,
            percent=newest.size_bytes * 100 // before,
            size_bytes=newest.size_bytes,
            before_bytes=before,
        )
    return conforms(system)

"""No restore point of a critical system is dated in the future, or before the one that it was made after.

By a wrong clock nobody knows how old a backup is, and rules that keep the newest ones throw away the wrong ones. A
system deviates when a restore point of one of its hosts is dated more than ten minutes ahead, or before its parent,
where the tool keeps one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from checks.backup.backup_reasons import POINTS, REPOSITORIES_INCOMPLETE, SCOPE, hosts_untold, outside, unread_of, worst
from checks.backup.restore_points import CLOCK_TOLERANCE, Point, all_points
from checks.finding import Outcome, Reason, Text, conforms, deviates, out_of_scope, undetermined
from collector.evidence import EvidenceSet, Population
from collector.records.backup import ProtectedSystem, Snapshot

CONTROL = "backup-daily"
READS = (ProtectedSystem, Snapshot)


@dataclass(frozen=True, slots=True)
class Parameters:
    """None."""


_SET = Text(
    "Ställ klockan på värden, och låt den följa en tidskälla.", "Set the host's clock, and let it follow a source."
)
REASONS = {
    **SCOPE,
    "no-backup-source": POINTS["no-backup-source"],
    "repositories-incomplete": REPOSITORIES_INCOMPLETE,
    "clock-ahead": Reason(
        Text(
            "En återställningspunkt för {host} är daterad i framtiden ({newest}).",
            "A restore point of {host} is dated in the future ({newest}).",
        ),
        _SET,
    ),
    "clock-backwards": Reason(
        Text(
            "En återställningspunkt för {host} är daterad {time}, före den som den gjordes efter ({parent}).",
            "A restore point of {host} is dated {time}, before the one that it was made after ({parent}).",
        ),
        _SET,
    ),
    "nothing-to-judge": Reason(
        Text("Ingen återställningspunkt finns; se backup-daily.", "There is no restore point; see backup-daily.")
    ),
}


def judge(
    systems: Population[ProtectedSystem], evidence: EvidenceSet, _parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per system."""
    snapshots, points = evidence.reading(Snapshot), all_points(evidence)
    times: dict[tuple[str, str], datetime] = {}
    for found in points.by_host.values():
        for point in found:
            key = (point.source, point.snapshot.identifier)
            times[key] = min(point.time, times.get(key, point.time))
    for system in systems.records:
        if (outcome := outside(system)) is not None:
            yield outcome
        elif not snapshots.populations:
            yield undetermined(system, "no-backup-source")
        elif (outcome := hosts_untold(system, systems, points, snapshots)) is not None:
            yield outcome
        else:
            held = {host: found for host, found in points.of_system(system).items() if found}
            outcomes = [_judge_host(system, host, found, times, as_of) for host, found in held.items()]
            if outcomes:
                yield worst(outcomes)
            elif snapshots.complete:
                yield out_of_scope(system, "nothing-to-judge")
            else:
                yield undetermined(system, "repositories-incomplete")
    yield from unread_of(systems.source, snapshots)


def _judge_host(
    system: ProtectedSystem,
    host: str,
    found: Sequence[Point],
    times: Mapping[tuple[str, str], datetime],
    as_of: datetime,
) -> Outcome:
    if found[-1].time - as_of > CLOCK_TOLERANCE:
        return deviates(system, "clock-ahead", host=host, newest=found[-1].time)
    for point in found:
        parent = times.get((point.source, point.snapshot.parent)) if point.snapshot.parent else None
        if parent is not None and parent - point.time > CLOCK_TOLERANCE:
            return deviates(system, "clock-backwards", host=host, time=point.time, parent=parent)
    return conforms(system)

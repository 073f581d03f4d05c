"""Every critical system can be restored as far back as the register demands.

A system deviates when the oldest restore point of one of its hosts is younger than `retention_days` of the register,
less `retention_tolerance_days`. So does a system that has not been backed up for that long yet: nothing older can be
had. A list that was handed over shows no more than what could be had when it was written. Systems without a demand in
the register are out of scope.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from checks.backup.backup_reasons import (
    HISTORY,
    POINTS,
    REPOSITORIES_INCOMPLETE,
    SCOPE,
    hosts_untold,
    outside,
    worst,
    written,
)
from checks.backup.restore_points import Point, all_points
from checks.finding import Outcome, Reason, Text, conforms, deviates, out_of_scope, undetermined
from collector.evidence import EvidenceSet, Population
from collector.records.backup import ProtectedSystem, Snapshot

CONTROL = "backup-daily"
READS = (ProtectedSystem, Snapshot)


@dataclass(frozen=True, slots=True)
class Parameters:
    """Days."""

    retention_tolerance_days: int = 2


REASONS = {
    **SCOPE,
    "no-backup-source": POINTS["no-backup-source"],
    "repositories-incomplete": REPOSITORIES_INCOMPLETE,
    "too-short": Reason(
        Text(
            "Den äldsta återställningspunkten för {host} är {days} dagar gammal ({oldest}); registret kräver"
            " {required}.",
            "The oldest restore point of {host} is {days} days old ({oldest}); the register demands {required}.",
        ),
        Text(
            "Rätta gallringsregeln (prune, forget) så att kravet hålls.",
            "Mend the rule by which restore points are removed, so that the demand is met.",
        ),
    ),
    "export-older": HISTORY["export-older"],
    "no-demand": Reason(
        Text("Registret anger ingen bevarandetid.", "The register names no retention time."),
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
    lists = written(snapshots)
    for system in systems.records:
        if (outcome := outside(system)) is not None:
            yield outcome
        elif system.retention_days is None:
            yield out_of_scope(system, "no-demand")
        elif not snapshots.populations:
            yield undetermined(system, "no-backup-source")
        elif (outcome := hosts_untold(system, systems, points, snapshots)) is not None:
            yield outcome
        else:
            required = system.retention_days
            held = {host: found for host, found in points.of_system(system).items() if found}
            outcomes = [
                _judge_host(system, host, found, (required, parameters.retention_tolerance_days), lists, as_of)
                for host, found in held.items()
            ]
            outcome = worst(outcomes) if outcomes else out_of_scope(system, "nothing-to-judge")
            if outcome.reason in {"too-short", "nothing-to-judge"} and not snapshots.complete:
                outcome = undetermined(system, "repositories-incomplete")
            yield outcome


def _judge_host(
    system: ProtectedSystem,
    host: str,
    found: Sequence[Point],
    demand: tuple[int, int],
    lists: Mapping[str, datetime],
    as_of: datetime,
) -> Outcome:
    required, tolerance = demand
    days = (as_of - found[0].time).days
    if days < required - tolerance:
        return deviates(system, "too-short", host=host, oldest=found[0].time, days=max(0, days), required=required)
    reached = ((min(as_of, lists.get(point.source, as_of)) - point.time).days for point in found)
    if max(reached) < required - tolerance:  # it is old enough today, if it is still there
        return undetermined(system, "export-older", host=host, written=lists[found[0].source])
    return conforms(system)

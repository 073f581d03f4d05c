"""No critical system lost more work than it may (RPO), at any moment of the last period.

The work that could have been lost at a moment is what came after the last restore point. A system deviates when more
than `rpo_hours` of the register, and `rpo_tolerance_minutes`, passed between two restore points of one of its hosts, or
since the last one. A run that ended well counts as one in between, since its restore point may have been thinned out;
what only thinning out may explain is undetermined. What lies before the first restore point that is kept is not known.
Systems without an RPO in the register are out of scope.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from checks.ages import span
from checks.backup.backup_history import History, first_day, longest_over, runs_by_day, spells
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
from checks.backup.restore_points import all_points
from checks.finding import Outcome, Reason, Severity, Text, conforms, deviates, out_of_scope, undetermined
from collector.evidence import EvidenceSet, Population
from collector.records.backup import BackupRun, ProtectedSystem, Snapshot

CONTROL = "backup-daily"
READS = (ProtectedSystem, Snapshot, BackupRun)


@dataclass(frozen=True, slots=True)
class Parameters:
    """Days and minutes."""

    period_days: int = 7
    rpo_tolerance_minutes: int = 30


REASONS = {
    **SCOPE,
    "no-backup-source": POINTS["no-backup-source"],
    "repositories-incomplete": REPOSITORIES_INCOMPLETE,
    "rpo-missed": Reason(
        Text(
            "{host} var utan ny återställningspunkt i {longest} timmar från {start}; högst {rpo} timmars arbete får"
            " gå förlorat (RPO).",
            "{host} had no new restore point for {longest} hours from {start}; at most {rpo} hours of work may be"
            " lost (RPO).",
        ),
        Text(
            "Säkerhetskopiera oftare, eller besluta om ett annat RPO.",
            "Back up more often, or decide on another RPO.",
        ),
        Severity.HIGH,
    ),
    **HISTORY,
    "no-rpo": Reason(Text("Registret anger inget RPO.", "The register names no RPO.")),
    "nothing-to-judge": Reason(
        Text("Ingen återställningspunkt finns; se backup-daily.", "There is no restore point; see backup-daily.")
    ),
}


def judge(
    systems: Population[ProtectedSystem], evidence: EvidenceSet, parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per system."""
    snapshots, jobs = evidence.reading(Snapshot), evidence.reading(BackupRun)
    points, runs, lists = all_points(evidence), runs_by_day(jobs.records), written(snapshots)
    for system in systems.records:
        if (outcome := outside(system)) is not None:
            yield outcome
        elif system.rpo_hours is None:
            yield out_of_scope(system, "no-rpo")
        elif not snapshots.populations:
            yield undetermined(system, "no-backup-source")
        elif (outcome := hosts_untold(system, systems, points, snapshots)) is not None:
            yield outcome
        else:
            outcomes = []
            for host, found in points.of_system(system).items():
                held = History(
                    [point.time for point in found],
                    runs.times_of(system, host),
                    not jobs.all_gaps,
                    lists.get(found[-1].source) if found else None,
                )
                outcomes.append(_judge_host(system, host, held, parameters, as_of))
            outcome = worst(outcomes)
            if outcome.reason in {"rpo-missed", "nothing-to-judge"} and not snapshots.complete:
                outcome = undetermined(system, "repositories-incomplete")
            yield outcome


def _judge_host(system: ProtectedSystem, host: str, held: History, parameters: Parameters, as_of: datetime) -> Outcome:
    first = first_day(as_of, parameters.period_days)
    rpo = system.rpo_hours or 0
    if not spells(held.times, as_of, first):
        return out_of_scope(system, "nothing-to-judge")
    minutes = parameters.rpo_tolerance_minutes
    limit = span(hours=rpo) + span(hours=minutes // 60) + timedelta(minutes=minutes % 60)
    longest = longest_over(held, limit, as_of, first)
    if longest.spell is not None:
        spell = longest.spell
        return deviates(system, "rpo-missed", host=host, longest=spell.hours, start=spell.start, rpo=rpo)
    if longest.unknown:
        return undetermined(system, longest.unknown, host=host, written=held.written)
    return conforms(system)

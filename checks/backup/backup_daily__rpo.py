"""No critical system lost more work than it may (RPO), at any moment of the last period.

The work that could have been lost at a moment is what came after the last restore point. A system deviates when more
than `rpo_hours` of the register, and `rpo_tolerance_minutes`, passed between two restore points of one of its hosts, or
since the last one. What lies before the first restore point that is kept is not known. Systems without an RPO in the
register are out of scope.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from checks.ages import span
from checks.backup.backup_history import first_day, spells
from checks.backup.backup_reasons import POINTS, REPOSITORIES_INCOMPLETE, SCOPE, outside, worst
from checks.backup.restore_points import Point, all_points
from checks.finding import Outcome, Reason, Severity, Text, conforms, deviates, out_of_scope, undetermined
from collector.evidence import EvidenceSet, Population
from collector.records.backup import ProtectedSystem, Snapshot

CONTROL = "backup-daily"
READS = (ProtectedSystem, Snapshot)


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
    "no-rpo": Reason(Text("Registret anger inget RPO.", "The register names no RPO.")),
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
        elif system.rpo_hours is None:
            yield out_of_scope(system, "no-rpo")
        elif not snapshots.populations:
            yield undetermined(system, "no-backup-source")
        else:
            outcome = worst(
                _judge_host(system, system.rpo_hours, (host, found), parameters, as_of)
                for host, found in points.of_system(system).items()
            )
            if outcome.reason in {"rpo-missed", "nothing-to-judge"} and not snapshots.complete:
                outcome = undetermined(system, "repositories-incomplete")
            yield outcome


def _judge_host(
    system: ProtectedSystem,
    rpo: int,
    held: tuple[str, Sequence[Point]],
    parameters: Parameters,
    as_of: datetime,
) -> Outcome:
    host, found = held
    gone = spells((point.time for point in found), as_of, first_day(as_of, parameters.period_days))
    if not gone:
        return out_of_scope(system, "nothing-to-judge")
    longest = max(gone, key=lambda spell: (spell.length, spell.start))
    tolerance = span(hours=parameters.rpo_tolerance_minutes // 60)
    minutes = parameters.rpo_tolerance_minutes % 60
    over = longest.length - span(hours=rpo) - tolerance
    if over.total_seconds() > minutes * 60:
        return deviates(system, "rpo-missed", host=host, longest=longest.hours, start=longest.start, rpo=rpo)
    return conforms(system)

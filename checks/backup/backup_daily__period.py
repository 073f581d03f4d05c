"""Every critical system was backed up on each day of the last period.

A day is missed when no restore point was taken on it (calendar days in UTC) and more than `max_age_hours` and
`tolerance_hours` passed between the restore points around it. A system whose register names another interval
(`backup_interval_hours`) deviates when two restore points are further apart than that. A day on which a job's run
ended well is not missed, though its restore point may since have been thinned out. Days before the first restore point
that is kept are not known. What happened since the last restore point is judged by `backup-daily`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from checks.ages import span
from checks.backup.backup_history import Runs, first_day, named_days, runs_by_day, spells
from checks.backup.backup_reasons import POINTS, REPOSITORIES_INCOMPLETE, SCOPE, outside, worst
from checks.backup.restore_points import Point, all_points
from checks.finding import Outcome, Reason, Severity, Text, conforms, deviates, out_of_scope, undetermined
from collector.evidence import EvidenceSet, Population
from collector.records.backup import BackupRun, ProtectedSystem, Snapshot

CONTROL = "backup-daily"
READS = (ProtectedSystem, Snapshot, BackupRun)


@dataclass(frozen=True, slots=True)
class Parameters:
    """Days and hours."""

    period_days: int = 7
    max_age_hours: int = 24
    tolerance_hours: int = 2


_WHY = Text(
    "Ta reda på varför säkerhetskopieringen uteblev, och larma när det händer.",
    "Find out why the backup did not happen, and raise an alarm when it does.",
)
REASONS = {
    **SCOPE,
    "no-backup-source": POINTS["no-backup-source"],
    "repositories-incomplete": REPOSITORIES_INCOMPLETE,
    "days-missing": Reason(
        Text(
            "{host} saknar återställningspunkt för {count} dagar ({days}); längsta uppehåll {longest} timmar.",
            "{host} has no restore point of {count} days ({days}); the longest gap was {longest} hours.",
        ),
        _WHY,
        Severity.HIGH,
    ),
    "job-failed": Reason(
        Text(
            "Jobbet för {host} misslyckades och ingen återställningspunkt finns för {count} dagar ({days}).",
            "The job of {host} failed, and there is no restore point of {count} days ({days}).",
        ),
        _WHY,
        Severity.HIGH,
    ),
    "interval-exceeded": Reason(
        Text(
            "{host} hade ett uppehåll på {longest} timmar från {start}; registret kräver högst {interval} timmar.",
            "{host} had a gap of {longest} hours from {start}; the register demands at most {interval} hours.",
        ),
        _WHY,
        Severity.HIGH,
    ),
    "history-short": Reason(
        Text(
            "Den äldsta återställningspunkten för {host} är från {oldest}; dagarna dessförinnan är okända.",
            "The oldest restore point of {host} is from {oldest}; the days before it are not known.",
        ),
        Text(
            "Behåll dagliga återställningspunkter längre, eller lämna över jobbhistoriken.",
            "Keep daily restore points for longer, or hand over the history of the jobs.",
        ),
        Severity.LOW,
    ),
    "nothing-to-judge": Reason(
        Text("Ingen återställningspunkt finns; se backup-daily.", "There is no restore point; see backup-daily.")
    ),
}


def judge(
    systems: Population[ProtectedSystem], evidence: EvidenceSet, parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per system."""
    snapshots, jobs = evidence.reading(Snapshot), evidence.reading(BackupRun)
    points, runs = all_points(evidence), runs_by_day(jobs.records)
    for system in systems.records:
        if (outcome := outside(system)) is not None:
            yield outcome
        elif not snapshots.populations:
            yield undetermined(system, "no-backup-source")
        else:
            held = points.of_system(system)
            outcome = worst(_judge_host(system, host, found, runs, parameters, as_of) for host, found in held.items())
            missed = outcome.reason in {"days-missing", "job-failed", "interval-exceeded"}
            if not snapshots.complete and (missed or outcome.reason == "nothing-to-judge"):
                outcome = undetermined(system, "repositories-incomplete")
            yield outcome


def _judge_host(
    system: ProtectedSystem, host: str, found: list[Point], runs: Runs, parameters: Parameters, as_of: datetime
) -> Outcome:
    first = first_day(as_of, parameters.period_days)
    gone = spells((point.time for point in found), as_of, first)
    if not gone:
        return out_of_scope(system, "nothing-to-judge")
    interval = system.backup_interval_hours
    limit = span(hours=(parameters.max_age_hours if interval is None else interval) + parameters.tolerance_hours)
    long = [spell for spell in gone if spell.length > limit]
    between = [spell for spell in long if spell.end < as_of]
    if interval is not None and between:
        worst_of = max(between, key=lambda spell: (spell.length, spell.start))
        return deviates(
            system, "interval-exceeded", host=host, longest=worst_of.hours, start=worst_of.start, interval=interval
        )
    good, failed = runs.of(system, host)
    last = as_of.toordinal() - 1
    missing = [day for spell in long for day in spell.days(first, last) if day not in good] if interval is None else []
    if missing:
        return deviates(
            system,
            "job-failed" if failed.issuperset(missing) else "days-missing",
            host=host,
            count=len(missing),
            days=named_days(missing),
            longest=max(spell.hours for spell in long),
        )
    oldest = found[0].time
    if oldest.toordinal() > first + 1:
        return undetermined(system, "history-short", host=host, oldest=oldest)
    return conforms(system)

"""Every critical system was backed up on each day of the last period.

A day is missed when no restore point was taken on it (calendar days in UTC) and more than `max_age_hours` and
`tolerance_hours` passed between the restore points around it. A system whose register names another interval
(`backup_interval_hours`) deviates when two restore points are further apart than that, or the last one is older, and is
undetermined where they may have been thinned out. A day on which a job's run ended well is not missed, though its
restore point may since have been thinned out. Retention takes the older first (`forget --keep-daily 7 --keep-weekly 4`
leaves one a week beyond the seventh day), so a day is known to be missed where restore points of the days just before
it are kept, or where the runs of the host's jobs go on around it and none of that day ended well; else it is not known.
Nor are the days before the first restore point that is kept. Of the others, what happened since the last restore point
is judged by `backup-daily`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from checks.ages import span
from checks.backup.backup_history import (
    History,
    Runs,
    Spell,
    first_day,
    longest_over,
    named_days,
    not_thinned,
    runs_by_day,
    spells,
)
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
    "run-unclear": Reason(
        Text(
            "Hur jobbets körning för {host} slutade framgår inte ({days}), och ingen återställningspunkt från den finns"
            " kvar.",
            "How the run of the job for {host} ended is not told ({days}), and no restore point of it is kept.",
        ),
        Text(
            "Lämna över jobbhistoriken på nytt, med hur varje körning slutade.",
            "Hand over the history of the jobs again, with how each run ended.",
        ),
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
    **HISTORY,
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
        elif not snapshots.populations:
            yield undetermined(system, "no-backup-source")
        elif (outcome := hosts_untold(system, systems, points, snapshots)) is not None:
            yield outcome
        else:
            outcomes = []
            for host, found in points.of_system(system).items():
                newest_list = lists.get(found[-1].source) if found else None
                if system.backup_interval_hours is None:
                    outcomes.append(_judge_days(system, host, (found, newest_list), runs, parameters, as_of))
                else:
                    times = [point.time for point in found]
                    held = History(times, runs.times_of(system, host), not jobs.all_gaps, newest_list)
                    outcomes.append(_judge_interval(system, host, held, parameters, as_of))
            outcome = worst(outcomes)
            if outcome.reason == "days-missing" and jobs.all_gaps:
                outcome = undetermined(system, "jobs-unread", host=str(outcome.facts["host"]))
            missed = outcome.reason in {"days-missing", "job-failed", "interval-exceeded"}
            if not snapshots.complete and (missed or outcome.reason == "nothing-to-judge"):
                outcome = undetermined(system, "repositories-incomplete")
            yield outcome


def _judge_interval(
    system: ProtectedSystem, host: str, held: History, parameters: Parameters, as_of: datetime
) -> Outcome:
    first, interval = first_day(as_of, parameters.period_days), system.backup_interval_hours or 0
    if not spells(held.times, as_of, first):
        return out_of_scope(system, "nothing-to-judge")
    longest = longest_over(held, span(hours=interval + parameters.tolerance_hours), as_of, first)
    if longest.spell is not None:
        spell = longest.spell
        return deviates(
            system, "interval-exceeded", host=host, longest=spell.hours, start=spell.start, interval=interval
        )
    if longest.unknown:
        return undetermined(system, longest.unknown, host=host, written=held.written)
    return _of_history(system, host, held.times[0], first)


def _judge_days(
    system: ProtectedSystem,
    host: str,
    held: tuple[list[Point], datetime | None],
    runs: Runs,
    parameters: Parameters,
    as_of: datetime,
) -> Outcome:
    found, newest_list = held
    first = first_day(as_of, parameters.period_days)
    gone = spells((point.time for point in found), as_of, first)
    if not gone:
        return out_of_scope(system, "nothing-to-judge")
    limit = span(hours=parameters.max_age_hours + parameters.tolerance_hours)
    long = [spell for spell in gone if spell.length > limit]
    good, failed = runs.of(system, host)
    last = as_of.toordinal() - 1
    told_until = as_of if newest_list is None else min(as_of, max(newest_list, gone[-1].start))
    since = [gone[-1]] if newest_list is not None and newest_list - gone[-1].start <= limit else []
    certain = not_thinned(spells((point.time for point in found), as_of, 1), limit)
    told = _days_told(good | failed)
    every = [(day, spell) for spell in long for day in spell.days(first, last) if day not in good]
    unseen = {day for day, spell in every if spell in since or (newest_list and day >= told_until.toordinal())}
    empty = [(day, spell) for day, spell in every if day not in unseen]
    without = [day for day, spell in empty if spell in certain or day in told]
    unclear = runs.unclear_of(system, host)
    missing = [day for day in without if day not in unclear]
    if not missing and unseen:
        return undetermined(system, "export-older", host=host, written=newest_list)
    if without and not missing:
        return undetermined(system, "run-unclear", host=host, days=named_days(without))
    if empty and not missing:
        return undetermined(system, "thinned-out", host=host)
    if missing:
        return deviates(
            system,
            "job-failed" if failed.issuperset(missing) else "days-missing",
            host=host,
            count=len(missing),
            days=named_days(missing),
            longest=max(Spell(spell.start, min(spell.end, told_until)).hours for spell in long),
        )
    return _of_history(system, host, found[0].time, first)


def _days_told(ran: frozenset[int]) -> range:
    """The days that the runs of a host's jobs tell of: from the first of them to the last."""
    return range(min(ran), max(ran) + 1) if ran else range(0)


def _of_history(system: ProtectedSystem, host: str, oldest: datetime, first: int) -> Outcome:
    """Whether restore points are kept since the period began."""
    if oldest.toordinal() > first + 1:
        return undetermined(system, "history-short", host=host, oldest=oldest)
    return conforms(system)

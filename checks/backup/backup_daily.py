"""Every critical system has a restore point from the last day.

The systems come from the system register; restore points are read from the repositories and matched by the hosts that
the register names, by a tag with the system's name, or, where it names no hosts, by the system's name. A system
deviates when the newest restore point of any of its hosts is older than `max_age_hours` plus `tolerance_hours`, or
when a host has none at all. While some repository could not be read, a missing restore point is undetermined: it may
lie there. A restore point dated in the future proves a wrong clock, not a backup. Nor is a job that ended well a
restore point: where nothing but job reports shows a host's backup, it is undetermined. So is a host that was backed up
in time when a list that was handed over was written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from checks.ages import span
from checks.backup.backup_reasons import HISTORY, POINTS, SCOPE, hosts_untold, outside, worst, written
from checks.backup.restore_points import (
    CLOCK_TOLERANCE,
    Newest,
    by_first_part,
    newest_of_system,
    newest_restore_points,
    other_name,
)
from checks.finding import Outcome, Reason, Severity, Text, conforms, deviates, undetermined
from collector.evidence import EvidenceSet, Population, Reading
from collector.records.backup import BackupRun, ProtectedSystem, Snapshot

CONTROL = "backup-daily"
READS = (ProtectedSystem, Snapshot, BackupRun)


@dataclass(frozen=True, slots=True)
class Parameters:
    """Hours."""

    max_age_hours: int = 24
    tolerance_hours: int = 2


_RUN = Text(
    "Kör säkerhetskopieringen, och ta reda på varför den uteblev.",
    "Run the backup, and find out why it did not happen.",
)
REASONS = {
    **SCOPE,
    **POINTS,
    **HISTORY,
    "too-old": Reason(
        Text(
            "Senaste återställningspunkten för {host} är från {newest} ({hours} timmar gammal).",
            "The newest restore point of {host} is from {newest} ({hours} hours old).",
        ),
        _RUN,
        Severity.HIGH,
    ),
    "clock-ahead": Reason(
        Text(
            "Återställningspunkten för {host} är daterad i framtiden ({newest}).",
            "The restore point of {host} is dated in the future ({newest}).",
        ),
        Text("Ställ klockan på värden.", "Set the host's clock."),
    ),
    "only-job-report": Reason(
        Text(
            "Ett jobb för {host} lyckades {ran}, men ingen ny återställningspunkt har setts.",
            "A job of {host} ended well {ran}, but no new restore point was seen.",
        ),
        Text(
            "Läs återställningspunkterna, eller lämna över en förteckning över dem.",
            "Read the restore points, or hand over a list of them.",
        ),
    ),
}


def judge(
    systems: Population[ProtectedSystem], evidence: EvidenceSet, parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per system."""
    snapshots, jobs = evidence.reading(Snapshot), evidence.reading(BackupRun)
    past = newest_restore_points(each for each in snapshots.records if each.time - as_of <= CLOCK_TOLERANCE)
    ahead = newest_restore_points(each for each in snapshots.records if each.time - as_of > CLOCK_TOLERANCE)
    ran = _good_runs(jobs.records, as_of)
    job_hosts = by_first_part(ran)
    lists = written(snapshots)
    handed = [
        (lists[each.source], newest_restore_points(each.records))
        for each in snapshots.populations
        if each.source in lists
    ]
    for system in systems.records:
        if (outcome := outside(system)) is not None:
            yield outcome
        elif not snapshots.populations and not jobs.populations:
            yield undetermined(system, "no-backup-source")
        elif (outcome := hosts_untold(system, systems, past, snapshots)) is not None:
            yield outcome
        else:
            judged = _Judged(past, ahead, ran, handed, snapshots, not jobs.all_gaps, as_of, parameters, job_hosts)
            yield worst(judged.host(system, host, time) for host, time in newest_of_system(system, past).items())


def _good_runs(runs: Iterable[BackupRun], as_of: datetime) -> dict[str, datetime]:
    """The start of the last run that ended well, by case-folded host or job."""
    newest: dict[str, datetime] = {}
    for run in runs:
        if run.result in {"ok", "warning"} and run.started - as_of <= CLOCK_TOLERANCE:
            name = (run.host or run.job).casefold()
            newest[name] = max(run.started, newest.get(name, run.started))
    return newest


@dataclass(frozen=True, slots=True)
class _Judged:
    """What the hosts of every system are judged by."""

    past: Newest
    ahead: Newest
    ran: Mapping[str, datetime]
    handed: Sequence[tuple[datetime, Newest]]
    """When each list that was handed over was written, with what it holds."""
    snapshots: Reading[Snapshot]
    jobs_whole: bool
    as_of: datetime
    parameters: Parameters
    job_hosts: Mapping[str, Sequence[str]]
    """What ran, by the first part of its name."""

    def host(self, system: ProtectedSystem, host: str, time: datetime | None) -> Outcome:
        """One host with the time of its newest restore point."""
        limit = span(hours=self.parameters.max_age_hours + self.parameters.tolerance_hours)
        if time is not None and self.as_of - time <= limit:
            return conforms(system)
        if not self.snapshots.complete and self.snapshots.populations:
            return undetermined(system, "repositories-unread", host=host)
        ran = [self.ran[name] for name in (host.casefold(), system.name.casefold()) if name in self.ran]
        if ran and self.as_of - max(ran) <= limit:
            return undetermined(system, "only-job-report", host=host, ran=max(ran))
        wrong = newest_of_system(system, self.ahead).get(host)
        if time is None and wrong is not None:
            return undetermined(system, "clock-ahead", host=host, newest=wrong)
        if not self.snapshots.populations and self.snapshots.gaps:
            return undetermined(system, "repositories-unread", host=host)
        if not self.jobs_whole:
            return undetermined(system, "jobs-unread", host=host)
        other = other_name(host, self.job_hosts)
        if other is not None and self.as_of - self.ran[other] <= limit:
            return undetermined(system, "named-otherwise", host=host, other=other)
        if time is None:
            return deviates(system, "no-restore-point", host=host)
        for moment, newest in self.handed:
            held = newest_of_system(system, newest).get(host)
            if held is not None and moment - held <= limit:
                return undetermined(system, "export-older", host=host, written=moment)
        hours = int((self.as_of - time).total_seconds() // 3600)
        return deviates(system, "too-old", host=host, newest=time, hours=hours)

"""Every critical system has a restore point from the last day.

The systems come from the system register; restore points are read from the repositories and matched by the hosts that
the register names, by a tag with the system's name, or, where it names no hosts, by the system's name. A system
deviates when the newest restore point of any of its hosts is older than `max_age_hours` plus `tolerance_hours`, or
when a host has none at all. While some repository could not be read, a missing restore point is undetermined: it may
lie there. A restore point dated in the future proves a wrong clock, not a backup.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from checks.ages import span
from checks.backup.restore_points import CLOCK_TOLERANCE, Newest, newest_of_system, newest_restore_points
from checks.finding import Outcome, Reason, Severity, Text, conforms, deviates, out_of_scope, undetermined
from collector.evidence import EvidenceSet, Population, Reading
from collector.records.backup import ProtectedSystem, Snapshot

CONTROL = "backup-daily"
READS = (ProtectedSystem, Snapshot)


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
    "no-restore-point": Reason(
        Text("Ingen återställningspunkt finns för {host}.", "There is no restore point of {host}."),
        Text("Lägg till systemet i säkerhetskopieringen.", "Add the system to the backup."),
        Severity.HIGH,
    ),
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
    "repositories-unread": Reason(
        Text(
            "Ingen återställningspunkt för {host} i de lager som kunde läsas; andra kunde inte läsas.",
            "No restore point of {host} in the repositories that could be read; others could not.",
        ),
        Text("Åtgärda de lager som inte kunde läsas.", "See to the repositories that could not be read."),
    ),
    "no-backup-source": Reason(
        Text("Inget lager med säkerhetskopior har lästs.", "No backup repository was read."),
        Text("Lägg till lagret bland källorna.", "Add the repository to the sources."),
    ),
    "criticality-unknown": Reason(
        Text(
            "Systemregistret säger inte om systemet är verksamhetskritiskt.",
            "The system register does not say whether the system is critical.",
        ),
        Text("Fyll i uppgiften i systemregistret.", "Fill it in in the system register."),
        Severity.LOW,
    ),
    "not-critical": Reason(Text("Inte verksamhetskritiskt.", "Not mission-critical.")),
}


def judge(
    systems: Population[ProtectedSystem], evidence: EvidenceSet, parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per system."""
    snapshots = evidence.reading(Snapshot)
    newest = newest_restore_points(snapshots.records)
    for system in systems.records:
        yield _judge_system(system, newest, snapshots, parameters, as_of)


def _judge_system(
    system: ProtectedSystem,
    newest: Newest,
    snapshots: Reading[Snapshot],
    parameters: Parameters,
    as_of: datetime,
) -> Outcome:
    if system.critical is False:
        return out_of_scope(system, "not-critical")
    if system.critical is None:
        return undetermined(system, "criticality-unknown")
    if not snapshots.populations:
        return undetermined(system, "no-backup-source")
    limit = span(hours=parameters.max_age_hours + parameters.tolerance_hours)
    outcomes = [
        _judge_host(system, host, time, snapshots, as_of, limit)
        for host, time in newest_of_system(system, newest).items()
    ]
    return min(outcomes, key=lambda outcome: ("deviates", "undetermined", "conforms").index(outcome.verdict.value))


def _judge_host(
    system: ProtectedSystem,
    host: str,
    time: datetime | None,
    snapshots: Reading[Snapshot],
    as_of: datetime,
    limit: timedelta,
) -> Outcome:
    if time is not None and time - as_of > CLOCK_TOLERANCE:
        return undetermined(system, "clock-ahead", host=host, newest=time)
    if time is not None and as_of - time <= limit:
        return conforms(system)
    if not snapshots.complete:
        return undetermined(system, "repositories-unread", host=host)
    if time is None:
        return deviates(system, "no-restore-point", host=host)
    return deviates(system, "too-old", host=host, newest=time, hours=int((as_of - time).total_seconds() // 3600))

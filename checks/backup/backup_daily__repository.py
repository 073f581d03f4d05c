"""Every host in a backup repository has a restore point from the last day; used where there is no system register.

Judges the hosts that the repository knows. Which systems were never backed up cannot be seen from a repository, so
without a system register the finding is never more than not determined. Where there is a register, `backup-daily`
judges its systems, and the hosts here are out of scope.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from checks.ages import span
from checks.backup.restore_points import CLOCK_TOLERANCE
from checks.finding import Outcome, Reason, Severity, Text, conforms, deviates, out_of_scope, undetermined
from collector.evidence import EvidenceSet, Population
from collector.records.backup import ProtectedSystem, Snapshot

CONTROL = "backup-daily"
READS = (Snapshot, ProtectedSystem)
EVERY_RECORD = False


@dataclass(frozen=True, slots=True)
class Parameters:
    """Hours."""

    max_age_hours: int = 24
    tolerance_hours: int = 2


REASONS = {
    "too-old": Reason(
        Text(
            "Senaste återställningspunkten är från {newest} ({hours} timmar gammal).",
            "The newest restore point is from {newest} ({hours} hours old).",
        ),
        Text(
            "Kör säkerhetskopieringen, eller ta bort värden ur lagret om den är avvecklad.",
            "Run the backup, or remove the host from the repository if it is retired.",
        ),
        Severity.HIGH,
    ),
    "clock-ahead": Reason(
        Text(
            "Senaste återställningspunkten är daterad i framtiden ({newest}).",
            "The newest restore point is dated in the future ({newest}).",
        ),
        Text("Ställ klockan på värden.", "Set the host's clock."),
    ),
    "no-system-register": Reason(
        Text(
            "Utan systemregister går det inte att se vilka system som aldrig säkerhetskopieras.",
            "Without a system register it cannot be seen which systems are never backed up.",
        ),
        Text(
            "Lägg till en export av systemregistret under registers.",
            "Add an export of the system register under registers.",
        ),
    ),
    "judged-by-system": Reason(
        Text("Bedöms per system enligt systemregistret.", "Judged per system, by the system register.")
    ),
}


def judge(
    snapshots: Population[Snapshot], evidence: EvidenceSet, parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per host in the repository, and one for the register that is missing."""
    newest: dict[str, datetime] = {}
    for snapshot in snapshots.records:
        if snapshot.host not in newest or snapshot.time > newest[snapshot.host]:
            newest[snapshot.host] = snapshot.time
    register = evidence.reading(ProtectedSystem)
    registered = bool(register.populations)
    limit = span(hours=parameters.max_age_hours + parameters.tolerance_hours)
    for host, time in sorted(newest.items()):
        age = as_of - time
        if registered:
            yield out_of_scope(host, "judged-by-system")
        elif -age > CLOCK_TOLERANCE:
            yield undetermined(host, "clock-ahead", newest=time)
        elif age > limit and register.gaps:  # it may say that nothing is to be backed up there any more
            yield undetermined(host, "no-system-register")
        elif age > limit:
            yield deviates(host, "too-old", newest=time, hours=int(age.total_seconds() // 3600))
        else:
            yield conforms(host)
    if newest and not registered:
        yield undetermined(snapshots.source, "no-system-register")

"""No restore drill of a critical system failed, as far as drills were made.

A drill restores chosen files to a scratch folder, compares their hashes and a canary with what they should be, and
throws them away (`styrk drill`, or another tool's report). It shows that the data can be had back, not that the
business can use it: that takes a restore test. A system deviates when its last drill failed. One without a drill, or
with none within `interval_months`, is out of scope. A drill that went well bears out no claim of a restore test.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from checks.ages import months_before
from checks.backup.backup_reasons import SCOPE, outside
from checks.finding import Outcome, Reason, Severity, Text, conforms, deviates, out_of_scope, undetermined
from collector.evidence import EvidenceSet, Population
from collector.records.backup import ProtectedSystem, RestoreDrill

CONTROL = "restore-test-annual"
READS = (ProtectedSystem, RestoreDrill)
CONFIRMS = False


@dataclass(frozen=True, slots=True)
class Parameters:
    """Months."""

    interval_months: int = 12


_LOOK = Text(
    "Återläs hela systemet i en testmiljö och ta reda på vad som är fel.",
    "Restore the whole system to a test environment, and find out what is wrong.",
)
REASONS = {
    **SCOPE,
    "canary-wrong": Reason(
        Text(
            "Vid återläsningsövningen {drilled} var kontrollfilen inte den som skrevs.",
            "In the restore drill of {drilled} the canary was not what had been written.",
        ),
        _LOOK,
        Severity.HIGH,
    ),
    "files-differ": Reason(
        Text(
            "Vid återläsningsövningen {drilled} avvek {count} av {files} filer.",
            "In the restore drill of {drilled}, {count} of {files} files differed.",
        ),
        _LOOK,
        Severity.HIGH,
    ),
    "drill-failed": Reason(
        Text("Återläsningsövningen {drilled} misslyckades.", "The restore drill of {drilled} failed."),
        _LOOK,
        Severity.HIGH,
    ),
    "reports-incomplete": Reason(
        Text(
            "En del av övningarnas rapporter kunde inte läsas.",
            "Part of the drills' reports could not be read.",
        ),
        Text("Åtgärda de rapporter som inte kunde läsas.", "See to the reports that could not be read."),
    ),
    "no-drill": Reason(Text("Ingen återläsningsövning har gjorts.", "No restore drill was made.")),
}


def judge(
    systems: Population[ProtectedSystem], evidence: EvidenceSet, parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per system."""
    reports = evidence.reading(RestoreDrill)
    drills: defaultdict[str, list[RestoreDrill]] = defaultdict(list)
    for drill in reports.records:
        if drill.time <= as_of:
            drills[drill.subject.casefold()].append(drill)
    oldest = months_before(as_of.date(), parameters.interval_months)
    for system in systems.records:
        names = {name.casefold() for name in (system.name, *system.hosts)}
        held = [drill for name in sorted(names) for drill in drills[name] if drill.time.date() >= oldest]
        if (outcome := outside(system)) is not None:
            yield outcome
        elif not held and reports.populations and "hosts" in systems.unreadable:
            yield undetermined(system, "no-column", columns=("hosts",))
        elif held:
            yield _judge(system, held)
        elif reports.all_gaps:
            yield undetermined(system, "reports-incomplete")
        else:
            yield out_of_scope(system, "no-drill")


def _judge(system: ProtectedSystem, held: Sequence[RestoreDrill]) -> Outcome:
    """By the last drill of each host."""
    last: dict[str, RestoreDrill] = {}
    for drill in sorted(held, key=lambda each: (each.time, each.result == "failed", repr(each))):
        last[drill.host.casefold()] = drill
    failed = [last[host] for host in sorted(last) if last[host].result == "failed"]
    if not failed:
        return conforms(system)
    drill = failed[0]
    drilled = drill.time.date()
    if drill.canary is False:
        return deviates(system, "canary-wrong", drilled=drilled)
    if drill.differing:
        return deviates(system, "files-differ", drilled=drilled, count=drill.differing, files=drill.files or 0)
    return deviates(system, "drill-failed", drilled=drilled)

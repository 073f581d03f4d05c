"""Every critical system was restored in its last passed test within the time that it may be away (RTO).

The time is what the restore-test log says of the last passed test. Systems without an RTO in the register, and those
without a passed test (`restore-test-annual` judges them), are out of scope. A test without a duration shows no time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from checks.backup.backup_reasons import SCOPE, names_of_several, outside, told_apart
from checks.finding import Outcome, Reason, Severity, Text, conforms, deviates, out_of_scope, undetermined
from checks.record_rules.joins import lacks_column
from collector.evidence import EvidenceSet, Population
from collector.records.backup import ProtectedSystem, RestoreTest

CONTROL = "restore-test-annual"
READS = (ProtectedSystem, RestoreTest)


@dataclass(frozen=True, slots=True)
class Parameters:
    """None."""


REASONS = {
    **SCOPE,
    "rto-missed": Reason(
        Text(
            "Återläsningen {tested} tog {minutes} minuter; högst {rto} får det ta (RTO).",
            "The restore of {tested} took {minutes} minutes; it may take {rto} at most (RTO).",
        ),
        Text("Förkorta återläsningen, eller besluta om ett annat RTO.", "Restore faster, or decide on another RTO."),
        Severity.HIGH,
    ),
    "duration-unknown": Reason(
        Text(
            "Loggen visar inte hur lång tid testet {tested} tog.",
            "The log does not show how long the test of {tested} took.",
        ),
        Text("Mät tiden och för in den i loggen.", "Measure the time, and enter it in the log."),
    ),
    "no-log": Reason(
        Text("Ingen logg över återläsningstester har lästs.", "No log of restore tests was read."),
        Text("Lägg till loggen under registers.", "Add the log under registers."),
    ),
    "log-incomplete": Reason(
        Text(
            "En del av loggen kunde inte läsas, och där kan ett senare test finnas.",
            "Part of the log could not be read, and a later test may be there.",
        ),
        Text("Rätta de rader som inte kunde läsas.", "Mend the rows that could not be read."),
    ),
    "no-rto": Reason(Text("Registret anger inget RTO.", "The register names no RTO.")),
    "nothing-to-judge": Reason(
        Text("Inget godkänt test finns; se restore-test-annual.", "There is no passed test; see restore-test-annual.")
    ),
}


def judge(
    systems: Population[ProtectedSystem], evidence: EvidenceSet, _parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per system."""
    log, today = evidence.reading(RestoreTest), as_of.date()
    passed: defaultdict[str, list[RestoreTest]] = defaultdict(list)
    for test in log.records:
        if test.result == "passed" and test.date <= today:
            passed[test.system.casefold()].append(test)
    shared = names_of_several(systems)
    for system in systems.records:
        if (outcome := outside(system)) is not None:
            yield outcome
        elif system.rto_minutes is None:
            yield out_of_scope(system, "no-rto")
        elif not log.populations:
            yield undetermined(system, "no-log")
        elif not log.complete:
            yield undetermined(system, "log-incomplete")
        else:
            held = passed[system.name.casefold()]
            hidden = None if held else lacks_column(system, log, "result")
            yield told_apart(system, shared, hidden or _judge(system, system.rto_minutes, held))


def _judge(system: ProtectedSystem, rto: int, passed: Sequence[RestoreTest]) -> Outcome:
    if not passed:
        return out_of_scope(system, "nothing-to-judge")
    last = max(test.date for test in passed)
    times = [test.duration_minutes for test in passed if test.date == last and test.duration_minutes is not None]
    if not times:
        return undetermined(system, "duration-unknown", tested=last)
    if max(times) > rto:
        return deviates(system, "rto-missed", tested=last, minutes=max(times), rto=rto)
    return conforms(system)

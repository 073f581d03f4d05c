"""Recovery of every critical system has been exercised within the interval, and switching between its sites too.

The systems come from the system register, the exercises from their log; a restore test is no exercise. A system
deviates when it was never exercised or not within `interval_months`; when it runs at more than one site (`sites`) and
switching between them was not; when the last exercise took longer than its recovery time (`rto_minutes`); and when
lessons from it are still open. An exercise of which the log does not say what was exercised, or for how long, shows
neither.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from checks.ages import months_before
from checks.backup.backup_reasons import SCOPE, names_of_several, outside, told_apart
from checks.finding import Outcome, Reason, Severity, Text, conforms, deviates, undetermined
from checks.record_rules.joins import as_exported, lacks_column
from checks.record_rules.reasons import COMMON
from collector.evidence import EvidenceSet, Population, Reading
from collector.records.backup import ProtectedSystem
from collector.records.incidents import Exercise

CONTROL = "recovery-exercise"
READS = (ProtectedSystem, Exercise)


@dataclass(frozen=True, slots=True)
class Parameters:
    """Months."""

    interval_months: int = 12


_EXERCISE = Text("Öva återställningen och för in övningen i loggen.", "Exercise the recovery, and enter it in the log.")
REASONS = {
    **SCOPE,
    "never-exercised": Reason(
        Text("Återställning av systemet har aldrig övats.", "Recovery of the system has never been exercised."),
        _EXERCISE,
        Severity.HIGH,
    ),
    "too-old": Reason(
        Text("Återställning övades senast {exercised}.", "Recovery was last exercised {exercised}."), _EXERCISE
    ),
    "failover-never": Reason(
        Text("Växling mellan {sites} har aldrig övats.", "Switching between {sites} has never been exercised."),
        Text("Öva växlingen mellan platserna.", "Exercise the switch between the sites."),
        Severity.HIGH,
    ),
    "failover-too-old": Reason(
        Text("Växling mellan platserna övades senast {exercised}.", "Switching sites was last exercised {exercised}."),
        Text("Öva växlingen mellan platserna.", "Exercise the switch between the sites."),
    ),
    "too-slow": Reason(
        Text(
            "Övningen {exercised} tog {achieved} minuter; högst {required} krävs.",
            "The exercise of {exercised} took {achieved} minutes; {required} are required.",
        ),
        Text(
            "Förkorta återställningen, eller besluta om ett annat krav.", "Recover faster, or decide on another demand."
        ),
        Severity.HIGH,
    ),
    "lessons-open": Reason(
        Text(
            "{count} lärdomar från övningen {exercised} är inte omhändertagna.",
            "{count} lessons of the exercise of {exercised} have not been acted upon.",
        ),
        Text("Ta hand om lärdomarna.", "Act upon the lessons."),
        Severity.LOW,
    ),
    "kind-unknown": Reason(
        Text(
            "Loggen visar inte vad som övades {exercised}: återställning eller växling.",
            "The log does not show what was exercised {exercised}: a restore or a switch of sites.",
        ),
        Text("Fyll i det i loggen.", "Fill it in in the log."),
        Severity.LOW,
    ),
    "time-unknown": Reason(
        Text(
            "Loggen visar inte hur lång tid övningen {exercised} tog.",
            "The log does not show how long the exercise of {exercised} took.",
        ),
        Text("Fyll i det i loggen.", "Fill it in in the log."),
        Severity.LOW,
    ),
    "no-column": COMMON["no-column"],
    "export-older": COMMON["export-older"],
    "no-log": Reason(
        Text("Ingen logg över återställningsövningar har lästs.", "No log of recovery exercises was read."),
        Text("Lägg till loggen under registers.", "Add the log under registers."),
    ),
    "log-incomplete": Reason(
        Text(
            "En del av loggen kunde inte läsas, och där kan en senare övning finnas.",
            "Part of the log could not be read, and a later exercise may be there.",
        ),
        Text("Rätta de rader som inte kunde läsas.", "Mend the rows that could not be read."),
    ),
}


def judge(
    systems: Population[ProtectedSystem], evidence: EvidenceSet, parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per system."""
    log, today = evidence.reading(Exercise), as_of.date()
    held: defaultdict[str, list[Exercise]] = defaultdict(list)
    for exercise in log.records:
        if exercise.date <= today and exercise.system and exercise.category in {"restore", "failover", None}:
            held[exercise.system.casefold()].append(exercise)
    shared = names_of_several(systems)
    for system in systems.records:
        if (outcome := outside(system)) is not None:
            yield outcome
        elif not log.populations:
            yield undetermined(system, "no-log")
        elif not log.complete:
            yield undetermined(system, "log-incomplete")
        else:
            found = held[system.name.casefold()]
            unnamed = None if found else lacks_column(system, log, "system")
            rule = partial(_judge, system, found, log, parameters)
            yield told_apart(system, shared, unnamed or as_exported(system, log, as_of, rule) or conforms(system))


def _judge(
    system: ProtectedSystem,
    held: Sequence[Exercise],
    log: Reading[Exercise],
    parameters: Parameters,
    moment: datetime,
) -> Outcome:
    oldest = months_before(moment.date(), parameters.interval_months)
    if not held:
        return deviates(system, "never-exercised")
    known = [exercise for exercise in held if exercise.category is not None]
    last = max(exercise.date for exercise in known or held)
    if last < oldest or not known:
        unclear = [each.date for each in held if each.category is None and each.date >= oldest]
        if unclear:
            return undetermined(system, "kind-unknown", exercised=max(unclear))
        return deviates(system, "too-old", exercised=max(exercise.date for exercise in held))
    if len({site.casefold() for site in system.sites}) > 1:
        switched = max((each.date for each in held if each.category == "failover"), default=None)
        if switched is None or switched < oldest:
            unclear = [each.date for each in held if each.category is None and each.date >= oldest]
            if unclear:
                return undetermined(system, "kind-unknown", exercised=max(unclear))
            if switched is None:
                return deviates(system, "failover-never", sites=system.sites)
            return deviates(system, "failover-too-old", exercised=switched)
    newest = [each for each in known if each.date == last]
    achieved = max((each.achieved_minutes for each in newest if each.achieved_minutes is not None), default=None)
    if achieved is not None and system.rto_minutes is not None and achieved > system.rto_minutes:
        return deviates(system, "too-slow", exercised=last, achieved=achieved, required=system.rto_minutes)
    lessons = sum(max(0, each.open_lessons or 0) for each in newest)
    if lessons:
        return deviates(system, "lessons-open", exercised=last, count=lessons)
    if achieved is None and system.rto_minutes is not None:
        return undetermined(system, "time-unknown", exercised=last)
    return lacks_column(system, log, "open_lessons") or conforms(system)

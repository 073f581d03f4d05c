"""Every critical system has a decided runbook for its recovery, looked over in time and quick enough.

The systems come from the system register, the runbooks from the register of recovery plans. A system deviates when it
has no runbook, when the day by which the runbook is to be looked over has passed, or when the recovery time that it
reckons with is longer than the required one: `rto_minutes` of the system register, or where that has none
`recovery_hours` of the system's last classification (`required_time_source` none leaves times out). A runbook without a
day of decision is not known to be decided.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from checks.backup.backup_reasons import SCOPE, names_of_several, outside, told_apart
from checks.finding import Outcome, Reason, Severity, Text, Verdict, conforms, deviates, undetermined
from checks.record_rules.joins import as_exported, lacks_column
from checks.record_rules.reasons import COMMON
from collector.evidence import EvidenceSet, Population
from collector.records.assets import Classification
from collector.records.backup import ProtectedSystem, RecoveryPlan

CONTROL = "recovery-rules"
READS = (ProtectedSystem, RecoveryPlan, Classification)


@dataclass(frozen=True, slots=True)
class Parameters:
    """Where the required recovery time comes from: `classification` or `none`."""

    required_time_source: str = "classification"


REASONS = {
    **SCOPE,
    "export-older": COMMON["export-older"],
    "no-plan": Reason(
        Text("Ingen återställningsinstruktion finns.", "There is no runbook for its recovery."),
        Text("Skriv och besluta en instruktion.", "Write a runbook, and have it decided."),
        Severity.HIGH,
    ),
    "overdue": Reason(
        Text(
            "Instruktionen skulle ha setts över {review_by}.", "The runbook should have been looked over {review_by}."
        ),
        Text("Se över instruktionen.", "Look the runbook over."),
    ),
    "too-slow": Reason(
        Text(
            "Instruktionen räknar med {planned} minuter; högst {required} krävs.",
            "The runbook reckons with {planned} minutes; {required} are required.",
        ),
        Text(
            "Förkorta återställningen, eller besluta om ett annat krav.", "Recover faster, or decide on another demand."
        ),
        Severity.HIGH,
    ),
    "decision-unknown": Reason(
        Text("Det framgår inte när instruktionen beslutades.", "It does not show when the runbook was decided."),
        Text("För in beslutsdatum i registret.", "Enter the day of decision in the register."),
        Severity.LOW,
    ),
    "time-unknown": Reason(
        Text("Instruktionen anger ingen återställningstid.", "The runbook names no recovery time."),
        Text("För in den planerade tiden i registret.", "Enter the planned time in the register."),
        Severity.LOW,
    ),
    "required-time-unknown": Reason(
        Text("Krävd återställningstid är inte känd.", "The required recovery time is not known."),
        Text("För in den i systemregistret.", "Enter it in the system register."),
        Severity.LOW,
    ),
    "no-register": Reason(
        Text("Inget register över återställningsinstruktioner har lästs.", "No register of recovery plans was read."),
        Text("Lägg till det under registers.", "Add it under registers."),
    ),
    "register-incomplete": Reason(
        Text(
            "En del av registret kunde inte läsas, och där kan instruktionen finnas.",
            "Part of the register could not be read, and the runbook may be there.",
        ),
        Text("Rätta de rader som inte kunde läsas.", "Mend the rows that could not be read."),
    ),
}


def judge(
    systems: Population[ProtectedSystem], evidence: EvidenceSet, parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per system."""
    register = evidence.reading(RecoveryPlan)
    plans: defaultdict[str, list[RecoveryPlan]] = defaultdict(list)
    for plan in register.records:
        plans[plan.system.casefold()].append(plan)
    required = _by_classification(evidence)
    shared = names_of_several(systems)
    for system in systems.records:
        if (outcome := outside(system)) is not None:
            yield outcome
        elif not register.populations:
            yield undetermined(system, "no-register")
        elif not plans[system.name.casefold()]:
            yield deviates(system, "no-plan") if register.complete else undetermined(system, "register-incomplete")
        else:
            name = system.name.casefold()
            rto = required.get(name) if system.rto_minutes is None else system.rto_minutes
            rule = partial(_judge_plans, system, plans[name], rto, parameters, as_of.date())
            outcome = as_exported(system, register, as_of, rule) or conforms(system)
            hidden = lacks_column(system, register, "review_by") if outcome.verdict is Verdict.CONFORMS else None
            yield told_apart(system, shared, hidden or outcome)


def _by_classification(evidence: EvidenceSet) -> dict[str, int]:
    """Required recovery time by each system's last classification, minutes; the shortest of those of one day."""
    last: dict[str, tuple[date, int]] = {}
    told = [each for each in evidence.reading(Classification).populations if "classified" not in each.unreadable]
    for each in (record for population in told for record in population.records):
        if each.recovery_hours is not None:
            name, day = each.system.casefold(), each.classified or date.min
            newest, minutes = last.get(name, (date.min, each.recovery_hours * 60))
            if day > newest:
                last[name] = (day, each.recovery_hours * 60)
            elif day == newest:
                last[name] = (day, min(minutes, each.recovery_hours * 60))
    return {name: minutes for name, (_, minutes) in last.items()}


def _judge_plans(
    system: ProtectedSystem,
    plans: Sequence[RecoveryPlan],
    rto: int | None,
    parameters: Parameters,
    today: date,
    moment: datetime,
) -> Outcome:
    """By all of a system's runbooks together: any that is overdue is, and times count in all."""
    overdue = [plan.review_by for plan in plans if plan.review_by is not None and plan.review_by < moment.date()]
    if overdue:
        return deviates(system, "overdue", review_by=min(overdue))
    timed = parameters.required_time_source != "none"
    planned = [plan.planned_minutes for plan in plans if plan.planned_minutes is not None]
    if timed and planned and rto is not None and max(planned) > rto:
        return deviates(system, "too-slow", planned=max(planned), required=rto)
    if any(plan.decided is None or plan.decided > today for plan in plans):
        return undetermined(system, "decision-unknown")
    if timed and rto is None:
        return undetermined(system, "required-time-unknown")
    if timed and len(planned) < len(plans):
        return undetermined(system, "time-unknown")
    return conforms(system)

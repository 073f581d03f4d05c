"""Every classification has an action plan that was reported back in time, and its actions are on the way.

A classified system deviates when its plan was not reported back within `max_months` of the classification, and when the
plan has no action. An action deviates when it is open after its last day without a decision to postpone it, and when it
waits for money.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from checks.finding import Outcome, Severity, deviates, undetermined
from checks.record_rules.joins import as_exported, grouped, has_one, key_of, lacks_column, latest, unread
from checks.record_rules.reasons import COMMON, because
from checks.record_rules.rows import (
    ahead,
    decide,
    done_by,
    months_after,
)
from collector.evidence import EvidenceSet, Population, Reading
from collector.records.assets import Classification, ClassificationAction

CONTROL = "classification-action-plan"
READS = (Classification, ClassificationAction)
EVERY_RECORD = False


@dataclass(frozen=True, slots=True)
class Parameters:
    """Months from classification to report-back."""

    max_months: int = 6


_PLAN = ("Återrapportera handlingsplanen.", "Report back on the action plan.")
REASONS = COMMON | {
    "overdue": because(
        "Klassat {classified}; återrapporteringen skulle ha gjorts senast {due}.",
        "Classified {classified}; the report-back was due {due}.",
        *_PLAN,
    ),
    "late": because(
        "Klassat {classified}; återrapporterat först {done} (senast {due}).",
        "Classified {classified}; reported back only {done} (due {due}).",
        *_PLAN,
        severity=Severity.LOW,
    ),
    "no-plan": because(
        "Ingen åtgärd finns efter klassningen.",
        "There is no action after the classification.",
        "Ta fram en handlingsplan, eller för in beslutet att inget behövs.",
        "Draw up a plan, or enter the decision that nothing is needed.",
    ),
    "action-overdue": because(
        "Åtgärden skulle vara klar {due} ({days} dagar sedan) och är öppen utan beslut.",
        "The action was due {due} ({days} days ago) and is open without a decision.",
        "Slutför åtgärden eller besluta om ny tid.",
        "Complete the action, or decide on a new time.",
    ),
    "not-classified": because(
        "Åtgärden hör till {system}, som inte finns bland klassningarna.",
        "The action is of {system}, which is not among the classifications.",
        "Rätta systemets namn, eller för in klassningen.",
        "Correct the system's name, or enter the classification.",
    ),
    "waits-for-money": because(
        "Åtgärden väntar på finansiering.",
        "The action waits for money.",
        "Besluta om finansiering, eller acceptera risken för viss tid.",
        "Decide on the money, or accept the risk for a time.",
    ),
}
_MONEY = ("finans", "pengar", "budget", "fund", "money")


def judge(
    register: Population[Classification], evidence: EvidenceSet, parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per classified system, and one per action of its plan."""
    everything = evidence.reading(Classification)
    plans = evidence.reading(ClassificationAction)
    actions = grouped(plans, lambda each: each.system)
    mine = {key_of(each.system) for each in register.records}
    for name, rows in sorted(grouped(everything, lambda each: each.system).items()):
        if name not in mine:
            continue
        system = min(row.system for row in rows)
        day = latest((row.classified for row in rows), as_of)
        back = None
        if day is not None:
            rule = partial(_reported_back, system, day, rows, everything, parameters)
            back = as_exported(system, everything, as_of, rule)
        undated = undetermined(system, "incomplete", columns=("classified",)) if day is None else None
        yield decide(system, undated, back, has_one(system, actions.get(name, ()), plans, "no-plan"))
        for action in sorted(actions.get(name, ()), key=lambda each: (each.action, repr(each))):
            yield _action(action, plans, as_of)
    if register.source == everything.populations[0].source:
        known = {key_of(row.system) for row in everything.records}
        for action in sorted(plans.records, key=repr):
            if key_of(action.system) not in known:
                yield unread(action, everything) or undetermined(action, "not-classified", system=action.system)


def _reported_back(
    system: str,
    day: date,
    rows: Sequence[Classification],
    register: Reading[Classification],
    parameters: Parameters,
    as_of: datetime,
) -> Outcome | None:
    column = lacks_column(system, register, "reported_back")
    if column is not None:
        return column
    due = months_after(day, parameters.max_months)
    done = latest((row.reported_back for row in rows if row.classified == day), as_of)
    if done is not None:
        return deviates(system, "late", classified=day, due=due, done=done) if done > due else None
    return deviates(system, "overdue", classified=day, due=due) if due < as_of.date() else None


def _action(action: ClassificationAction, plans: Reading[ClassificationAction], as_of: datetime) -> Outcome:
    if action.closed is not None:
        return decide(action, ahead(action, action.closed, as_of))
    column = lacks_column(action, plans, "closed", "due", "waiting_for")
    if column is not None:
        return column
    if any(word in key_of(action.waiting_for or "") for word in _MONEY):
        return deviates(action, "waits-for-money")
    if action.due is None:
        return deviates(action, "incomplete", columns=("due",))
    rule = partial(done_by, action, action.due, None, reasons=("action-overdue", "action-overdue"))
    late = as_exported(action, plans, as_of, rule)
    return decide(action, None if action.decision or late is None else lacks_column(action, plans, "decision") or late)

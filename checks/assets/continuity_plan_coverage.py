"""Every critical operation has a continuity plan that is decided, whole and tested.

A critical operation deviates without a plan, with a plan that nobody decided on, with one that lacks an element of
`elements`, and with one that was never tested or not within `test_months`. Elements may be written in Swedish
(alternativa rutiner, roller, kontakter, kommunikation, återställning).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from checks.finding import Outcome, Severity, deviates, out_of_scope, undetermined
from checks.record_rules.joins import lacking, recent
from checks.record_rules.reasons import COMMON, because
from checks.record_rules.rows import (
    dated,
    decide,
    empty,
    filled,
    has_column,
)
from collector.evidence import EvidenceSet, Population
from collector.records.assets import ContinuityPlan

CONTROL = "continuity-plan-coverage"
READS = (ContinuityPlan,)


@dataclass(frozen=True, slots=True)
class Parameters:
    """What a plan holds, and how often it is tested."""

    elements: tuple[str, ...] = ("alternative-routines", "roles", "contacts", "communication", "recovery")
    test_months: int = 24


_PLAN = ("Ta fram, besluta och öva en kontinuitetsplan.", "Draw up, decide on and test a continuity plan.")
REASONS = COMMON | {
    "no-plan": because("Ingen kontinuitetsplan.", "No continuity plan.", *_PLAN, severity=Severity.HIGH),
    "not-decided": because("Planen är inte beslutad.", "The plan is not decided.", *_PLAN),
    "elements-missing": because("Planen saknar: {topics}.", "The plan lacks: {topics}.", *_PLAN),
    "never-tested": because("Planen är aldrig övad.", "The plan was never tested.", *_PLAN),
    "too-old": because("Planen övades senast {last}.", "The plan was last tested {last}.", *_PLAN),
    "criticality-unknown": because(
        "Förteckningen säger inte om verksamheten är kritisk.",
        "The list does not say whether the operation is critical.",
        "Fyll i uppgiften.",
        "Fill it in.",
        Severity.LOW,
    ),
    "not-critical": because("Inte kritisk.", "Not critical."),
}
_WORDS = (
    ("alternativa rutiner", "alternative-routines"),
    ("reservrutiner", "alternative-routines"),
    ("roller", "roles"),
    ("kontakter", "contacts"),
    ("kontaktuppgifter", "contacts"),
    ("kommunikation", "communication"),
    ("återställning", "recovery"),
    ("återgång", "recovery"),
)


def judge(
    plans: Population[ContinuityPlan], evidence: EvidenceSet, parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per operation."""
    own = evidence.reading(ContinuityPlan).of(plans.source)
    for row in plans.records:
        if row.critical is None:
            yield undetermined(row, "criticality-unknown")
        elif not row.critical:
            yield out_of_scope(row, "not-critical")
        elif empty(row.plan):
            yield decide(row, filled(row, plans, ("plan",), "no-plan"))
        else:
            yield decide(
                row,
                dated(row, plans, "decided", as_of, "not-decided"),
                _elements(row, plans, parameters),
                dated(row, plans, "tested", as_of, "never-tested"),
                recent(row, row.tested, parameters.test_months, own, as_of),
            )


def _elements(row: ContinuityPlan, plans: Population[ContinuityPlan], parameters: Parameters) -> Outcome | None:
    missing = lacking(parameters.elements, row.elements, _WORDS)
    if not missing:
        return None
    if has_column(plans, "elements"):
        return deviates(row, "elements-missing", topics=missing)
    return undetermined(row, "no-column", columns=("elements",))

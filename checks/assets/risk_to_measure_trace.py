"""Every measure that a classification or a risk calls for is in place and shown, and every high class has one.

A measure deviates when nothing but the supplier's own advice calls for it, when its last day has passed without it,
when its follow-up has no outcome or a failed one, and when nothing is referred to that shows it. A system whose latest
classification has a level of 3 or more deviates when no measure names it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from checks.finding import Outcome, Severity, deviates, undetermined
from checks.record_rules.joins import as_exported, grouped, key_of, lacks_column, latest, unread
from checks.record_rules.reasons import COMMON, because
from checks.record_rules.rows import (
    ahead,
    decide,
    done_by,
    filled,
    has_column,
    told,
)
from collector.evidence import EvidenceSet, Population, Reading
from collector.records.assets import Classification, SecurityMeasure

CONTROL = "risk-to-measure-trace"
READS = (SecurityMeasure, Classification)


@dataclass(frozen=True, slots=True)
class Parameters:
    """None."""


HIGH_LEVEL = 3
"""KLASSA's level from which extra protection is called for."""
_LEVELS = ("confidentiality", "integrity", "availability")
_MEND = ("Inför åtgärden och visa att den fungerar.", "Put the measure in place, and show that it works.")
REASONS = COMMON | {
    "only-advice": because(
        "Åtgärden vilar bara på leverantörens råd.",
        "The measure rests on the supplier's advice alone.",
        "Gör en egen riskbedömning eller klassning.",
        "Make a risk analysis or classification of your own.",
    ),
    "overdue": because(
        "Skulle ha införts {due} ({days} dagar sedan).", "Was to be in place {due} ({days} days ago).", *_MEND
    ),
    "no-result": because("Åtgärden är inte uppföljd.", "The measure has not been followed up.", *_MEND),
    "not-met": because(
        "Uppföljningen visar att åtgärden inte fungerar.",
        "The follow-up shows that the measure does not work.",
        *_MEND,
        severity=Severity.HIGH,
    ),
    "no-evidence": because("Inget underlag visar utfallet.", "Nothing shows the outcome.", *_MEND),
    "undated": because(
        "Klassningen är inte daterad, så om den gäller är inte känt.",
        "The classification is not dated, so whether it holds is not known.",
        "Datera klassningen.",
        "Date the classification.",
    ),
    "level-unknown": because(
        "Klassat {last}, men alla nivåer är inte ifyllda.",
        "Classified {last}, but not every level is filled in.",
        "Fyll i nivåerna.",
        "Fill in the levels.",
    ),
    "no-measure": because(
        "Klassat {last} med nivå {level}, men ingen åtgärd är beslutad.",
        "Classified {last} at level {level}, but no measure is decided.",
        "Besluta vilka åtgärder klassningen kräver.",
        "Decide which measures the classification calls for.",
    ),
}


def judge(
    measures: Population[SecurityMeasure], evidence: EvidenceSet, _parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per measure, and one per highly classified system without any."""
    own = evidence.reading(SecurityMeasure).of(measures.source)
    for row in measures.records:
        yield _judge(row, measures, own, as_of)
    classes = evidence.reading(Classification)
    everything = evidence.reading(SecurityMeasure)
    named = {key_of(row.system) for row in everything.records}
    yield from filter(None, [unread(measures.source, classes)])
    for name, rows in sorted(grouped(classes, lambda each: each.system).items()):
        if name in named:
            continue
        subject = min(row.system for row in rows)
        day = latest((row.classified for row in rows), as_of)
        if day is None:
            yield lacks_column(subject, classes, "classified") or undetermined(subject, "undated")
            continue
        levels = [
            level
            for row in rows
            if row.classified == day
            for level in (row.confidentiality, row.integrity, row.availability)
            if level is not None
        ]
        if max(levels, default=0) >= HIGH_LEVEL:
            yield unread(subject, everything) or deviates(subject, "no-measure", last=day, level=max(levels))
        elif len(levels) < 3 * sum(row.classified == day for row in rows):
            yield lacks_column(subject, classes, *_LEVELS) or undetermined(subject, "level-unknown", last=day)


def _judge(
    row: SecurityMeasure, measures: Population[SecurityMeasure], own: Reading[SecurityMeasure], as_of: datetime
) -> Outcome:
    if row.origin == "supplier-advice":
        return deviates(row, "only-advice")
    if row.implemented is None and has_column(measures, "implemented"):
        late = as_exported(row, own, as_of, partial(done_by, row, row.due, None))
        return late or decide(row, filled(row, measures, ("due",)), filled(row, measures, ("origin",)))
    if row.result == "not-met":
        return deviates(row, "not-met")
    hidden = told(row, measures, "implemented")
    if hidden is not None and not (row.result and row.evidence):
        return hidden  # what is not in place yet has no outcome to show
    return decide(
        row,
        filled(row, measures, ("result",), "no-result"),
        filled(row, measures, ("evidence",), "no-evidence"),
        filled(row, measures, ("origin",)),
        ahead(row, row.implemented, as_of),
        hidden,
    )

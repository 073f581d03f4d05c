"""Every closed incident was reviewed in time, and its measures are done and technically confirmed.

A closed incident deviates when it was not reviewed within `review_days`, and when the review names no cause. A measure
deviates when it is not done on its last day, and when it was done and nothing technical confirms it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from checks.ages import span
from checks.finding import Outcome, Severity, deviates, out_of_scope, undetermined
from checks.record_rules.joins import as_exported, grouped, key_of, lacks_column, unread
from checks.record_rules.reasons import COMMON, because
from checks.record_rules.rows import (
    ahead,
    decide,
    done_by,
    empty,
    filled,
    has_column,
)
from collector.evidence import EvidenceSet, Population, Reading
from collector.records.incidents import Incident, IncidentMeasure

CONTROL = "incident-post-review"
READS = (Incident, IncidentMeasure)


@dataclass(frozen=True, slots=True)
class Parameters:
    """Days from closing to review."""

    review_days: int = 30


REASONS = COMMON | {
    "not-reviewed": because(
        "Avslutad {closed}; ingen uppföljning efter {days} dagar.",
        "Closed {closed}; no review after {days} days.",
        "Gå igenom incidenten: orsak, åtgärder, lärdomar.",
        "Review the incident: cause, measures, lessons.",
    ),
    "reviewed-late": because(
        "Avslutad {closed}; uppföljd först {done}.",
        "Closed {closed}; reviewed only {done}.",
        "Håll tiden för uppföljning.",
        "Keep the time of the review.",
        Severity.LOW,
    ),
    "no-cause": because(
        "Uppföljningen anger ingen orsak.",
        "The review names no cause.",
        "Utred orsaken.",
        "Look into the cause.",
    ),
    "measure-overdue": because(
        "Åtgärden skulle vara klar {due} ({days} dagar sedan).",
        "The measure was due {due} ({days} days ago).",
        "Slutför åtgärden.",
        "Complete the measure.",
    ),
    "not-confirmed": because(
        "Klar {done}, men inget tekniskt bekräftar det.",
        "Done {done}, but nothing technical confirms it.",
        "Bekräfta med en kontroll, ett test eller ett ärende.",
        "Confirm it by a control, a test or a ticket.",
    ),
    "incident-unknown": because(
        "Åtgärden hör till {incident}, som inte finns i incidentregistret.",
        "The measure is of {incident}, which the register of incidents does not have.",
        "Rätta beteckningen, eller för in incidenten.",
        "Correct the reference, or enter the incident.",
    ),
    "open": because("Incidenten är inte avslutad.", "The incident is not closed."),
}


def judge(
    incidents: Population[Incident], evidence: EvidenceSet, parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per incident, and one per measure of it."""
    register = evidence.reading(IncidentMeasure)
    measures = grouped(register, lambda each: each.incident)
    if not any(row.closed is not None for row in incidents.records):
        yield from filter(None, [unread(incidents.source, register)])
    own = evidence.reading(Incident).of(incidents.source)
    for row in incidents.records:
        if row.closed is None:
            known = has_column(incidents, "closed")
            yield out_of_scope(row, "open") if known else undetermined(row, "no-column", columns=("closed",))
        else:
            cause = filled(row, incidents, ("cause",), "no-cause") if row.reviewed is not None else None
            review = as_exported(row, own, as_of, partial(_review, row, incidents, parameters))
            yield decide(row, review, cause, unread(row, register))
        for measure in sorted(measures.get(key_of(row.reference), ()), key=lambda each: (each.measure, repr(each))):
            yield _measure(measure, register, as_of)
    everything = evidence.reading(Incident)
    if incidents.source == everything.populations[0].source:
        known_incidents = {key_of(row.reference) for row in everything.records}
        for measure in sorted(register.records, key=repr):
            if key_of(measure.incident) not in known_incidents:
                yield undetermined(measure, "incident-unknown", incident=measure.incident)


def _review(row: Incident, incidents: Population[Incident], parameters: Parameters, as_of: datetime) -> Outcome | None:
    closed = row.closed or as_of.date()
    if row.reviewed is not None:
        if row.reviewed - closed > span(days=parameters.review_days):
            return deviates(row, "reviewed-late", closed=closed, done=row.reviewed)
        return ahead(row, row.reviewed, as_of)
    if not has_column(incidents, "reviewed"):
        return undetermined(row, "no-column", columns=("reviewed",))
    days = (as_of.date() - closed).days
    return deviates(row, "not-reviewed", closed=closed, days=days) if days > parameters.review_days else None


def _measure(row: IncidentMeasure, register: Reading[IncidentMeasure], as_of: datetime) -> Outcome:
    if row.done is None:
        blank = None if row.due else deviates(row, "incomplete", columns=("due",))
        rule = partial(done_by, row, row.due, None, reasons=("measure-overdue", "measure-overdue"))
        late = as_exported(row, register, as_of, rule)
        return lacks_column(row, register, "done", "due") or decide(row, late, blank)
    if empty(row.confirmed_by):
        return lacks_column(row, register, "confirmed_by") or deviates(row, "not-confirmed", done=row.done)
    return decide(row, ahead(row, row.done, as_of))

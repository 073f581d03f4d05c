"""For every supplier of high risk class there are ways to escalate in both directions, tried lately and exercised.

A supplier deviates without a contact to it or from it, with contacts that were not tried within `contact_months`, and
without any exercise of escalation in the log.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from checks.finding import Outcome, deviates, out_of_scope, undetermined
from checks.record_rules.joins import grouped, has_one, key_of, lacking, lacks_column, latest, unread
from checks.record_rules.reasons import COMMON, because
from checks.record_rules.rows import (
    decide,
    not_older,
    worst,
)
from collector.evidence import EvidenceSet, Population, Reading
from collector.records.incidents import EscalationContact, Exercise
from collector.records.suppliers import Supplier

CONTROL = "incident-escalation-supplier"
READS = (Supplier, EscalationContact, Exercise)


@dataclass(frozen=True, slots=True)
class Parameters:
    """How often a contact is tried."""

    contact_months: int = 6


_TRY = ("Prova kontaktvägen och för in dagen i listan.", "Try the contact, and enter the day in the list.")
REASONS = COMMON | {
    "no-contact": because("Ingen kontaktväg vid incident.", "No contact for incidents.", *_TRY),
    "one-way": because("Bara en riktning: {topics} saknas.", "Only one direction: {topics} is missing.", *_TRY),
    "never-tried": because("Kontaktvägen är aldrig provad.", "The contact was never tried.", *_TRY),
    "too-old": because("Kontaktvägen provades senast {last}.", "The contact was last tried {last}.", *_TRY),
    "not-exercised": because(
        "Eskalering har aldrig övats med leverantören.",
        "Escalation was never exercised with the supplier.",
        "Öva eskalering och för in övningen i loggen.",
        "Exercise escalation, and enter it in the log.",
    ),
    "no-class": because(
        "Leverantören har ingen riskklass.",
        "The supplier has no risk class.",
        "Riskklassa leverantören.",
        "Give the supplier a risk class.",
    ),
    "not-high": because("Inte hög riskklass.", "Not of high risk class."),
}


def judge(
    suppliers: Population[Supplier], evidence: EvidenceSet, parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per supplier."""
    contacts = evidence.reading(EscalationContact)
    exercises = evidence.reading(Exercise)
    ways = grouped(contacts, lambda each: each.supplier)
    drills = grouped(exercises, lambda each: each.supplier if each.category == "escalation" else None)
    for row in suppliers.records:
        if row.risk_class is None:
            yield undetermined(row, "no-class")
        elif row.risk_class != "high":
            yield out_of_scope(row, "not-high")
        else:
            name = key_of(row.name)
            day = latest((each.date for each in drills.get(name, ())), as_of)
            exercised = has_one(
                row, () if day is None else (day,), exercises, "not-exercised", columns=("category", "supplier")
            )
            yield decide(row, _contacts(row, ways.get(name, []), contacts, parameters, as_of), exercised)


def _contacts(
    row: Supplier,
    ways: Sequence[EscalationContact],
    contacts: Reading[EscalationContact],
    parameters: Parameters,
    as_of: datetime,
) -> Outcome | None:
    if not ways:
        return has_one(row, (), contacts, "no-contact")
    steps: list[Outcome | None] = []
    missing = lacking(("to-supplier", "from-supplier"), (each.direction or "" for each in ways))
    if missing:
        one_way = deviates(row, "one-way", topics=missing)
        steps.append(lacks_column(row, contacts, "direction") or unread(row, contacts) or one_way)
    days = [latest((each.verified,), as_of) for each in ways]
    tried = [day for day in days if day is not None]
    if len(tried) < len(days):
        steps.append(lacks_column(row, contacts, "verified") or deviates(row, "never-tried"))
    steps.append(not_older(row, min(tried, default=None), parameters.contact_months, as_of))
    return worst(steps)

"""Every supplier is in the supplier register, with a risk class and what the class rests on.

A supplier deviates without a class, and when a factor of `factors` is empty: information type, service type,
complexity. A supplier whom the system register or the register of outsiders' accounts names deviates when the supplier
register does not know it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from checks.finding import Outcome, undetermined
from checks.record_rules.joins import has_one, key_of, lacks_column, unread
from checks.record_rules.reasons import COMMON, because
from checks.record_rules.rows import (
    ahead,
    decide,
    filled,
)
from collector.evidence import EvidenceSet, Population
from collector.records.access import ExternalAccount
from collector.records.backup import ProtectedSystem
from collector.records.suppliers import Supplier

CONTROL = "supplier-register-classified"
READS = (Supplier, ProtectedSystem, ExternalAccount)


@dataclass(frozen=True, slots=True)
class Parameters:
    """What the class rests on."""

    factors: tuple[str, ...] = ("information-type", "service-type", "complexity")


_CLASSIFY = ("Riskklassa leverantören.", "Give the supplier a risk class.")
REASONS = COMMON | {
    "no-class": because("Ingen riskklass.", "No risk class.", *_CLASSIFY),
    "not-listed": because(
        "Leverantören har system eller konton men finns inte i leverantörsregistret.",
        "The supplier has systems or accounts but is not in the supplier register.",
        "För in leverantören och riskklassa den.",
        "Enter the supplier, and give it a risk class.",
    ),
    "unknown-factor": because(
        "Okänd faktor i inställningarna: {part}.",
        "An unknown factor in the settings: {part}.",
        "Rätta factors.",
        "Correct factors.",
    ),
}
_FIELDS = {"information-type": "information_type", "service-type": "service_type", "complexity": "complexity"}


def judge(
    suppliers: Population[Supplier], evidence: EvidenceSet, parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per row, and one per supplier that is missing."""
    fields = [_FIELDS[each] for each in parameters.factors if each in _FIELDS]
    for part in sorted(set(parameters.factors) - _FIELDS.keys()):
        yield undetermined(suppliers.source, "unknown-factor", part=part)
    for row in suppliers.records:
        yield decide(
            row,
            filled(row, suppliers, ("risk_class",), "no-class"),
            filled(row, suppliers, fields),
            ahead(row, row.classified, as_of),
        )
    register = evidence.reading(Supplier)
    systems = evidence.reading(ProtectedSystem)
    accounts = evidence.reading(ExternalAccount)
    listed = {key_of(row.name) for row in register.records}
    yield from filter(None, [unread(suppliers.source, systems), lacks_column(suppliers.source, systems, "supplier")])
    if accounts.populations or accounts.gaps:
        partly = unread(suppliers.source, accounts), lacks_column(suppliers.source, accounts, "supplier")
        yield from filter(None, partly)
    named: dict[str, str] = {}
    for name in [*(row.supplier for row in systems.records), *(row.supplier for row in accounts.records)]:
        if name and key_of(name) not in listed:
            named[key_of(name)] = min(named.get(key_of(name), name), name)
    for key in sorted(named):
        yield decide(named[key], has_one(named[key], (), register, "not-listed"))

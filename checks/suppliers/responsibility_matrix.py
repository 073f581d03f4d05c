"""For every system it is decided who does, who answers for and who pays for each security duty.

A row deviates when one of these is empty or when it is not decided. For updates (`patch-level`, uppdateringar) the doer
must be the one that the system register names. A critical system without any row deviates.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from checks.finding import Outcome, Severity, deviates, undetermined
from checks.record_rules.joins import grouped, has_one, key_of, lacks_column, unread
from checks.record_rules.reasons import COMMON, because
from checks.record_rules.rows import (
    dated,
    decide,
    filled,
)
from collector.evidence import EvidenceSet, Population
from collector.records.backup import ProtectedSystem
from collector.records.suppliers import Responsibility

CONTROL = "responsibility-matrix"
READS = (Responsibility, ProtectedSystem)


@dataclass(frozen=True, slots=True)
class Parameters:
    """None."""


_DECIDE = ("Besluta om ansvaret med leverantören.", "Decide on the duty together with the supplier.")
REASONS = COMMON | {
    "not-decided": because("Ansvaret är inte beslutat.", "The split of duties is not decided.", *_DECIDE),
    "no-payer": because("Vem som bär kostnaden är inte bestämt.", "Who bears the cost is not settled.", *_DECIDE),
    "differs": because(
        "Matrisen säger {doer}, systemregistret säger {party}.",
        "The matrix says {doer}, the system register says {party}.",
        *_DECIDE,
    ),
    "criticality-unknown": because(
        "Systemregistret säger inte om systemet är verksamhetskritiskt.",
        "The system register does not say whether the system is critical.",
        "Fyll i uppgiften i systemregistret.",
        "Fill it in in the system register.",
        Severity.LOW,
    ),
    "not-in-matrix": because("Systemet finns inte i ansvarsmatrisen.", "The system is not in the matrix.", *_DECIDE),
}
_UPDATES = frozenset({"patch-level", "uppdateringar", "säkerhetsuppdateringar", "patchning"})


def judge(
    matrix: Population[Responsibility], evidence: EvidenceSet, _parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per row, and one per critical system that is missing."""
    systems = evidence.reading(ProtectedSystem)
    everything = evidence.reading(Responsibility)
    known = grouped(systems, lambda each: each.name)
    for row in matrix.records:
        parties = {each.patch_party for each in known.get(key_of(row.system), ()) if each.patch_party}
        other = None
        if row.doer and key_of(row.control) in _UPDATES and parties and key_of(row.doer) not in map(key_of, parties):
            other = deviates(row, "differs", doer=row.doer, party=", ".join(sorted(parties)))
        yield decide(
            row,
            filled(row, matrix, ("doer", "responsible")),
            filled(row, matrix, ("payer",), "no-payer"),
            dated(row, matrix, "decided", as_of, "not-decided"),
            other,
            lacks_column(row, systems, "patch_party") if key_of(row.control) in _UPDATES else None,
        )
    yield from filter(None, [unread(matrix.source, systems), lacks_column(matrix.source, systems, "critical")])
    named = {key_of(row.system) for row in everything.records}
    for system in systems.records:
        if key_of(system.name) in named or system.critical is False:
            continue
        if system.critical is None:
            yield undetermined(system, "criticality-unknown")
        else:
            yield decide(system, has_one(system, (), everything, "not-in-matrix"))

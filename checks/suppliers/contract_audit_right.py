"""Every contract in force gives the right to audit, and the right is used where the risk is high.

A contract deviates without a clause on audit (`audit-rights`, granskningsrätt). For a supplier of high risk class it
also deviates when the log of follow-ups has no audit within `use_months`. Without the supplier register nobody knows
the class.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from checks.finding import Outcome, deviates, out_of_scope, undetermined
from checks.record_rules.joins import grouped, has_one, key_of, lacking, lacks_column, latest, recent, unread
from checks.record_rules.reasons import COMMON, because
from checks.record_rules.rows import (
    decide,
    filled,
    has_column,
)
from checks.suppliers.contract_security_clauses import WORDS
from collector.evidence import EvidenceSet, Population, Reading
from collector.records.suppliers import Contract, Supplier, SupplierFollowUp

CONTROL = "contract-audit-right"
READS = (Contract, Supplier, SupplierFollowUp)


@dataclass(frozen=True, slots=True)
class Parameters:
    """How often the right is used where the risk is high."""

    use_months: int = 36


_AUDIT = ("Granska leverantören och för in granskningen i loggen.", "Audit the supplier, and enter it in the log.")
REASONS = COMMON | {
    "no-clause": because(
        "Avtalet ger ingen rätt till granskning.",
        "The contract gives no right to audit.",
        "Teckna tilläggsavtal med granskningsrätt.",
        "Sign an amendment with the right to audit.",
    ),
    "never-used": because("Rätten att granska har aldrig använts.", "The right to audit was never used.", *_AUDIT),
    "too-old": because("Senast granskad {last}.", "Last audited {last}.", *_AUDIT),
    "no-class": because(
        "Leverantören har ingen riskklass i leverantörsregistret.",
        "The supplier has no risk class in the supplier register.",
        "Riskklassa leverantören.",
        "Give the supplier a risk class.",
    ),
    "over": because("Avtalet har gått ut.", "The contract has run out."),
}


def judge(
    contracts: Population[Contract], evidence: EvidenceSet, parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per contract."""
    register = evidence.reading(Supplier)
    log = evidence.reading(SupplierFollowUp)
    suppliers = grouped(register, lambda each: each.name)
    audits = grouped(log, lambda each: each.supplier if each.category == "audit" else None)
    for row in contracts.records:
        if row.valid_until is not None and row.valid_until < as_of.date():
            yield out_of_scope(row, "over")
            continue
        clause = None
        if lacking(("audit-rights",), row.clauses, WORDS):
            known = has_column(contracts, "clauses")
            clause = deviates(row, "no-clause") if known else undetermined(row, "no-column", columns=("clauses",))
        name = key_of(row.supplier or "")
        classes = {each.risk_class for each in suppliers.get(name, ())}
        used = None
        if "high" in classes:
            used = _used(row, audits.get(name, []), log, parameters, as_of)
        elif not classes - {None}:
            used = filled(row, contracts, ("supplier",)) or unread(row, register) or undetermined(row, "no-class")
        yield decide(row, clause, used)


def _used(
    row: Contract,
    audits: Sequence[SupplierFollowUp],
    log: Reading[SupplierFollowUp],
    parameters: Parameters,
    as_of: datetime,
) -> Outcome | None:
    last = latest((each.date for each in audits), as_of)
    if last is None:
        return lacks_column(row, log, "category") or has_one(row, (), log, "never-used")
    return recent(row, last, parameters.use_months, log, as_of)

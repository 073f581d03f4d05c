"""Every supplier of high risk class was followed up on security within the interval, with evidence.

A follow-up of tickets and cost alone does not count: it must name the security requirements that were checked, and
refer to what it rests on. A supplier without a class is not determined.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from checks.ages import months_before
from checks.finding import Outcome, deviates, out_of_scope, undetermined
from checks.record_rules.joins import as_exported, grouped, has_one, key_of, lacks_column, latest, unread
from checks.record_rules.reasons import COMMON, because
from checks.record_rules.rows import (
    decide,
    empty,
    not_older,
)
from collector.evidence import EvidenceSet, Population, Reading
from collector.records.suppliers import Supplier, SupplierFollowUp

CONTROL = "supplier-followup-performed"
READS = (Supplier, SupplierFollowUp)


@dataclass(frozen=True, slots=True)
class Parameters:
    """How often, in months."""

    interval_months: int = 12


_FOLLOW = (
    "Följ upp säkerhetskraven mot eget underlag och för in uppföljningen i loggen.",
    "Follow up the security requirements by evidence of your own, and enter it in the log.",
)
REASONS = COMMON | {
    "never": because("Ingen uppföljning finns i loggen.", "The log has no follow-up.", *_FOLLOW),
    "too-old": because("Senast uppföljd {last}.", "Last followed up {last}.", *_FOLLOW),
    "not-security": because(
        "Uppföljningen {last} gäller inga säkerhetskrav.",
        "The follow-up of {last} is of no security requirement.",
        *_FOLLOW,
    ),
    "no-evidence": because(
        "Uppföljningen {last} hänvisar inte till underlag.", "The follow-up of {last} refers to no evidence.", *_FOLLOW
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
    log = evidence.reading(SupplierFollowUp)
    made = grouped(log, lambda each: each.supplier)
    for row in suppliers.records:
        if row.risk_class is None:
            yield undetermined(row, "no-class")
        elif row.risk_class != "high":
            yield out_of_scope(row, "not-high")
        else:
            rule = partial(_judge, row, made.get(key_of(row.name), []), log, parameters)
            yield decide(row, as_exported(row, log, as_of, rule))


def _judge(
    row: Supplier,
    made: Sequence[SupplierFollowUp],
    log: Reading[SupplierFollowUp],
    parameters: Parameters,
    as_of: datetime,
) -> Outcome | None:
    last = latest((each.date for each in made), as_of)
    if last is None:
        return has_one(row, (), log, "never")
    old = not_older(row, last, parameters.interval_months, as_of)
    if old is not None:
        return unread(row, log) or old
    start = months_before(as_of.date(), parameters.interval_months)
    recent = [each for each in made if start <= each.date <= as_of.date()]
    security = [each for each in recent if not empty(each.requirements)]
    if not security:
        return lacks_column(row, log, "requirements") or unread(row, log) or deviates(row, "not-security", last=last)
    if all(empty(each.evidence) for each in security):
        return lacks_column(row, log, "evidence") or unread(row, log) or deviates(row, "no-evidence", last=last)
    return None

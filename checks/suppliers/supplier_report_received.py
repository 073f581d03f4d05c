"""Every agreed report from a supplier comes in time, with the key figures that were agreed.

The reports are those of the specification, which must be decided. A report deviates when none was received within its
own interval (or `interval_months`, where the specification sets none), and when the latest one lacks an agreed figure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from checks.finding import Outcome, deviates
from checks.record_rules.joins import has_one, key_of, lacking, lacks_column, latest, recent
from checks.record_rules.reasons import COMMON, because
from checks.record_rules.rows import (
    dated,
    decide,
    told,
)
from collector.evidence import EvidenceSet, Population, Reading
from collector.records.suppliers import ReportSpecification, SupplierReport

CONTROL = "supplier-report-received"
READS = (ReportSpecification, SupplierReport)


@dataclass(frozen=True, slots=True)
class Parameters:
    """How often a report comes where its specification sets no time."""

    interval_months: int = 4


_ASK = ("Begär in rapporten av leverantören.", "Ask the supplier for the report.")
REASONS = COMMON | {
    "not-decided": because(
        "Rapportspecifikationen är inte beslutad.",
        "The specification is not decided.",
        "Besluta specifikationen och meddela leverantören.",
        "Decide on the specification, and tell the supplier.",
    ),
    "never": because("Ingen rapport är mottagen.", "No report was received.", *_ASK),
    "too-old": because(
        "Senast mottagen {last}; ska komma med högst {months} månaders mellanrum.",
        "Last received {last}; it is due every {months} months.",
        *_ASK,
    ),
    "figures-missing": because("Rapporten {last} saknar: {topics}.", "The report of {last} lacks: {topics}.", *_ASK),
}


def judge(
    agreed: Population[ReportSpecification], evidence: EvidenceSet, parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per agreed report."""
    log = evidence.reading(SupplierReport)
    received: defaultdict[tuple[str, str], list[SupplierReport]] = defaultdict(list)
    for each in log.records:
        received[key_of(each.supplier), key_of(each.report)].append(each)
    for row in agreed.records:
        there = received.get((key_of(row.supplier), key_of(row.report)), [])
        yield decide(
            row,
            _judge(row, there, log, row.interval_months or parameters.interval_months, as_of),
            dated(row, agreed, "decided", as_of, "not-decided"),
            told(row, agreed, "indicators"),
        )


def _judge(
    row: ReportSpecification,
    there: Sequence[SupplierReport],
    log: Reading[SupplierReport],
    months: int,
    as_of: datetime,
) -> Outcome | None:
    last = latest((each.received for each in there), as_of)
    if last is None:
        return has_one(row, (), log, "never")
    old = recent(row, last, months, log, as_of)
    if old is not None:
        return old
    missing = lacking(row.indicators, (name for each in there if each.received == last for name in each.indicators))
    if not missing:
        return None
    return lacks_column(row, log, "indicators") or deviates(row, "figures-missing", last=last, topics=missing)

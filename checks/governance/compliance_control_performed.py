"""Every decided governing document had a control of compliance within the interval, with evidence.

The documents come from the register (drafts, repealed documents and contracts are left out), the controls from the
control log; a scheduled scan that someone has signed off counts when the log names it as the evidence. A document
deviates without a control in `interval_months`, and when no such control refers to evidence.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from checks.ages import months_before
from checks.finding import Outcome, deviates, out_of_scope
from checks.record_rules.joins import as_exported, grouped, has_one, key_of, lacks_column, latest, unread
from checks.record_rules.reasons import COMMON, because
from checks.record_rules.rows import (
    decide,
    empty,
    not_older,
    told,
)
from collector.evidence import EvidenceSet, Population, Reading
from collector.records.documents import Document
from collector.records.governance import ComplianceControl

CONTROL = "compliance-control-performed"
READS = (Document, ComplianceControl)


@dataclass(frozen=True, slots=True)
class Parameters:
    """How often, in months."""

    interval_months: int = 12


_CONTROL = (
    "Kontrollera efterlevnaden och för in kontrollen med underlag i loggen.",
    "Control compliance, and enter the control with its evidence in the log.",
)
REASONS = COMMON | {
    "never": because("Ingen kontroll av efterlevnaden finns i loggen.", "The log has no control of it.", *_CONTROL),
    "too-old": because("Senast kontrollerat {last}.", "Last controlled {last}.", *_CONTROL),
    "no-evidence": because(
        "Kontrollen {last} hänvisar inte till underlag.", "The control of {last} refers to no evidence.", *_CONTROL
    ),
    "not-governing": because(
        "Inget gällande styrdokument (utkast, upphävt eller avtal).",
        "No governing document in force (a draft, repealed, or a contract).",
    ),
}
_CONTRACTS = frozenset({"avtal", "contract"})


def judge(
    documents: Population[Document], evidence: EvidenceSet, parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per document."""
    log = evidence.reading(ComplianceControl)
    controls = grouped(log, lambda each: each.document)
    for document in documents.records:
        if document.status in {"draft", "repealed"} or key_of(document.category or "") in _CONTRACTS:
            yield out_of_scope(document, "not-governing")
            continue
        names = {key_of(name) for name in (document.title, document.reference) if name}
        rows = [row for name in sorted(names) for row in controls.get(name, ()) if row.date <= as_of.date()]
        hidden = told(document, documents, "category", "reference")
        rule = partial(_judge, document, rows, log, hidden, parameters)
        yield decide(document, as_exported(document, log, as_of, rule))


def _judge(
    document: Document,
    rows: Sequence[ComplianceControl],
    log: Reading[ComplianceControl],
    hidden: Outcome | None,
    parameters: Parameters,
    as_of: datetime,
) -> Outcome | None:
    last = latest((row.date for row in rows), as_of)
    if last is None:
        return hidden or has_one(document, (), log, "never")
    if not_older(document, last, parameters.interval_months, as_of) is not None:
        return hidden or unread(document, log) or deviates(document, "too-old", last=last)
    start = months_before(as_of.date(), parameters.interval_months)
    if any(not empty(row.evidence) for row in rows if row.date >= start):
        return None
    return (
        lacks_column(document, log, "evidence") or unread(document, log) or deviates(document, "no-evidence", last=last)
    )

"""Every unit knows the routines: they are published, and enough people of each unit have acknowledged them.

The routines are the documents of kind routine (rutin, routine, instruktion), and every document that acknowledgements
are kept for. One that is not published deviates. For each unit of the HR roster, at least `ack_share_min_percent` of
those who work there today must have acknowledged it. Whether the routine is used in real cases is not in any register
that Styrk reads.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from checks.finding import Outcome, conforms, deviates, out_of_scope, undetermined
from checks.record_rules.joins import key_of, lacks_column, reaches, unread
from checks.record_rules.reasons import COMMON, because
from checks.record_rules.roster import Roster
from checks.record_rules.rows import (
    dated,
    decide,
)
from collector.evidence import EvidenceSet, Population, Reading
from collector.records.documents import Document, DocumentReceipt
from collector.records.identity import Employment

CONTROL = "document-communicated"
READS = (Document, DocumentReceipt, Employment)


@dataclass(frozen=True, slots=True)
class Parameters:
    """Least share of each unit's people who have acknowledged."""

    ack_share_min_percent: int = 80


REASONS = COMMON | {
    "not-published": because(
        "Dokumentet är inte publicerat.",
        "The document is not published.",
        "Publicera det där de som berörs läser.",
        "Publish it where those concerned read.",
    ),
    "too-few": because(
        "{count} av {people} på enheten har kvitterat.",
        "{count} of {people} in the unit have acknowledged it.",
        "Låt chefen gå igenom dokumentet och samla in kvittenser.",
        "Have the manager go through the document and collect acknowledgements.",
    ),
    "no-units": because(
        "Personalförteckningen visar inga enheter, så spridningen kan inte bedömas.",
        "The HR roster shows no units, so the spread cannot be judged.",
        "Ta med enheten i exporten ur personalsystemet.",
        "Export the unit from the HR system too.",
    ),
    "no-routine": because("Ingen rutin som ska kvitteras.", "No routine to be acknowledged."),
}
_ROUTINES = frozenset({"rutin", "routine", "instruktion", "instruction"})


def judge(
    documents: Population[Document], evidence: EvidenceSet, parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per document, and one per routine and unit."""
    receipts = evidence.reading(DocumentReceipt)
    roster = Roster(evidence.reading(Employment), as_of)
    read: defaultdict[str, set[str]] = defaultdict(set)
    for receipt in receipts.records:
        signed = read[key_of(receipt.document)]
        if receipt.date is not None and receipt.date <= as_of.date():
            signed.add(key_of(receipt.person_key))
    for document in documents.records:
        names = [key_of(name) for name in (document.title, document.reference) if name]
        if document.status in {"draft", "repealed"} or not (
            key_of(document.category or "") in _ROUTINES or any(name in read for name in names)
        ):
            yield out_of_scope(document, "no-routine")
            continue
        partly = unread(document, receipts) or unread(document, roster.reading)
        no_units = None if roster.units else undetermined(document, "no-units")
        yield decide(document, dated(document, documents, "published", as_of, "not-published"), partly, no_units)
        signed = {key for name in names for key in read.get(name, ())}
        if receipts.populations and roster.reading.complete:
            yield from _units(document, signed, roster, receipts, parameters)


def _units(
    document: Document, signed: set[str], roster: Roster, receipts: Reading[DocumentReceipt], parameters: Parameters
) -> Iterator[Outcome]:
    for unit, members in roster.units.items():
        subject = f"{document.title}: {unit}"
        count = len(members & signed)
        if reaches(count, len(members), parameters.ack_share_min_percent):
            yield conforms(subject)
        else:
            short = deviates(subject, "too-few", count=count, people=len(members))
            yield unread(subject, receipts) or lacks_column(subject, receipts, "date") or short

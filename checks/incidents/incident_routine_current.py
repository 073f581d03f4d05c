"""The incident routine is decided, dated, whole and not too old.

The routine is the document of the register whose kind or title has `incident` in it (incidentrutin, rutin för
incidenthantering). It deviates undated, undecided, older than `max_age_years` since its latest decision or review, and
without one of its parts: roles, a receiver day and night, notification of authorities, crisis organisation, personal
data. Parts may be written in Swedish (roller, mottagare, myndighetsanmälan, krisorganisation, personuppgifter). No such
document at all is an exception.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from checks.finding import Outcome, Severity, deviates, out_of_scope, undetermined
from checks.record_rules.joins import has_one, lacking, latest, recent
from checks.record_rules.reasons import COMMON, because
from checks.record_rules.rows import (
    dated,
    decide,
    has_column,
    told,
)
from collector.evidence import EvidenceSet, Population
from collector.records.documents import Document

CONTROL = "incident-routine-current"
READS = (Document,)
EVERY_RECORD = False


@dataclass(frozen=True, slots=True)
class Parameters:
    """How old the routine may be."""

    max_age_years: int = 3


_ROUTINE = ("Ta fram, besluta och datera rutinen.", "Draw up, decide on and date the routine.")
REASONS = COMMON | {
    "missing": because(
        "Ingen incidentrutin finns i registret.",
        "No incident routine is registered.",
        *_ROUTINE,
        severity=Severity.HIGH,
    ),
    "undated": because("Rutinen är inte daterad.", "The routine is not dated.", *_ROUTINE),
    "not-decided": because("Rutinen är inte beslutad.", "The routine is not decided.", *_ROUTINE),
    "too-old": because("Senast beslutad eller översedd {last}.", "Last decided or reviewed {last}.", *_ROUTINE),
    "parts-missing": because("Rutinen saknar: {topics}.", "The routine lacks: {topics}.", *_ROUTINE),
}
PARTS = ("roles", "receiver", "authority-notification", "crisis-organisation", "personal-data")
_WORDS = (
    ("roller", "roles"),
    ("roller och ansvar", "roles"),
    ("mottagare", "receiver"),
    ("mottagare dygnet runt", "receiver"),
    ("myndighetsanmälan", "authority-notification"),
    ("rapportering till myndighet", "authority-notification"),
    ("krisorganisation", "crisis-organisation"),
    ("krisledning", "crisis-organisation"),
    ("personuppgifter", "personal-data"),
    ("personuppgiftsincident", "personal-data"),
)


def judge(
    documents: Population[Document], evidence: EvidenceSet, parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per incident routine."""
    if documents.count == 0:
        return
    routines = [each for each in documents.records if is_incident_routine(each)]
    if not routines:
        register = evidence.reading(Document)
        elsewhere = any(is_incident_routine(each) for each in register.records)
        if elsewhere:
            yield out_of_scope(documents.source, "elsewhere")
            return
        yield decide(documents.source, has_one(documents.source, (), register, "missing", columns=("category",)))
    own = evidence.reading(Document).of(documents.source)
    for each in routines:
        last = latest((each.decided, each.reviewed), as_of)
        draft = deviates(each, "not-decided") if each.status == "draft" else None
        yield decide(
            each,
            draft or dated(each, documents, "decided", as_of, "not-decided"),
            dated(each, documents, "visible_date", as_of),
            told(each, documents, "reviewed", "status")
            or recent(each, last, parameters.max_age_years * 12, own, as_of),
            _parts(each, documents),
        )


REASONS["elsewhere"] = because("Rutinen finns i ett annat register.", "The routine is in another register.")


def is_incident_routine(document: Document) -> bool:
    """Whether the document is about incidents, by kind or title, and in force or on its way."""
    words = f"{document.category or ''} {document.title}".casefold()
    return document.status != "repealed" and "incident" in words


def _parts(document: Document, documents: Population[Document]) -> Outcome | None:
    missing = lacking(PARTS, document.parts, _WORDS)
    if not missing:
        return None
    if has_column(documents, "parts"):
        return deviates(document, "parts-missing", topics=missing)
    return undetermined(document, "no-column", columns=("parts",))

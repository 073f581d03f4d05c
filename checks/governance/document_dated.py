"""Every document carries a visible date, and the register says the same.

A document without a date that a reader sees deviates ("ej daterad"), also where the register itself has one: the file's
own date proves nothing. So does one whose visible date is neither the day of decision nor of creation or review in the
register. Repealed documents are left out. Below `share_percent` of dated documents each undated one is an exception;
at 100 every one is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from checks.finding import Outcome, deviates, out_of_scope
from checks.record_rules.reasons import COMMON, because
from checks.record_rules.rows import (
    dated,
    decide,
    told,
)
from checks.record_rules.shares import WITHIN_SHARE, tolerate
from collector.evidence import EvidenceSet, Population
from collector.records.documents import Document

CONTROL = "document-dated"
READS = (Document,)


@dataclass(frozen=True, slots=True)
class Parameters:
    """Least share of dated documents."""

    share_percent: int = 100


_DATE = (
    "Sätt ut datum på handlingen och fastställ den på nytt.",
    "Put the date on the document and decide on it anew.",
)
REASONS = (
    COMMON
    | WITHIN_SHARE
    | {
        "undated": because("Ej daterad: inget synligt datum.", "Not dated: no visible date.", *_DATE),
        "differs": because(
            "Handlingen är daterad {visible}, registret säger {registered}.",
            "The document is dated {visible}, the register says {registered}.",
            "Rätta det som är fel av handling och register.",
            "Correct the document or the register, whichever is wrong.",
        ),
        "repealed": because("Upphävd handling.", "A repealed document."),
    }
)


def judge(
    documents: Population[Document], _evidence: EvidenceSet, parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per document."""
    yield from tolerate((_judge(each, documents, as_of) for each in documents.records), parameters.share_percent)


def _judge(document: Document, documents: Population[Document], as_of: datetime) -> Outcome:
    if document.status == "repealed":
        return out_of_scope(document, "repealed")
    return decide(document, dated(document, documents, "visible_date", as_of), _same_day(document, documents))


def _same_day(document: Document, documents: Population[Document]) -> Outcome | None:
    days = [day for day in (document.decided, document.created, document.reviewed) if day is not None]
    if document.visible_date is None or document.visible_date in days:
        return None
    hidden = told(document, documents, "decided", "created", "reviewed")
    if not days or hidden:
        return hidden
    return deviates(document, "differs", visible=document.visible_date, registered=days[0])

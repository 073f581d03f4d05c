"""Every decided document was decided or reviewed within its interval.

The age is counted from the latest decision or review. Above `fail_years` it deviates; from `warn_years` on it conforms
and the time is near. Contracts and service descriptions (by their kind in the register: avtal, tjänstebeskrivning,
contract, service description) have `contracts_months` instead. A day of review that the register sets and that has
passed is an exception at any age. A document with neither day deviates: nobody can tell how old it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from checks.finding import Outcome, out_of_scope
from checks.record_rules.joins import as_exported, key_of, latest, recent
from checks.record_rules.reasons import COMMON, because
from checks.record_rules.rows import (
    ahead,
    decide,
    done_by,
    filled,
    told,
)
from collector.evidence import EvidenceSet, Population
from collector.records.documents import Document

CONTROL = "document-review-age"
READS = (Document,)


@dataclass(frozen=True, slots=True)
class Parameters:
    """Ages in years, and in months for contracts and service descriptions."""

    warn_years: int = 3
    fail_years: int = 5
    contracts_months: int = 12


_REVIEW = (
    "Se över dokumentet och för in dagen i registret.",
    "Review the document, and enter the day in the register.",
)
REASONS = COMMON | {
    "too-old": because(
        "Senast beslutat eller översett {last}; gränsen är {months} månader.",
        "Last decided or reviewed {last}; the limit is {months} months.",
        *_REVIEW,
    ),
    "review-overdue": because(
        "Översynen skulle ha gjorts senast {due} ({days} dagar sedan).",
        "The review was due {due} ({days} days ago).",
        *_REVIEW,
    ),
    "no-day": because("Varken beslut eller översyn är daterade.", "Neither decision nor review is dated.", *_REVIEW),
    "repealed": because("Upphävd handling.", "A repealed document."),
    "draft": because("Utkast: ännu inte beslutat.", "A draft: not decided yet."),
}
_CONTRACTS = frozenset({"avtal", "contract", "tjänstebeskrivning", "service description", "service-description"})


def judge(
    documents: Population[Document], evidence: EvidenceSet, parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per document."""
    own = evidence.reading(Document).of(documents.source)
    for document in documents.records:
        if document.status in {"repealed", "draft"}:
            yield out_of_scope(document, document.status)
            continue
        last = latest((document.decided, document.reviewed), as_of)
        hidden = told(document, documents, "decided", "reviewed")
        contract = key_of(document.category or "") in _CONTRACTS
        months = parameters.contracts_months if contract else parameters.fail_years * 12
        yield decide(
            document,
            hidden or filled(document, documents, ("decided", "reviewed"), "no-day")
            if document.decided is None and document.reviewed is None
            else ahead(document, max(filter(None, (document.decided, document.reviewed))), as_of),
            _unless(hidden, recent(document, last, months, own, as_of)),
            _unless(hidden, as_exported(document, own, as_of, partial(_due, document, last))),
        )


def _unless(hidden: Outcome | None, old: Outcome | None) -> Outcome | None:
    """A document is too old only where no column that could make it younger is missing."""
    return hidden if old is not None and hidden is not None else old


def _due(document: Document, last: date | None, as_of: datetime) -> Outcome | None:
    """The review that the register itself calls for was made: a later decision or review answers it."""
    if document.review_due is None or (last is not None and last >= document.review_due):
        return None
    return done_by(document, document.review_due, None, as_of, ("review-overdue", "review-overdue"))

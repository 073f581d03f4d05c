"""Every document was decided or revised within its interval, by its own words.

Judges the files themselves: the latest of its own date, its decision and its revision. Above `fail_years` it deviates;
contracts and service descriptions (by their kind in the register) have `contracts_months` instead. A day until which
the file says that it is valid, or by which it is to be revised, and that has passed is an exception at any age. A file
without a day deviates: nobody can tell how old it is. Files that the register does not name, and repealed documents,
are out of scope.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from checks.documents.matching import REASONS as MATCHING
from checks.documents.matching import judge_files
from checks.finding import Outcome, Reason, Text, conforms, deviates, undetermined
from checks.record_rules.joins import key_of, latest
from checks.record_rules.rows import not_older
from collector.evidence import EvidenceSet, Population
from collector.records.document_files import DocumentFile
from collector.records.documents import Document

CONTROL = "document-review-age"
READS = (DocumentFile, Document)


@dataclass(frozen=True, slots=True)
class Parameters:
    """Ages in years, and in months for contracts and service descriptions."""

    fail_years: int = 5
    contracts_months: int = 12


_FIX = Text("Se över dokumentet och sätt ut dagen på det.", "Review the document, and put the day on it.")
REASONS = MATCHING | {
    "too-old": Reason(
        Text(
            "Filen är senast daterad, beslutad eller reviderad {last}; gränsen är {months} månader.",
            "The file was last dated, decided or revised {last}; the limit is {months} months.",
        ),
        _FIX,
    ),
    "review-overdue": Reason(
        Text(
            "Filen säger att den gäller eller ska ses över senast {due}.",
            "The file says that it is valid or to be revised until {due}.",
        ),
        _FIX,
    ),
    "no-day": Reason(Text("Filen bär ingen dag.", "The file carries no day."), _FIX),
    "ahead": Reason(Text("Filens dag {day} har inte varit.", "The file's day {day} is to come.")),
}
_CONTRACTS = frozenset({"avtal", "contract", "tjänstebeskrivning", "service description", "service-description"})


def judge(
    files: Population[DocumentFile], evidence: EvidenceSet, parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per file, and one for the register where it is not there, or not whole."""
    yield from judge_files(files, evidence, partial(_judge, parameters=parameters, as_of=as_of))


def _judge(file: DocumentFile, found: tuple[Document, ...], *, parameters: Parameters, as_of: datetime) -> Outcome:
    days = [day for day in (file.visible_date, file.decided, file.reviewed) if day is not None]
    last = latest(days, as_of)
    if file.review_due is not None and file.review_due < as_of.date() and (last is None or last < file.review_due):
        return deviates(file, "review-overdue", due=file.review_due)
    if last is None:
        if days:
            return undetermined(file, "ahead", day=min(days))
        return undetermined(file, "unread") if file.dates is None else deviates(file, "no-day")
    contract = any(key_of(document.category or "") in _CONTRACTS for document in found)
    months = parameters.contracts_months if contract else parameters.fail_years * 12
    return not_older(file, last, months, as_of) or conforms(file)

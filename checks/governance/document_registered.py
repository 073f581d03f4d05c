"""Every document has a diary number, and the diary has the document.

A number is found in the diary in any spelling (`Dnr KS 2026/0144`, `KS2026/0144`); the number of a single document
(`-1` at the end) is found by its case too. Where the diary gives a title for just this number it must be the
document's. Repealed documents are left out; a document with a number stays undetermined until the diary is read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from checks.finding import Outcome, Severity, deviates, out_of_scope
from checks.record_rules.joins import has_one, key_of, unread
from checks.record_rules.reasons import COMMON, because
from checks.record_rules.rows import (
    decide,
    filled,
)
from checks.record_rules.shares import WITHIN_SHARE, tolerate
from collector.evidence import EvidenceSet, Population, Reading
from collector.records.documents import DiaryEntry, Document

CONTROL = "document-registered"
READS = (Document, DiaryEntry)


@dataclass(frozen=True, slots=True)
class Parameters:
    """Least share of documents with a diary number."""

    share_percent: int = 100


REASONS = (
    COMMON
    | WITHIN_SHARE
    | {
        "no-number": because(
            "Inget diarienummer.",
            "No diary number.",
            "Registrera handlingen i diariet och för in numret.",
            "Register the document in the diary, and enter its number.",
        ),
        "not-in-diary": because(
            "Numret {number} finns inte i diariet.",
            "The number {number} is not in the diary.",
            "Rätta numret eller registrera handlingen.",
            "Correct the number, or register the document.",
        ),
        "title-differs": because(
            "Diariet har en annan handling på {number}: {title}.",
            "The diary has another document at {number}: {title}.",
            "Rätta titeln eller numret.",
            "Correct the title or the number.",
            Severity.LOW,
        ),
        "repealed": because("Upphävd handling.", "A repealed document."),
    }
)
_PREFIXES = ("diarienummer", "dnr")


def judge(
    documents: Population[Document], evidence: EvidenceSet, parameters: Parameters, _as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per document."""
    diary = evidence.reading(DiaryEntry)
    entries: defaultdict[str, set[str]] = defaultdict(set)
    for entry in diary.records:
        entries[_number(entry.number)].add(entry.title or "")
    outcomes = (_judge(each, documents, entries, diary) for each in documents.records)
    yield from tolerate(outcomes, parameters.share_percent)


def _judge(
    document: Document,
    documents: Population[Document],
    entries: Mapping[str, set[str]],
    diary: Reading[DiaryEntry],
) -> Outcome:
    if document.status == "repealed":
        return out_of_scope(document, "repealed")
    if document.diary_number is None:
        return decide(document, filled(document, documents, ("diary_number",), "no-number"))
    number = _number(document.diary_number)
    case = number.rpartition("-")[0] if number.rpartition("-")[2].isdecimal() else ""
    titles = entries.get(number)
    if titles is None:
        found = [case] if case in entries else []
        return decide(document, has_one(document, found, diary, "not-in-diary", number=document.diary_number))
    known = sorted(title for title in titles if title)
    if known and key_of(document.title) not in {key_of(title) for title in known}:
        return deviates(document, "title-differs", number=document.diary_number, title=", ".join(known))
    return decide(document, unread(document, diary))


def _number(text: str) -> str:
    """The number without blanks and `Dnr`, so that spellings of it meet."""
    plain = "".join(text.split()).casefold()
    for prefix in _PREFIXES:
        plain = plain.removeprefix(prefix).lstrip(".:")
    return plain

"""Every document carries a date that a reader sees, and it is one that the register knows.

Judges the files themselves: dates on the first and last page, in headers and footers. A file that was read whole and
carries none deviates ("ej daterad"): its creation date among the properties, and a date that the word processor fills
in anew, are none. So does one whose dates are all others than those that the register has of it. Files that the
register does not name, and repealed documents, are out of scope.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from checks.documents.matching import REASONS as MATCHING
from checks.documents.matching import bare, is_same, judge_files
from checks.finding import Outcome, Reason, Severity, Text, conforms, deviates, undetermined
from collector.evidence import EvidenceSet, Population
from collector.records.document_files import DocumentFile
from collector.records.documents import Document

CONTROL = "document-dated"
READS = (DocumentFile, Document)


@dataclass(frozen=True, slots=True)
class Parameters:
    """None: every document is judged."""


_FIX = Text(
    "Sätt ut datum på handlingen och fastställ den på nytt.", "Put the date on the document and decide on it anew."
)
REASONS = MATCHING | {
    "not-at-hand": Reason(
        Text(
            "Filen {file} som registret anger finns inte i mappen.",
            "The file {file} that the register names is not there.",
        ),
        Text("Lägg filen i mappen, eller rätta registret.", "Put the file into the folder, or correct the register."),
    ),
    "undated": Reason(
        Text("Ej daterad: inget synligt datum i filen.", "Not dated: no visible date in the file."), _FIX
    ),
    "month-only": Reason(
        Text("Bär bara månad ({month}), ingen dag.", "Carries a month ({month}) and no day."), _FIX, Severity.LOW
    ),
    "differs": Reason(
        Text(
            "Filen är daterad {visible}, registret säger {registered}.",
            "The file is dated {visible}, the register says {registered}.",
        ),
        Text(
            "Rätta det som är fel av handling och register.",
            "Correct the document or the register, whichever is wrong.",
        ),
    ),
}


def judge(
    files: Population[DocumentFile], evidence: EvidenceSet, _parameters: Parameters, _as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per file and per row whose file is not at hand, and one for the register where it is not whole."""
    yield from judge_files(files, evidence, _judge)
    names: defaultdict[str, list[str]] = defaultdict(list)
    for file in files.records:
        names[bare(file.name)].append(file.name)
    for document in evidence.reading(Document).records:
        if not document.file or document.status == "repealed":
            continue
        if not any(is_same(document.file, name) for name in names.get(bare(document.file), ())):
            yield undetermined(document, "not-at-hand", file=document.file)


def _judge(file: DocumentFile, found: tuple[Document, ...]) -> Outcome:
    if file.dates is None:
        return undetermined(file, "unread")
    if not file.dates:
        return deviates(file, "month-only", month=file.month) if file.month else deviates(file, "undated")
    known = sorted({day for document in found for day in _days(document)})
    if known and not set(known) & set(file.dates):
        return deviates(file, "differs", visible=file.visible_date or file.dates[0], registered=known[-1])
    return conforms(file)


def _days(document: Document) -> tuple[date, ...]:
    days = (document.visible_date, document.decided, document.created, document.reviewed)
    return tuple(day for day in days if day is not None)

"""Every document says who decided on it, and it is whom the register names.

Judges the files themselves: a word of decision with a body, and the day and paragraph beside it, on the first or last
page. A file that names nobody deviates, and so does one that names another body, day or paragraph than the register.
Which body must decide is judged by `governing-documents-decided`, from the register. Files that the register does not
name, drafts and repealed documents are out of scope.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from checks.documents.matching import REASONS as MATCHING
from checks.documents.matching import judge_files
from checks.finding import Outcome, Reason, Severity, Text, conforms, deviates, out_of_scope, undetermined
from collector.evidence import EvidenceSet, Population
from collector.records.document_files import DocumentFile
from collector.records.documents import Document

CONTROL = "governing-documents-decided"
READS = (DocumentFile, Document)


@dataclass(frozen=True, slots=True)
class Parameters:
    """None: every document is judged."""


_FIX = Text(
    "Rätta det som är fel av handling och register.", "Correct the document or the register, whichever is wrong."
)
REASONS = MATCHING | {
    "draft": Reason(Text("Utkast: ännu inte beslutat.", "A draft: not decided yet.")),
    "nobody": Reason(
        Text("Filen säger inte vem som har beslutat.", "The file does not say who decided."),
        Text("Sätt ut beslutsinstans, dag och paragraf.", "Put the deciding body, day and paragraph on it."),
        Severity.LOW,
    ),
    "other-body": Reason(
        Text("Filen säger {visible}, registret {registered}.", "The file says {visible}, the register {registered}."),
        _FIX,
    ),
    "other-day": Reason(
        Text(
            "Filen säger att beslutet togs {visible}, registret {registered}.",
            "The file says that it was decided {visible}, the register {registered}.",
        ),
        _FIX,
    ),
    "other-paragraph": Reason(
        Text("Filen säger {visible}, registret {registered}.", "The file says {visible}, the register {registered}."),
        _FIX,
    ),
}


def judge(
    files: Population[DocumentFile], evidence: EvidenceSet, _parameters: Parameters, _as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per file, and one for the register where it is not there, or not whole."""
    yield from judge_files(files, evidence, _judge)


def _judge(file: DocumentFile, found: tuple[Document, ...]) -> Outcome:
    if found and all(document.status == "draft" for document in found):
        return out_of_scope(file, "draft")
    if file.decided_by is None:
        return undetermined(file, "unread") if file.unread_pages else deviates(file, "nobody")
    bodies = sorted({document.body for document in found if document.body})
    if bodies and not any(_same(file.decided_by, each) for each in bodies):
        return deviates(file, "other-body", visible=file.decided_by, registered=bodies[0])
    days = sorted({document.decided for document in found if document.decided})
    if file.decided is not None and days and file.decided not in days:
        return deviates(file, "other-day", visible=file.decided, registered=days[-1])
    paragraphs = sorted({document.paragraph for document in found if document.paragraph})
    if file.paragraph is not None and paragraphs and _digits(file.paragraph) not in map(_digits, paragraphs):
        return deviates(file, "other-paragraph", visible=file.paragraph, registered=paragraphs[0])
    return conforms(file)


def _same(one: str, other: str) -> bool:
    """Whether two words name one body: in its definite form or not."""
    first, second = one.casefold().strip(), other.casefold().strip()
    return first.startswith(second) or second.startswith(first)


def _digits(paragraph: str) -> str:
    return "".join(each for each in paragraph if each.isdigit())

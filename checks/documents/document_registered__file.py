"""Every document carries its diary number, and it is the one that the register has.

Judges the files themselves. A file that was read whole and carries no diary number deviates, and so does one that
carries others than the register. So does a file whose SHA-256 is not the one that the register has; while the register
has something there that is no SHA-256, the file is undetermined. Numbers are compared without blanks and signs (`KS
2026/0144` is `KS2026-0144`). Files that the register does not name, and repealed documents, are out of scope.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from checks.documents.matching import REASONS as MATCHING
from checks.documents.matching import judge_files
from checks.finding import Outcome, Reason, Text, conforms, deviates, undetermined
from collector.evidence import EvidenceSet, Population
from collector.records.document_files import DocumentFile
from collector.records.documents import Document

CONTROL = "document-registered"
READS = (DocumentFile, Document)
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Parameters:
    """None: every document is judged."""


REASONS = MATCHING | {
    "no-number": Reason(
        Text("Filen bär inget diarienummer.", "The file carries no diary number."),
        Text("Diarieför handlingen och sätt ut numret på den.", "Register the document and put the number on it."),
    ),
    "other-file": Reason(
        Text(
            "Filen är en annan än den som registrerades: kontrollsumman skiljer sig.",
            "The file is another one than was registered: its hash differs.",
        ),
        Text(
            "Ta reda på vilken som är beslutad, och registrera den.",
            "Find out which of them was decided, and register that one.",
        ),
    ),
    "hash-illegible": Reason(
        Text(
            "Registrets kontrollsumma är ingen SHA-256 i hex ({registered}), så filen kan inte jämföras med den.",
            "The register's hash is no SHA-256 in hex ({registered}), so the file cannot be compared with it.",
        ),
        Text("För in filens SHA-256 i registret.", "Enter the file's SHA-256 in the register."),
    ),
    "differs": Reason(
        Text(
            "Filen bär {visible}, registret säger {registered}.",
            "The file carries {visible}, the register says {registered}.",
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
    """One outcome per file, and one for the register where it is not there, or not whole."""
    yield from judge_files(files, evidence, _judge)


def _judge(file: DocumentFile, found: tuple[Document, ...]) -> Outcome:
    hashes = {"".join(each.sha256.split()).casefold() for each in found if each.sha256}
    if hashes and file.sha256 not in hashes:
        legible = all(_SHA256.fullmatch(each) for each in hashes)
        return deviates(file, "other-file") if legible else undetermined(file, "hash-illegible", registered=max(hashes))
    if file.diary_numbers is None:
        return undetermined(file, "unread")
    if not file.diary_numbers:
        return deviates(file, "no-number")
    known = sorted({document.diary_number for document in found if document.diary_number})
    if known and not {_plain(each) for each in known} & {_plain(each) for each in file.diary_numbers}:
        return deviates(file, "differs", visible=file.diary_numbers, registered=known[0])
    return conforms(file)


def _plain(number: str) -> str:
    return "".join(each for each in number.casefold() if each.isalnum())

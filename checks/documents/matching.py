"""Which row of the document register a file belongs to: by the path or the name that the row's `file` gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from checks.finding import Outcome, Reason, Text, out_of_scope, undetermined
from collector.evidence import EvidenceSet, Population
from collector.records.document_files import DocumentFile
from collector.records.documents import Document

REASONS = {
    "unread": Reason(
        Text("Filen gick inte att läsa.", "The file could not be read."),
        Text(
            "Lämna över den som PDF, DOCX eller ODT med text, utan lösenord och makron.",
            "Hand it over as a PDF, DOCX or ODT with text, without a password and macros.",
        ),
    ),
    "no-register": Reason(
        Text(
            "Utan hela dokumentregistret syns det inte vilka dokument som saknas, eller om det säger något annat.",
            "Without the whole register it cannot be seen which documents are missing, or if it says otherwise.",
        ),
        Text(
            "Lägg till en export av dokumentregistret under registers.",
            "Add an export of the document register under registers.",
        ),
    ),
    "not-in-register": Reason(
        Text("Filen finns inte i dokumentregistret.", "The file is not in the document register.")
    ),
    "repealed": Reason(Text("Upphävd handling.", "A repealed document.")),
}


def rows_by_file(evidence: EvidenceSet) -> Mapping[str, tuple[Document, ...]]:
    """The register's rows by the file that they name, in lower case, as path and as name alone."""
    rows: dict[str, list[Document]] = {}
    for document in evidence.reading(Document).records:
        if document.file:
            for key in names_of(document.file):
                rows.setdefault(key, []).append(document)
    return {key: tuple(sorted(found, key=repr)) for key, found in rows.items()}


def names_of(file: str) -> frozenset[str]:
    """How a file may be named, in lower case: by its path below the folder, and by its name alone."""
    path = file.replace("\\", "/").casefold().removeprefix("./")
    return frozenset({path, path.rpartition("/")[2]})


def rows_of(name: str, rows: Mapping[str, tuple[Document, ...]]) -> tuple[Document, ...]:
    """The rows of one file: those with its path, else those with its name."""
    path = name.casefold()
    return rows.get(path) or rows.get(path.rpartition("/")[2], ())


def judge_files(
    files: Population[DocumentFile],
    evidence: EvidenceSet,
    judge_one: Callable[[DocumentFile, tuple[Document, ...]], Outcome],
) -> Iterator[Outcome]:
    """One outcome per file, and one for the register where it is not there, or not whole.

    Files that the register does not name, and repealed documents, are out of scope; one that could not be read is
    undetermined; `judge_one` judges the others by their rows (none where there is no register).
    """
    reading = evidence.reading(Document)
    rows = rows_by_file(evidence)
    some = False
    for file in files.records:
        some = True
        found = rows_of(file.name, rows)
        if reading.populations and not found:
            yield out_of_scope(file, "not-in-register")
        elif found and all(document.status == "repealed" for document in found):
            yield out_of_scope(file, "repealed")
        elif file.dates is None and file.diary_numbers is None:
            yield undetermined(file, "unread")
        else:
            yield judge_one(file, found)
    if some and not reading.complete:
        yield undetermined(files.source, "no-register")

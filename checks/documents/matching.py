"""Which row of the document register a file belongs to: by the path or the name that the row's `file` gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from checks.finding import Outcome, Reason, Text, Verdict, out_of_scope, undetermined
from collector.evidence import EvidenceSet, Population, Reading
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
    "no-file-column": Reason(
        Text(
            "Dokumentregistret anger inte vilken fil som hör till vilket dokument.",
            "The document register does not say which file belongs to which document.",
        ),
        Text(
            "Ta med filens namn i exporten av dokumentregistret (file).",
            "Export the file's name with the document register (file).",
        ),
    ),
    "not-in-register": Reason(
        Text("Filen finns inte i dokumentregistret.", "The file is not in the document register.")
    ),
    "repealed": Reason(Text("Upphävd handling.", "A repealed document.")),
}


def rows_by_file(evidence: EvidenceSet) -> Mapping[str, tuple[Document, ...]]:
    """The register's rows by the bare name of the file that they name, in one case."""
    rows: dict[str, list[Document]] = {}
    for document in evidence.reading(Document).records:
        if document.file:
            rows.setdefault(bare(document.file), []).append(document)
    return {key: tuple(sorted(found, key=repr)) for key, found in rows.items()}


def path_of(file: str) -> str:
    """A file's path as it is compared: with slashes, in one case."""
    return file.replace("\\", "/").casefold().removeprefix("./")


def bare(file: str) -> str:
    """A file's name alone, as it is compared."""
    return path_of(file).rpartition("/")[2]


def is_same(one: str, other: str) -> bool:
    """Whether two paths may be of one file: as far as both give folders they agree."""
    first, second = f"/{path_of(one)}", f"/{path_of(other)}"
    return first.endswith(second) or second.endswith(first)


def rows_of(name: str, rows: Mapping[str, tuple[Document, ...]]) -> tuple[Document, ...]:
    """The rows of one file: those with its path, else those that agree with it as far as they go."""
    there = rows.get(bare(name), ())
    exact = tuple(each for each in there if path_of(each.file or "") == path_of(name))
    return exact or tuple(each for each in there if is_same(each.file or "", name))


def _lacks_files(reading: Reading[Document]) -> bool:
    return any("file" in each.unreadable for each in reading.populations)


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
    lacking = _lacks_files(reading)
    some = False
    for file in files.records:
        some = True
        found = rows_of(file.name, rows)
        if reading.populations and not found:
            yield undetermined(file, "no-file-column") if lacking else out_of_scope(file, "not-in-register")
        elif found and all(document.status == "repealed" for document in found):
            yield out_of_scope(file, "repealed")
        elif file.dates is None and file.diary_numbers is None:
            yield undetermined(file, "unread")
        else:
            outcome = judge_one(file, found)
            unread = outcome.verdict is Verdict.DEVIATES and reading.gaps and not reading.populations
            # A register that should have been there may leave the file out.
            yield undetermined(file, "no-register") if unread else outcome
    if some and not reading.complete:
        yield undetermined(files.source, "no-register")

from __future__ import annotations

import pytest

from checks.finding import Status
from collector.records.document_files import DocumentFile
from collector.records.documents import Document
from tests.checks.made import finding, findings, reasons, seen

CHECK = "document-registered--file"
ROW = Document(title="Rutin", diary_number="KS 2026/0144", file="rutin.pdf")


def file(*numbers: str, read: bool = True, name: str = "rutin.pdf") -> DocumentFile:
    return DocumentFile(name=name, sha256="0" * 64, diary_numbers=numbers if read else None)


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (file("KS 2026/0144"), None),
        (file("KS2020/0001", "KS2026-0144"), None),
        (file(), "!no-number"),
        (file("KS 2026/0145"), "!differs"),
        (file(read=False), "?unread"),
    ],
)
def test_a_file_is_held_against_its_row(document: DocumentFile, reason: str | None) -> None:
    found = finding(CHECK, seen(DocumentFile, document), seen(Document, ROW, source="register"))
    assert reasons(found) == ({"rutin.pdf": reason} if reason else {})
    assert (found.status is Status.SATISFIED) is (reason is None)


@pytest.mark.parametrize(
    ("registered", "reason"), [("0" * 64, None), ("0" * 63 + "A", "!other-file"), ("0" * 32, "?hash-illegible")]
)
def test_a_file_that_was_exchanged_is_another_document(registered: str, reason: str | None) -> None:
    row = Document(title="Rutin", diary_number="KS 2026/0144", file="rutin.pdf", sha256=registered.upper())
    found = finding(CHECK, seen(DocumentFile, file("KS 2026/0144")), seen(Document, row, source="register"))
    assert reasons(found) == ({"rutin.pdf": reason} if reason else {})


def test_without_a_register_all_is_never_well() -> None:
    found = finding(CHECK, seen(DocumentFile, file("KS 2026/0144")))
    assert (found.status, reasons(found)) == (Status.NOT_DETERMINED, {"test": "?no-register"})


def test_other_files_and_repealed_documents_are_out_of_scope() -> None:
    (found,) = findings(
        CHECK,
        seen(DocumentFile, file(name="foto.pdf"), file()),
        seen(Document, Document(title="Rutin", status="repealed", file="rutin.pdf"), source="register"),
    )
    assert found.out_of_scope == {"not-in-register": 1, "repealed": 1}


def test_an_empty_folder_is_not_a_clean_one() -> None:
    found = finding(CHECK, seen(DocumentFile, source_count=0), seen(Document, ROW, source="register"))
    assert found.status is not Status.SATISFIED

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from checks.finding import Status
from collector.records.document_files import DocumentFile
from collector.records.documents import Document
from tests.checks.made import finding, findings, reasons, seen

CHECK = "governing-documents-decided--file"
DAY = date(2026, 5, 4)
ROW = Document(title="Rutin", body="kommunstyrelsen", decided=DAY, paragraph="47", file="rutin.pdf")


def file(**known: Any) -> DocumentFile:
    return DocumentFile(name="rutin.pdf", sha256="0" * 64, **{"dates": (), **known})


@pytest.mark.parametrize(
    ("known", "reason"),
    [
        ({"decided_by": "Kommunstyrelsen", "decided": DAY, "paragraph": "§ 47"}, None),
        ({"decided_by": "Kommunstyrelse"}, None),
        ({"decided_by": "Socialnämnden"}, "!other-body"),
        ({"decided_by": "Kommunstyrelsen", "decided": date(2026, 5, 5)}, "!other-day"),
        ({"decided_by": "Kommunstyrelsen", "decided": DAY, "paragraph": "§ 48"}, "!other-paragraph"),
        ({}, "!nobody"),
        ({"unread_pages": 1}, "?unread"),
        ({"dates": None}, "?unread"),
    ],
)
def test_a_file_is_held_against_its_row(known: dict[str, Any], reason: str | None) -> None:
    found = finding(CHECK, seen(DocumentFile, file(**known)), seen(Document, ROW, source="register"))
    assert reasons(found) == ({"rutin.pdf": reason} if reason else {})
    assert (found.status is Status.SATISFIED) is (reason is None)


def test_drafts_are_out_of_scope() -> None:
    draft = Document(title="Rutin", status="draft", file="rutin.pdf")
    (found,) = findings(CHECK, seen(DocumentFile, file()), seen(Document, draft, source="register"))
    assert found.out_of_scope == {"draft": 1}


def test_without_a_register_and_without_files_all_is_never_well() -> None:
    found = finding(CHECK, seen(DocumentFile, file(decided_by="Kommunstyrelsen")))
    assert reasons(found) == {"test": "?no-register"}
    assert finding(CHECK, seen(DocumentFile), seen(Document, ROW, source="register")).status is not Status.SATISFIED

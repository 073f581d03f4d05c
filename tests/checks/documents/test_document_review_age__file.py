from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from checks.finding import Status
from collector.records.document_files import DocumentFile
from collector.records.documents import Document
from tests.checks.made import finding, reasons, seen

CHECK = "document-review-age--file"
ROW = Document(title="Rutin", file="rutin.pdf")
CONTRACT = Document(title="Driftavtal", category="Avtal", file="rutin.pdf")


def file(**known: Any) -> DocumentFile:
    return DocumentFile(name="rutin.pdf", sha256="0" * 64, **{"dates": (), **known})


@pytest.mark.parametrize(
    ("known", "row", "reason"),
    [
        ({"visible_date": date(2022, 1, 1)}, ROW, None),
        ({"visible_date": date(2021, 11, 21)}, ROW, None),
        ({"visible_date": date(2021, 11, 20)}, ROW, "!too-old"),
        ({"visible_date": date(2010, 1, 1), "reviewed": date(2026, 1, 1)}, ROW, None),
        ({"visible_date": date(2025, 11, 20)}, CONTRACT, "!too-old"),
        ({"visible_date": date(2026, 1, 1), "review_due": date(2026, 11, 20)}, ROW, "!review-overdue"),
        ({"reviewed": date(2026, 11, 20), "review_due": date(2026, 11, 20)}, ROW, None),
        ({"visible_date": date(2026, 1, 1), "review_due": date(2026, 11, 21)}, ROW, None),
        ({"visible_date": date(2027, 1, 1)}, ROW, "?ahead"),
        ({}, ROW, "!no-day"),
        ({"dates": None}, ROW, "?unread"),
        ({"dates": None, "diary_numbers": ("KS 2026/1",)}, ROW, "?unread"),
    ],
)
def test_a_file_is_as_old_as_its_latest_day(known: dict[str, Any], row: Document, reason: str | None) -> None:
    found = finding(CHECK, seen(DocumentFile, file(**known)), seen(Document, row, source="register"))
    assert reasons(found) == ({"rutin.pdf": reason} if reason else {})
    assert (found.status is Status.SATISFIED) is (reason is None)


def test_without_a_register_and_without_files_all_is_never_well() -> None:
    found = finding(CHECK, seen(DocumentFile, file(visible_date=date(2026, 1, 1))))
    assert reasons(found) == {"test": "?no-register"}
    assert finding(CHECK, seen(DocumentFile), seen(Document, ROW, source="register")).status is not Status.SATISFIED

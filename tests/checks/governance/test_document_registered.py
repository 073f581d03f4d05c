from __future__ import annotations

import pytest

from collector.records.documents import DiaryEntry, Document
from tests.checks.made import seen
from tests.checks.registers import partly, said

CHECK = "document-registered"
DIARY = seen(
    DiaryEntry, DiaryEntry(number="KS 2026/0144", title="Riktlinje"), DiaryEntry(number="KS2022/0332"), source="diary"
)
CASES = {
    "as written": (Document(title="riktlinje", diary_number="KS 2026/0144"), None),
    "other spelling": (Document(title="Riktlinje", diary_number="Dnr. KS2026/0144"), None),
    "one document of a case": (Document(title="x", diary_number="KS2022/0332-1"), None),
    "none": (Document(title="x"), "!no-number"),
    "not there": (Document(title="x", diary_number="KS 2026/0145"), "!not-in-diary"),
    "something else": (Document(title="Rutin", diary_number="KS 2026/0144"), "!title-differs"),
}


@pytest.mark.parametrize("name", CASES)
def test_one_document(name: str) -> None:
    document, expected = CASES[name]
    assert said(CHECK, seen(Document, document), DIARY).get(document.title) == expected


def test_without_the_whole_diary_a_number_proves_nothing() -> None:
    register = seen(Document, Document(title="x", diary_number="KS 1/1"), Document(title="y"))
    assert said(CHECK, register) == {"x": "?no-register", "y": "!no-number"}
    assert said(CHECK, register, partly(DiaryEntry))["x"] == "?register-incomplete"

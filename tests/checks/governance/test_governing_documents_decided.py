from __future__ import annotations

from datetime import date

import pytest

from collector.records.documents import Document
from tests.checks.made import seen
from tests.checks.registers import partly, said, without

CHECK = "governing-documents-decided"
ASKED = {"required": ["Riktlinje: Kommunstyrelsen"]}
DAY = date(2025, 1, 1)
CASES = {
    "decided": ((Document(title="riktlinje", decided=DAY, body="kommunstyrelsen"),), None),
    "by its kind": ((Document(title="x", category="Riktlinje", decided=DAY, body="Kommunstyrelsen"),), None),
    "missing": ((Document(title="Policy", decided=DAY),), "!missing"),
    "a draft": ((Document(title="Riktlinje", status="draft", decided=DAY),), "!only-draft"),
    "no day": ((Document(title="Riktlinje", body="Kommunstyrelsen"),), "!not-decided"),
    "another body": ((Document(title="Riktlinje", decided=DAY, body="IT-chef"),), "!wrong-body"),
    "no body": ((Document(title="Riktlinje", decided=DAY),), "!incomplete"),
    "the old one is repealed": ((Document(title="Riktlinje", decided=DAY, status="repealed"),), "!missing"),
    "a draft beside one in force": (
        (Document(title="Riktlinje", status="draft"), Document(title="Riktlinje", decided=DAY, body="Kommunstyrelsen")),
        None,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_one_requirement(name: str) -> None:
    documents, expected = CASES[name]
    assert said(CHECK, seen(Document, *documents), parameters=ASKED).get("Riktlinje") == expected


def test_no_list_no_verdict_and_what_was_not_read_is_not_missing() -> None:
    assert said(CHECK, seen(Document, Document(title="x"))) == {"test": "?no-list"}
    assert said(CHECK, partly(Document), parameters=ASKED) == {"Riktlinje": "?register-incomplete"}
    register = without(seen(Document, Document(title="Riktlinje")), "decided", "body")
    assert said(CHECK, register, parameters=ASKED) == {"Riktlinje": "?no-column"}

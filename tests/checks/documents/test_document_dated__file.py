from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from checks.finding import Status
from collector.records.document_files import DocumentFile
from collector.records.documents import Document
from tests.checks.made import finding, findings, gap, reasons, seen

CHECK = "document-dated--file"
DAY = date(2026, 5, 4)
ROW = Document(title="Rutin", decided=DAY, file="styrande/rutin.pdf")


def file(name: str = "styrande/rutin.pdf", **known: Any) -> DocumentFile:
    return DocumentFile(name=name, sha256="0" * 64, **known)


@pytest.mark.parametrize(
    ("known", "reason"),
    [
        ({"dates": (DAY,), "visible_date": DAY}, None),
        ({"dates": (date(2020, 1, 1), DAY), "visible_date": date(2020, 1, 1)}, None),
        ({"dates": ()}, "!undated"),
        ({"dates": (), "created": DAY}, "!undated"),
        ({"dates": (), "month": "2026-05"}, "!month-only"),
        ({"dates": (date(2020, 1, 1),), "visible_date": date(2020, 1, 1)}, "!differs"),
        ({}, "?unread"),
    ],
)
def test_a_file_is_held_against_its_row(known: dict[str, Any], reason: str | None) -> None:
    found = finding(CHECK, seen(DocumentFile, file(**known)), seen(Document, ROW, source="register"))
    assert reasons(found) == ({"styrande/rutin.pdf": reason} if reason else {})
    assert (found.status is Status.SATISFIED) is (reason is None)


def test_a_row_may_name_the_file_alone() -> None:
    found = finding(
        CHECK,
        seen(DocumentFile, file(dates=(DAY,))),
        seen(Document, Document(title="Rutin", decided=DAY, file="Rutin.PDF"), source="register"),
    )
    assert found.status is Status.SATISFIED


def test_other_files_and_repealed_documents_are_out_of_scope() -> None:
    (found,) = findings(
        CHECK,
        seen(DocumentFile, file("foto.pdf", dates=()), file(dates=())),
        seen(Document, Document(title="Rutin", status="repealed", file="rutin.pdf"), source="register"),
    )
    assert found.out_of_scope == {"not-in-register": 1, "repealed": 1}


def test_without_the_whole_register_all_is_never_well() -> None:
    found = finding(CHECK, seen(DocumentFile, file(dates=(DAY,))))
    assert (found.status, reasons(found)) == (Status.NOT_DETERMINED, {"test": "?no-register"})
    part = seen(Document, ROW, source="register", missing=[gap(Document, source="register", subject="row 3")])
    assert finding(CHECK, seen(DocumentFile, file(dates=(DAY,))), part).status is Status.NOT_DETERMINED


def test_an_empty_folder_is_not_a_clean_one() -> None:
    found = finding(CHECK, seen(DocumentFile, source_count=0), seen(Document, ROW, source="register"))
    assert found.status is not Status.SATISFIED


def test_a_row_whose_file_is_not_at_hand_is_named() -> None:
    gone = Document(title="Plan", file="plan.odt")
    old = Document(title="Gammal plan", file="gammal.odt", status="repealed")
    rows = seen(Document, ROW, gone, old, source="register")
    found = finding(CHECK, seen(DocumentFile, file(dates=(DAY,))), rows)
    assert reasons(found) == {"Plan": "?not-at-hand"}


def test_a_row_of_another_folder_is_not_the_files() -> None:
    new = file("2026/policy.pdf", dates=(DAY,))
    old = Document(title="Policy", file="2019/policy.pdf", decided=date(2019, 1, 1))
    found = finding(CHECK, seen(DocumentFile, new), seen(Document, old, source="register"))
    assert reasons(found) == {"Policy": "?not-at-hand"}
    assert found.out_of_scope == {"not-in-register": 1}


def test_a_register_without_files_leaves_out_nobody() -> None:
    rows = replace(seen(Document, Document(title="Policy"), source="register"), unreadable=("file",))
    assert reasons(finding(CHECK, seen(DocumentFile, file(dates=())), rows)) == {
        "styrande/rutin.pdf": "?no-file-column"
    }
    lost = gap(Document, source="register")
    assert reasons(finding(CHECK, seen(DocumentFile, file(dates=())), lost)) == {
        "styrande/rutin.pdf": "?no-register",
        "test": "?no-register",
    }

from __future__ import annotations

from datetime import date

import pytest

from checks.finding import Status
from collector.records.documents import Document
from tests.checks.made import finding, seen
from tests.checks.registers import said, without

CHECK = "document-dated"
DAY = date(2025, 3, 1)
CASES = {
    "dated": (Document(title="d", visible_date=DAY, decided=DAY), None),
    "the register has no day": (Document(title="d", visible_date=DAY), None),
    "not dated": (Document(title="d", decided=DAY), "!undated"),
    "another day": (Document(title="d", visible_date=DAY, decided=date(2025, 3, 2)), "!differs"),
    "the day it was drawn up": (Document(title="d", visible_date=DAY, decided=date(2025, 3, 2), created=DAY), None),
    "tomorrow": (Document(title="d", visible_date=date(2026, 11, 22)), "?date-ahead"),
    "repealed": (Document(title="d", status="repealed"), "?empty"),
}


@pytest.mark.parametrize("name", [each for each in CASES if each != "repealed"])
def test_one_document(name: str) -> None:
    document, expected = CASES[name]
    assert said(CHECK, seen(Document, document)).get("d") == expected


def test_without_the_column_nobody_knows() -> None:
    register = without(seen(Document, Document(title="d", decided=DAY)), "visible_date")
    assert said(CHECK, register) == {"d": "?no-column"}


def test_all_repealed_is_not_applicable_and_an_empty_register_is_not_green() -> None:
    repealed = finding(CHECK, seen(Document, Document(title="d", status="repealed")))
    assert repealed.status is Status.NOT_APPLICABLE
    assert said(CHECK, seen(Document)) == {"test": "?empty-population"}


@pytest.mark.parametrize(("percent", "expected"), [(100, {"c": "!undated"}), (76, {"c": "!undated"}), (75, {})])
def test_the_share_that_is_asked_for(percent: int, expected: dict[str, str]) -> None:
    there = [Document(title=each, visible_date=DAY) for each in "abd"]
    register = seen(Document, *there, Document(title="c"))
    assert said(CHECK, register, parameters={"share_percent": percent}) == expected

from __future__ import annotations

from datetime import date

import pytest

from checks.finding import Status
from collector.records.documents import Document
from tests.checks.made import finding, seen
from tests.checks.registers import TODAY, said, without

CHECK = "document-review-age"
CASES = {
    "five years to the day": (Document(title="d", decided=date(2021, 11, 21)), None),
    "a day more": (Document(title="d", decided=date(2021, 11, 20)), "!too-old"),
    "reviewed since": (Document(title="d", decided=date(2015, 1, 1), reviewed=date(2025, 1, 1)), None),
    "a contract a year old": (Document(title="d", category="Avtal", decided=date(2025, 11, 21)), None),
    "an older contract": (Document(title="d", category="avtal", decided=date(2025, 11, 20)), "!too-old"),
    "no day": (Document(title="d"), "!no-day"),
    "due": (Document(title="d", decided=date(2025, 1, 1), review_due=date(2026, 11, 20)), "!review-overdue"),
    "due today": (Document(title="d", decided=date(2025, 1, 1), review_due=TODAY), None),
    "due and done": (Document(title="d", reviewed=date(2026, 11, 20), review_due=date(2026, 11, 20)), None),
    "decided tomorrow": (Document(title="d", decided=date(2026, 11, 22)), "?date-ahead"),
}


@pytest.mark.parametrize("name", CASES)
def test_one_document(name: str) -> None:
    document, expected = CASES[name]
    assert said(CHECK, seen(Document, document)).get("d") == expected


def test_the_limits_are_the_requirements_own() -> None:
    old = seen(Document, Document(title="d", decided=date(2023, 1, 1)))
    assert said(CHECK, old) == {}
    assert said(CHECK, old, parameters={"fail_years": 3}) == {"d": "!too-old"}


def test_an_export_without_days_and_a_draft() -> None:
    register = without(seen(Document, Document(title="d")), "decided", "reviewed")
    assert said(CHECK, register) == {"d": "?no-column"}
    assert finding(CHECK, seen(Document, Document(title="d", status="draft"))).status is Status.NOT_APPLICABLE

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from checks.finding import Severity, Status
from collector.records.statements import SupplierQuestion
from tests.checks.made import finding, gap, reasons, seen

ASKED = date(2026, 10, 22)
"""Thirty days before the judgement."""
CASES: dict[str, tuple[dict[str, Any], str | None]] = {
    "asked thirty days ago": ({"asked": ASKED}, None),
    "asked thirty-one days ago": ({"asked": date(2026, 10, 21)}, "!unanswered"),
    "a later day was set": ({"asked": date(2026, 9, 1), "due": date(2026, 11, 21)}, None),
    "that day has passed": ({"asked": date(2026, 9, 1), "due": date(2026, 11, 20)}, "!unanswered"),
    "an earlier day was set": ({"asked": date(2026, 11, 19), "due": date(2026, 11, 20)}, "!unanswered"),
    "answered late": ({"asked": date(2026, 1, 1), "answered": date(2026, 11, 21)}, None),
    "blocks a classification": ({"asked": date(2026, 11, 20), "blocks_classification": True}, "!blocks-classification"),
    "blocked one until it was answered": (
        {"asked": date(2026, 11, 1), "blocks_classification": True, "answered": date(2026, 11, 20)},
        None,
    ),
    "not dated": ({}, "?undated"),
    "answer not dated": ({"asked": date(2026, 1, 1), "answer": "KS 2026/4"}, "?answer-undated"),
    "answered tomorrow": ({"asked": date(2026, 1, 1), "answered": date(2026, 11, 22)}, "?dated-ahead"),
    "asked tomorrow": ({"asked": date(2026, 11, 22)}, "?dated-ahead"),
}


@pytest.mark.parametrize("name", CASES)
def test_one_question(name: str) -> None:
    fields, expected = CASES[name]
    found = finding(
        "supplier-question-open", seen(SupplierQuestion, SupplierQuestion(reference="7", supplier="Driften", **fields))
    )
    assert reasons(found) == ({"Driften: 7": expected} if expected else {})
    assert (found.status is Status.SATISFIED) == (expected is None)


def test_silence_has_its_age_and_what_it_holds_up() -> None:
    question = SupplierQuestion(
        reference="7", supplier="Driften", asked=date(2026, 5, 21), blocks=("Lönesystemet",), blocks_classification=True
    )
    (found,) = finding("supplier-question-open", seen(SupplierQuestion, question)).exceptions
    assert found.facts == {"question": "7", "asked": "2026-05-21", "days": 184, "blocks": ["Lönesystemet"]}
    assert found.severity is Severity.MEDIUM


def test_the_question_itself_is_told() -> None:
    question = SupplierQuestion(reference="7", supplier="Driften", question="Hur skyddas driften?", asked=ASKED)
    (found,) = finding(
        "supplier-question-open", seen(SupplierQuestion, question), parameters={"answer_days": 14}
    ).exceptions
    assert found.facts["question"] == "Hur skyddas driften?"


def test_the_days_are_the_municipalitys_own() -> None:
    question = SupplierQuestion(reference="7", supplier="Driften", asked=ASKED)
    found = finding("supplier-question-open", seen(SupplierQuestion, question), parameters={"answer_days": 14})
    assert found.status is Status.NOT_SATISFIED


def test_a_log_that_was_not_read_or_is_empty_says_nothing() -> None:
    assert finding("supplier-question-open", gap(SupplierQuestion)).status is Status.NOT_DETERMINED
    assert finding("supplier-question-open", seen(SupplierQuestion)).status is Status.NOT_DETERMINED

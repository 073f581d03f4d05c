from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from collector.evidence import Population
from collector.records.assets import Classification, ClassificationAction
from tests.checks.made import seen
from tests.checks.registers import TODAY, said, without

CHECK = "classification-action-plan"


def made(day: date, back: date | None = None) -> Population[Classification]:
    return seen(Classification, Classification(system="Ekonomi", classified=day, reported_back=back))


def plan(**fields: Any) -> Population[ClassificationAction]:
    return seen(ClassificationAction, ClassificationAction(system="ekonomi", action="a", **fields), source="plan")


DONE = plan(closed=date(2026, 1, 1))


@pytest.mark.parametrize(
    ("day", "back", "expected"),
    [
        (date(2026, 5, 21), None, {}),
        (date(2026, 5, 20), None, {"Ekonomi": "!overdue"}),
        (date(2025, 1, 1), date(2025, 7, 1), {}),
        (date(2025, 1, 1), date(2025, 7, 2), {"Ekonomi": "!late"}),
    ],
)
def test_six_months_to_report_back(day: date, back: date | None, expected: dict[str, str]) -> None:
    assert said(CHECK, made(day, back), DONE) == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"due": TODAY}, None),
        ({"due": date(2026, 11, 20)}, "!action-overdue"),
        ({"due": date(2026, 11, 20), "decision": "KS 1"}, None),
        ({"due": TODAY, "waiting_for": "Finansiering"}, "!waits-for-money"),
        ({}, "!incomplete"),
    ],
)
def test_one_action(fields: dict[str, Any], expected: str | None) -> None:
    found = said(CHECK, made(date(2026, 5, 21)), plan(**fields))
    assert found.get("ekonomi: a") == expected


def test_thin_evidence() -> None:
    recent = made(date(2026, 5, 21))
    assert said(CHECK, recent) == {"Ekonomi": "?no-register"}
    assert said(CHECK, recent, seen(ClassificationAction, source="plan")) == {"Ekonomi": "!no-plan"}
    assert said(CHECK, without(recent, "reported_back"), DONE) == {"Ekonomi": "?no-column"}
    assert said(CHECK, recent, without(plan(), "closed")) == {"ekonomi: a": "?no-column"}


def test_actions_of_a_system_that_was_never_classified_are_not_lost() -> None:
    classes = seen(Classification, Classification(system="Ekonomi", classified=TODAY))
    rows = [ClassificationAction(system=each, action="a", closed=TODAY) for each in ("Ekonomi", "Skola")]
    found = said(CHECK, classes, seen(ClassificationAction, *rows, source="plans"))
    assert found == {"Skola: a": "?not-classified"}

from __future__ import annotations

from datetime import date

import pytest

from collector.evidence import Population
from collector.records.assets import Classification
from collector.records.backup import MajorChange
from tests.checks.made import seen
from tests.checks.registers import said, without

CHECK = "classification-age"
NO_CHANGES = seen(MajorChange, source="changes")


def made(*days: date | None) -> Population[Classification]:
    return seen(Classification, *(Classification(system="Ekonomi", classified=day) for day in days))


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ((date(2024, 11, 21),), {}),
        ((date(2024, 11, 20),), {"Ekonomi": "!too-old"}),
        ((date(2020, 1, 1), date(2026, 1, 1)), {}),
        ((None,), {"Ekonomi": "!undated"}),
        ((), {"test": "?empty-population"}),
    ],
)
def test_within_two_years(days: tuple[date | None, ...], expected: dict[str, str]) -> None:
    assert said(CHECK, made(*days), NO_CHANGES) == expected


def test_a_major_change_calls_for_a_new_one() -> None:
    changes = seen(MajorChange, MajorChange(system="ekonomi", date=date(2026, 2, 1)), source="changes")
    assert said(CHECK, made(date(2026, 1, 1)), changes) == {"Ekonomi": "!before-major-change"}
    assert said(CHECK, made(date(2026, 2, 1)), changes) == {}
    assert said(CHECK, made(date(2026, 2, 1))) == {"Ekonomi": "?no-register"}
    assert said(CHECK, made(date(2026, 2, 1)), parameters={"after_major_change": False}) == {}


def test_an_export_without_days() -> None:
    assert said(CHECK, without(made(None), "classified"), NO_CHANGES) == {"Ekonomi": "?no-column"}

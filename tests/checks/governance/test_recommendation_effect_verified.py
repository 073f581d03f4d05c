from __future__ import annotations

from typing import Any

import pytest

from checks.finding import Status
from collector.records.statements import RecommendationEffect
from tests.checks.made import finding, reasons, seen

CASES: dict[str, tuple[Any, int | None, str | None]] = {
    "met for thirty days": ("yes", 30, None),
    "met for twenty-nine": ("yes", 29, "?too-early"),
    "met, no day of the measure": ("yes", None, "?no-day-of-measure"),
    "in part": ("partly", 300, "!partly"),
    "in part, at once": ("partly", 0, "!partly"),
    "not met": ("no", None, "!no"),
    "not known": ("not-determined", 300, "?not-determined"),
}


@pytest.mark.parametrize("name", CASES)
def test_one_recommendation(name: str) -> None:
    met, days, expected = CASES[name]
    effect = RecommendationEffect(reference="R-1", met=met, days=days)
    found = finding("recommendation-effect-verified", seen(RecommendationEffect, effect))
    assert reasons(found) == ({"R-1": expected} if expected else {})
    assert (found.status is Status.SATISFIED) == (expected is None)


def test_the_days_are_the_municipalitys_own() -> None:
    effect = seen(RecommendationEffect, RecommendationEffect(reference="R-1", met="yes", days=30))
    assert finding("recommendation-effect-verified", effect, parameters={"stable_days": 90}).undetermined

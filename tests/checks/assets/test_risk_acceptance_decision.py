from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from checks.finding import Status
from collector.records.assets import Risk, RiskAcceptance
from tests.checks.made import finding, seen
from tests.checks.registers import said, without

CHECK = "risk-acceptance-decision"
DAY = date(2026, 1, 1)
GOOD: dict[str, Any] = {"decided_by": "KS", "decided": DAY, "valid_until": date(2027, 1, 1)}
OPEN = seen(Risk, Risk(risk="r"), source="risks")
CASES: dict[str, tuple[dict[str, Any], str | None]] = {
    "decided": ({}, None),
    "no decider": ({"decided_by": None}, "!incomplete"),
    "by role": ({"decided_by": None, "role": "IT-chef"}, None),
    "no day": ({"decided": None}, "!undated"),
    "no end": ({"valid_until": None}, "!no-end"),
    "too long": ({"valid_until": date(2027, 1, 2)}, "!too-long"),
    "run out": ({"valid_until": date(2026, 11, 20)}, "!expired"),
}


@pytest.mark.parametrize("name", CASES)
def test_one_acceptance(name: str) -> None:
    fields, expected = CASES[name]
    row = RiskAcceptance(risk="R", **(GOOD | fields))
    assert said(CHECK, seen(RiskAcceptance, row), OPEN).get("R") == expected


def test_an_open_risk_that_nothing_is_done_about() -> None:
    risks = seen(
        Risk, Risk(risk="r"), Risk(risk="s"), Risk(risk="t", treatment="x"), Risk(risk="u", closed=DAY), source="risks"
    )
    decided = seen(RiskAcceptance, RiskAcceptance(risk="R", **GOOD))
    assert said(CHECK, decided, risks) == {"s": "!untreated"}
    assert said(CHECK, decided, without(risks, "treatment")) == {"s": "?no-column"}
    assert said(CHECK, decided) == {"test": "?no-register"}


def test_run_out_with_its_risk() -> None:
    old = seen(RiskAcceptance, RiskAcceptance(risk="R", **(GOOD | {"valid_until": DAY})))
    assert finding(CHECK, old, seen(Risk, Risk(risk="r", closed=DAY), source="risks")).status is Status.NOT_APPLICABLE


def test_run_out_for_a_risk_that_the_register_does_not_have() -> None:
    old = seen(RiskAcceptance, RiskAcceptance(risk="R-1", **(GOOD | {"valid_until": DAY})))
    other = seen(Risk, Risk(risk="R-2", treatment="x"), source="risks")
    assert said(CHECK, old, other) == {"R-1": "?risk-not-in-register"}

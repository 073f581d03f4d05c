from __future__ import annotations

from datetime import date
from typing import Any

from collector.evidence import Population
from collector.records.changes import Change, SecurityTest
from tests.checks.made import seen
from tests.checks.registers import said

CHECK = "security-test-record"
DAY = date(2026, 3, 1)


def made(**fields: Any) -> Population[SecurityTest]:
    good: dict[str, Any] = {"date": DAY, "system": "X", "tester": "t", "open_findings": 0}
    return seen(SecurityTest, SecurityTest(reference="T1", **(good | fields)))


def change(**fields: Any) -> Population[Change]:
    good: dict[str, Any] = {"system": "x", "deployed": DAY, "security_relevant": True}
    return seen(Change, Change(reference="C1", **(good | fields)), source="changes")


def test_one_test() -> None:
    quiet = change(security_relevant=False)
    assert said(CHECK, made(), quiet) == {}
    assert said(CHECK, made(date=None), quiet) == {"T1": "!undated"}
    assert said(CHECK, made(open_findings=1), quiet) == {"T1": "!open-findings"}
    assert said(CHECK, made(open_findings=None), quiet) == {"T1": "!incomplete"}
    assert said(CHECK, made(), quiet, parameters={"interval_months": 8}) == {"x": "!too-old"}


def test_before_it_went_live() -> None:
    assert said(CHECK, made(), change()) == {}
    assert said(CHECK, made(date=date(2026, 3, 2)), change()) == {"C1": "!not-tested"}
    assert said(CHECK, made(system="y"), change()) == {"C1": "!not-tested"}
    assert said(CHECK, made(system="y", change="c1"), change()) == {}
    assert said(CHECK, made(), change(security_relevant=None)) == {"C1": "?relevance-unknown"}


def test_thin_evidence() -> None:
    assert said(CHECK, made()) == {"test": "?no-register"}
    assert said(CHECK, made(), parameters={"before_golive": False}) == {}

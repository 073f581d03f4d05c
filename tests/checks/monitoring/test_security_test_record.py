from __future__ import annotations

from datetime import date
from typing import Any

from collector.evidence import Population
from collector.records.changes import Change, SecurityTest
from tests.checks.made import seen
from tests.checks.registers import exported, said

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
    assert said(CHECK, made(), quiet, parameters={"interval_months": 8}) == {"X": "!too-old"}


def test_before_it_went_live() -> None:
    assert said(CHECK, made(), change()) == {}
    assert said(CHECK, made(date=date(2026, 3, 2)), change()) == {"C1": "!not-tested"}
    assert said(CHECK, made(system="y"), change()) == {"C1": "!not-tested"}
    assert said(CHECK, made(system="y", change="c1"), change()) == {}
    assert said(CHECK, made(), change(security_relevant=None)) == {"C1": "?relevance-unknown"}


def test_thin_evidence() -> None:
    assert said(CHECK, made()) == {"test": "?no-register"}
    assert said(CHECK, made(), parameters={"before_golive": False}) == {}


def test_an_old_test_counts_no_longer() -> None:
    quiet, old = change(security_relevant=False), made(date=date(2018, 5, 1))
    assert said(CHECK, old, quiet) == {"X": "!too-old"}
    assert said(CHECK, old, quiet, parameters={"interval_months": 0}) == {}
    assert said(CHECK, old, change()) == {"X": "!too-old", "C1": "!test-outdated"}
    assert said(CHECK, made(date=date(2018, 5, 1), change="C1"), change())["X"] == "!too-old"


def test_the_last_test_of_each_category_is_asked_where_no_system_is_named() -> None:
    quiet, old, new = change(security_relevant=False), date(2018, 5, 1), date(2026, 5, 1)

    def tests(*rows: tuple[str, date, str | None]) -> Population[SecurityTest]:
        facts: dict[str, Any] = {"tester": "t", "open_findings": 0}
        return seen(SecurityTest, *(SecurityTest(reference=r, date=d, category=c, **facts) for r, d, c in rows))

    assert said(CHECK, tests(("T1", old, None)), quiet) == {"T1": "!too-old"}
    assert said(CHECK, tests(("T1", old, "pen"), ("T2", new, "Pen")), quiet) == {}
    assert said(CHECK, tests(("T1", old, "pen"), ("T2", new, "code")), quiet) == {"T1": "!too-old"}


def test_what_became_old_after_the_export_may_have_been_tested_since() -> None:
    quiet = change(security_relevant=False)
    handed = made(date=date(2025, 11, 1))
    assert said(CHECK, handed, quiet) == {"X": "!too-old"}
    assert said(CHECK, exported(handed, date(2025, 10, 1)), quiet) == {"X": "?export-older"}
    assert said(CHECK, exported(handed, date(2026, 11, 10)), quiet) == {"X": "!too-old"}

from __future__ import annotations

from datetime import date
from typing import Any

from collector.evidence import Population
from collector.records.suppliers import ReportSpecification, SupplierReport
from tests.checks.made import seen
from tests.checks.registers import TODAY, said, without

CHECK = "supplier-report-received"


def agreed(**fields: Any) -> Population[ReportSpecification]:
    good: dict[str, Any] = {"decided": date(2025, 1, 1), "indicators": ("tillgänglighet",)}
    return seen(ReportSpecification, ReportSpecification(supplier="A", report="Drift", **(good | fields)))


def came(day: date, *indicators: str) -> Population[SupplierReport]:
    return seen(
        SupplierReport, SupplierReport(supplier="a", report="drift", received=day, indicators=indicators), source="log"
    )


def test_in_time_and_with_what_was_agreed() -> None:
    assert said(CHECK, agreed(), came(date(2026, 7, 21), "Tillgänglighet")) == {}
    assert said(CHECK, agreed(), came(date(2026, 7, 20), "tillgänglighet")) == {"A: Drift": "!too-old"}
    assert said(CHECK, agreed(interval_months=1), came(date(2026, 10, 20), "tillgänglighet")) == {
        "A: Drift": "!too-old"
    }
    assert said(CHECK, agreed(), came(TODAY)) == {"A: Drift": "!figures-missing"}
    assert said(CHECK, agreed(decided=None), came(TODAY, "tillgänglighet")) == {"A: Drift": "!not-decided"}


def test_thin_evidence() -> None:
    assert said(CHECK, agreed()) == {"A: Drift": "?no-register"}
    assert said(CHECK, agreed(), seen(SupplierReport, source="log")) == {"A: Drift": "!never"}
    assert said(CHECK, agreed(), without(came(TODAY), "indicators")) == {"A: Drift": "?no-column"}

from __future__ import annotations

from datetime import date

from checks.finding import Status
from collector.evidence import Population
from collector.records.suppliers import Supplier, SupplierFollowUp
from tests.checks.made import finding, seen
from tests.checks.registers import TODAY, partly, said, without

CHECK = "supplier-followup-performed"
HIGH = seen(Supplier, Supplier(name="B", risk_class="high"))


def done(day: date, *requirements: str, evidence: str | None = "e") -> Population[SupplierFollowUp]:
    row = SupplierFollowUp(supplier="b", date=day, requirements=requirements, evidence=evidence)
    return seen(SupplierFollowUp, row, source="log")


def test_on_security_with_evidence_within_the_year() -> None:
    assert said(CHECK, HIGH, done(date(2025, 11, 21), "mfa")) == {}
    assert said(CHECK, HIGH, done(date(2025, 11, 20), "mfa")) == {"B": "!too-old"}
    assert said(CHECK, HIGH, done(TODAY)) == {"B": "!not-security"}
    assert said(CHECK, HIGH, done(TODAY, "mfa", evidence=None)) == {"B": "!no-evidence"}
    assert said(CHECK, HIGH, done(date(2026, 5, 1), "mfa"), parameters={"interval_months": 4}) == {"B": "!too-old"}


def test_thin_evidence_and_who_is_left_out() -> None:
    assert said(CHECK, HIGH) == {"B": "?no-register"}
    assert said(CHECK, HIGH, partly(SupplierFollowUp)) == {"B": "?register-incomplete"}
    assert said(CHECK, HIGH, without(done(TODAY), "requirements")) == {"B": "?no-column"}
    assert said(CHECK, seen(Supplier, Supplier(name="B")), done(TODAY)) == {"B": "?no-class"}
    low = finding(CHECK, seen(Supplier, Supplier(name="B", risk_class="low")), done(TODAY))
    assert low.status is Status.NOT_APPLICABLE

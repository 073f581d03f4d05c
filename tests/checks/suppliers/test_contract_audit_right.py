from __future__ import annotations

from datetime import date
from typing import Any

from collector.evidence import Population
from collector.records.suppliers import Contract, Supplier, SupplierFollowUp
from tests.checks.made import seen
from tests.checks.registers import TODAY, said, without

CHECK = "contract-audit-right"
HIGH = seen(Supplier, Supplier(name="B", risk_class="high"), source="suppliers")
LOW = seen(Supplier, Supplier(name="B", risk_class="low"), source="suppliers")


def contract(*clauses: str) -> Population[Contract]:
    return seen(Contract, Contract(contract="A1", supplier="b", clauses=clauses))


def audit(day: date, category: Any = "audit") -> Population[SupplierFollowUp]:
    return seen(SupplierFollowUp, SupplierFollowUp(supplier="b", date=day, category=category), source="log")


def test_the_clause_and_its_use() -> None:
    right = contract("granskningsrätt")
    assert said(CHECK, right, LOW) == {}
    assert said(CHECK, contract(), LOW) == {"A1": "!no-clause"}
    assert said(CHECK, right, HIGH, audit(date(2023, 11, 21))) == {}
    assert said(CHECK, right, HIGH, audit(date(2023, 11, 20))) == {"A1": "!too-old"}
    assert said(CHECK, right, HIGH, audit(TODAY, "follow-up")) == {"A1": "!never-used"}


def test_thin_evidence() -> None:
    right = contract("audit-rights")
    assert said(CHECK, right) == {"A1": "?no-register"}
    assert said(CHECK, right, HIGH) == {"A1": "?no-register"}
    assert said(CHECK, right, seen(Supplier, Supplier(name="b"), source="suppliers")) == {"A1": "?no-class"}
    assert said(CHECK, without(contract(), "clauses"), LOW) == {"A1": "?no-column"}

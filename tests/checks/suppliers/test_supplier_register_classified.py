from __future__ import annotations

from typing import Any

from collector.records.access import ExternalAccount
from collector.records.backup import ProtectedSystem
from collector.records.suppliers import Supplier
from tests.checks.made import gap, seen
from tests.checks.registers import partly, said, without

CHECK = "supplier-register-classified"
GOOD: dict[str, Any] = {"risk_class": "high", "information_type": "i", "service_type": "s", "complexity": "c"}
NONE = seen(ProtectedSystem, source="systems")


def test_a_class_and_what_it_rests_on() -> None:
    assert said(CHECK, seen(Supplier, Supplier(name="A", **GOOD)), NONE) == {}
    for field in GOOD:
        rows = seen(Supplier, Supplier(name="A", **(GOOD | {field: None})))
        assert said(CHECK, rows, NONE) == {"A": "!no-class" if field == "risk_class" else "!incomplete"}
        assert said(CHECK, without(rows, field), NONE) == {"A": "?no-column"}


def test_a_supplier_that_the_register_does_not_know() -> None:
    rows = seen(Supplier, Supplier(name="A", **GOOD))
    systems = seen(ProtectedSystem, ProtectedSystem(name="x", supplier="B"), ProtectedSystem(name="y", supplier="a"))
    accounts = seen(ExternalAccount, ExternalAccount(account="k", supplier="C"), source="accounts")
    assert said(CHECK, rows, systems, accounts) == {"B": "!not-listed", "C": "!not-listed"}
    assert said(CHECK, rows) == {"test": "?no-register"}
    assert said(CHECK, rows, NONE, parameters={"factors": ["x"]}) == {"test": "?unknown-factor"}


def test_outsiders_accounts_that_were_not_read_may_name_another_supplier() -> None:
    rows = seen(Supplier, Supplier(name="A", **GOOD))
    accounts = seen(ExternalAccount, ExternalAccount(account="k"), source="accounts")
    assert said(CHECK, rows, NONE, gap(ExternalAccount, source="accounts")) == {"test": "?no-register"}
    assert said(CHECK, rows, NONE, partly(ExternalAccount)) == {"test": "?register-incomplete"}
    assert said(CHECK, rows, NONE, without(accounts, "supplier")) == {"test": "?no-column"}

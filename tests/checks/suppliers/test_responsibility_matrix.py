from __future__ import annotations

from datetime import date
from typing import Any

from collector.evidence import Population
from collector.records.backup import ProtectedSystem
from collector.records.suppliers import Responsibility
from tests.checks.made import seen
from tests.checks.registers import said

CHECK = "responsibility-matrix"
GOOD: dict[str, Any] = {"doer": "L", "responsible": "K", "payer": "K", "decided": date(2026, 1, 1)}
SYSTEMS = seen(ProtectedSystem, ProtectedSystem(name="X", critical=True, patch_party="l"), source="systems")


def row(control: str = "patch-level", **fields: Any) -> Population[Responsibility]:
    return seen(Responsibility, Responsibility(system="x", control=control, **(GOOD | fields)))


def test_who_does_answers_and_pays() -> None:
    assert said(CHECK, row(), SYSTEMS) == {}
    for field, expected in (
        ("doer", "!incomplete"),
        ("responsible", "!incomplete"),
        ("payer", "!no-payer"),
        ("decided", "!not-decided"),
    ):
        assert said(CHECK, row("patch-level", **{field: None}), SYSTEMS) == {"x: patch-level": expected}
    assert said(CHECK, row(doer="M"), SYSTEMS) == {"x: patch-level": "!differs"}
    assert said(CHECK, row("backup-daily", doer="M"), SYSTEMS) == {}


def test_a_critical_system_outside_the_matrix() -> None:
    more = seen(ProtectedSystem, ProtectedSystem(name="y", critical=True), source="systems")
    assert said(CHECK, row(), more) == {"y": "!not-in-matrix"}
    assert said(CHECK, row()) == {"test": "?no-register"}


def test_a_system_of_which_nobody_says_whether_it_is_critical() -> None:
    rows = seen(Responsibility, Responsibility(system="other", control="x", **GOOD))
    systems = seen(ProtectedSystem, ProtectedSystem(name="A"), source="systems")
    assert said(CHECK, rows, systems) == {"A": "?criticality-unknown"}

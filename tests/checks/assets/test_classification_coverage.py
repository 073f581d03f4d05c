from __future__ import annotations

from datetime import date

from checks.finding import Status
from collector.evidence import Population
from collector.records.assets import Classification
from collector.records.backup import ProtectedSystem
from tests.checks.made import finding, seen
from tests.checks.registers import TODAY, partly, said, without

CHECK = "classification-coverage"
SYSTEM = seen(ProtectedSystem, ProtectedSystem(name="Ekonomi", critical=True))


def made(method: str | None = "klassa", day: date | None = TODAY) -> Population[Classification]:
    return seen(Classification, Classification(system="ekonomi", method=method, classified=day), source="klassa")


def test_every_critical_system_by_the_chosen_method() -> None:
    assert said(CHECK, SYSTEM, made()) == {}
    assert said(CHECK, SYSTEM, made("DigFrame")) == {"Ekonomi": "!other-method"}
    assert said(CHECK, SYSTEM, made("DigFrame"), parameters={"method": ""}) == {}
    assert said(CHECK, SYSTEM, made(None)) == {"Ekonomi": "!incomplete"}
    assert said(CHECK, SYSTEM, seen(Classification, source="klassa")) == {"Ekonomi": "!never"}
    assert said(CHECK, SYSTEM, made(day=date(2026, 11, 22))) == {"Ekonomi": "!never"}


def test_thin_evidence() -> None:
    assert said(CHECK, SYSTEM) == {"Ekonomi": "?no-register"}
    assert said(CHECK, SYSTEM, partly(Classification)) == {"Ekonomi": "?register-incomplete"}
    assert said(CHECK, SYSTEM, without(made(day=None), "classified")) == {"Ekonomi": "?no-column"}
    assert said(CHECK, seen(ProtectedSystem, ProtectedSystem(name="x")), made()) == {"x": "?criticality-unknown"}
    minor = finding(CHECK, seen(ProtectedSystem, ProtectedSystem(name="x", critical=False)), made())
    assert minor.status is Status.NOT_APPLICABLE


def test_a_share_below_all() -> None:
    systems = seen(ProtectedSystem, *(ProtectedSystem(name=each, critical=True) for each in ("Ekonomi", "b")))
    assert said(CHECK, systems, made(), parameters={"critical_coverage_percent": 50}) == {}
    assert said(CHECK, systems, made(), parameters={"critical_coverage_percent": 51}) == {"b": "!never"}

from __future__ import annotations

from datetime import date

from collector.records.governance import UnitStatus
from collector.records.identity import Employment
from tests.checks.made import seen
from tests.checks.registers import TODAY, partly, said

CHECK = "unit-compliance-coverage"
HR = seen(Employment, Employment(person_key="1", unit="Skola"), Employment(person_key="2", unit="Vård"), source="hr")
RECENT = UnitStatus(unit="skola", date=date(2025, 11, 21), status="klar")


def test_every_unit_of_the_roster() -> None:
    assert said(CHECK, seen(UnitStatus, RECENT), HR) == {"Vård": "!missing"}
    assert said(CHECK, seen(UnitStatus, RECENT), HR, parameters={"units": "Skola"}) == {}
    old = UnitStatus(unit="Vård", date=date(2025, 11, 20), status="klar")
    assert said(CHECK, seen(UnitStatus, RECENT, old), HR) == {"Vård": "!too-old"}
    assert said(CHECK, seen(UnitStatus, RECENT, UnitStatus(unit="Vård", status="klar")), HR) == {"Vård": "!undated"}
    assert said(CHECK, seen(UnitStatus, RECENT, UnitStatus(unit="Vård", date=TODAY)), HR) == {"Vård": "!no-status"}


def test_thin_evidence() -> None:
    assert said(CHECK, seen(UnitStatus, RECENT)) == {"test": "?no-register"}
    assert said(CHECK, partly(UnitStatus, RECENT), HR) == {"Vård": "?register-incomplete"}
    no_units = seen(Employment, Employment(person_key="1"), source="hr")
    assert said(CHECK, seen(UnitStatus, RECENT), no_units) == {"test": "?no-units"}

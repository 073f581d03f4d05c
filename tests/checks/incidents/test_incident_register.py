from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from collector.records.incidents import Incident, IncidentTotal
from tests.checks.made import AS_OF, seen
from tests.checks.registers import partly, said, without

CHECK = "incident-register"
T = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
GOOD: dict[str, Any] = {
    "detected": T,
    "reporter_unit": "u",
    "receiver": "r",
    "category": "c",
    "responsible": "x",
    "significant": False,
}
SIGNIFICANT: dict[str, Any] = {
    "significant": True,
    "early_warning": T + timedelta(hours=24),
    "notification": T + timedelta(hours=72),
    "final_report": T + timedelta(days=34),
}
TOTALS = seen(IncidentTotal, IncidentTotal(year=2026, count=1), source="totals")
CASES: dict[str, tuple[dict[str, Any], str | None]] = {
    "in order": ({}, None),
    "no class": ({"category": None}, "!incomplete"),
    "not judged": ({"significant": None}, "?significance-unknown"),
    "reported in time": (SIGNIFICANT, None),
    "warned late": (SIGNIFICANT | {"early_warning": T + timedelta(hours=24, minutes=1)}, "!early-warning-late"),
    "never warned": (SIGNIFICANT | {"early_warning": None}, "!early-warning-late"),
    "notified late": (SIGNIFICANT | {"notification": T + timedelta(hours=73)}, "!notification-late"),
    "no final report": (SIGNIFICANT | {"final_report": None}, "!final-report-late"),
    "final report late": (SIGNIFICANT | {"final_report": T + timedelta(days=35)}, "!final-report-late"),
}


@pytest.mark.parametrize("name", CASES)
def test_one_incident(name: str) -> None:
    fields, expected = CASES[name]
    rows = seen(Incident, Incident(reference="1", **(GOOD | fields)))
    assert said(CHECK, rows, TOTALS).get("1") == expected


def test_a_day_old_incident_is_not_late_yet() -> None:
    recent = GOOD | {"significant": True, "detected": AS_OF - timedelta(hours=24)}
    assert said(CHECK, seen(Incident, Incident(reference="1", **recent)), TOTALS) == {}


def test_the_totals_and_what_the_export_does_not_hold() -> None:
    rows = seen(Incident, Incident(reference="1", **GOOD))
    two = seen(IncidentTotal, IncidentTotal(year=2026, count=2), source="totals")
    assert said(CHECK, rows, two) == {"2026": "!total-differs"}
    assert said(CHECK, rows) == {"test": "?no-register"}
    assert said(CHECK, partly(Incident, Incident(reference="1", **GOOD)), two) == {"2026": "?register-incomplete"}
    hidden = without(
        seen(Incident, Incident(reference="1", **(GOOD | SIGNIFICANT | {"early_warning": None}))), "early_warning"
    )
    assert said(CHECK, hidden, TOTALS) == {"1": "?no-column"}


def test_days_and_years_are_those_of_the_clock_in_sweden() -> None:
    new_year = GOOD | {"detected": datetime(2025, 12, 31, 23, 30, tzinfo=UTC)}
    assert said(CHECK, seen(Incident, Incident(reference="1", **new_year)), TOTALS) == {}
    after_midnight = SIGNIFICANT | {
        "detected": datetime(2026, 1, 12, 8, 0, tzinfo=UTC),
        "early_warning": datetime(2026, 1, 12, 9, 0, tzinfo=UTC),
        "notification": datetime(2026, 1, 14, 23, 30, tzinfo=UTC),
        "final_report": datetime(2026, 2, 15, 12, 0, tzinfo=UTC),
    }
    assert said(CHECK, seen(Incident, Incident(reference="1", **(GOOD | after_midnight))), TOTALS) == {}


def test_incidents_without_a_time_may_belong_to_the_year() -> None:
    rows = seen(Incident, Incident(reference="1", **(GOOD | {"detected": None})))
    assert said(CHECK, rows, TOTALS) == {"1": "!incomplete", "2026": "?undated-incidents"}
    assert said(CHECK, without(rows, "detected"), TOTALS) == {"1": "?no-column", "2026": "?no-column"}


def test_a_report_before_the_detection() -> None:
    rows = seen(Incident, Incident(reference="1", **(GOOD | SIGNIFICANT | {"early_warning": T - timedelta(days=9)})))
    assert said(CHECK, rows, TOTALS) == {"1": "?before-detection"}

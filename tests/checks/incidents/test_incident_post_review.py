from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from checks.finding import Status
from collector.records.incidents import Incident, IncidentMeasure
from tests.checks.made import finding, seen
from tests.checks.registers import TODAY, said, without

CHECK = "incident-post-review"
NONE = seen(IncidentMeasure, source="measures")
DAY = date(2026, 3, 1)
CASES: dict[str, tuple[dict[str, Any], str | None]] = {
    "reviewed": ({"closed": DAY, "reviewed": date(2026, 3, 31), "cause": "x"}, None),
    "reviewed late": ({"closed": DAY, "reviewed": date(2026, 4, 1), "cause": "x"}, "!reviewed-late"),
    "no cause": ({"closed": DAY, "reviewed": DAY}, "!no-cause"),
    "not yet": ({"closed": date(2026, 10, 22)}, None),
    "not at all": ({"closed": date(2026, 10, 21)}, "!not-reviewed"),
}


@pytest.mark.parametrize("name", CASES)
def test_one_incident(name: str) -> None:
    fields, expected = CASES[name]
    assert said(CHECK, seen(Incident, Incident(reference="1", **fields)), NONE).get("1") == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"done": DAY, "confirmed_by": "patch-level"}, None),
        ({"done": DAY}, "!not-confirmed"),
        ({"due": TODAY}, None),
        ({"due": date(2026, 11, 20)}, "!measure-overdue"),
        ({}, "!incomplete"),
    ],
)
def test_one_measure(fields: dict[str, Any], expected: str | None) -> None:
    incident = Incident(reference="1", closed=DAY, reviewed=DAY, cause="x")
    measures = seen(IncidentMeasure, IncidentMeasure(incident="1", measure="m", **fields), source="measures")
    assert said(CHECK, seen(Incident, incident), measures).get("1: m") == expected


def test_thin_evidence() -> None:
    incident = Incident(reference="1", closed=DAY, reviewed=DAY, cause="x")
    assert said(CHECK, seen(Incident, incident)) == {"1": "?no-register"}
    assert said(CHECK, without(seen(Incident, Incident(reference="1")), "closed"), NONE) == {"1": "?no-column"}
    assert finding(CHECK, seen(Incident, Incident(reference="1")), NONE).status is Status.NOT_APPLICABLE


def test_measures_of_open_and_unknown_incidents_are_not_lost() -> None:
    incidents = seen(Incident, Incident(reference="open"))
    due = date(2026, 1, 1)
    rows = [IncidentMeasure(incident=each, measure="m", due=due) for each in ("open", "gone")]
    found = said(CHECK, incidents, seen(IncidentMeasure, *rows, source="measures"))
    assert found == {"open: m": "!measure-overdue", "gone: m": "?incident-unknown"}

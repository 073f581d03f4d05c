from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from collector.records.documents import Minutes
from tests.checks.made import seen
from tests.checks.registers import partly, said, without

CHECK = "board-report-minuted"


def item(held: date, decision: Any = "decided", *, dated: bool = True, gaps: bool | None = True) -> Minutes:
    return Minutes(
        body="KS",
        held=held,
        report="Årsrapport",
        report_date=held if dated else None,
        report_has_gaps=gaps,
        decision=decision,
    )


SPRING = date(2026, 2, 10)
CASES = {
    "in the minutes with a decision": (item(SPRING), {}, None),
    "a year ago to the day": (item(date(2025, 11, 21)), {}, None),
    "a day more": (item(date(2025, 11, 20)), {}, "!too-old"),
    "in the first quarter": (item(SPRING), {"quarter": 1}, None),
    "in another quarter": (item(date(2026, 4, 1)), {"quarter": 1}, "!wrong-quarter"),
    "not dated": (item(SPRING, dated=False), {}, "!undated"),
    "only noted": (item(SPRING, "noted"), {}, "!only-noted"),
    "noted without gaps": (item(SPRING, "noted", gaps=False), {}, None),
    "gaps not known": (item(SPRING, "noted", gaps=None), {}, "?no-column"),
    "no decision": (item(SPRING, None), {}, "!incomplete"),
    "returned": (item(SPRING, "returned"), {}, None),
    "to come": (item(date(2027, 2, 1)), {}, "?date-ahead"),
}


@pytest.mark.parametrize("name", CASES)
def test_one_report(name: str) -> None:
    row, parameters, expected = CASES[name]
    assert said(CHECK, seen(Minutes, row), parameters=parameters).get("Årsrapport") == expected


def test_minutes_without_reports_and_minutes_in_part() -> None:
    assert said(CHECK, seen(Minutes, Minutes(body="KS", held=SPRING))) == {"test": "?no-report"}
    old = partly(Minutes, item(date(2024, 2, 1)))
    assert said(CHECK, old) == {"Årsrapport": "?register-incomplete"}
    assert said(CHECK, without(seen(Minutes, Minutes(body="KS", held=SPRING)), "report")) == {"test": "?no-column"}


def test_a_report_that_no_minutes_name_was_never_received() -> None:
    wanted = {"reports": ["årsrapport", "Incidentrapport"]}
    assert said(CHECK, seen(Minutes, item(SPRING)), parameters=wanted) == {"Incidentrapport": "!not-minuted"}
    assert said(CHECK, partly(Minutes, item(SPRING)), parameters=wanted) == {"Incidentrapport": "?register-incomplete"}
    untold = without(seen(Minutes, Minutes(body="KS", held=SPRING)), "report")
    assert set(said(CHECK, untold, parameters=wanted).values()) == {"?no-column"}

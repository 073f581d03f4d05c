from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from checks.finding import Status
from collector.records.statements import Recommendation
from tests.checks.made import finding, gap, reasons, seen

REPLIED: dict[str, Any] = {"reply_due": date(2026, 3, 1), "replied": date(2026, 3, 1)}
TODAY, YESTERDAY = date(2026, 11, 21), date(2026, 11, 20)
CASES: dict[str, tuple[dict[str, Any], str | None]] = {
    "done, and shown": ({**REPLIED, "status": "done", "evidence": "KS 2026/9"}, None),
    "done, and not shown": ({**REPLIED, "status": "done"}, "!done-without-evidence"),
    "due today": ({**REPLIED, "status": "ongoing", "due": TODAY}, None),
    "due yesterday": ({**REPLIED, "status": "ongoing", "due": YESTERDAY}, "!overdue"),
    "done in time, it seems": ({**REPLIED, "status": "done", "due": YESTERDAY, "evidence": "KS 2026/9"}, None),
    "refused in the reply": ({**REPLIED, "status": "rejected", "due": YESTERDAY}, None),
    "refused without a reply": ({"reply_due": TODAY, "status": "rejected", "due": YESTERDAY}, "!overdue"),
    "reply a day late": ({"reply_due": date(2026, 2, 28), "replied": date(2026, 3, 1), "due": TODAY}, "!reply-late"),
    "reply due today": ({"reply_due": TODAY, "status": "ongoing"}, None),
    "reply due yesterday": ({"reply_due": YESTERDAY, "status": "ongoing"}, "!reply-missing"),
    "reply dated tomorrow": ({"reply_due": YESTERDAY, "replied": date(2026, 11, 22)}, "!reply-missing"),
    "no day for the reply": ({"status": "ongoing"}, "?reply-due-unknown"),
    "nothing but the reply": (REPLIED, "?status-unknown"),
    "replied, though no day was set": ({"replied": date(2026, 3, 1), "status": "ongoing"}, None),
}


@pytest.mark.parametrize("name", CASES)
def test_one_recommendation(name: str) -> None:
    fields, expected = CASES[name]
    found = finding("recommendation-status", seen(Recommendation, Recommendation(reference="R-1", **fields)))
    assert reasons(found) == ({"R-1": expected} if expected else {})


@pytest.mark.parametrize(
    ("day", "expected"), [("2026-11-20", "!reply-missing"), ("2026-11-21", None), ("i mars", "?due-date-unreadable")]
)
def test_the_day_of_reply_may_be_one_for_all(day: str, expected: str | None) -> None:
    recommendation = Recommendation(reference="R-1", status="ongoing")
    found = finding("recommendation-status", seen(Recommendation, recommendation), parameters={"reply_due": day})
    assert reasons(found) == ({"R-1": expected} if expected else {})


def test_a_ledger_that_was_not_read_says_nothing() -> None:
    assert finding("recommendation-status", gap(Recommendation)).status is Status.NOT_DETERMINED

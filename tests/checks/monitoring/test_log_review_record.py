from __future__ import annotations

from datetime import date, timedelta

from collector.evidence import Population
from collector.records.monitoring import Alert, LogReview
from tests.checks.made import AS_OF, seen
from tests.checks.registers import TODAY, said, without

CHECK = "log-review-record"
NO_ALERTS = seen(Alert, source="alerts")


def review(day: date, by: str | None = "drift") -> Population[LogReview]:
    return seen(LogReview, LogReview(log="AD", date=day, performed_by=by))


def test_every_week_and_signed() -> None:
    assert said(CHECK, review(date(2026, 11, 14)), NO_ALERTS) == {}
    assert said(CHECK, review(date(2026, 11, 13)), NO_ALERTS) == {"AD": "!too-old"}
    assert said(CHECK, review(TODAY, None), NO_ALERTS) == {"AD": "!unsigned"}
    assert said(CHECK, review(date(2026, 11, 22)), NO_ALERTS) == {"AD": "?date-ahead"}


def test_an_alert_that_was_closed_without_a_word() -> None:
    alerts = seen(Alert, Alert(reference="1", closed=AS_OF), Alert(reference="2"), source="alerts")
    assert said(CHECK, review(TODAY), alerts) == {"1": "!no-note"}
    assert said(CHECK, review(TODAY), without(alerts, "note")) == {"1": "?no-column"}
    assert said(CHECK, review(TODAY)) == {"test": "?no-register"}
    assert said(CHECK, seen(LogReview), NO_ALERTS)["test"] == "?empty-population"


def test_a_review_may_have_come_after_the_export() -> None:
    ten_days_ago = AS_OF - timedelta(days=10)
    rows = [LogReview(log="brandvägg", date=ten_days_ago.date(), performed_by="x")]
    alerts = seen(Alert, source="alerts")
    assert said(CHECK, seen(LogReview, *rows, started=ten_days_ago), alerts) == {"brandvägg": "?export-older"}
    assert said(CHECK, seen(LogReview, *rows), alerts) == {"brandvägg": "!too-old"}

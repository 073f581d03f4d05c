"""Every log is looked at within its interval by someone, and no alert is closed without a word.

The logs are those of the review log; each must have a review within the last `interval_days`, signed. An alert that was
closed deviates when nobody is named as its handler and when it has no note.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from checks.finding import Outcome, conforms, deviates
from checks.record_rules.joins import as_exported, grouped, key_of, lacks_column, latest, unread
from checks.record_rules.reasons import COMMON, because
from checks.record_rules.rows import (
    ahead,
    decide,
    empty,
)
from collector.evidence import EvidenceSet, Population, Reading
from collector.records.monitoring import Alert, LogReview

CONTROL = "log-review-record"
READS = (LogReview, Alert)
EVERY_RECORD = False


@dataclass(frozen=True, slots=True)
class Parameters:
    """How often a log is looked at."""

    interval_days: int = 7


_REVIEW = ("Granska loggen och för in granskningen.", "Review the log, and enter the review.")
REASONS = COMMON | {
    "too-old": because(
        "Senast granskad {last} ({days} dagar sedan).", "Last reviewed {last} ({days} days ago).", *_REVIEW
    ),
    "unsigned": because("Granskningen {last} är inte signerad.", "The review of {last} is not signed.", *_REVIEW),
    "no-note": because(
        "Larmet stängdes {closed} utan anteckning eller handläggare.",
        "The alert was closed {closed} without a note or a handler.",
        "Skriv vad larmet visade och vem som handlade det.",
        "Write what it showed, and who handled it.",
    ),
}


def judge(
    reviews: Population[LogReview], evidence: EvidenceSet, parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per log, and one per alert that was closed without a word."""
    register = evidence.reading(LogReview)
    mine = {key_of(each.log) for each in reviews.records}
    for name, rows in sorted(grouped(register, lambda each: each.log).items()):
        if name in mine:
            yield _log(min(row.log for row in rows), rows, register, parameters, as_of)
    alerts = evidence.reading(Alert)
    yield from filter(None, [unread(reviews.source, alerts) or lacks_column(reviews.source, alerts, "closed")])
    for alert in sorted(alerts.records, key=repr):
        if alert.closed is not None and (not alert.note or empty(alert.handled_by)):
            column = lacks_column(alert, alerts, "note", "handled_by")
            yield column or deviates(alert, "no-note", closed=alert.closed)


def _old(log: str, last: date, parameters: Parameters, moment: datetime) -> Outcome | None:
    days = (moment.date() - last).days
    return deviates(log, "too-old", last=last, days=days) if days > parameters.interval_days else None


def _log(
    log: str, rows: Sequence[LogReview], register: Reading[LogReview], parameters: Parameters, as_of: datetime
) -> Outcome:
    last = latest((row.date for row in rows), as_of)
    if last is None:
        return decide(log, ahead(log, min(row.date for row in rows), as_of))
    old = as_exported(log, register, as_of, lambda moment: _old(log, last, parameters, moment))
    if old is not None:
        return unread(log, register) or old
    if any(row.performed_by for row in rows if row.date == last):
        return conforms(log)
    return lacks_column(log, register, "performed_by") or deviates(log, "unsigned", last=last)

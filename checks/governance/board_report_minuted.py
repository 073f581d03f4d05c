"""Every report to the board is in its minutes, in time and with a decision.

The reports are those that the minutes register names, and those of `reports`, which must be there: one that no
minutes name was never received. Several items on one report count together. A report deviates when its last treatment
is older than `interval_months`, when `quarter` is set (1 to 4) and it was not treated in that quarter within the
interval, when the report carries no date, and when the board only noted it although it told of shortcomings. What the
minutes register does not tell is not determined.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from checks.ages import months_before
from checks.finding import Outcome, deviates, undetermined
from checks.record_rules.joins import as_exported, grouped, has_one, key_of, lacks_column, latest, unread
from checks.record_rules.reasons import COMMON, because
from checks.record_rules.rows import (
    ahead,
    decide,
)
from collector.evidence import EvidenceSet, Population, Reading
from collector.records.documents import Minutes

CONTROL = "board-report-minuted"
READS = (Minutes,)
EVERY_RECORD = False


@dataclass(frozen=True, slots=True)
class Parameters:
    """How often in months, in which quarter (0: any), and the reports that must be there."""

    interval_months: int = 12
    quarter: int = 0
    reports: tuple[str, ...] = ()


_REPORT = (
    "Lägg fram rapporten för styrelsen och se till att beslutet protokollförs.",
    "Present the report to the board, and see that its decision is in the minutes.",
)
REASONS = COMMON | {
    "not-minuted": because("Finns inte i något protokoll.", "Is in no minutes.", *_REPORT),
    "too-old": because("Senast i protokoll {last}.", "Last in the minutes {last}.", *_REPORT),
    "wrong-quarter": because(
        "Behandlad {last}, inte i kvartal {quarter}.", "Treated {last}, not in quarter {quarter}.", *_REPORT
    ),
    "undated": because(
        "Rapporten som behandlades {last} är inte daterad.",
        "The report that was treated {last} is not dated.",
        "Datera rapporten.",
        "Date the report.",
    ),
    "only-noted": because(
        "Rapporten visade brister men noterades bara ({last}).",
        "The report told of shortcomings but was only noted ({last}).",
        "Låt styrelsen besluta om åtgärder, ansvarig och tid.",
        "Have the board decide on measures, owner and time.",
    ),
    "no-report": because(
        "Protokollen nämner ingen rapport.",
        "The minutes name no report.",
        "För in i registret vilken rapport varje punkt gäller.",
        "Enter in the register which report each item treats.",
    ),
}


def judge(
    minutes: Population[Minutes], evidence: EvidenceSet, parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per report."""
    register = evidence.reading(Minutes)
    mine = {key_of(each.report) for each in minutes.records if each.report}
    reports = {name: rows for name, rows in grouped(register, lambda each: each.report).items() if name in mine}
    named = frozenset(key_of(each.report) for each in register.records if each.report)
    for each in parameters.reports:
        if key_of(each) not in named:
            yield decide(each, has_one(each, (), register, "not-minuted", columns=("report",)))
    if not reports and not parameters.reports:
        missing = lacks_column(minutes.source, register, "report")
        yield missing or undetermined(minutes.source, "no-report")
    for name in sorted(reports):
        rows = reports[name]
        yield _judge(min(row.report or "" for row in rows), rows, register, parameters, as_of)


def _judge(
    subject: str, rows: Sequence[Minutes], register: Reading[Minutes], parameters: Parameters, as_of: datetime
) -> Outcome:
    day = latest((row.held for row in rows), as_of)
    if day is None:
        return decide(subject, ahead(subject, min(row.held for row in rows), as_of))
    days = [row.held for row in rows if row.held <= as_of.date()]
    rule = partial(_late, subject, days, parameters)
    late = rule(as_of) and (unread(subject, register) or as_exported(subject, register, as_of, rule))
    last = [row for row in rows if row.held == day]
    undated = None
    if not any(row.report_date for row in last):
        undated = lacks_column(subject, register, "report_date") or deviates(subject, "undated", last=day)
    return decide(subject, late, undated, _decision(subject, last, day, register))


def _late(subject: str, held: Sequence[date], parameters: Parameters, moment: datetime) -> Outcome | None:
    start = months_before(moment.date(), parameters.interval_months)
    inside = [day for day in held if start <= day]
    if not inside:
        return deviates(subject, "too-old", last=max(held))
    if parameters.quarter and not any((each.month + 2) // 3 == parameters.quarter for each in inside):
        return deviates(subject, "wrong-quarter", last=max(held), quarter=parameters.quarter)
    return None


def _decision(subject: str, last: Sequence[Minutes], day: date, register: Reading[Minutes]) -> Outcome | None:
    if any(row.decision in {"decided", "returned"} for row in last):
        return None
    if not any(row.decision for row in last):
        blank = deviates(subject, "incomplete", columns=("decision",))
        return lacks_column(subject, register, "decision") or blank
    gaps = {row.report_has_gaps for row in last}
    if True in gaps:
        return deviates(subject, "only-noted", last=day)
    return undetermined(subject, "no-column", columns=("report_has_gaps",)) if None in gaps else None

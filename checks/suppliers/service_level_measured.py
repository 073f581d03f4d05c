"""Every agreed service level is measured, is reached, and shows the same value when it is counted anew.

The agreed value of a row decides, else the control's own: least share solved by the first line, most working days to a
solution, least share of cases with a survey. Shares are counted anew from the tickets of the period, as far as the
export covers it; the median of working days (Monday to Friday, public holidays not known) likewise. A counted value
that differs by more than one from the reported one is an exception, and so is a level that nobody measured.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from checks.finding import Outcome, deviates, undetermined
from checks.record_rules.joins import key_of, unread
from checks.record_rules.reasons import COMMON, because
from checks.record_rules.rows import (
    ahead,
    decide,
    filled,
)
from collector.evidence import EvidenceSet, Population, Reading
from collector.records.suppliers import ServiceLevel, Ticket

CONTROL = "service-level-measured"
READS = (ServiceLevel, Ticket)


@dataclass(frozen=True, slots=True)
class Parameters:
    """Levels where the row gives none."""

    first_line_share_min_percent: int = 50
    resolve_working_days_max: int = 1
    survey_share_percent: int = 25


_ASK = ("Följ upp med leverantören.", "Take it up with the supplier.")
REASONS = COMMON | {
    "not-measured": because("Nivån är inte mätt.", "The level is not measured.", *_ASK),
    "below": because(
        "Utfallet är {value}; avtalat är {agreed}.", "The outcome is {value}; {agreed} was agreed.", *_ASK
    ),
    "differs": because(
        "Rapporterat {reported}, men ärendena visar {counted}.",
        "{reported} was reported, but the tickets show {counted}.",
        "Begär leverantörens underlag till siffran.",
        "Ask for what the supplier's figure rests on.",
    ),
    "no-tickets": because(
        "Inga ärenden från perioden har lästs, så siffran kan inte räknas om.",
        "No tickets of the period were read, so the figure cannot be counted anew.",
        "Exportera periodens ärenden.",
        "Export the period's tickets.",
    ),
}


def judge(
    levels: Population[ServiceLevel], evidence: EvidenceSet, parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per service level."""
    tickets = evidence.reading(Ticket)
    for row in levels.records:
        agreed = row.agreed if row.agreed is not None else _default(row, parameters)
        steps: list[Outcome | None] = [filled(row, levels, ("agreed",)) if agreed is None else None]
        if row.reported is None:
            steps.append(filled(row, levels, ("reported",), "not-measured"))
        elif agreed is not None and _missed(row, row.reported, agreed):
            steps.append(deviates(row, "below", value=row.reported, agreed=agreed))
        if row.measure != "other" and row.reported is not None:
            steps.append(_counted(row, row.reported, levels, tickets))
        yield decide(row, *steps, ahead(row, row.period_end, as_of))


def _default(row: ServiceLevel, parameters: Parameters) -> int | None:
    return {
        "first-line-share": parameters.first_line_share_min_percent,
        "resolve-working-days": parameters.resolve_working_days_max,
        "survey-share": parameters.survey_share_percent,
    }.get(row.measure)


def _missed(row: ServiceLevel, value: int, agreed: int) -> bool:
    return value > agreed if row.measure == "resolve-working-days" else value < agreed


def _counted(
    row: ServiceLevel, reported: int, levels: Population[ServiceLevel], tickets: Reading[Ticket]
) -> Outcome | None:
    """The value by the tickets that were closed in the period."""
    period = filled(row, levels, ("period_start", "period_end"))
    if period is not None or row.period_start is None or row.period_end is None:
        return period
    partly = unread(row, tickets)
    if partly is not None:
        return partly
    held_there = [
        each
        for each in tickets.records
        if each.closed is not None
        and row.period_start <= each.closed <= row.period_end
        and (each.supplier is None or key_of(each.supplier) == key_of(row.supplier))
    ]
    if row.measure == "resolve-working-days":
        days = sorted(working_days(each.opened, each.closed) for each in held_there if each.opened and each.closed)
        counted = days[(len(days) - 1) // 2] if days else None
    else:
        field = "first_line" if row.measure == "first-line-share" else "surveyed"
        known = [getattr(each, field) for each in held_there if getattr(each, field) is not None]
        counted = sum(known) * 100 // len(known) if known else None
    if counted is None:
        return undetermined(row, "no-tickets")
    return None if abs(counted - reported) <= 1 else deviates(row, "differs", reported=reported, counted=counted)


def working_days(opened: date, closed: date) -> int:
    """Working days, Monday to Friday, from one day to another: 0 on the same day, and where they are the wrong way."""
    weeks, rest = divmod(max(0, (closed - opened).days), 7)
    return weeks * 5 + sum((opened.weekday() + step) % 7 < 5 for step in range(1, rest + 1))

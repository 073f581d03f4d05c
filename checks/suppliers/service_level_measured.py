"""Every agreed service level is measured, is reached, and shows the same value when it is counted anew.

The agreed value of a row decides, else the control's own: least share solved by the first line, most working days to a
solution, least share of cases with a survey. Shares are counted anew from the tickets of the period, as far as the
export covers it; the median of working days (Monday to Friday, public holidays not known) likewise. A counted value
that differs by more than one from the reported one is an exception, and so is a level that nobody measured.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from checks.finding import Outcome, deviates, undetermined
from checks.record_rules.joins import key_of, lacks_column, unread
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
    "supplier-unknown": because(
        "Ärenden från perioden anger ingen leverantör, och flera kan ha dem.",
        "Tickets of the period name no supplier, and several may have them.",
        "Ta med leverantören i exporten av ärenden.",
        "Export the supplier with the tickets.",
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
    closed = _Closed(tickets, one_supplier=len({key_of(each.supplier) for each in _all(evidence)}) == 1)
    for row in levels.records:
        agreed = row.agreed if row.agreed is not None else _default(row, parameters)
        steps: list[Outcome | None] = [filled(row, levels, ("agreed",)) if agreed is None else None]
        if row.reported is None:
            steps.append(filled(row, levels, ("reported",), "not-measured"))
        elif agreed is not None and _missed(row, row.reported, agreed):
            steps.append(deviates(row, "below", value=row.reported, agreed=agreed))
        if row.measure != "other" and row.reported is not None:
            steps.append(_counted(row, row.reported, levels, closed))
        yield decide(row, *steps, ahead(row, row.period_end, as_of))


def _default(row: ServiceLevel, parameters: Parameters) -> int | None:
    return {
        "first-line-share": parameters.first_line_share_min_percent,
        "resolve-working-days": parameters.resolve_working_days_max,
        "survey-share": parameters.survey_share_percent,
    }.get(row.measure)


def _missed(row: ServiceLevel, value: int, agreed: int) -> bool:
    return value > agreed if row.measure == "resolve-working-days" else value < agreed


def _all(evidence: EvidenceSet) -> Iterator[ServiceLevel]:
    return evidence.reading(ServiceLevel).records


class _Closed:
    """The tickets that were closed, by supplier."""

    def __init__(self, reading: Reading[Ticket], *, one_supplier: bool) -> None:
        self.reading = reading
        self.begins: date | None = None
        """Day of the earliest ticket: before it nothing is seen."""
        self._one = one_supplier
        self._by_supplier: defaultdict[str, list[Ticket]] = defaultdict(list)
        for each in reading.records:
            for day in (each.opened, each.closed):
                if day is not None and (self.begins is None or day < self.begins):
                    self.begins = day
            if each.closed is not None:
                self._by_supplier[key_of(each.supplier or "")].append(each)

    def of(self, row: ServiceLevel) -> list[Ticket]:
        """Those of the row's supplier and period; those without a supplier are the only supplier's."""
        names = (key_of(row.supplier), "") if self._one else (key_of(row.supplier),)
        return [each for name in names for each in self._by_supplier.get(name, ()) if _is_within(each, row)]

    def nobodys(self, row: ServiceLevel) -> bool:
        """Whether tickets of the period may be of any of several suppliers."""
        return not self._one and any(_is_within(each, row) for each in self._by_supplier.get("", ()))


def _is_within(ticket: Ticket, row: ServiceLevel) -> bool:
    if ticket.closed is None or row.period_start is None or row.period_end is None:
        return False
    return row.period_start <= ticket.closed <= row.period_end


def _counted(row: ServiceLevel, reported: int, levels: Population[ServiceLevel], closed: _Closed) -> Outcome | None:
    """The value by the tickets that were closed in the period."""
    period = filled(row, levels, ("period_start", "period_end"))
    if period is not None or row.period_start is None or row.period_end is None:
        return period
    partly = unread(row, closed.reading)
    if partly is not None:
        return partly
    if closed.nobodys(row):
        return lacks_column(row, closed.reading, "supplier") or undetermined(row, "supplier-unknown")
    held_there = closed.of(row)
    if row.measure == "resolve-working-days":
        days = sorted(working_days(each.opened, each.closed) for each in held_there if each.opened and each.closed)
        counted = days[(len(days) - 1) // 2] if days else None
    else:
        field = "first_line" if row.measure == "first-line-share" else "surveyed"
        known = [getattr(each, field) for each in held_there if getattr(each, field) is not None]
        counted = sum(known) * 100 // len(known) if known else None
    if counted is None:
        return undetermined(row, "no-tickets")
    if abs(counted - reported) <= 1:
        return None
    if closed.begins is None or closed.begins > row.period_start:
        return undetermined(row, "period-not-covered", first=closed.begins, start=row.period_start)
    return deviates(row, "differs", reported=reported, counted=counted)


def working_days(opened: date, closed: date) -> int:
    """Working days, Monday to Friday, from one day to another: 0 on the same day, and where they are the wrong way."""
    weeks, rest = divmod(max(0, (closed - opened).days), 7)
    return weeks * 5 + sum((opened.weekday() + step) % 7 < 5 for step in range(1, rest + 1))

"""Every unit is part of the yearly follow-up, with a dated status.

The units are those of the HR roster where someone works today, or those that `units` names with comma between them. A
unit deviates when the follow-up has nothing of it, and when its status is undated or older than `interval_months`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from checks.finding import Outcome, deviates, undetermined
from checks.record_rules.joins import grouped, has_one, key_of, lacks_column, latest, recent, unread
from checks.record_rules.reasons import COMMON, because
from checks.record_rules.roster import Roster
from checks.record_rules.rows import (
    decide,
)
from collector.evidence import EvidenceSet, Population, Reading
from collector.records.governance import UnitStatus
from collector.records.identity import Employment

CONTROL = "unit-compliance-coverage"
READS = (UnitStatus, Employment)
EVERY_RECORD = False


@dataclass(frozen=True, slots=True)
class Parameters:
    """Which units (`all`: those of the HR roster), and how old a status may be, in months."""

    units: str = "all"
    interval_months: int = 12


_ASK = ("Begär in enhetens status och datera den.", "Ask for the unit's status, and date it.")
REASONS = COMMON | {
    "missing": because("Enheten finns inte i uppföljningen.", "The unit is not in the follow-up.", *_ASK),
    "undated": because("Enhetens status är inte daterad.", "The unit's status is not dated.", *_ASK),
    "no-status": because("Enheten har inte lämnat någon status.", "The unit has given no status.", *_ASK),
    "too-old": because("Enhetens status är från {last}.", "The unit's status is of {last}.", *_ASK),
    "no-units": because(
        "Personalförteckningen visar inga enheter.",
        "The HR roster shows no units.",
        "Ta med enheten i exporten ur personalsystemet.",
        "Export the unit from the HR system too.",
    ),
}


def judge(
    statuses: Population[UnitStatus], evidence: EvidenceSet, parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per unit."""
    register = evidence.reading(UnitStatus)
    rows = grouped(register, lambda each: each.unit)
    roster = Roster(evidence.reading(Employment), as_of)
    if key_of(parameters.units) == "all":
        yield from filter(None, [unread(statuses.source, roster.reading)])
        units = list(roster.units)
        if roster.reading.populations and not units:
            yield undetermined(statuses.source, "no-units")
    else:
        units = [name for part in parameters.units.split(",") if (name := part.strip())]
    for unit in units:
        yield decide(unit, _judge(unit, rows.get(key_of(unit), []), register, parameters, as_of))


def _judge(
    unit: str, rows: Sequence[UnitStatus], register: Reading[UnitStatus], parameters: Parameters, as_of: datetime
) -> Outcome | None:
    if not rows:
        return has_one(unit, (), register, "missing")
    given = [row for row in rows if row.status]
    if not given:
        return lacks_column(unit, register, "status") or unread(unit, register) or deviates(unit, "no-status")
    last = latest((row.date for row in given), as_of)
    if last is None:
        return lacks_column(unit, register, "date") or unread(unit, register) or deviates(unit, "undated")
    return recent(unit, last, parameters.interval_months, register, as_of)

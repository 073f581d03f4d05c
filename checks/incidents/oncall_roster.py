"""Someone who works here is on call at every hour, and every call was answered.

The shifts of the roster are laid end to end from the first one to the last that has begun or is planned. Hours between
them deviate where `coverage` is 24x7; another word leaves them unjudged. A shift deviates without a person and, by the
HR roster, with a person who has left. A call without an answer deviates.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from checks.ages import local_day
from checks.finding import Outcome, Severity, deviates, undetermined
from checks.record_rules.joins import lacks_column, unread
from checks.record_rules.reasons import COMMON, because
from checks.record_rules.roster import Roster
from checks.record_rules.rows import (
    decide,
    filled,
)
from collector.evidence import EvidenceSet, Population, Reading
from collector.records.identity import Employment
from collector.records.incidents import CallOut, OnCallShift

CONTROL = "oncall-roster"
READS = (OnCallShift, Employment, CallOut)


@dataclass(frozen=True, slots=True)
class Parameters:
    """`24x7`: every hour must be covered."""

    coverage: str = "24x7"


_COVER = ("Bemanna tiden och rätta listan.", "Staff the time, and correct the roster.")
REASONS = COMMON | {
    "nobody": because("Ingen har beredskap under passet.", "Nobody is on call in the shift.", *_COVER),
    "left": because(
        "Den som har beredskap har slutat.", "Whoever is on call has left.", *_COVER, severity=Severity.HIGH
    ),
    "person-unknown": because(
        "Den som har beredskap finns inte i personalförteckningen.",
        "Whoever is on call is not in the HR roster.",
        "Ange personalförteckningens nyckel.",
        "Give the HR roster's key.",
        Severity.LOW,
    ),
    "uncovered": because(
        "Ingen beredskap {start} till {end}.",
        "Nobody is on call from {start} to {end}.",
        *_COVER,
        severity=Severity.HIGH,
    ),
    "begins": because(
        "Listan börjar {start}: ingen är inplanerad nu.",
        "The roster begins {start}: nobody is planned for now.",
        *_COVER,
    ),
    "ends": because(
        "Listan slutar {end}: ingen är inplanerad nu.", "The roster ends {end}: nobody is planned for now.", *_COVER
    ),
    "no-answer": because(
        "Samtalet {called} besvarades inte.",
        "The call of {called} was not answered.",
        "Utred varför, och rätta rutinen.",
        "Look into why, and mend the routine.",
    ),
    "backwards": because(
        "Passet slutar innan det börjar.", "The shift ends before it begins.", "Rätta passet.", "Correct the shift."
    ),
    "coverage-unknown": because(
        "Täckningen {part} kan inte bedömas; 24x7 kan det.",
        "The coverage {part} cannot be judged; 24x7 can.",
        "Ange 24x7, eller bedöm listan för hand.",
        "Say 24x7, or judge the roster by hand.",
        Severity.LOW,
    ),
}


def judge(
    shifts: Population[OnCallShift], evidence: EvidenceSet, parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per shift, one per uncovered time, and one per unanswered call."""
    roster = Roster(evidence.reading(Employment), as_of)
    calls = evidence.reading(CallOut)
    for row in shifts.records:
        yield _shift(row, shifts, roster, as_of)
    everything = evidence.reading(OnCallShift)
    if parameters.coverage == "24x7":
        yield from _uncovered(shifts.source, everything, as_of)
    else:
        yield undetermined(shifts.source, "coverage-unknown", part=parameters.coverage)
    yield from filter(None, [unread(shifts.source, calls)])
    for call in sorted(calls.records, key=repr):
        if call.answered is None:
            yield lacks_column(call, calls, "answered") or deviates(call, "no-answer", called=call.called)


def _shift(row: OnCallShift, shifts: Population[OnCallShift], roster: Roster, as_of: datetime) -> Outcome:
    if row.end < row.start:
        return undetermined(row, "backwards")
    if not row.person_key:
        return decide(row, filled(row, shifts, ("person_key",), "nobody"))
    # A shift that has been is judged by who worked here then; one to come by who does today.
    employed = roster.employed(row.person_key, local_day(min(row.start, as_of)))
    if employed is None:
        told = unread(row, roster.reading) or roster.untold(row, row.person_key)
        return told or undetermined(row, "person-unknown")
    return decide(row, unread(row, roster.reading)) if employed else deviates(row, "left")


def _uncovered(source: str, everything: Reading[OnCallShift], as_of: datetime) -> Iterator[Outcome]:
    held_shifts = sorted((row.start, row.end) for row in everything.records if row.end >= row.start and row.person_key)
    if not held_shifts:
        return
    partly = unread(source, everything)
    first, covered = held_shifts[0]
    if first > as_of:
        yield partly or deviates(source, "begins", start=first)
    for start, end in held_shifts[1:]:
        if start > covered:
            yield partly or deviates(covered.isoformat(timespec="minutes"), "uncovered", start=covered, end=start)
        covered = max(covered, end)
    if covered < as_of:
        yield partly or deviates(source, "ends", end=covered)

"""Every forum meets as often as was decided.

The forums are those that `forums` names, each with its own number after a colon (`Kundråd: 4`) or else
`meetings_per_year`; one that the minutes register does not name has not met. Without that list they are the bodies of
the register: a forum that never met is then not seen. Each must have met on so many days of the last year. Fewer
meetings are an exception only where the register covers the whole year. Where the register tells who took part, the
meetings of the last year without any participant deviate too: minutes that nobody attended show no meeting.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from checks.ages import months_before
from checks.finding import Outcome, Severity, deviates
from checks.record_rules.joins import held, key_of, lacks_column
from checks.record_rules.reasons import COMMON, because
from checks.record_rules.rows import (
    decide,
)
from collector.evidence import EvidenceSet, Population
from collector.records.documents import Minutes

CONTROL = "forum-meetings-held"
READS = (Minutes,)
EVERY_RECORD = False


@dataclass(frozen=True, slots=True)
class Parameters:
    """Meetings that a forum must hold each year, and the forums that must."""

    meetings_per_year: int = 4
    forums: tuple[str, ...] = ()


REASONS = COMMON | {
    "too-few": because(
        "{count} möten det senaste året; {needed} är beslutade.",
        "{count} meetings in the last year; {needed} are decided.",
        "Kalla till möten enligt beslutet, eller ändra det.",
        "Call meetings as decided, or change the decision.",
    ),
    "no-participants": because(
        "Protokollet visar inga deltagare.",
        "The minutes show no participants.",
        "Skriv i protokollet vilka som deltog, och för vem.",
        "Write in the minutes who took part, and for whom.",
        Severity.LOW,
    ),
}


def judge(
    minutes: Population[Minutes], evidence: EvidenceSet, parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per forum, and one per meeting without participants."""
    register = evidence.reading(Minutes)
    first = min((each.held for each in register.records), default=None)
    decided = dict(_decided(each, parameters.meetings_per_year) for each in parameters.forums)
    wanted = {key_of(name): number for name, number in decided.items()}
    mine = wanted.keys() or {key_of(each.body) for each in minutes.records}
    names: dict[str, str] = {key_of(name): name for name in decided}
    days: defaultdict[str, set[date]] = defaultdict(set)
    attended: defaultdict[tuple[str, date], bool] = defaultdict(bool)
    for each in register.records:
        body = key_of(each.body)
        if body in mine:
            names[body] = min(names.get(body, each.body), each.body)
            days[body].add(each.held)
            attended[body, each.held] |= bool(each.participants)
    start = months_before(as_of.date(), 12)
    for body in sorted(names):
        subject, needed = names[body], wanted.get(body, parameters.meetings_per_year)
        yield decide(subject, held(subject, days[body], needed, register, first, as_of))
        if not days[body]:
            continue
        column = lacks_column(subject, register, "participants")
        if column is not None:
            yield column
        else:
            for day in sorted(days[body]):
                if start <= day <= as_of.date() and not attended[body, day]:
                    yield deviates(f"{subject} {day.isoformat()}", "no-participants")


def _decided(text: str, otherwise: int) -> tuple[str, int]:
    """The forum and its meetings a year, of `forum: number` or `forum`."""
    name, colon, number = text.rpartition(":")
    return (name.strip(), int(number)) if colon and number.strip().isdecimal() else (text.strip(), otherwise)

"""Every report that is looked for is found in the minutes themselves, within the interval, with a decision.

Judges the reports that the settings name, by the text of the minutes that were handed over. A report that no minutes
name deviates where every one of them was read. So does one whose latest passage is older than `interval_months`, or
stands under no paragraph. What was decided is told; a report that was only noted is judged by the register of minutes,
which knows if it told of shortcomings.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from checks.finding import Outcome, Reason, Text, conforms, deviates, undetermined
from collector.evidence import EvidenceSet, Population
from collector.records.document_files import MinutesPassage

CONTROL = "board-report-minuted"
READS = (MinutesPassage,)
EVERY_RECORD = False


@dataclass(frozen=True, slots=True)
class Parameters:
    """Months from one report to the next."""

    interval_months: int = 12


_FIX = Text(
    "Lägg fram rapporten för styrelsen och protokollför vad som beslutas om den.",
    "Lay the report before the board, and minute what is decided on it.",
)
REASONS = {
    "not-in-minutes": Reason(
        Text(
            "Rapporten nämns inte i de protokoll som lästes ({searched}).",
            "The report is not named in the minutes that were read ({searched}).",
        ),
        _FIX,
    ),
    "minutes-unread": Reason(
        Text(
            "Rapporten nämns inte i de protokoll som gick att läsa ({searched}); alla kunde inte läsas.",
            "The report is not named in the minutes that could be read ({searched}); not all could.",
        ),
        Text("Lämna över protokollen med text.", "Hand over the minutes with text."),
    ),
    "too-old": Reason(
        Text(
            "Rapporten togs senast upp {held}, för mer än {months} månader sedan.",
            "The report was last taken up on {held}, more than {months} months ago.",
        ),
        _FIX,
    ),
    "no-paragraph": Reason(
        Text("Rapporten nämns i protokollet utan paragraf.", "The minutes name the report under no paragraph."), _FIX
    ),
    "no-day": Reason(Text("Protokollets dag gick inte att läsa.", "The day of the minutes could not be read.")),
    "day-to-come": Reason(
        Text("Protokollet är daterat {held}, som inte har varit.", "The minutes are dated {held}, which is to come.")
    ),
}


def judge(
    passages: Population[MinutesPassage], _evidence: EvidenceSet, parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per report."""
    reports: dict[str, list[MinutesPassage]] = {}
    for passage in passages.records:
        reports.setdefault(passage.report, []).append(passage)
    for report, found in sorted(reports.items()):
        yield _judge(report, found, parameters, as_of.date(), whole=passages.complete)


def _judge(report: str, found: list[MinutesPassage], parameters: Parameters, today: date, *, whole: bool) -> Outcome:
    named = [each for each in found if each.file is not None]
    if not named:
        searched = max(each.searched for each in found)
        return deviates(report, "not-in-minutes", searched=searched) if whole else _unread(report, searched)
    dated = [(each.held, each.paragraph or "") for each in named if each.held is not None]
    if not dated:
        return undetermined(report, "no-day")
    held, paragraph = max(dated)
    if held > today:
        return undetermined(report, "day-to-come", held=held)
    if _months(held, today) > parameters.interval_months:
        if not whole:
            return _unread(report, max(each.searched for each in found))
        return deviates(report, "too-old", held=held, months=parameters.interval_months)
    if not paragraph:
        return deviates(report, "no-paragraph")
    return conforms(report)


def _unread(report: str, searched: int) -> Outcome:
    return undetermined(report, "minutes-unread", searched=searched)


def _months(start: date, end: date) -> int:
    """Months that have begun from one day to another."""
    return (end.year - start.year) * 12 + end.month - start.month + (1 if end.day > start.day else 0)

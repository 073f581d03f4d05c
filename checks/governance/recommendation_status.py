"""Every recommendation of an earlier audit has a reply in time, and a measure with evidence.

A recommendation deviates when it is said to be done and nothing shows it; when its last day has passed and it is not
shown to be done; when the reply came after the day it was due, or has not come and the day has passed. The day is the
recommendation's own or, where the ledger has none, `reply_due`. Where neither is set, whether a reply that is lacking
is late cannot be said.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from checks.finding import Outcome, Reason, Severity, Text, Verdict, conforms, deviates, undetermined
from checks.record_rules.joins import as_exported
from checks.record_rules.reasons import COMMON
from checks.record_rules.rows import empty, told
from collector.evidence import EvidenceSet, Population
from collector.records.statements import Recommendation

CONTROL = "recommendation-status"
READS = (Recommendation,)


@dataclass(frozen=True, slots=True)
class Parameters:
    """A day, YYYY-MM-DD; empty: none is set for all."""

    reply_due: str = ""


REASONS = {
    "no-column": COMMON["no-column"],
    "export-older": COMMON["export-older"],
    "done-without-evidence": Reason(
        Text("Uppges klar, men inget belägg anges.", "Said to be done, but no evidence is given."),
        Text("Ange diarienummer eller handling som visar åtgärden.", "Give the diary number or file that shows it."),
    ),
    "overdue": Reason(
        Text(
            "Skulle vara åtgärdad {due} ({days} dagar sedan) och är det inte.",
            "Was to be carried out by {due} ({days} days ago) and is not.",
        ),
        Text("Genomför åtgärden, eller besluta om en ny dag.", "Carry the measure out, or decide on a new day."),
    ),
    "reply-missing": Reason(
        Text(
            "Svar till revisorerna skulle ha lämnats {due} ({days} dagar sedan).",
            "A reply to the auditors was due on {due} ({days} days ago).",
        ),
        Text("Lämna ett skriftligt svar.", "Give a written reply."),
    ),
    "reply-late": Reason(
        Text(
            "Svaret lämnades {replied}, efter utsatt dag {due}.",
            "The reply was given on {replied}, after the day it was due, {due}.",
        ),
        Text("Planera in svarstiden för nästa granskning.", "Plan for the reply at the next audit."),
        Severity.LOW,
    ),
    "due-date-unreadable": Reason(
        Text("Dagen i reply_due kan inte läsas: {due}.", "The day in reply_due cannot be read: {due}."),
        Text("Skriv den ÅÅÅÅ-MM-DD.", "Write it YYYY-MM-DD."),
    ),
    "reply-due-unknown": Reason(
        Text(
            "Inget svar är infört, och ingen dag är satt för svaret.",
            "No reply is entered, and no day is set for it.",
        ),
        Text("För in svarsdagen från missivet.", "Enter the day of reply from the cover letter."),
    ),
    "status-unknown": Reason(
        Text("Varken status eller slutdatum är infört.", "Neither status nor last day is entered."),
        Text("För in nämndens status och slutdatum.", "Enter the board's status and last day."),
    ),
}


def judge(
    recommendations: Population[Recommendation], evidence: EvidenceSet, parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per recommendation."""
    common, readable = _day(parameters.reply_due)
    own = evidence.reading(Recommendation).of(recommendations.source)
    for each in recommendations.records:
        if not readable and each.reply_due is None:
            yield undetermined(each, "due-date-unreadable", due=parameters.reply_due)
        else:
            rule = partial(_judge, each, recommendations, each.reply_due or common)
            yield as_exported(each, own, as_of, rule) or conforms(each)


_LOOKED_AT = {
    "done-without-evidence": ("evidence",),
    "overdue": ("status", "replied"),
    "reply-missing": ("replied",),
    "reply-late": (),
}
"""The columns that could say otherwise, by reason; any of a row's for what conforms."""


def _judge(
    each: Recommendation, recommendations: Population[Recommendation], reply_due: date | None, moment: datetime
) -> Outcome:
    """A column that the export lacks hides what it could say, in either direction."""
    found = _by_row(each, reply_due, moment.date())
    if found.verdict is Verdict.UNDETERMINED:
        return found
    columns = _LOOKED_AT.get(found.reason, ("status", "due", "replied", "reply_due"))
    return told(each, recommendations, *columns) or found


def _by_row(each: Recommendation, reply_due: date | None, today: date) -> Outcome:
    replied = each.replied if each.replied is None or each.replied <= today else None
    settled = each.status == "rejected" and replied is not None  # the board has answered that it will not
    if each.status == "done" and empty(each.evidence):
        return deviates(each, "done-without-evidence")
    if each.due is not None and today > each.due and each.status != "done" and not settled:
        return deviates(each, "overdue", due=each.due, days=(today - each.due).days)
    if replied is None and reply_due is not None and today > reply_due:
        return deviates(each, "reply-missing", due=reply_due, days=(today - reply_due).days)
    if replied is not None and reply_due is not None and replied > reply_due:
        return deviates(each, "reply-late", due=reply_due, replied=replied)
    if replied is None and reply_due is None:
        return undetermined(each, "reply-due-unknown")
    if each.status is None and each.due is None:
        return undetermined(each, "status-unknown")
    return conforms(each)


def _day(text: str) -> tuple[date | None, bool]:
    """The day, and whether the text could be read."""
    if not text:
        return None, True
    try:
        return date.fromisoformat(text), True
    except ValueError:
        return None, False

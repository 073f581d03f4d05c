"""Every accepted risk has a decision with a decider, a day and an end, and every other risk is treated.

An acceptance deviates without a decider, a day or a last day, when it runs for more than `max_validity_months`, and
when it has run out while the risk is still open. An open risk in the risk register deviates when it has neither a
treatment nor an acceptance that is in force. Whether the decider had the mandate is for a person to judge: the report
names the role.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from checks.finding import Outcome, Severity, deviates, out_of_scope, undetermined
from checks.record_rules.joins import as_exported, grouped, key_of, lacks_column, unread
from checks.record_rules.reasons import COMMON, because
from checks.record_rules.rows import (
    dated,
    decide,
    empty,
    filled,
    months_after,
    told,
)
from collector.evidence import EvidenceSet, Population, Reading
from collector.records.assets import Risk, RiskAcceptance

CONTROL = "risk-acceptance-decision"
READS = (RiskAcceptance, Risk)


@dataclass(frozen=True, slots=True)
class Parameters:
    """Longest time that a risk may be accepted for."""

    max_validity_months: int = 12


_DECIDE = (
    "Låt den som har mandat besluta på nytt, med slutdatum, eller åtgärda risken.",
    "Have someone with the mandate decide anew, with an end, or treat the risk.",
)
REASONS = COMMON | {
    "undated": because("Beslutet är inte daterat.", "The decision is not dated.", *_DECIDE),
    "no-end": because("Riskacceptansen har inget slutdatum.", "The acceptance has no end.", *_DECIDE),
    "too-long": because(
        "Gäller {decided} till {until}, längre än {months} månader.",
        "Runs from {decided} to {until}, longer than {months} months.",
        *_DECIDE,
    ),
    "expired": because(
        "Gick ut {until} och risken är kvar.", "Ran out {until}, and the risk is still there.", *_DECIDE
    ),
    "untreated": because(
        "Risken har varken åtgärd eller giltig riskacceptans.",
        "The risk has neither a treatment nor an acceptance in force.",
        *_DECIDE,
        severity=Severity.HIGH,
    ),
    "risk-not-in-register": because(
        "Har gått ut, och risken finns inte i riskregistret: om den är kvar är inte känt.",
        "Has run out, and the risk register does not have the risk: whether it is still there is not known.",
        "Rätta riskens beteckning, eller för in risken i riskregistret.",
        "Correct the risk's name, or enter the risk in the register.",
    ),
    "over": because("Har gått ut, och risken är stängd.", "Has run out, and the risk is closed."),
}


def judge(
    acceptances: Population[RiskAcceptance], evidence: EvidenceSet, parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per acceptance, and one per open risk that nothing is done about."""
    risks = evidence.reading(Risk)
    decisions = evidence.reading(RiskAcceptance)
    known = grouped(risks, lambda each: each.risk)
    own = decisions.of(acceptances.source)
    for row in acceptances.records:
        rule = partial(_judge, row, acceptances, known.get(key_of(row.risk), []), risks, parameters)
        yield decide(row, as_exported(row, own, as_of, rule))
    yield from filter(None, [unread(acceptances.source, risks)])
    ends = _ends(decisions, as_of.date())
    for name, rows in sorted(known.items()):
        open_rows = [row for row in rows if row.closed is None]
        if open_rows and not any(row.treatment for row in open_rows) and ends.get(name, date.min) < as_of.date():
            subject = min(row.risk for row in open_rows)
            untreated = partial(_untreated, subject, ends.get(name, date.min))
            column = lacks_column(subject, risks, "treatment", "closed")
            column = column or lacks_column(subject, decisions, "decided", "valid_until")
            column = column or unread(subject, decisions)
            yield column or decide(subject, as_exported(subject, decisions, as_of, untreated))


def _ends(decisions: Reading[RiskAcceptance], today: date) -> dict[str, date]:
    """Risk to the last day of its acceptances that have been decided."""
    found: dict[str, date] = {}
    for row in decisions.records:
        if row.decided is not None and row.decided <= today and row.valid_until is not None:
            found[key_of(row.risk)] = max(row.valid_until, found.get(key_of(row.risk), date.min))
    return found


def _untreated(subject: str, end: date, moment: datetime) -> Outcome | None:
    return deviates(subject, "untreated") if end < moment.date() else None


def _judge(
    row: RiskAcceptance,
    acceptances: Population[RiskAcceptance],
    rows: Sequence[Risk],
    risks: Reading[Risk],
    parameters: Parameters,
    as_of: datetime,
) -> Outcome:
    until = row.valid_until
    if until is not None and until < as_of.date():
        if any(risk.closed is None for risk in rows):
            return lacks_column(row, risks, "closed") or deviates(row, "expired", until=until)
        unknown = None if rows else undetermined(row, "risk-not-in-register")
        return unread(row, risks) or unknown or out_of_scope(row, "over")
    decider = None
    if empty(row.decided_by) and empty(row.role):
        decider = told(row, acceptances, "decided_by", "role") or filled(row, acceptances, ("decided_by",))
    undated = dated(row, acceptances, "decided", as_of)
    no_end = filled(row, acceptances, ("valid_until",), "no-end")
    too_long = None
    if (
        row.decided is not None
        and until is not None
        and until > months_after(row.decided, parameters.max_validity_months)
    ):
        months = parameters.max_validity_months
        too_long = deviates(row, "too-long", decided=row.decided, until=until, months=months)
    return decide(row, no_end, undated, decider, too_long)

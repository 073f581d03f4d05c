"""Every change that was deployed had an approval before it, a risk assessment, a board decision and a test.

`required` names what a ticket must hold: approver, risk, cab_date, test. A change deviates when one is empty, and when
it was deployed before the day of approval or of the board's decision; both on one day are in order. An emergency
change may be approved afterwards, but must be. Changes that are not deployed are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from checks.finding import Outcome, Severity, deviates, out_of_scope, undetermined
from checks.record_rules.reasons import COMMON, because
from checks.record_rules.rows import (
    ahead,
    dated,
    decide,
    filled,
    has_column,
    told,
)
from collector.evidence import EvidenceSet, Population
from collector.records.changes import Change

CONTROL = "change-approval-trace"
READS = (Change,)


@dataclass(frozen=True, slots=True)
class Parameters:
    """Fields that a ticket must hold."""

    required: tuple[str, ...] = ("approver", "risk", "cab_date", "test")


_TRACE = (
    "Godkänn och riskbedöm före driftsättning, och skriv det i ärendet.",
    "Approve and assess before deployment, and write it in the ticket.",
)
REASONS = COMMON | {
    "not-approved": because(
        "Driftsatt utan godkännande.", "Deployed without approval.", *_TRACE, severity=Severity.HIGH
    ),
    "before-approval": because(
        "Driftsatt {deployed}, godkänd {approved}.", "Deployed {deployed}, approved {approved}.", *_TRACE
    ),
    "before-board": because(
        "Driftsatt {deployed}, behandlad av ändringsrådet {decided}.",
        "Deployed {deployed}, before the board {decided}.",
        *_TRACE,
    ),
    "unknown-part": because(
        "Okänd uppgift i inställningarna: {part}.",
        "An unknown field in the settings: {part}.",
        "Rätta required.",
        "Correct required.",
    ),
    "not-deployed": because("Inte driftsatt.", "Not deployed."),
}
_KNOWN = ("approver", "risk", "cab_date", "test", "requester", "tester", "deployer", "developer")


def judge(
    changes: Population[Change], _evidence: EvidenceSet, parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per change."""
    fields = [each for each in parameters.required if each in _KNOWN]
    for part in sorted(set(parameters.required) - set(_KNOWN)):
        yield undetermined(changes.source, "unknown-part", part=part)
    for row in changes.records:
        if row.deployed is None:
            known = has_column(changes, "deployed")
            yield out_of_scope(row, "not-deployed") if known else undetermined(row, "no-column", columns=("deployed",))
            continue
        yield decide(
            row,
            dated(row, changes, "approved", as_of, "not-approved"),
            _after(row, changes, row.approved, "before-approval"),
            _after(row, changes, row.cab_date if "cab_date" in fields else None, "before-board"),
            filled(row, changes, fields),
            ahead(row, row.deployed, as_of),
        )


def _after(row: Change, changes: Population[Change], decided: date | None, reason: str) -> Outcome | None:
    if decided is None or row.deployed is None or row.emergency or row.deployed >= decided:
        return None
    name = "approved" if reason == "before-approval" else "decided"
    return told(row, changes, "emergency") or deviates(row, reason, deployed=row.deployed, **{name: decided})

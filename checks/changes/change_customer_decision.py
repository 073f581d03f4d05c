"""The customer accepted every larger change and decided when it went live.

Larger is by the ticket's own size: `min_size` major leaves minor changes out, minor counts all. A deployed change
deviates without acceptance or decision, and when either is dated after the deployment. A change whose size nobody has
set is not determined.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from checks.finding import Outcome, Severity, deviates, out_of_scope, undetermined
from checks.record_rules.reasons import COMMON, because
from checks.record_rules.rows import (
    ahead,
    decide,
    filled,
    has_column,
)
from collector.evidence import EvidenceSet, Population
from collector.records.changes import Change

CONTROL = "change-customer-decision"
READS = (Change,)


@dataclass(frozen=True, slots=True)
class Parameters:
    """The least size that needs the customer: minor or major."""

    min_size: str = "major"


_DECIDE = (
    "Låt beställaren godkänna och besluta om driftsättning före den, och skriv det i ärendet.",
    "Have the customer accept and decide before deployment, and write it in the ticket.",
)
REASONS = COMMON | {
    "no-acceptance": because("Beställaren har inte godkänt.", "The customer did not accept it.", *_DECIDE),
    "no-golive": because(
        "Beställaren har inte beslutat om driftsättning.", "The customer did not decide that it goes live.", *_DECIDE
    ),
    "after": because(
        "Driftsatt {deployed}; beställarens beslut är från {decided}.",
        "Deployed {deployed}; the customer's decision is of {decided}.",
        *_DECIDE,
    ),
    "size-unknown": because(
        "Ärendet säger inte hur stor ändringen är.",
        "The ticket does not say how large the change is.",
        "Fyll i storleken.",
        "Fill in the size.",
        Severity.LOW,
    ),
    "minor": because("En mindre ändring.", "A minor change."),
    "not-deployed": because("Inte driftsatt.", "Not deployed."),
}


def judge(
    changes: Population[Change], _evidence: EvidenceSet, parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per change."""
    every_size = parameters.min_size == "minor"
    for row in changes.records:
        if row.deployed is None:
            known = has_column(changes, "deployed")
            yield out_of_scope(row, "not-deployed") if known else undetermined(row, "no-column", columns=("deployed",))
        elif row.size is None and not every_size:
            yield undetermined(row, "size-unknown")
        elif row.size == "minor" and not every_size:
            yield out_of_scope(row, "minor")
        else:
            yield decide(
                row,
                filled(row, changes, ("acceptance_by", "acceptance_date"), "no-acceptance"),
                filled(row, changes, ("golive_by", "golive_date"), "no-golive"),
                _before(row, row.acceptance_date),
                _before(row, row.golive_date),
                ahead(row, row.deployed, as_of),
            )


def _before(row: Change, decided: date | None) -> Outcome | None:
    if decided is None or row.deployed is None or decided <= row.deployed:
        return None
    return deviates(row, "after", deployed=row.deployed, decided=decided)

"""What suppliers claim agrees with what is observed independently.

Each claim in the settings is held against the evidence for its control; this check sums the verdicts up. A claim that
is contradicted deviates. One that is confirmed in part, or cannot be verified, is undetermined: it is nobody's fault
yet. A claim of a day more than `claim_max_age_days` ago is undetermined whatever it was confirmed by, for it is no
longer a claim about now. No claim is ever confirmed on a supplier's own data alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from checks.finding import Outcome, Reason, Text, conforms, deviates, undetermined
from collector.evidence import EvidenceSet, Population
from collector.records.statements import ClaimVerdict

CONTROL = "supplier-claim-verified"
READS = (ClaimVerdict,)


@dataclass(frozen=True, slots=True)
class Parameters:
    """Days."""

    claim_max_age_days: int = 180


_ASK = Text(
    "Ställ frågorna som står vid påståendet, till den som kan svara.",
    "Ask the questions that stand beside the claim, of those who can answer.",
)
REASONS = {
    "contradicted": Reason(
        Text(
            "Underlaget motsäger vad leverantören uppger om {control}.",
            "The evidence contradicts what the supplier states of {control}.",
        ),
        Text(
            "Lägg avvikelserna fram för leverantören, och begär en åtgärd med datum.",
            "Put the exceptions before the supplier, and ask for a measure with a date.",
        ),
    ),
    "partly-confirmed": Reason(
        Text(
            "Bara en del av vad leverantören uppger om {control} är styrkt.",
            "Only a part of what the supplier states of {control} is confirmed.",
        ),
        _ASK,
    ),
    "not-verifiable": Reason(
        Text(
            "Inget underlag styrker vad leverantören uppger om {control}.",
            "No evidence confirms what the supplier states of {control}.",
        ),
        _ASK,
    ),
    "claim-too-old": Reason(
        Text(
            "Påståendet gäller {as_of}, för {days} dagar sedan.",
            "The claim is of {as_of}, {days} days ago.",
        ),
        Text("Begär en ny uppgift av leverantören.", "Ask the supplier for a new statement."),
    ),
}


def judge(
    claims: Population[ClaimVerdict], _evidence: EvidenceSet, parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per claim."""
    for claim in claims.records:
        days = (as_of.date() - claim.as_of).days
        if claim.status == "contradicted":
            yield deviates(claim, "contradicted", control=claim.control)
        elif days > parameters.claim_max_age_days:
            yield undetermined(claim, "claim-too-old", as_of=claim.as_of, days=days)
        elif claim.status == "confirmed":
            yield conforms(claim)
        else:
            yield undetermined(claim, claim.status, control=claim.control)

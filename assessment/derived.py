"""Evidence that the judgement makes itself, so that a check can sum it up like any other: verdicts and effects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from assessment.claims import ClaimAssessment
from assessment.policy import Claim, Policy
from assessment.recommendations import FollowUp
from checks.finding import Finding
from collector.evidence import OWN, EvidenceSet, Obtained, Population, Provenance, population_of
from collector.records.record import Record
from collector.records.statements import ClaimVerdict, RecommendationEffect

CLAIMS = "claims"
"""Source id of the verdicts on claims."""
RECOMMENDATIONS = "recommendations"
"""Source id of the effects of measures, and of the ledgers themselves."""


def with_verdicts(evidence: EvidenceSet, claims: Sequence[ClaimAssessment], policy: Policy) -> EvidenceSet:
    """The evidence and, where there are claims, a verdict on each."""
    stated: dict[str, Claim] = {claim.id: claim for claim in policy.claims}
    verdicts = [
        ClaimVerdict(
            reference=each.id,
            supplier=each.supplier,
            control=each.control,
            status=each.status.value,
            as_of=stated[each.id].as_of,
        )
        for each in claims
    ]
    return _with(evidence, population_of(ClaimVerdict, verdicts, source=CLAIMS, provenance=_provenance(policy.as_of)))


def with_effects(evidence: EvidenceSet, followed: Sequence[FollowUp], policy: Policy) -> EvidenceSet:
    """The evidence and, where there are recommendations, the effect of the measures on each."""
    effects = [
        RecommendationEffect(
            reference=each.id,
            met="not-determined" if "read-before-measure" in each.remarks else each.met.value,
            before=each.before.value,
            days=each.days,
        )
        for each in followed
    ]
    made = population_of(RecommendationEffect, effects, source=RECOMMENDATIONS, provenance=_provenance(policy.as_of))
    return _with(evidence, made)


def cite(findings: Sequence[Finding], claims: Sequence[ClaimAssessment], followed: Sequence[FollowUp]) -> list[Finding]:
    """The findings, those on what was derived with the evidence that it was derived from."""
    of_claims = {digest for each in claims for digest in each.evidence}
    of_effects = {digest for each in followed for change in each.controls for digest in change.after.evidence}
    rests_on = {"supplier-claim-verified": of_claims, "recommendation-effect-verified": of_effects}
    return [
        replace(each, evidence=tuple(sorted({*each.evidence, *rests_on[each.control]})))
        if each.control in rests_on
        else each
        for each in findings
    ]


def _with(evidence: EvidenceSet, made: Population[Record]) -> EvidenceSet:
    if not made.count:
        return evidence
    return EvidenceSet((*evidence.populations, made), evidence.gaps)


def _provenance(as_of: datetime) -> Provenance:
    """Of what was derived: the other evidence of the same run."""
    return Provenance(
        method=("the judgement of this run",),
        identity="",
        started=as_of,
        finished=as_of,
        obtained=Obtained.PROVIDED,
        controlled_by=OWN,
        collector_version="",
    )

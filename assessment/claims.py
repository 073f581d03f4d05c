"""Holds suppliers' claims against evidence: confirmed, contradicted, partly confirmed, or not verifiable.

A claim is confirmed only by evidence that we read ourselves, or that the organisation's own people handed over; an
export from any supplier can contradict but never confirm, be it the subjects or what they are held against. Evidence
older than the date that the claim speaks of does not count. A claim about a period is held against each of its days,
and needs evidence that covers them. Every source, system and subject that the claim's scope names must have been
judged: what was not seen keeps the claim from being confirmed. A finding to whose subjects the control does not apply
confirms nothing and leaves nothing open. Where the claim is that a share conforms, it is contradicted when more
deviate than that share allows, whoever else was seen, and confirmed when no more could; each subject counts once, by
the worst that any check of the control says of it.
Waivers do not touch claims: an accepted risk does not make a statement true.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from assessment.claim_evidence import ClaimReason, Weighed, named_scope, unseen, weigh
from assessment.claim_questions import Question, questions
from assessment.policy import Claim, Policy
from checks.finding import Finding
from checks.judgement import Check
from collector.evidence import EvidenceSet
from collector.records.record import kind_name

__all__ = ["ClaimAssessment", "ClaimReason", "ClaimStatus", "Question", "assess_claims"]


class ClaimStatus(StrEnum):
    """What evidence says of a claim."""

    CONFIRMED = "confirmed"
    CONTRADICTED = "contradicted"
    PARTLY_CONFIRMED = "partly-confirmed"
    NOT_VERIFIABLE = "not-verifiable"


@dataclass(frozen=True, slots=True)
class ClaimAssessment:
    """The status of one claim with the findings and the evidence that it rests on."""

    id: str
    supplier: str
    control: str
    status: ClaimStatus
    reasons: tuple[ClaimReason, ...]
    findings: tuple[Finding, ...]
    evidence: tuple[str, ...]
    """SHA-256 (hex) of the evidence files, sorted."""
    questions: tuple[Question, ...] = ()
    """What to ask, and whom, for what is still open."""


def assess_claims(policy: Policy, checks: Sequence[Check], evidence: EvidenceSet) -> tuple[ClaimAssessment, ...]:
    """One assessment per claim, in the order of the policy."""
    return tuple(_assess(claim, policy, checks, evidence) for claim in policy.claims)


def _assess(claim: Claim, policy: Policy, checks: Sequence[Check], evidence: EvidenceSet) -> ClaimAssessment:
    testing = [check for check in checks if check.control == claim.control]
    if not testing:
        return _not_verifiable(claim, policy, ClaimReason("no-check", {"control": claim.control}))
    scope = named_scope(claim, evidence)
    weighed = [each for check in testing for each in weigh(claim, scope, check, policy, evidence)]
    missing = unseen(claim, scope, weighed)
    if not weighed:
        if missing and any(evidence.reading(check.reads[0]).populations for check in testing):
            return _not_verifiable(claim, policy, *missing)
        kinds = sorted({kind_name(check.reads[0]) for check in testing})
        return _not_verifiable(claim, policy, ClaimReason("no-evidence", {"kinds": list(kinds)}))
    status = _status(claim, weighed, unseen_part=bool(missing))
    reasons = (*_reasons(claim, weighed), *missing)
    return ClaimAssessment(
        id=claim.id,
        supplier=claim.supplier,
        control=claim.control,
        status=status,
        reasons=reasons,
        findings=tuple(each.finding for each in weighed),
        evidence=tuple(sorted({digest for each in weighed for digest in each.finding.evidence})),
        questions=questions(claim, status.value, reasons, policy),
    )


def _reasons(claim: Claim, weighed: Sequence[Weighed]) -> Iterator[ClaimReason]:
    """What each finding says; that one has nothing in scope counts where all of its source have nothing."""
    applied = {each.finding.source for each in weighed if each.in_scope}
    for each in weighed:
        for reason in each.reasons(claim.share_percent):
            if reason.code != "nothing-in-scope" or each.finding.source not in applied:
                yield reason


def _status(claim: Claim, weighed: Sequence[Weighed], *, unseen_part: bool) -> ClaimStatus:
    """By the share that deviates for certain, and the share that may.

    Shares are counted over all the sources together: that is what a supplier's «98 %» is about. Each subject counts
    once, by the worst that any of the control's checks says of it: one that conforms with five of six does not conform.
    """
    if claim.share_percent < 100:
        subjects, deviating, undecided = _counted(weighed)
    else:
        subjects = sum(each.in_scope for each in weighed)
        deviating = sum(each.deviations for each in weighed)
        undecided = sum(each.undecided for each in weighed)
    allowed = (100 - claim.share_percent) * subjects
    blind = unseen_part or any(each.blind for each in weighed)
    if deviating * 100 > allowed and (claim.share_percent == 100 or not blind):
        return ClaimStatus.CONTRADICTED
    upheld = any(each.upheld or each.upheld_days for each in weighed)
    if upheld and not blind and not any(each.unusable for each in weighed) and (deviating + undecided) * 100 <= allowed:
        return ClaimStatus.CONFIRMED
    return ClaimStatus.PARTLY_CONFIRMED if upheld else ClaimStatus.NOT_VERIFIABLE


def _counted(weighed: Sequence[Weighed]) -> tuple[int, int, int]:
    """How many subjects there are, how many deviate by any check, and how many may."""
    subjects = {(each.finding.source, name) for each in weighed for name in each.names.in_scope}
    deviating = {(each.finding.source, name) for each in weighed for name in each.names.deviating}
    undecided = {(each.finding.source, name) for each in weighed for name in each.names.undecided}
    return len(subjects), len(deviating), len(undecided - deviating)


def _not_verifiable(claim: Claim, policy: Policy, *reasons: ClaimReason) -> ClaimAssessment:
    status = ClaimStatus.NOT_VERIFIABLE
    asked = questions(claim, status.value, reasons, policy)
    return ClaimAssessment(claim.id, claim.supplier, claim.control, status, reasons, (), (), asked)

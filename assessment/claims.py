"""Holds suppliers' claims against evidence: confirmed, contradicted, partly confirmed, or not verifiable.

A claim is confirmed only by evidence that we read ourselves, or that the organisation's own people handed over; an
export from any supplier can contradict but never confirm, be it the subjects or what they are held against. Evidence
older than the date that the claim speaks of does not count. Every source and every subject that the claim's scope
names must have been judged: what was not seen keeps the claim from being confirmed. A finding to whose subjects the
control does not apply confirms nothing and leaves nothing open.
Waivers do not touch claims: an accepted risk does not make a statement true.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from assessment.policy import AskedControl, Claim, Policy
from assessment.waivers import in_scope
from checks.finding import Finding, Status
from checks.judgement import Check, Selection, judge
from collector.evidence import OWN, EvidenceSet, Obtained, Population
from collector.records.codec import JsonValue
from collector.records.record import Record, kind_name


class ClaimStatus(StrEnum):
    """What evidence says of a claim."""

    CONFIRMED = "confirmed"
    CONTRADICTED = "contradicted"
    PARTLY_CONFIRMED = "partly-confirmed"
    NOT_VERIFIABLE = "not-verifiable"


@dataclass(frozen=True, slots=True)
class ClaimReason:
    """Why a claim has its status: a code with its facts."""

    code: str
    facts: Mapping[str, JsonValue]


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


def assess_claims(policy: Policy, checks: Sequence[Check], evidence: EvidenceSet) -> tuple[ClaimAssessment, ...]:
    """One assessment per claim, in the order of the policy."""
    return tuple(_assess(claim, policy, checks, evidence) for claim in policy.claims)


def _assess(claim: Claim, policy: Policy, checks: Sequence[Check], evidence: EvidenceSet) -> ClaimAssessment:
    testing = [check for check in checks if check.control == claim.control]
    if not testing:
        return _not_verifiable(claim, ClaimReason("no-check", {"control": claim.control}))
    judged = [pair for check in testing for pair in _judged(claim, check, policy, evidence)]
    if not judged and (unseen := _unseen(claim, ())) and _readings(testing, evidence):
        return _not_verifiable(claim, *unseen)
    if not judged:
        kinds = sorted({kind_name(check.reads[0]) for check in testing})
        return _not_verifiable(claim, ClaimReason("no-evidence", {"kinds": list(kinds)}))
    reasons: list[ClaimReason] = []
    upheld = contradicted = open_part = False
    for finding, usable in judged:
        if finding.status is Status.NOT_SATISFIED:
            contradicted = True
            names: list[JsonValue] = list(dict.fromkeys(each.subject for each in finding.exceptions))
            reasons.append(
                ClaimReason(
                    "contradicted-by",
                    {"source": finding.source, "count": len(names), "subjects": names},
                )
            )
        elif finding.status is Status.SATISFIED and usable is None:
            upheld = True
            reasons.append(
                ClaimReason("confirmed-by", {"source": finding.source, "count": finding.population.in_scope})
            )
        else:
            open_part |= finding.status is not Status.NOT_APPLICABLE
            reasons.append(usable or _why_open(finding))
    unseen = _unseen(claim, [finding for finding, _ in judged])
    open_part |= bool(unseen)
    reasons += unseen
    status = ClaimStatus.NOT_VERIFIABLE
    if contradicted:
        status = ClaimStatus.CONTRADICTED
    elif upheld:
        status = ClaimStatus.PARTLY_CONFIRMED if open_part else ClaimStatus.CONFIRMED
    return ClaimAssessment(
        id=claim.id,
        supplier=claim.supplier,
        control=claim.control,
        status=status,
        reasons=tuple(reasons),
        findings=tuple(finding for finding, _ in judged),
        evidence=tuple(sorted({digest for finding, _ in judged for digest in finding.evidence})),
    )


def _unseen(claim: Claim, findings: Sequence[Finding]) -> list[ClaimReason]:
    """A reason for every source and every subject that the scope names and no finding is about."""
    sources = {finding.source for finding in findings}
    subjects = {name for finding in findings for name in finding.matched}
    return [
        *(
            ClaimReason("undetermined", {"source": name, "count": 1, "reason": "source-not-judged"})
            for name in claim.scope.sources
            if name not in sources
        ),
        *(
            ClaimReason("undetermined", {"source": name, "count": 1, "reason": "subject-not-seen"})
            for name in claim.scope.subjects
            if name not in subjects
        ),
    ]


def _judged(
    claim: Claim, check: Check, policy: Policy, evidence: EvidenceSet
) -> Iterator[tuple[Finding, ClaimReason | None]]:
    """Findings within the claim's scope, each with the reason why it cannot confirm, if there is one."""
    selection = Selection(
        sources=frozenset(
            source for source in _sources(evidence, check) if in_scope(claim.scope, source, policy.sources)
        ),
        subjects=frozenset(claim.scope.subjects) or None,
    )
    known = set(_field_names(check))
    asked = policy.parameters(AskedControl(claim.control, claim.parameters))
    parameters = {name: value for name, value in asked.items() if name in known}
    for finding in judge(check, evidence, parameters, policy.as_of, selection):
        if selection.subjects is not None and finding.whole and finding.evidence and not finding.matched:
            continue  # none of the subjects is here; `_unseen` tells where they are nowhere
        contradicting = finding.status is Status.NOT_SATISFIED
        too_old = _older(finding, claim)
        if contradicting and too_old is not None:
            continue_as_open = Finding(
                **{name: getattr(finding, name) for name in finding.__dataclass_fields__ if name != "status"},
                status=Status.NOT_DETERMINED,
            )
            yield continue_as_open, too_old
        else:
            yield finding, too_old or _suppliers_own(check, finding, claim, evidence)


def _sources(evidence: EvidenceSet, check: Check) -> set[str]:
    reading = evidence.reading(check.reads[0])
    return {p.source for p in reading.populations} | {g.source for g in reading.gaps}


def _field_names(check: Check) -> tuple[str, ...]:
    return tuple(check.parameters.__dataclass_fields__)


def _older(finding: Finding, claim: Claim) -> ClaimReason | None:
    oldest = finding.oldest_evidence
    if oldest is None or oldest >= datetime.combine(claim.as_of, datetime.min.time(), UTC):
        return None
    return ClaimReason(
        "evidence-older",
        {"source": finding.source, "read": oldest.date().isoformat(), "as_of": claim.as_of.isoformat()},
    )


def _suppliers_own(check: Check, finding: Finding, claim: Claim, evidence: EvidenceSet) -> ClaimReason | None:
    used: list[Population[Record]] = [
        population
        for kind in check.reads
        for population in evidence.reading(kind).populations
        if population.digest in finding.evidence
    ]
    handed = sorted(
        {
            population.source
            for population in used
            if population.provenance.obtained is not Obtained.OBSERVED and population.provenance.controlled_by != OWN
        }
    )
    if not handed:
        return None
    return ClaimReason("suppliers-own-word", {"sources": list(handed), "supplier": claim.supplier})


def _why_open(finding: Finding) -> ClaimReason:
    if finding.gaps:
        gap = finding.gaps[0]
        return ClaimReason(
            "gap", {"source": gap.source, "kind": gap.kind, "cause": gap.cause.value, "detail": gap.detail}
        )
    if finding.status is Status.NOT_APPLICABLE:
        return ClaimReason("nothing-in-scope", {"source": finding.source})
    reason = finding.undetermined[0].reason if finding.undetermined else "empty-population"
    return ClaimReason("undetermined", {"source": finding.source, "count": len(finding.undetermined), "reason": reason})


def _readings(checks: Sequence[Check], evidence: EvidenceSet) -> bool:
    return any(evidence.reading(check.reads[0]).populations for check in checks)


def _not_verifiable(claim: Claim, *reasons: ClaimReason) -> ClaimAssessment:
    return ClaimAssessment(claim.id, claim.supplier, claim.control, ClaimStatus.NOT_VERIFIABLE, reasons, (), ())

"""Judges controls by the evidence of one time, for recommendations to be held against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from assessment.claim_evidence import handed_by_suppliers, is_used, without
from assessment.policy import AskedControl, Policy
from assessment.requirements import control_status
from assessment.stand import ControlState, Stand
from assessment.waivers import apply_waivers
from checks.finding import Finding, Status
from checks.judgement import Check, Selection, judge
from collector.evidence import EvidenceSet

SUPPLIERS_WORD = "suppliers-word"
"""What is missing where nothing but a supplier's own export says that a control is satisfied."""


def stand(
    asked: Sequence[AskedControl],
    policy: Policy,
    checks: Sequence[Check],
    evidence: EvidenceSet,
    bundle: str = "",
) -> Stand:
    """The states of the controls, each once, by this evidence at the policy's time and by its parameters."""
    distinct: list[AskedControl] = []
    for control in asked:
        if control not in distinct:
            distinct.append(control)
    return Stand(policy.as_of, bundle, tuple(_state(each, policy, checks, evidence) for each in distinct))


def _state(asked: AskedControl, policy: Policy, checks: Sequence[Check], evidence: EvidenceSet) -> ControlState:
    testing = [check for check in checks if check.control == asked.id]
    findings = [finding for check in testing for finding in _judged(asked, check, policy, evidence)]
    if not findings:
        missing = "no-evidence" if testing else "no-check"
        return ControlState(asked.id, asked.parameters, Status.NOT_DETERMINED, missing=missing)
    marked, _ = apply_waivers(findings, policy.waivers, policy.sources, policy.as_of.date())
    status = control_status([finding.status for finding in marked])
    on_word = status is Status.SATISFIED and _rests_on_word(asked, testing, findings, policy, evidence)
    sources = {finding.source for finding in marked}
    partial = {finding.source for finding in marked if _is_partial(finding)}
    read = [finding.oldest_evidence for finding in marked if finding.oldest_evidence is not None]
    return ControlState(
        id=asked.id,
        parameters=asked.parameters,
        status=Status.NOT_DETERMINED if on_word else status,
        missing=SUPPLIERS_WORD if on_word else "",
        subjects=sum(finding.population.in_scope for finding in marked),
        deviating=tuple(sorted({f"{f.source}: {each.subject}" for f in marked for each in f.exceptions})),
        undetermined=sum(len(finding.undetermined) for finding in marked),
        open=tuple(sorted({f"{f.source}: {each.subject}" for f in marked for each in f.undetermined})),
        evidence=tuple(sorted({digest for finding in marked for digest in finding.evidence})),
        whole=tuple(sorted(sources - partial)),
        partial=tuple(sorted(partial)),
        read=min(read, default=None),
    )


def _rests_on_word(
    asked: AskedControl, testing: Sequence[Check], findings: Sequence[Finding], policy: Policy, evidence: EvidenceSet
) -> bool:
    """Whether a control is satisfied only as long as what a supplier handed over itself is believed."""
    handed = {
        (each.source, each.kind): each
        for check in testing
        for each in handed_by_suppliers(check, evidence)
        if any(is_used(each, finding) for finding in findings)
    }
    if not handed:
        return False
    rest = without(evidence, list(handed.values()))
    alone = [finding for check in testing for finding in _judged(asked, check, policy, rest)]
    return not alone or control_status([finding.status for finding in alone]) is not Status.SATISFIED


def _is_partial(finding: Finding) -> bool:
    """Whether there may be subjects that are not named: parts not read, or something said of the source as a whole."""
    return not finding.whole or any(each.subject == finding.source for each in finding.undetermined)


def _judged(asked: AskedControl, check: Check, policy: Policy, evidence: EvidenceSet) -> list[Finding]:
    values = policy.parameters(asked)
    parameters = {name: value for name, value in values.items() if name in check.parameters.__dataclass_fields__}
    reading = evidence.reading(check.reads[0])
    sources = {p.source for p in reading.populations} | {g.source for g in reading.gaps}
    selection = Selection(frozenset(sources - set(policy.excluded_sources.get(check.control, ()))))
    return list(judge(check, evidence, parameters, policy.as_of, selection))


def at(policy: Policy, moment: datetime) -> Policy:
    """The same yardstick at another time."""
    return replace(policy, as_of=moment)

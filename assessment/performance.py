"""Performs a judgement: evidence and policy in, results out; a scan and a re-performance call the same function."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from assessment.backup_chain import Chain, backup_chains
from assessment.claims import ClaimAssessment, assess_claims
from assessment.contracts import contract_gaps, contracts_document
from assessment.control_state import stand
from assessment.derived import cite, with_effects, with_verdicts
from assessment.follow_up_document import follow_up_document
from assessment.policy import AskedControl, Policy
from assessment.recommendations import follow_up, linked_controls
from assessment.requirements import RequirementAssessment, assess_requirements
from assessment.segmentation import NONE as NO_MATRIX
from assessment.segmentation import Matrix, is_about_flows, matrix, matrix_document
from assessment.stand import Stand
from assessment.waivers import WaiverUse, apply_waivers
from assessment.ways_in import NONE, WayIn, WaysIn, ways_in
from checks.finding import Finding
from checks.judgement import EVERYTHING, Check, Selection, Task, fit_parameters, judge_together, written_parameters
from collector.evidence import EvidenceSet, Gap
from collector.records.codec import JsonValue, encode

QUESTIONS = "supplier-question-open"
Key = tuple[str, str]
"""Check id and canonical parameters."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of what is asked can be answered at all; printed in every report."""

    controls: int
    """Controls that the chosen catalogues ask for."""
    controls_with_check: int
    requirements: int
    requirements_determined: int
    """Requirements with any judgement other than not-determined."""
    requirements_with_evidence: int
    """Requirements with at least one finding."""


@dataclass(frozen=True, slots=True)
class Results:
    """Everything that a judgement gives."""

    findings: tuple[tuple[str, Finding], ...]
    """Each finding with its id, in the order of ids."""
    requirements: tuple[RequirementAssessment, ...]
    claims: tuple[ClaimAssessment, ...]
    follow_up: Mapping[str, JsonValue]
    """The file recommendations.json."""
    contracts: Mapping[str, JsonValue]
    """The file contracts.json."""
    waivers: tuple[WaiverUse, ...]
    coverage: Coverage
    ways_in: WaysIn = NONE
    """Which factor each privileged person must use on each way in."""
    backup_chains: tuple[Chain, ...] = ()
    """The chain of backup of each critical system."""
    segmentation: Matrix = NO_MATRIX
    """Declared, configured and observed flows between every two zones."""


Judge = Callable[[Sequence[Task], EvidenceSet, datetime], list[list[Finding]]]
"""As `judge_together`, and gives the same."""


def perform(evidence: EvidenceSet, policy: Policy, checks: Sequence[Check], judge: Judge = judge_together) -> Results:
    """Judge all that the policy's catalogues ask for.

    Raises CheckError where a check breaks its contract or a parameter does not fit it.
    """
    claims = assess_claims(policy, checks, evidence)
    evidence = with_verdicts(evidence, claims, policy)
    after = _stand_now(policy, checks, evidence)
    followed = follow_up(policy, policy.before, after) if after else ()
    evidence = with_effects(evidence, followed, policy)
    asked = _asked(policy)
    tasks: dict[Key, Task] = {}
    for control in (*asked, *_unasked(policy, asked)):
        if policy.only_controls and control.id not in policy.only_controls:
            continue
        for check in checks:
            if check.control == control.id:
                key, parameters = _key(check, policy.parameters(control))
                if key not in tasks:
                    tasks[key] = Task(check, parameters, _selection(evidence, check, policy))
    found = judge([task for _, task in sorted(tasks.items(), key=_by_key)], evidence, policy.as_of)
    flat, uses = apply_waivers(
        cite([finding for group in found for finding in group], claims, followed),
        policy.waivers,
        policy.sources,
        policy.as_of.date(),
    )
    keyed = {finding_id(finding): finding for finding in flat}
    by_key: dict[Key, list[tuple[str, Finding]]] = {}
    for name, finding in sorted(keyed.items()):
        by_key.setdefault((finding.check, canonical_text(dict(finding.parameters))), []).append((name, finding))

    def find(control: AskedControl) -> Iterable[tuple[str, Finding]]:
        for check in checks:
            if check.control == control.id:
                yield from by_key.get(_key(check, policy.parameters(control))[0], ())

    requirements = assess_requirements(policy, checks, evidence, find)
    return Results(
        findings=tuple(sorted(keyed.items())),
        requirements=requirements,
        claims=claims,
        follow_up=follow_up_document(followed, policy.before, after),
        contracts=contracts_document(contract_gaps(policy, flat)),
        waivers=uses,
        coverage=_coverage(asked, checks, requirements),
        ways_in=ways_in(evidence, checks, policy.as_of),
        backup_chains=_chains(evidence, policy, checks, asked),
        segmentation=matrix(evidence, checks, policy.as_of, _own_values(policy, filter(is_about_flows, checks))),
    )


def _stand_now(policy: Policy, checks: Sequence[Check], evidence: EvidenceSet) -> Stand | None:
    if not policy.recommendations:
        return None
    return stand(linked_controls(policy.recommendations), policy, checks, evidence)


def finding_id(finding: Finding) -> str:
    """`check:source:` and the first 8 hex digits of the parameters' SHA-256."""
    digest = hashlib.sha256(canonical_text(dict(finding.parameters)).encode()).hexdigest()
    return f"{finding.check}:{finding.source}:{digest[:8]}"


def canonical_text(value: JsonValue) -> str:
    """Canonical JSON (RFC 8785 for ASCII keys and no floats)."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def documents(results: Results) -> dict[str, bytes]:
    """The files under data/results/, as `docs/bundle.md` describes them."""
    findings: list[JsonValue] = [finding_document(name, finding) for name, finding in results.findings]
    claims: list[JsonValue] = [_claim_document(claim) for claim in results.claims]
    assessment: dict[str, JsonValue] = {
        "requirements": [encode(each) for each in results.requirements],
        "waivers": [encode(each) for each in results.waivers],
        "coverage": encode(results.coverage),
    }
    zones = {"segmentation.json": _bytes(matrix_document(results.segmentation))} if results.segmentation.zones else {}
    return {
        **zones,
        "findings.json": _bytes(findings),
        "assessment.json": _bytes(assessment),
        "claims.json": _bytes({"claims": claims}),
        "backup_chain.json": _bytes({"rows": [_chain_document(chain) for chain in results.backup_chains]}),
        "recommendations.json": _bytes(dict(results.follow_up)),
        "contracts.json": _bytes(dict(results.contracts)),
        "ways_in.json": _bytes(
            {
                "rows": [_way_document(row) for row in results.ways_in.rows],
                "gaps": [_gap_document(gap) for gap in results.ways_in.gaps],
                "joined": results.ways_in.joined,
            }
        ),
    }


def finding_document(name: str, finding: Finding) -> dict[str, JsonValue]:
    """One finding as JSON: the design's fields, always present, and its own."""
    document: dict[str, JsonValue] = {
        "id": name,
        "check": finding.check,
        "control": finding.control,
        "source": finding.source,
        "status": finding.status.value,
        "population": {
            "count": finding.population.count,
            "source_count": finding.population.source_count,
            "examined": finding.population.examined,
            "in_scope": finding.population.in_scope,
        },
        "whole": finding.whole,
        "exceptions": [
            {
                "subject": each.subject,
                "reason": each.reason,
                "severity": each.severity.value,
                "facts": dict(each.facts),
                "waiver": each.waiver,
            }
            for each in finding.exceptions
        ],
        "undetermined": [
            {"subject": each.subject, "reason": each.reason, "facts": dict(each.facts)} for each in finding.undetermined
        ],
        "out_of_scope": dict(finding.out_of_scope),
        "gaps": [_gap_document(gap) for gap in finding.gaps],
        "parameters": dict(finding.parameters),
        "evidence": list(finding.evidence),
        "obtained": finding.obtained.value,
        "controlled_by": list(finding.controlled_by),
        "oldest_evidence": encode(finding.oldest_evidence),
    }
    if finding.tolerated:
        document["tolerated"] = [
            {"subject": each.subject, "reason": each.reason, "facts": dict(each.facts)} for each in finding.tolerated
        ]
    return document


def _way_document(row: WayIn) -> dict[str, JsonValue]:
    return {
        "id": f"{row.way} {row.source} {row.home} {row.account} {row.place}",
        "person": row.person,
        "account": row.account,
        "home": row.home,
        "way": row.way,
        "place": row.place,
        "source": row.source,
        "kinds": list(row.kinds),
        "roles": list(row.roles),
        "enforced": row.enforced.value,
        "factors": list(row.factors),
        "check": row.check,
        "reason": row.reason,
        "facts": dict(row.facts),
        "registered": row.registered.value,
        "held": list(row.held),
    }


def _chain_document(chain: Chain) -> dict[str, JsonValue]:
    return {
        "id": f"{chain.source} {chain.system}",
        "system": chain.system,
        "source": chain.source,
        "owner": chain.owner,
        "weakest": chain.weakest,
        "links": [
            {
                "link": link.link,
                "state": link.state.value,
                "check": link.check,
                "reason": link.reason,
                "facts": dict(link.facts),
                "shown": encode(link.shown),
            }
            for link in chain.links
        ],
    }


def _chains(
    evidence: EvidenceSet, policy: Policy, checks: Sequence[Check], asked: Sequence[AskedControl]
) -> tuple[Chain, ...]:
    """The chains by the checks that were asked, with the organisation's values (a requirement's own are left out)."""
    controls = {control.id for control in asked}
    if policy.only_controls:
        controls &= set(policy.only_controls)
    chosen = [check for check in checks if check.control in controls]
    return backup_chains(evidence, chosen, _own_values(policy, chosen), policy.as_of)


def _own_values(policy: Policy, checks: Iterable[Check]) -> dict[str, Mapping[str, JsonValue]]:
    """The organisation's own values for each check by id."""
    return {check.id: _key(check, policy.parameters(AskedControl(check.control, {})))[1] for check in checks}


def _gap_document(gap: Gap) -> JsonValue:
    return encode(replace(gap, provenance=None))


def _claim_document(claim: ClaimAssessment) -> dict[str, JsonValue]:
    return {
        "id": claim.id,
        "supplier": claim.supplier,
        "control": claim.control,
        "status": claim.status.value,
        "reasons": [{"code": each.code, "facts": dict(each.facts)} for each in claim.reasons],
        "findings": [finding_document(finding_id(finding), finding) for finding in claim.findings],
        "evidence": list(claim.evidence),
        "questions": [{"code": each.code, "to": each.to, "facts": dict(each.facts)} for each in claim.questions],
    }


def _bytes(value: JsonValue) -> bytes:
    return canonical_text(value).encode() + b"\n"


def _by_key(keyed: tuple[Key, Task]) -> Key:
    return keyed[0]


def _asked(policy: Policy) -> list[AskedControl]:
    asked = {
        (control.id, canonical_text(dict(control.parameters))): control
        for requirement in policy.requirements
        for control in policy.asked(requirement)
    }
    return [asked[key] for key in sorted(asked)]


def _unasked(policy: Policy, asked: Sequence[AskedControl]) -> list[AskedControl]:
    """What is judged though no catalogue asks for it: questions that somebody keeps a log of."""
    if not policy.has_questions or QUESTIONS in {control.id for control in asked}:
        return []
    return [AskedControl(QUESTIONS, {})]


def _key(check: Check, parameters: Mapping[str, JsonValue]) -> tuple[Key, dict[str, JsonValue]]:
    own = {name: value for name, value in parameters.items() if name in check.parameters.__dataclass_fields__}
    written = written_parameters(fit_parameters(check, own))
    return (check.id, canonical_text(written)), own


def _selection(evidence: EvidenceSet, check: Check, policy: Policy) -> Selection:
    excluded = policy.excluded_sources.get(check.control, ())
    if not excluded:
        return EVERYTHING
    reading = evidence.reading(check.reads[0])
    sources = {p.source for p in reading.populations} | {g.source for g in reading.gaps}
    return Selection(frozenset(sources - set(excluded)))


def _coverage(
    asked: Sequence[AskedControl], checks: Sequence[Check], requirements: Sequence[RequirementAssessment]
) -> Coverage:
    controls = {control.id for control in asked}
    return Coverage(
        controls=len(controls),
        controls_with_check=len(controls & {check.control for check in checks}),
        requirements=len(requirements),
        requirements_determined=sum(each.status.value != "not-determined" for each in requirements),
        requirements_with_evidence=sum(any(c.findings for c in each.controls) for each in requirements),
    )

"""Rolls findings up to requirements, by a rule that every report prints.

A control is *not satisfied* when a finding is, else *not determined* when a finding is or when nothing could be
found, else *risk accepted*, *satisfied* or *not applicable*; the last only where nobody was left unasked for what its
checks read. A requirement is then:

* met: every control is satisfied (those not applicable aside), and at least one is;
* largely met: every control is determined, and what deviates is under an accepted risk or is at most 5 % of its
  subjects, none of it urgent;
* partly met: something deviates, and at least one control is satisfied, under accepted risk, or nearly so;
* not met: something deviates, and no control is satisfied;
* not determined: nothing deviates, but for at least one control the evidence is missing;
* not applicable: every control is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from assessment.policy import AskedControl, Policy, Requirement
from checks.finding import Finding, Severity, Status
from checks.judgement import Check
from collector.evidence import EvidenceSet
from collector.records.record import kind_name

LARGELY_PERCENT = 5
"""Share of deviating subjects, in percent, up to which a control counts as met in all material respects."""


class Judgement(StrEnum):
    """The proposed judgement on a requirement: ja, i allt väsentligt, delvis, nej, kan inte bedömas."""

    MET = "met"
    LARGELY_MET = "largely-met"
    PARTLY_MET = "partly-met"
    NOT_MET = "not-met"
    NOT_DETERMINED = "not-determined"
    NOT_APPLICABLE = "not-applicable"


class Missing(StrEnum):
    """Why a control says nothing yet."""

    NO_CHECK = "no-check"
    """Styrk has no check of this control."""
    NO_EVIDENCE = "no-evidence"
    """No configured source gives the evidence that its checks read."""
    NO_CONTROL = "no-control"
    """No control covers this point."""
    NOT_SELECTED = "not-selected"
    """The run was limited to other controls."""


@dataclass(frozen=True, slots=True)
class ControlAssessment:
    """What the findings say of one control, as one requirement asks for it."""

    id: str
    status: Status
    nearly: bool
    """Not satisfied, but at most 5 % of the subjects deviate and none of it urgently."""
    findings: tuple[str, ...]
    """Ids of the findings that it rests on."""
    missing: Missing | None = None
    needs: tuple[str, ...] = ()
    """Evidence kinds that were missing altogether; the first of each check is its population."""


@dataclass(frozen=True, slots=True)
class RequirementAssessment:
    """The proposed judgement on one requirement, with what it rests on."""

    id: str
    catalogue: str
    status: Judgement
    controls: tuple[ControlAssessment, ...]
    missing: Missing | None = None


def assess_requirements(
    policy: Policy,
    checks: Sequence[Check],
    evidence: EvidenceSet,
    find: Callable[[AskedControl], Iterable[tuple[str, Finding]]],
) -> tuple[RequirementAssessment, ...]:
    """A judgement for every requirement, in the order of the catalogues.

    `find` gives the findings (with ids) for a control with the parameters that a requirement asks for.
    """
    by_control: dict[str, list[Check]] = {}
    for check in checks:
        by_control.setdefault(check.control, []).append(check)
    return tuple(_assess(requirement, policy, by_control, evidence, find) for requirement in policy.requirements)


def _assess(
    requirement: Requirement,
    policy: Policy,
    by_control: Mapping[str, Sequence[Check]],
    evidence: EvidenceSet,
    find: Callable[[AskedControl], Iterable[tuple[str, Finding]]],
) -> RequirementAssessment:
    controls = tuple(
        _control(asked, policy, by_control.get(asked.id, ()), evidence, tuple(find(asked)))
        for asked in policy.asked(requirement)
    )
    return RequirementAssessment(
        id=requirement.id,
        catalogue=requirement.catalogue,
        status=roll_up(controls),
        controls=controls,
        missing=None if controls else Missing.NO_CONTROL,
    )


def _control(
    asked: AskedControl,
    policy: Policy,
    checks: Sequence[Check],
    evidence: EvidenceSet,
    found: tuple[tuple[str, Finding], ...],
) -> ControlAssessment:
    needs = tuple(
        dict.fromkeys(
            kind_name(kind)
            for check in checks
            for kind in check.reads
            if not (reading := evidence.reading(kind)).populations and not reading.gaps
        )
    )
    if not found:
        if not checks:
            missing = Missing.NO_CHECK
        elif policy.only_controls and asked.id not in policy.only_controls:
            missing = Missing.NOT_SELECTED
        else:
            missing = Missing.NO_EVIDENCE
        return ControlAssessment(
            asked.id, Status.NOT_DETERMINED, nearly=False, findings=(), missing=missing, needs=needs
        )
    findings = [finding for _, finding in found]
    status = control_status([finding.status for finding in findings])
    # What was read is none of the control's business; what is, was not asked of anyone: that is no «not applicable».
    elsewhere = status is Status.NOT_APPLICABLE and any(kind_name(check.reads[0]) in needs for check in checks)
    return ControlAssessment(
        asked.id,
        Status.NOT_DETERMINED if elsewhere else status,
        nearly=status is Status.NOT_SATISFIED
        and _nearly(findings, {check.id: kind_name(check.reads[0]) for check in checks}),
        findings=tuple(key for key, _ in found),
        missing=Missing.NO_EVIDENCE if elsewhere else None,
        needs=needs,
    )


def control_status(statuses: Sequence[Status]) -> Status:
    """The status of a control from those of its findings; one exception decides, then one thing not determined."""
    for decisive in (Status.NOT_SATISFIED, Status.NOT_DETERMINED, Status.RISK_ACCEPTED, Status.SATISFIED):
        if decisive in statuses:
            return decisive
    return Status.NOT_APPLICABLE if statuses else Status.NOT_DETERMINED


def _nearly(findings: Sequence[Finding], kinds: Mapping[str, str]) -> bool:
    if any(finding.status is Status.NOT_DETERMINED or finding.undetermined for finding in findings):
        return False
    exceptions = [each for finding in findings for each in finding.exceptions if each.waiver is None]
    if any(each.severity is Severity.HIGH for each in exceptions):
        return False
    deviating, subjects = 0, 0
    for of_one in _by_subjects(findings, kinds).values():
        names = {each.subject for finding in of_one for each in finding.exceptions}
        deviating += max(len(names), *(len(finding.exceptions) for finding in of_one))
        subjects += max(finding.population.in_scope for finding in of_one)
    return deviating * 100 <= LARGELY_PERCENT * subjects


def _by_subjects(findings: Sequence[Finding], kinds: Mapping[str, str]) -> Mapping[tuple[str, str], Sequence[Finding]]:
    """The findings that are about the same subjects: several checks of a control do not make more of them."""
    found: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        found.setdefault((finding.source, kinds.get(finding.check, finding.check)), []).append(finding)
    return found


def roll_up(controls: Sequence[ControlAssessment]) -> Judgement:
    """The requirement's judgement from its controls, by the rule in the module's docstring."""
    applicable = [each for each in controls if each.status is not Status.NOT_APPLICABLE]
    if not controls:
        return Judgement.NOT_DETERMINED
    if not applicable:
        return Judgement.NOT_APPLICABLE
    statuses = {each.status for each in applicable}
    deviating = [each for each in applicable if each.status is Status.NOT_SATISFIED]
    if not deviating:
        if Status.NOT_DETERMINED in statuses:
            return Judgement.NOT_DETERMINED
        return Judgement.LARGELY_MET if Status.RISK_ACCEPTED in statuses else Judgement.MET
    nearly = [each for each in deviating if each.nearly]
    if len(nearly) == len(deviating) and Status.NOT_DETERMINED not in statuses:
        return Judgement.LARGELY_MET
    upheld = bool(nearly) or bool(statuses & {Status.SATISFIED, Status.RISK_ACCEPTED})
    return Judgement.PARTLY_MET if upheld else Judgement.NOT_MET

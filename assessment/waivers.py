"""Waivers (riskacceptanser): a valid one covers the subjects that it names, and never makes a finding satisfied."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from assessment.policy import Scope, SourceScope, Waiver
from checks.finding import ExceptionFound, Finding
from checks.judgement import status_of


class WaiverState(StrEnum):
    """Whether a waiver has any effect in this run."""

    IN_FORCE = "in-force"
    EXPIRED = "expired"
    NOT_YET_VALID = "not-yet-valid"
    WIDER_THAN_DECISION = "wider-than-decision"
    """It names subjects that its decision does not, or ends later; it covers nothing until it is put right."""
    MATCHES_NOTHING = "matches-nothing"
    """In force, but no exception is under it."""


@dataclass(frozen=True, slots=True)
class WaiverUse:
    """What became of one waiver: its state, and how many exceptions it covers."""

    id: str
    control: str
    state: WaiverState
    covers: int
    expires: date
    beyond: tuple[str, ...] = ()
    """Subjects that the decision does not name."""


def apply_waivers(
    findings: Iterable[Finding], waivers: Iterable[Waiver], sources: Mapping[str, SourceScope], today: date
) -> tuple[tuple[Finding, ...], tuple[WaiverUse, ...]]:
    """Findings with their covered exceptions marked and their status taken anew, and what became of each waiver."""
    held = tuple(waivers)
    valid = [waiver for waiver in held if waiver.decided <= today <= waiver.expires and not _wider(waiver)]
    marked = tuple(_mark(finding, valid, sources) for finding in findings)
    covered = [each.waiver for finding in marked for each in finding.exceptions if each.waiver]
    return marked, tuple(_use(waiver, today, covered.count(waiver.id)) for waiver in held)


def in_scope(scope: Scope, source: str, sources: Mapping[str, SourceScope]) -> bool:
    """Whether a source is in a scope, by its id or one of its tags."""
    if scope.sources and source not in scope.sources:
        return False
    known = sources.get(source)
    return not scope.tags or (known is not None and bool(set(scope.tags) & set(known.tags)))


def _mark(finding: Finding, valid: list[Waiver], sources: Mapping[str, SourceScope]) -> Finding:
    applying = [w for w in valid if w.control == finding.control and in_scope(w.scope, finding.source, sources)]
    if not applying:
        return finding
    exceptions = tuple(_covered(each, applying) for each in finding.exceptions)
    status = status_of(exceptions, finding.undetermined, whole=finding.whole, in_scope=finding.population.in_scope)
    return replace(finding, exceptions=exceptions, status=status)


def _covered(found: ExceptionFound, applying: list[Waiver]) -> ExceptionFound:
    for waiver in applying:
        if found.subject in waiver.scope.subjects:
            return replace(found, waiver=waiver.id)
    return found


def _wider(waiver: Waiver) -> bool:
    """Whether it goes beyond its decision: the whole of it then waits, for nobody decided on what it says."""
    decision = waiver.decision
    if decision is None:
        return False
    return bool(_beyond(waiver)) or (decision.until is not None and waiver.expires > decision.until)


def _beyond(waiver: Waiver) -> tuple[str, ...]:
    decided = set(waiver.decision.subjects) if waiver.decision else set(waiver.scope.subjects)
    return tuple(sorted(set(waiver.scope.subjects) - decided))


def _use(waiver: Waiver, today: date, covers: int) -> WaiverUse:
    if today > waiver.expires:
        state = WaiverState.EXPIRED
    elif today < waiver.decided:
        state = WaiverState.NOT_YET_VALID
    elif _wider(waiver):
        state = WaiverState.WIDER_THAN_DECISION
    else:
        state = WaiverState.IN_FORCE if covers else WaiverState.MATCHES_NOTHING
    return WaiverUse(waiver.id, waiver.control, state, covers, waiver.expires, _beyond(waiver))

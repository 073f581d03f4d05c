"""Proposes whether each recommendation of an earlier audit was heeded: ja, delvis, nej, kan inte bedömas.

The controls that a ledger links to a recommendation are judged by the evidence before the measure and by the evidence
after it, by the same yardstick. By one of them a recommendation is:

* yes: every linked control is satisfied (those not applicable aside), and at least one is;
* partly: some deviates, and some is satisfied, under an accepted risk, or has at most half the deviating subjects that
  it had before, in sources that were seen whole both times; or nothing deviates but what is under an accepted risk;
* no: some deviates, none is satisfied or much better, and none is undetermined;
* not determined: nothing else can be said for lack of evidence, or no control is linked.

A *yes* is proposed only where the sources of those who deviated before were seen again, the evidence was read on or
after the day of the measure, and `stable_days` of the control `recommendation-effect-verified` have passed since.
Management's own answer stands beside the proposal, and decides nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from assessment.policy import AskedControl, Policy, Recommendation
from assessment.stand import ControlState, Stand
from checks.finding import Status
from collector.records.codec import JsonValue

EFFECT = "recommendation-effect-verified"
_OF_THE_LEDGER = frozenset({EFFECT, "recommendation-status"})
"""Controls that are about the ledger itself: they cannot show an effect."""


class Heeded(StrEnum):
    """Whether a recommendation was heeded (hörsammad)."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"
    NOT_DETERMINED = "not-determined"


class Difference(StrEnum):
    """Management's own answer beside the proposal."""

    AGREES = "agrees"
    CLAIMS_MORE = "claims-more"
    CLAIMS_LESS = "claims-less"
    CANNOT_TELL = "cannot-tell"
    """The evidence decides nothing."""
    NO_ANSWER = "no-answer"


class Change(StrEnum):
    """What became of one control from before to after."""

    MET = "met"
    """Deviated before, and is satisfied now."""
    BETTER = "better"
    """At most half the deviating subjects."""
    UNCHANGED = "unchanged"
    WORSE = "worse"
    STILL_MET = "still-met"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ControlChange:
    """One linked control before and after."""

    id: str
    parameters: Mapping[str, JsonValue]
    before: ControlState | None
    after: ControlState
    change: Change

    @property
    def seen_again(self) -> bool:
        """Whether every source with someone who deviated before was seen whole after, or the control has no bearing."""
        if self.before is None or self.after.status is Status.NOT_APPLICABLE:
            return True
        return all(self.after.decides(_source(each)) for each in self.before.deviating)

    @property
    def resolved(self) -> tuple[str, ...]:
        """Those that deviated before and certainly do not any more, of the sources that were seen whole after."""
        gone = set(self.before.deviating) - set(self.after.deviating) - set(self.after.open) if self.before else set()
        return tuple(sorted(each for each in gone if self.after.decides(_source(each))))

    @property
    def added(self) -> tuple[str, ...]:
        """Those that deviate now and certainly did not before, of the sources that were seen whole before."""
        if self.before is None:
            return ()
        new = set(self.after.deviating) - set(self.before.deviating) - set(self.before.open)
        return tuple(sorted(each for each in new if self.before.decides(_source(each))))


def _source(deviating: str) -> str:
    """The source of `source: subject`."""
    return deviating.partition(": ")[0]


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What is proposed for one recommendation."""

    id: str
    ledger: str
    before: Heeded
    met: Heeded
    """By the evidence after the measure, whenever that was."""
    proposal: Heeded
    answer: Heeded | None
    """Management's own."""
    difference: Difference
    days: int | None
    """From the day of the measure to the evidence after it."""
    remarks: tuple[str, ...]
    """Codes of what the reader should know besides."""
    controls: tuple[ControlChange, ...]


def linked_controls(recommendations: Sequence[Recommendation]) -> tuple[AskedControl, ...]:
    """Every control by which the effect of any recommendation shows, in their order."""
    return tuple(control for each in recommendations for control in each.controls if control.id not in _OF_THE_LEDGER)


def follow_up(policy: Policy, before: Stand | None, after: Stand) -> tuple[FollowUp, ...]:
    """A proposal for each recommendation of the policy, in its order."""
    asked = AskedControl(EFFECT, {})
    stable = policy.parameters(asked).get("stable_days", 30)
    stable_days = stable if isinstance(stable, int) else 30
    return tuple(_follow_up(each, before, after, stable_days) for each in policy.recommendations)


def _follow_up(each: Recommendation, before: Stand | None, after: Stand, stable_days: int) -> FollowUp:
    changes = tuple(_change(control, before, after) for control in linked_controls([each]))
    was = _heeded([change.before for change in changes if change.before is not None], [])
    better = [change.id for change in changes if change.change is Change.BETTER]
    met = _heeded([change.after for change in changes], better)
    if met is Heeded.YES and not all(change.seen_again for change in changes):
        met = Heeded.NOT_DETERMINED
    read = min((change.after.read for change in changes if change.after.read is not None), default=after.as_of)
    days = (min(read, after.as_of).date() - each.measured).days if each.measured else None
    proposal, remarks = _timed(met, days, stable_days)
    remarks += _of_before(each, before, was, met)
    if not changes:
        remarks.append("no-controls")
    return FollowUp(
        id=each.id,
        ledger=each.ledger,
        before=was,
        met=met,
        proposal=proposal,
        answer=Heeded(each.answer) if each.answer else None,
        difference=_difference(each.answer, proposal),
        days=days,
        remarks=tuple(remarks),
        controls=changes,
    )


def _change(control: AskedControl, before: Stand | None, after: Stand) -> ControlChange:
    old = before.of(control.id, control.parameters) if before else None
    new = after.of(control.id, control.parameters)
    if new is None:
        new = ControlState(control.id, control.parameters, Status.NOT_DETERMINED, missing="no-evidence")
    return ControlChange(control.id, control.parameters, old, new, _compared(old, new))


_MET = frozenset({Status.SATISFIED, Status.RISK_ACCEPTED})
_UNKNOWN = frozenset({Status.NOT_DETERMINED, Status.NOT_APPLICABLE})


def _compared(old: ControlState | None, new: ControlState) -> Change:
    if old is None or old.status in _UNKNOWN or new.status in _UNKNOWN:
        return Change.UNKNOWN
    if not all(new.decides(source) for source in {*(old.whole or ()), *map(_source, old.deviating)}):
        return Change.UNKNOWN  # who is not among those that deviate may be among those that were not seen
    if new.status is Status.SATISFIED:
        return Change.STILL_MET if old.status is Status.SATISFIED else Change.MET
    if not all(old.decides(_source(each)) for each in new.deviating):
        return Change.UNKNOWN
    at_most = {*new.deviating, *(each for each in new.open if old.decides(_source(each)))}
    if len(at_most) * 2 <= len(old.deviating):
        return Change.BETTER
    return Change.WORSE if len(new.deviating) > len({*old.deviating, *old.open}) else Change.UNCHANGED


def _heeded(states: Sequence[ControlState], better: Sequence[str]) -> Heeded:
    applicable = [state for state in states if state.status is not Status.NOT_APPLICABLE]
    statuses = {state.status for state in applicable}
    unseen = Status.NOT_DETERMINED in statuses or any(state.partial or state.open for state in applicable)
    if not applicable:
        return Heeded.NOT_DETERMINED
    if statuses == {Status.SATISFIED}:
        return Heeded.YES
    if Status.NOT_SATISFIED in statuses:
        if statuses & _MET or better:
            return Heeded.PARTLY
        return Heeded.NOT_DETERMINED if unseen else Heeded.NO
    return Heeded.NOT_DETERMINED if unseen else Heeded.PARTLY


def _timed(met: Heeded, days: int | None, stable_days: int) -> tuple[Heeded, list[str]]:
    """The proposal, by when the evidence was read."""
    if days is None:
        return (Heeded.NOT_DETERMINED if met is Heeded.YES else met), ["no-day-of-measure"]
    if days < 0:
        return Heeded.NOT_DETERMINED, ["read-before-measure"]
    if met is Heeded.YES and days < stable_days:
        return Heeded.NOT_DETERMINED, ["too-early"]
    return met, []


def _of_before(each: Recommendation, before: Stand | None, was: Heeded, met: Heeded) -> list[str]:
    """What is to be said of the evidence before."""
    if before is None:
        return ["nothing-before"]
    if each.measured is not None and before.as_of.date() > each.measured:
        return ["before-is-after-measure"]
    if was is Heeded.NOT_DETERMINED:
        return ["before-not-determined"]
    return ["met-before"] if was is met is Heeded.YES else []


_ORDER = (Heeded.NO, Heeded.PARTLY, Heeded.YES)


def _difference(answer: str | None, proposal: Heeded) -> Difference:
    if answer is None:
        return Difference.NO_ANSWER
    if proposal is Heeded.NOT_DETERMINED:
        return Difference.CANNOT_TELL
    claimed, shown = _ORDER.index(Heeded(answer)), _ORDER.index(proposal)
    if claimed == shown:
        return Difference.AGREES
    return Difference.CLAIMS_MORE if claimed > shown else Difference.CLAIMS_LESS

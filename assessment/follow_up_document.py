"""The file data/results/recommendations.json, as `docs/bundle.md` describes it."""

from __future__ import annotations

from collections.abc import Sequence

from assessment.recommendations import ControlChange, FollowUp
from assessment.stand import Stand, state_document
from collector.records.codec import JsonValue, encode


def follow_up_document(followed: Sequence[FollowUp], before: Stand | None, after: Stand | None) -> dict[str, JsonValue]:
    """The proposals, with when and where the evidence of either time was read."""
    return {
        "before": _read(before),
        "after": _read(after),
        "recommendations": [_recommendation(each) for each in followed],
    }


def _read(stand: Stand | None) -> JsonValue:
    return None if stand is None else {"as_of": encode(stand.as_of), "bundle": stand.bundle}


def _recommendation(each: FollowUp) -> dict[str, JsonValue]:
    return {
        "id": each.id,
        "ledger": each.ledger,
        "before": each.before.value,
        "met": each.met.value,
        "proposal": each.proposal.value,
        "answer": each.answer.value if each.answer else None,
        "difference": each.difference.value,
        "days": each.days,
        "remarks": list(each.remarks),
        "controls": [_control(change) for change in each.controls],
    }


def _control(change: ControlChange) -> dict[str, JsonValue]:
    return {
        "id": change.id,
        "parameters": dict(change.parameters),
        "change": change.change.value,
        "before": None if change.before is None else state_document(change.before),
        "after": state_document(change.after),
        "resolved": list(change.resolved),
        "added": list(change.added),
    }

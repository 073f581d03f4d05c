"""How controls stood at one time: the half of a follow-up, as a bundle holds it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from checks.finding import Status
from collector.records.codec import JsonValue, RecordError, decode, encode


@dataclass(frozen=True, slots=True)
class ControlState:
    """What the evidence of one time says of one control."""

    id: str
    parameters: Mapping[str, JsonValue]
    """Those that were asked for beside the policy's."""
    status: Status
    subjects: int = 0
    """Subjects that the control applies to."""
    deviating: tuple[str, ...] = ()
    """`source: subject` of those that deviate, sorted; those under an accepted risk among them."""
    undetermined: int = 0
    missing: str = ""
    """Where nothing was found: `no-check` or `no-evidence`; where a supplier alone says so: `suppliers-word`."""
    evidence: tuple[str, ...] = ()
    """SHA-256 (hex) of the evidence files, sorted."""
    whole: tuple[str, ...] | None = None
    """Sources of which everyone was seen, sorted; None where that was not written down."""
    partial: tuple[str, ...] = ()
    """Sources of which someone may not have been seen, sorted."""
    open: tuple[str, ...] = ()
    """`source: subject` of those that the evidence does not decide, sorted."""
    read: datetime | None = None
    """When the earliest of the evidence was read, or written if that was earlier; None where none was."""

    def decides(self, source: str) -> bool:
        """Whether a subject of this source that neither deviates nor is open does not deviate."""
        return self.status is not Status.NOT_DETERMINED if self.whole is None else source in self.whole


@dataclass(frozen=True, slots=True)
class Stand:
    """The states of many controls by the evidence of one run."""

    as_of: datetime
    """When the run was, UTC."""
    bundle: str = ""
    """Identity of the bundle; empty for the run that is being judged."""
    states: tuple[ControlState, ...] = ()

    def of(self, control: str, parameters: Mapping[str, JsonValue]) -> ControlState | None:
        """The state of a control with just these parameters; None where it was not asked."""
        wanted = dict(parameters)
        return next((each for each in self.states if each.id == control and dict(each.parameters) == wanted), None)


def state_document(state: ControlState) -> dict[str, JsonValue]:
    """A state as JSON, every field present."""
    return {
        "id": state.id,
        "parameters": dict(state.parameters),
        "status": state.status.value,
        "subjects": state.subjects,
        "deviating": list(state.deviating),
        "undetermined": state.undetermined,
        "missing": state.missing,
        "evidence": list(state.evidence),
        "whole": None if state.whole is None else list(state.whole),
        "partial": list(state.partial),
        "open": list(state.open),
        "read": encode(state.read),
    }


def stand_document(stand: Stand) -> dict[str, JsonValue]:
    """A stand as JSON, as data/policy/before.json holds it."""
    return {
        "as_of": encode(stand.as_of),
        "bundle": stand.bundle,
        "states": [state_document(each) for each in stand.states],
    }


def read_stand(value: JsonValue) -> Stand:
    """The stand of a document; raises RecordError or KeyError for one that does not fit."""
    held = _object(value)
    return Stand(
        decode(datetime, held["as_of"]), decode(str, held["bundle"]), tuple(map(_state, _list(held["states"])))
    )


def _state(value: JsonValue) -> ControlState:
    held = _object(value)
    return ControlState(
        id=decode(str, held["id"]),
        parameters=_object(held["parameters"]),
        status=decode(Status, held["status"]),
        subjects=decode(int, held["subjects"]),
        deviating=tuple(decode(str, each) for each in _list(held["deviating"])),
        undetermined=decode(int, held["undetermined"]),
        missing=decode(str, held["missing"]),
        evidence=tuple(decode(str, each) for each in _list(held["evidence"])),
        # Not in documents of older versions.
        whole=None if held.get("whole") is None else tuple(decode(str, each) for each in _list(held["whole"])),
        partial=tuple(decode(str, each) for each in _list(held.get("partial", []))),
        open=tuple(decode(str, each) for each in _list(held.get("open", []))),
        read=None if held.get("read") is None else decode(datetime, held["read"]),
    )


def _object(value: JsonValue) -> dict[str, JsonValue]:
    if not isinstance(value, dict):
        message = f"expected an object, got {value!r:.80}"
        raise RecordError(message)
    return value


def _list(value: JsonValue) -> list[JsonValue]:
    if not isinstance(value, list):
        message = f"expected a list, got {value!r:.80}"
        raise RecordError(message)
    return value

"""What a run was judged by: controls, catalogues, the organisation's values, waivers and claims.

The policy is read from the same JSON that a bundle seals, in a scan as in a re-performance, so both see the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from assessment.stand import Stand, read_stand
from collector.records.codec import JsonValue, RecordError, decode


class PolicyError(ValueError):
    """A stored policy does not fit; the message says which part."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Which subjects something is about; parts that are given must all match."""

    sources: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    systems: tuple[str, ...] = ()
    """Of a claim: names in the system register, each with the hosts that it gives for it."""


@dataclass(frozen=True, slots=True)
class Period:
    """First and last day that a claim speaks of."""

    start: date
    end: date


@dataclass(frozen=True, slots=True)
class Decision:
    """What the decision behind a waiver covers, as the decision itself says."""

    subjects: tuple[str, ...]
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Waiver:
    """A decided, dated, expiring acceptance of a risk (riskacceptans)."""

    id: str
    control: str
    scope: Scope
    decided_by: str
    decided: date
    reason: str
    expires: date
    diary_number: str | None = None
    decision: Decision | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """What a supplier says of a control, and with what value."""

    id: str
    supplier: str
    statement: str
    as_of: date
    """Date that the statement speaks of; of a period, its last day."""
    control: str
    parameters: Mapping[str, JsonValue]
    scope: Scope
    contract: str | None = None
    clause: str | None = None
    period: Period | None = None
    """The days that the statement speaks of, where it is about more than one moment."""
    share_percent: int = 100
    """Share of the subjects that the statement says conform."""


@dataclass(frozen=True, slots=True)
class SourceScope:
    """A configured source, as scopes see it."""

    id: str
    type: str
    controlled_by: str
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reference:
    """A point in a framework that a control bears on."""

    framework: str
    reference: str


@dataclass(frozen=True, slots=True)
class Control:
    """A control objective with its default parameters."""

    id: str
    parameters: Mapping[str, JsonValue]
    crosswalk: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class AskedControl:
    """A control as a requirement asks for it."""

    id: str
    parameters: Mapping[str, JsonValue]


@dataclass(frozen=True, slots=True)
class Requirement:
    """One demand of a catalogue; it names controls, or a framework point whose controls the crosswalk gives."""

    id: str
    catalogue: str
    controls: tuple[AskedControl, ...]
    point: Reference | None = None
    owner: str = ""
    """Who has to act: `municipality`, `supplier`, `both` ...; empty where the catalogue does not say."""


@dataclass(frozen=True, slots=True)
class Contract:
    """One contract with a supplier, by its clauses."""

    id: str
    supplier: str
    clauses: tuple[tuple[str, tuple[str, ...]], ...]
    """Clause number, and the controls that it promises."""
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class Recommendation:
    """What an earlier audit recommended, as far as the judgement reads it."""

    id: str
    ledger: str
    controls: tuple[AskedControl, ...]
    """Controls by which its effect shows."""
    measured: date | None = None
    """Day on which the measure was carried out."""
    answer: str | None = None
    """Management's own: `yes`, `partly` or `no`."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Everything that the judgement reads besides evidence."""

    as_of: datetime
    """The moment that ages are counted to, UTC."""
    controls: Mapping[str, Control]
    requirements: tuple[Requirement, ...]
    organisation_parameters: Mapping[str, Mapping[str, JsonValue]]
    """Control id to the organisation's own values."""
    excluded_sources: Mapping[str, tuple[str, ...]]
    """Control id to sources that the organisation keeps out of it."""
    sources: Mapping[str, SourceScope]
    waivers: tuple[Waiver, ...] = ()
    claims: tuple[Claim, ...] = ()
    recommendations: tuple[Recommendation, ...] = ()
    contracts: tuple[Contract, ...] = ()
    before: Stand | None = None
    """How the controls that recommendations link to stood before, by the evidence of an earlier bundle."""
    only_controls: tuple[str, ...] = ()
    """Controls that the run was limited to; empty = all that the catalogues ask for."""
    has_questions: bool = False
    """Whether the settings name a log of questions to suppliers, which is judged whatever the catalogues ask."""

    def asked(self, requirement: Requirement) -> tuple[AskedControl, ...]:
        """The controls of a requirement, by name or by the crosswalk, in the order of ids."""
        if requirement.point is None:
            return requirement.controls
        return tuple(
            AskedControl(control.id, {})
            for _, control in sorted(self.controls.items())
            if requirement.point in control.crosswalk
        )

    def parameters(self, asked: AskedControl) -> dict[str, JsonValue]:
        """Defaults, then the organisation's values, then what the requirement itself states (it cannot be weakened)."""
        control = self.controls.get(asked.id)
        return {
            **(control.parameters if control else {}),
            **self.organisation_parameters.get(asked.id, {}),
            **asked.parameters,
        }


def read_policy(documents: Mapping[str, JsonValue]) -> Policy:
    """The policy from the documents under data/policy/; raises PolicyError for one that does not fit."""
    try:
        run = _object(documents["run.json"])
        settings = _object(documents["settings.json"])
        controls = {str(_object(each)["id"]): _control(_object(each)) for each in _list(documents["controls.json"])}
        catalogues = [_object(documents[name]) for name in sorted(documents) if name.startswith("catalogues/")]
        organisation = {control: _object(values) for control, values in _object(settings.get("controls", {})).items()}
        return Policy(
            as_of=decode(datetime, run["as_of"]),
            controls=controls,
            requirements=tuple(each for catalogue in catalogues for each in _requirements(catalogue)),
            organisation_parameters={
                control: _object(values.get("parameters", {})) for control, values in organisation.items()
            },
            excluded_sources={
                control: _strings(values.get("exclude_sources", [])) for control, values in organisation.items()
            },
            sources={source.id: source for source in (decode(SourceScope, each) for each in _list(run["sources"]))},
            waivers=tuple(_waiver(_object(each)) for each in _list(settings.get("waivers", []))),
            claims=tuple(_claim(_object(each)) for each in _list(documents.get("claims.json", []))),
            recommendations=read_recommendations(documents.get("recommendations.json", [])),
            contracts=tuple(_contract(_object(each)) for each in _list(documents.get("contracts.json", []))),
            before=read_stand(documents["before.json"]) if "before.json" in documents else None,
            only_controls=_strings(run.get("only_controls", [])),
            has_questions=bool(settings.get("questions")),
        )
    except (KeyError, RecordError) as error:
        message = f"the policy does not fit: {error}"
        raise PolicyError(message) from error


def _control(value: Mapping[str, JsonValue]) -> Control:
    return Control(
        id=str(value["id"]),
        parameters={name: _object(each)["value"] for name, each in _object(value.get("parameters", {})).items()},
        crosswalk=tuple(_reference(_object(each)) for each in _list(value.get("crosswalk", []))),
    )


def _reference(value: Mapping[str, JsonValue]) -> Reference:
    return Reference(str(value["framework"]), str(value["reference"]))


def _requirements(catalogue: Mapping[str, JsonValue]) -> list[Requirement]:
    return [
        Requirement(
            id=str(each["id"]),
            catalogue=str(catalogue["id"]),
            controls=_asked_controls(each.get("controls") or []),
            point=_reference(_object(each["crosswalk"])) if each.get("crosswalk") else None,
            owner=str(each.get("owner") or ""),
        )
        for each in map(_object, _list(catalogue["requirements"]))
    ]


def _waiver(value: Mapping[str, JsonValue]) -> Waiver:
    return decode(Waiver, dict(value))


def _claim(value: Mapping[str, JsonValue]) -> Claim:
    given = _object(value.get("period") or {})
    period = Period(decode(date, given["from"]), decode(date, given["to"])) if given else None
    return Claim(
        id=str(value["id"]),
        supplier=str(value["supplier"]),
        statement=str(value["statement"]),
        as_of=period.end if period else decode(date, value["as_of"]),
        control=str(value["control"]),
        parameters=_object(value.get("parameters", {})),
        scope=decode(Scope, value.get("scope", {})),
        contract=_optional(value.get("contract")),
        clause=_optional(value.get("clause")),
        period=period,
        share_percent=decode(int, value.get("share_percent", 100)),
    )


def _contract(value: Mapping[str, JsonValue]) -> Contract:
    clauses = [_object(each) for each in _list(value.get("clauses", []))]
    return Contract(
        id=str(value["id"]),
        supplier=str(value["supplier"]),
        clauses=tuple((str(each["clause"]), _strings(each["controls"])) for each in clauses),
        valid_from=_day(value.get("valid_from")),
        valid_to=_day(value.get("valid_to")),
    )


_ANSWERS = {"done": "yes", "ongoing": "partly", "not-started": "no", "rejected": "no"}
"""What a stated status answers, where no answer is stated beside it."""


def read_recommendations(ledgers: JsonValue) -> tuple[Recommendation, ...]:
    """The recommendations of ledgers, as data/policy/recommendations.json holds them; raises RecordError, KeyError."""
    return tuple(each for ledger in _list(ledgers) for each in _ledger(_object(ledger)))


def _ledger(value: Mapping[str, JsonValue]) -> list[Recommendation]:
    return [
        Recommendation(
            id=str(each["id"]),
            ledger=str(value["id"]),
            controls=_asked_controls(each.get("controls") or []),
            measured=_day(_object(each.get("measure") or {}).get("done")),
            answer=_optional(each.get("answer")) or _ANSWERS.get(str(each.get("status"))),
        )
        for each in map(_object, _list(value["recommendations"]))
    ]


def _day(value: JsonValue) -> date | None:
    return None if value is None else decode(date, value)


def _asked_controls(value: JsonValue) -> tuple[AskedControl, ...]:
    return tuple(
        AskedControl(str(asked["id"]), _object(asked.get("parameters") or {})) for asked in map(_object, _list(value))
    )


def _optional(value: JsonValue) -> str | None:
    return None if value is None else str(value)


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


def _strings(value: JsonValue) -> tuple[str, ...]:
    return tuple(str(each) for each in _list(value))

"""Requirement catalogues and the controls that they name: those that come with Styrk, and a municipality's own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, model_validator

from config.document import Document, DocumentPath, Node
from config.problems import Problem, SettingsError, did_you_mean
from config.settings import ParameterValue
from config.sources import Identifier, Strict
from config.validation import fit
from config.yaml_reader import read_yaml

SHIPPED = Path(__file__).parent / "catalogues"
CONTROLS = Path(__file__).parent / "controls"

Word = Annotated[str, Field(min_length=1)]
RequirementId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$")]
Confidence = Literal["text", "secondary", "inferred", "general"]
"""How a reference is known: read in the source, in another public source, inferred, general knowledge."""
_TYPES: dict[type, str] = {bool: "true or false", int: "a whole number", str: "text", list: "a list of texts"}


class Policy(Strict):
    """Something that a judgement rests on, and that a bundle therefore holds."""

    def policy(self) -> dict[str, Any]:
        """Give it as JSON values (no floats); what is not stated is left out."""
        return self.model_dump(mode="json", exclude_none=True)


class Text(Policy):
    """A text in Swedish and English; plain text stands for both."""

    sv: Word
    en: Word

    @model_validator(mode="before")
    @classmethod
    def _one_language(cls, value: object) -> object:
        if isinstance(value, str):
            return {"sv": value, "en": value}
        if isinstance(value, Mapping) and "sv" in value and "en" not in value:
            return {**value, "en": value["sv"]}
        return value


class Parameter(Policy):
    """One number or choice of a control, with its default."""

    value: ParameterValue
    unit: str | None = None
    origin: Word
    """`default` (proposed by Styrk), `municipality` (to be set locally), `law`, or the requirement that states it."""
    text: Text


class Reference(Policy):
    """A place in a framework that a control bears on."""

    framework: Word
    reference: Word
    confidence: Confidence


class Control(Policy):
    """One control objective."""

    id: Identifier
    title: Text
    objective: Text
    rule: Text
    evidence: Text
    mode: Literal["AUTO", "AUTO+RECORD", "AUTO+ATTEST", "RECORD", "RECORD+ATTEST"]
    """What testing it needs: technical sources, registers handed over, attestations."""
    parameters: dict[str, Parameter] = Field(default_factory=dict)
    crosswalk: tuple[Reference, ...] = ()


class ControlFile(Strict):
    """One file of `config/controls/`."""

    controls: tuple[Control, ...]


class NamedControl(Policy):
    """A control that a requirement rests on, with the values that the requirement itself states."""

    id: Identifier
    parameters: dict[str, ParameterValue] = Field(default_factory=dict)


class Point(Policy):
    """The point of a framework that a requirement is; controls reach it by their own crosswalk."""

    framework: Word
    reference: Word


class Requirement(Policy):
    """One demand, question, criterion or recommendation."""

    id: RequirementId
    section: Word
    section_title: str | None = None
    kind: Literal["question", "criterion", "demand", "finding", "recommendation", "claim", "practice", "rule"]
    title: Text
    evidence: Text | None = None
    evidence_kind: tuple[Word, ...] = ()
    owner: Literal["municipality", "supplier", "federation", "both"] | None = None
    """Who has to act."""
    duty_holder: str | None = None
    modality: str | None = None
    frequency: str | None = None
    frequency_sv: str | None = None
    priority: str | None = None
    auditor_judgement: str | None = None
    """What the report's auditors found then, in their words."""
    stated: dict[str, ParameterValue] = Field(default_factory=dict)
    """Other facts that the report states."""
    note: Text | None = None
    controls: tuple[NamedControl, ...] = ()
    crosswalk: Point | None = None
    confidence: Confidence | None = None


class Catalogue(Policy):
    """A list of requirements: an audit report, a framework, or a municipality's own."""

    id: Identifier
    title: Text
    kind: Literal["audit-report", "framework", "own"]
    issued: Annotated[str, StringConstraints(pattern=r"^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$")] | None = None
    issuer: str | None = None
    diary_number: str | None = None
    note: Text | None = None
    requirements: Annotated[tuple[Requirement, ...], Field(min_length=1)]


def available_catalogues() -> tuple[str, ...]:
    """Ids of the catalogues that come with Styrk."""
    return tuple(sorted(path.stem for path in SHIPPED.glob("*.yaml")))


def is_path(entry: str) -> bool:
    """Tell a path of a catalogue file from a catalogue's id."""
    return "/" in entry or "\\" in entry or entry.endswith((".yaml", ".yml"))


def load_catalogue(id_or_path: str) -> Catalogue:
    """Load a catalogue by id or by path; raises SettingsError with every mistake in it."""
    if is_path(id_or_path):
        return _catalogue(Path(id_or_path))
    if id_or_path not in available_catalogues():
        suggestion = did_you_mean(id_or_path, available_catalogues())
        raise SettingsError([Problem(id_or_path, 1, 1, "", "there is no catalogue of this name", suggestion)])
    return _catalogue(SHIPPED / f"{id_or_path}.yaml")


@cache
def load_controls() -> Mapping[str, Control]:
    """Load all control objectives by id; raises SettingsError with every mistake in their files."""
    controls: dict[str, Control] = {}
    problems: list[Problem] = []
    for path in sorted(CONTROLS.glob("*.yaml")):
        document = read_yaml(path)
        file = fit(ControlFile, document)
        for index, control in enumerate(file.controls if file else ()):
            if control.id in controls:
                document.problem(("controls", index, "id"), "this id is used twice")
            controls[control.id] = control
        problems += document.problems
    if problems:
        raise SettingsError(problems)
    return dict(sorted(controls.items()))


def frameworks(controls: Iterable[Control]) -> frozenset[str]:
    """Names of the frameworks that any control refers to."""
    return frozenset(reference.framework for control in controls for reference in control.crosswalk)


def check_control(  # the two ways to name a control have their parts in different places
    document: Document,
    path: DocumentPath,
    name: str,
    parameters: Node | None,
    parameters_path: DocumentPath,
    *,
    key: bool = False,
) -> None:
    """Add a problem for a control that there is not, and for parameters that it does not have or of another type."""
    controls = load_controls()
    control = controls.get(name)
    if control is None:
        document.problem(path, f"there is no control {name}", did_you_mean(name, controls), key=key)
        return
    values = parameters.value if parameters is not None and isinstance(parameters.value, dict) else {}
    for given, node in values.items():
        declared = control.parameters.get(given)
        if declared is None:
            suggestion = did_you_mean(given, control.parameters) or "it has none"
            document.problem((*parameters_path, given), f"{name} has no such parameter", suggestion, key=True)
        elif node.value is not None and type(node.plain()) is not _plain_type(declared.value):
            wanted = _TYPES[_plain_type(declared.value)]
            document.problem((*parameters_path, given), f"must be {wanted}, as in the default")


def _plain_type(value: ParameterValue) -> type:
    return list if isinstance(value, tuple) else type(value)


def _catalogue(path: Path) -> Catalogue:
    document = read_yaml(path)
    catalogue = fit(Catalogue, document)
    known = frameworks(load_controls().values())
    first: dict[str, int] = {}
    for index, requirement in enumerate(document.root.items("requirements")):
        name = requirement.text("id")
        if name is not None:
            if name in first:
                here: DocumentPath = ("requirements", index, "id")
                document.problem(here, f"this id is used twice, first on line {first[name]}")
            first.setdefault(name, requirement.line)
        for number, control in enumerate(requirement.items("controls")):
            at: DocumentPath = ("requirements", index, "controls", number)
            control_id = control.text("id")
            if control_id is not None:
                check_control(document, (*at, "id"), control_id, control.get("parameters"), (*at, "parameters"))
        framework = requirement.text("crosswalk", "framework")
        if framework is not None and framework not in known:
            here = ("requirements", index, "crosswalk", "framework")
            document.problem(here, "no control refers to this framework", did_you_mean(framework, known))
    if catalogue is None or document.problems:
        raise SettingsError(document.problems)
    return catalogue

"""Supplier claims: YAML files of their own, so that contract managers can keep them apart from the systems."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints

from config.catalogue import check_control
from config.document import Document, DocumentPath, Node
from config.problems import SettingsError
from config.scopes import check_scope, known
from config.settings import ParameterValue, Scope, Settings
from config.sources import Identifier, Strict
from config.statement_files import read_all
from config.validation import fit
from config.yaml_reader import read_yaml

_UNCLAIMABLE = frozenset({"supplier-claim-verified", "recommendation-effect-verified"})
"""Controls that are judged from claims and recommendations themselves."""


class Period(Strict):
    """First and last day that a statement speaks of."""

    from_: dt.date = Field(alias="from")
    to: dt.date


class ClaimScope(Scope):
    """Which subjects a claim is about; parts that are given must all match."""

    systems: tuple[str, ...] = ()
    """Names in the system register; the hosts that it gives for them are meant too."""


class SupplierEvidence(Strict):
    """What the supplier itself gave to show that its claim is true; it never confirms alone."""

    source: Identifier | None = None
    """A source or register that the supplier controls."""
    document: Path | None = None
    """File that the supplier handed over; it is not copied, only its hash is checked."""
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] | None = None
    """SHA-256 of the document, in hex, as it was received."""


class ClaimSettings(Strict):
    """What a supplier says of a control, and with what value."""

    id: Identifier
    supplier: Annotated[str, Field(min_length=1)]
    contract: str | None = None
    clause: str | None = None
    statement: Annotated[str, Field(min_length=1, max_length=500)]
    """Verbatim, and short."""
    as_of: dt.date | None = None
    """Date that the statement speaks of; either this or `period`."""
    period: Period | None = None
    """Days that the statement speaks of, each of them."""
    scope: ClaimScope = ClaimScope()
    control: Identifier
    parameters: dict[str, ParameterValue] = Field(default_factory=dict)
    """The control's parameters as claimed, e.g. `max_age_hours: 24`."""
    share_percent: Annotated[int, Field(ge=1, le=100)] = 100
    """Share of the subjects that the statement says conform; all of them where not given."""
    evidence: str | None = None
    """Reference to the supplier's own evidence, in words, if it gave any."""
    supplier_evidence: SupplierEvidence | None = None


class ClaimsFile(Strict):
    """The whole of a claims file."""

    claims: tuple[ClaimSettings, ...]


@dataclass(frozen=True, slots=True)
class Systems:
    """The configured sources and registers, as claims may name them."""

    controlled_by: dict[str, str] = field(default_factory=dict)
    """Id to who controls it."""
    tags: AbstractSet[str] = frozenset()

    @classmethod
    def of(cls, settings: Settings) -> Systems:
        """Those of the settings."""
        systems = (*settings.sources, *settings.registers)
        return cls({each.id: each.controlled_by for each in systems}, {tag for each in systems for tag in each.tags})


def load_claims(settings: Settings) -> tuple[ClaimSettings, ...]:
    """Load the claims that the settings name, none where they name none; raises SettingsError with every mistake."""
    return load_claim_files(settings.claims, Systems.of(settings))


def load_claim_files(entries: tuple[Path, ...], systems: Systems) -> tuple[ClaimSettings, ...]:
    """Load claims from files, folders and patterns; raises SettingsError with every mistake."""
    return read_all(entries, "claims", lambda path: _read(path, None, systems))


def read_claims(
    path: Path, sources: AbstractSet[str], tags: AbstractSet[str], name: str | None = None
) -> tuple[ClaimSettings, ...]:
    """Read one claims file whose scopes may name these sources and tags; raises SettingsError with every mistake."""
    systems = Systems(dict.fromkeys(sources, ""), tags)
    return read_all((path,), "claims", lambda each: _read(each, name, systems))


def _read(path: Path, name: str | None, systems: Systems) -> tuple[Document, tuple[ClaimSettings, ...]]:
    document = read_yaml(path, name)
    file = fit(ClaimsFile, document)
    for index, claim in enumerate(document.root.items("claims")):
        place: DocumentPath = ("claims", index)
        control = claim.text("control")
        if control in _UNCLAIMABLE:
            message = f"{control} is judged from the claims themselves"
            document.problem((*place, "control"), message, "name the control that the statement is about")
        elif control is not None:
            check_control(document, (*place, "control"), control, claim.get("parameters"), (*place, "parameters"))
        check_scope(document, claim, (*place, "scope"), systems.controlled_by.keys(), systems.tags)
        _check_time(document, claim, place)
        _check_evidence(document, claim, place, path.absolute().parent, systems)
    if file is None and not document.problems:
        raise SettingsError(document.problems)
    return document, file.claims if file is not None else ()


def _check_time(document: Document, claim: Node, place: DocumentPath) -> None:
    dated, period = claim.get("as_of"), claim.get("period")
    if dated is None and period is None:
        document.problem((*place, "as_of"), "this key is required", "or `period: {from: ..., to: ...}`")
    elif dated is not None and period is not None:
        message = "a claim is about a date or a period, not both"
        document.problem((*place, "period"), message, "remove one of them", key=True)
    start, end = (_date(claim.text("period", key)) for key in ("from", "to"))
    if start is not None and end is not None and end < start:
        document.problem((*place, "period", "to"), f"the period ends before it begins ({start})")
    elif start is not None and end is not None and (end - start).days > MAX_PERIOD_DAYS:
        document.problem((*place, "period", "to"), f"a period has at most {MAX_PERIOD_DAYS} days", "divide it")


MAX_PERIOD_DAYS = 732
"""Each day is judged by itself."""


def _check_evidence(document: Document, claim: Node, place: DocumentPath, base: Path, systems: Systems) -> None:
    given = claim.get("supplier_evidence")
    if given is None or not isinstance(given.value, dict):
        return
    here = (*place, "supplier_evidence")
    source = given.text("source")
    if source is not None:
        known(document, (*here, "source"), systems.controlled_by, "source")
        if systems.controlled_by.get(source) == "own":
            message = f"{source} is controlled by the organisation itself, so it is no evidence of the supplier's"
            document.problem((*here, "source"), message, "set controlled_by of the source, or leave this key out")
    name, stated = given.text("document"), given.text("sha256")
    if (name is None) != (stated is None):
        lacking = "sha256" if stated is None else "document"
        document.problem((*here, lacking), "document and sha256 belong together")
    elif name is not None and stated is not None:
        _check_hash(document, here, base / name, stated)


def _check_hash(document: Document, here: DocumentPath, path: Path, stated: str) -> None:
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        document.problem((*here, "document"), f"the file cannot be read: {error.strerror}", "put it where it is named")
        return
    if found != stated:
        message = "the document is not the one that was received: its hash differs"
        document.problem((*here, "sha256"), message, f"the file has {found}")


def _date(text: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text is not None and len(text) == 10 else None
    except ValueError:
        return None  # the model says so

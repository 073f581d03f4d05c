"""The model of `styrk.yaml`; `config.loading` reads a file into it with the place of every mistake."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StringConstraints, WithJsonSchema

from config.registers import Register
from config.sources import AnySource, Identifier, Strict

ParameterValue = bool | int | str | tuple[str, ...]
Port = Annotated[str, StringConstraints(pattern=r"^\d{1,5}(-\d{1,5})?$")]
Files = Annotated[
    tuple[Path, ...],
    BeforeValidator(
        lambda given: (given,) if isinstance(given, str) else tuple(given) if isinstance(given, list) else given
    ),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]
"""One file or several: names, folders and patterns."""


class Organisation(Strict):
    """Whose evidence it is."""

    name: Annotated[str, Field(min_length=1)]
    diary_number: str | None = None
    language: Literal["sv", "en"] = "sv"
    classification: str | None = None
    """How the bundle is to be handled, e.g. `intern`."""


class ZoneSettings(Strict):
    """One declared network zone."""

    name: Identifier
    roles: tuple[Identifier, ...] = ()
    networks: tuple[str, ...]
    purpose: str | None = None
    owner: str | None = None


class FlowSettings(Strict):
    """One flow that is allowed between zones, by decision."""

    source: Identifier
    destination: Identifier
    protocol: Literal["tcp", "udp", "icmp", "any"] = "tcp"
    ports: tuple[Port, ...] = ()
    destination_addresses: tuple[str, ...] = ()
    purpose: str | None = None
    owner: str | None = None
    valid_until: dt.date | None = None
    diary_number: str | None = None


class Scope(Strict):
    """Which subjects something is about; parts that are given must all match."""

    sources: tuple[Identifier, ...] = ()
    tags: tuple[Identifier, ...] = ()
    subjects: tuple[str, ...] = ()
    """Exact names; the subjects' own."""


class DecisionSettings(Strict):
    """What was decided, as the decision itself says: a waiver that is wider than it covers nothing."""

    subjects: Annotated[tuple[str, ...], Field(min_length=1)]
    """Subjects that the decision names."""
    until: dt.date | None = None
    """Last day by the decision; the waiver's own where the decision sets none."""


class WaiverSettings(Strict):
    """A decided, dated, expiring acceptance of a risk (riskacceptans)."""

    id: Identifier
    control: Identifier
    scope: Scope
    decided_by: Annotated[str, Field(min_length=1)]
    """Role or body."""
    decided: dt.date
    diary_number: str | None = None
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=20)]
    expires: dt.date
    decision: DecisionSettings | None = None
    """What the decision covers, where someone has read it against the waiver."""


class ControlSettings(Strict):
    """The organisation's own parameters for one control, and where in the estate it applies."""

    parameters: dict[str, ParameterValue] = Field(default_factory=dict)
    exclude_sources: tuple[Identifier, ...] = ()


class FollowUpSettings(Strict):
    """Recommendations of earlier audits, and the evidence from before the measures."""

    ledgers: Files
    """Ledgers as YAML files, folders or patterns, or ids of those that come with Styrk."""
    before: Path | None = None
    """A bundle, folder or .zip, from before the measures."""


class OwnerSettings(Strict):
    """One of several organisations that the same systems are run for; its evidence is sealed apart.

    What belongs to it: every record of its `sources`, and of all other sources what its hosts, systems or subjects
    name. A record that names another owner too is left out of both bundles, and its number is told.
    """

    id: Identifier
    """Folder of its bundles."""
    name: Annotated[str, Field(min_length=1)]
    diary_number: str | None = None
    language: Literal["sv", "en"] = "sv"
    sources: tuple[Identifier, ...] = ()
    """Sources and registers that are its own."""
    hosts: tuple[str, ...] = ()
    systems: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    """Texts of a record, whole or with `*`: `*@tjorn.example.test`, `*,OU=Tjorn,*`."""
    names: tuple[Annotated[str, Field(min_length=3)], ...] = ()
    """Further words that tell of it, and that no other owner's bundle may hold."""


class Output(Strict):
    """Where bundles go and which key seals them."""

    directory: Path = Path("evidence")
    signing_key: Path | None = None
    """OpenSSH Ed25519 private key; the one that `styrk init` makes where not given."""


class Settings(Strict):
    """The whole of `styrk.yaml`."""

    organisation: Organisation
    sources: tuple[AnySource, ...] = ()
    """Systems that are read; with registers alone, what is kept in lists can be judged."""
    registers: tuple[Register, ...] = ()
    zones: tuple[ZoneSettings, ...] = ()
    flows: tuple[FlowSettings, ...] = ()
    catalogues: tuple[str, ...] = ()
    """Ids of catalogues that come with Styrk, or paths of catalogue files of one's own."""
    controls: dict[Identifier, ControlSettings] = Field(default_factory=dict)
    claims: Files = ()
    """YAML files with the list `claims`: a file, a folder, a pattern such as `claims/*.yaml`, or a list of them."""
    contracts: Files = ()
    """YAML files with the list `contracts`: which clause answers to which control."""
    questions: Files = ()
    """YAML files with the list `questions`: the log of questions to suppliers."""
    recommendations: FollowUpSettings | None = None
    waivers: tuple[WaiverSettings, ...] = ()
    owners: tuple[OwnerSettings, ...] = ()
    """Organisations that a supplier runs the same systems for: each gets a bundle of its own."""
    output: Output = Output()

"""One supplier, several owners: the systems are read once, and each owner gets a sealed bundle of its own part.

Nothing is sealed for anyone until every byte of every bundle has been looked through for words that tell of another.
"""

from __future__ import annotations

import gzip
import socket
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import BaseModel

from collector.records.codec import JsonValue
from config.settings import Organisation, OwnerSettings, Settings
from reporters.bundle.errors import BundleError
from reporters.bundle.keys import Signer
from reporters.bundle.stage import Stage
from styrk.errors import UsageError
from styrk.ownership import Owner, belongs_to_nobody, divide, owners_of
from styrk.scan import Inputs, ScanRequest, ScanResult, previous_identity, read_inputs, seal_run, write_run


@dataclass(frozen=True, slots=True)
class OwnersResult:
    """The bundles of one reading."""

    results: tuple[tuple[str, ScanResult], ...]
    """Owner's id and bundle, in the order of the settings."""
    nobodys: dict[tuple[str, str], int]
    """(source, kind) to records that no owner's selection names: they are in no bundle."""


def scan_for_owners(request: ScanRequest, signer: Signer) -> OwnersResult:
    """Read the sources once, and seal a bundle below `request.out`/owner for each owner, or for none.

    Raises as `styrk.scan.scan` does, and UsageError where a bundle would tell of another owner.
    """
    read = read_inputs(request)
    owners = owners_of(request.settings.owners)
    request.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".partial-shared-", dir=request.out) as folder, ExitStack() as stages:
        evidence = read.collect(request, Path(folder))
        nobodys = belongs_to_nobody(evidence, owners)
        written = []
        for owner in owners:
            out = request.out / owner.settings.id
            stage = stages.enter_context(Stage(out, read.run, request.leftover))
            others = [other for other in owners if other is not owner]
            share = divide(evidence, owner, others, stage.path / "data")
            settings = settings_of(request.settings, owner)
            asked = replace(request, only_sources=tuple(each for each in request.only_sources if owner.clean(each)))
            left = {each.source for each in share.evidence.populations} | {each.source for each in share.evidence.gaps}
            own = _inputs(read, owner, left)
            results, reports = write_run(stage.path, share.evidence, asked, settings, own)
            written.append((owner, stage, asked, settings, own, results, reports))
        for owner, stage, *_ in written:
            _refuse_foreign(owner, stage.path)
        sealed = []
        for owner, stage, asked, settings, own, results, reports in written:
            previous = previous_identity(request.out / owner.settings.id)
            identity = seal_run(stage.path, asked, settings, own, previous, signer)
            final = stage.commit()
            paths = tuple(final / name for name in reports)
            sealed.append((owner.settings.id, ScanResult(final, identity, results, signer.public_key, paths)))
    return OwnersResult(tuple(sealed), nobodys)


def settings_of(settings: Settings, owner: Owner) -> Settings:
    """The settings as the owner's bundle holds them: whatever tells of another owner is not among them."""
    mine: OwnerSettings = owner.settings
    organisation = Organisation(
        name=mine.name,
        diary_number=mine.diary_number,
        language=mine.language,
        classification=settings.organisation.classification,
    )
    return settings.model_copy(
        update={
            "organisation": organisation,
            "owners": (),
            "sources": tuple(each for each in settings.sources if owner.clean(_plain(each))),
            "registers": tuple(each for each in settings.registers if owner.clean(_plain(each))),
            "zones": tuple(each for each in settings.zones if owner.clean(_plain(each))),
            "flows": tuple(each for each in settings.flows if owner.clean(_plain(each))),
            "waivers": tuple(each for each in settings.waivers if owner.clean(_plain(each))),
            "controls": {name: each for name, each in settings.controls.items() if owner.clean(_plain(each))},
        }
    )


def _inputs(read: Inputs, owner: Owner, sources: set[str]) -> Inputs:
    """Claims, ledgers and sources that tell of no other owner."""
    return replace(
        read,
        claims=tuple(each for each in read.claims if owner.clean(_plain(each))),
        ledgers=tuple(each for each in read.ledgers if owner.clean(_plain(each))),
        contracts=tuple(each for each in read.contracts if owner.clean(_plain(each))),
        sources=tuple(each for each in read.sources if each[0].source.id in sources),
    )


def _plain(model: BaseModel) -> JsonValue:
    dumped: JsonValue = model.model_dump(mode="json")
    return dumped


def _refuse_foreign(owner: Owner, stage: Path) -> None:
    """Raise UsageError for the first file, unpacked, in which another owner's word stands, and for this host's name."""
    if found := owner.names_another(socket.gethostname()):
        raise UsageError(
            f"the attestation of {owner.settings.id} would name this host, which is another owner's: «{found}»",
            "run the scan on a host that belongs to none of them; nothing was sealed",
        )
    for path, data in _files(stage):
        found = owner.names_another(data.decode("utf-8", "replace"))
        if found:
            raise UsageError(
                f"the bundle of {owner.settings.id} would tell of another owner: «{found}» in {path}",
                "take what is shared out of both selections, or leave the word out of `names`; nothing was sealed",
            )


def _files(stage: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(stage.rglob("*")):
        if path.is_file():
            name = path.relative_to(stage).as_posix()
            yield name, name.encode()
            data = path.read_bytes()
            try:
                yield name, gzip.decompress(data) if path.suffix == ".gz" else data
            except (OSError, EOFError) as error:
                raise BundleError(f"{name} cannot be looked through: {error}") from error

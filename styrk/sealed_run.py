"""Another run's bundle, opened only after all of its seal held, and read byte for byte as it was verified.

Whoever can write in the folder where bundles arrive may change one between two looks. So what is read after the
verification is held against the identity that was verified: tag manifest, manifest, index, evidence file.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from collector.evidence import EvidenceSet, Gap, GapCause, Population
from collector.records.record import Record
from collector.source import SourceError
from reporters.bundle import dsse, statement
from reporters.bundle.archive import LIMITS, Limits
from reporters.bundle.errors import BundleError
from reporters.bundle.evidence_index import evidence_path, parse_index
from reporters.bundle.layout import (
    ATTESTATION,
    EVIDENCE_INDEX,
    MANIFEST,
    MAX_PATH,
    PAYLOAD,
    REQUIRED,
    TAG_MANIFEST,
    read_small,
)
from reporters.bundle.manifest import parse_manifest
from reporters.bundle.reader import open_bundle
from reporters.bundle.statement import Statement
from reporters.bundle.trust import load_trust
from reporters.bundle.verify import NEWER, Overall, Verification, verify_folder

_RUN = re.compile(r"\d{8}T\d{6}Z(\.zip)?")
_PIECE = 1 << 20
_COPY_AGAIN = "copy it again, whole; if that does not help, find out who could have changed it on its way"


@dataclass(frozen=True, slots=True)
class SealedRun:
    """A bundle that is whole, unchanged and sealed by a trusted key."""

    name: str
    """Name of the folder or .zip that was chosen."""
    identity: str
    signer: str
    """Fingerprint of the key."""
    principals: str
    """The name that the trust file gives the key's holder."""
    statement: Statement
    evidence: EvidenceSet
    """What its index says; the records are read by `copy`."""
    folder: Path

    @property
    def organisation(self) -> str:
        """Whose bundle it says that it is."""
        match self.statement.predicate["organisation"]:
            case {"name": str(name)}:
                return name
        return ""

    @property
    def sources(self) -> tuple[str, ...]:
        """Ids of the sources that were asked."""
        return tuple(sorted({each.source for each in self._entries}))

    def entry(self, source: str, kind: str) -> Population[Record] | Gap | None:
        """What a source gave of a kind; None where it was not asked for it."""
        return next((each for each in self._entries if (each.source, each.kind) == (source, kind)), None)

    @property
    def _entries(self) -> tuple[Population[Record] | Gap, ...]:
        return (*self.evidence.populations, *self.evidence.gaps)

    def copy(self, population: Population[Record], target: Path, limits: Limits = LIMITS) -> int:
        """Copy the evidence file of a population, with the bytes that were verified; returns their number."""
        name = evidence_path(population)
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        digest, size = hashlib.sha256(), 0
        try:
            with os.fdopen(os.open(self.folder / name, flags), "rb") as file, target.open("xb") as kept:
                if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                    raise _changed(name)
                while (piece := file.read(_PIECE)) and size <= limits.total:
                    size += len(piece)
                    digest.update(piece)
                    kept.write(piece)
        except OSError as error:
            raise SourceError(
                GapCause.UNREACHABLE, f"{name} could not be copied: {error.strerror}", "see to room in TMPDIR"
            ) from error
        if digest.hexdigest() != population.digest:
            raise _changed(name)
        return size


@contextmanager
def open_sealed_run(path: Path, trusted_keys: Path, limits: Limits = LIMITS) -> Iterator[SealedRun]:
    """The bundle at a path, or the newest one in that folder, for as long as the context lasts.

    Raises SourceError for one that is not there, is too large, is not what was sealed, or was sealed by another key.
    """
    chosen = newest(path)
    with ExitStack() as opened:
        try:
            trust = load_trust(trusted_keys)
        except BundleError as error:
            message = f"nobody's seal is trusted: {error.detail}"
            raise SourceError(GapCause.DENIED, message, "put the worker's public key in `trusted_keys`") from error
        try:
            if chosen.is_dir():
                _refuse_huge(chosen, limits)
            folder = opened.enter_context(open_bundle(chosen, limits)).path
            outcome = verify_folder(folder, trust)
        except (BundleError, OSError) as error:
            raise SourceError(GapCause.MALFORMED, f"{chosen.name} is no bundle: {error}", _COPY_AGAIN) from error
        if outcome.overall is not Overall.OK:
            raise _refusal(chosen.name, outcome)
        yield _as_verified(chosen.name, folder, outcome)


def newest(path: Path) -> Path:
    """The bundle at a path; of a folder of bundles, the one whose run's id is the last. Raises SourceError for none."""
    try:
        if not path.is_dir() or any((path / name).exists() for name in (*REQUIRED, PAYLOAD)):
            path.stat()
            return path
        with os.scandir(path) as entries:
            name = max((entry.name for entry in entries if _RUN.fullmatch(entry.name)), default=None)
    except FileNotFoundError as error:
        raise SourceError(
            GapCause.ABSENT, f"there is no {path}", "correct `path`, or see to it that bundles arrive there"
        ) from error
    except OSError as error:
        raise SourceError(
            GapCause.DENIED, f"{path} may not be read: {error.strerror}", "let the collector's user read it"
        ) from error
    if name is None:
        message = f"{path} holds no bundle named by its run, such as 20261121T030000Z or 20261121T030000Z.zip"
        raise SourceError(GapCause.ABSENT, message, "see to it that bundles arrive there, under the names they have")
    if (path / name).is_symlink():
        raise SourceError(GapCause.DENIED, f"{name} is a link, and links are not followed", "copy the bundle itself")
    return path / name


def _refuse_huge(folder: Path, limits: Limits) -> None:
    """Raise SourceError before anything is read of a folder with more in it than an archive may unpack to."""
    entries, total, waiting = 0, 0, [folder]
    while waiting:
        with os.scandir(waiting.pop()) as listed:
            for entry in listed:
                entries += 1
                if entry.is_dir(follow_symlinks=False):
                    if len(entry.path) - len(str(folder)) <= MAX_PATH + 1:
                        waiting.append(Path(entry.path))
                else:
                    total += entry.stat(follow_symlinks=False).st_size
                if entries > 2 * limits.files or total > limits.total:
                    message = f"{folder.name} holds more than {limits.files:,} files or {limits.total:,} bytes"
                    raise SourceError(GapCause.DENIED, message, _COPY_AGAIN)


def _refusal(name: str, outcome: Verification) -> SourceError:
    told = "; ".join(f"{step.name}: {step.message}" for step in outcome.failed)
    codes = {problem.code for step in outcome.failed for problem in step.problems}
    if codes == {NEWER}:
        return SourceError(
            GapCause.UNSUPPORTED, f"{name} cannot be read by this version: {told}", "use one version of Styrk in both"
        )
    if {step.name for step in outcome.failed} == {"signer"}:
        remedy = "if this is the worker's key, hand it over by another road and add it to `trusted_keys`"
        return SourceError(GapCause.DENIED, f"{name} is sealed by a key that is not trusted: {told}", remedy)
    if outcome.failed:
        return SourceError(GapCause.DENIED, f"{name} is not what was sealed: {told}", _COPY_AGAIN)
    open_rules = "; ".join(f"{step.name}: {step.message}" for step in outcome.steps if step.status != "ok")
    return SourceError(GapCause.UNSUPPORTED, f"the seal of {name} could not be checked: {open_rules}")


def _as_verified(name: str, folder: Path, outcome: Verification) -> SealedRun:
    try:
        listed = parse_manifest(_pinned(folder, TAG_MANIFEST, outcome.identity), TAG_MANIFEST)
        manifest = parse_manifest(_pinned(folder, MANIFEST, listed[MANIFEST]), MANIFEST)
        envelope = dsse.parse(_pinned(folder, ATTESTATION, listed[ATTESTATION]))
        index = parse_index(_pinned(folder, EVIDENCE_INDEX, manifest[EVIDENCE_INDEX]))
        said = statement.parse(envelope.payload)
    except BundleError as error:
        raise _changed(name) from error
    return SealedRun(name, outcome.identity, outcome.signer, outcome.principals, said, index, folder)


def _pinned(folder: Path, name: str, digest: str) -> bytes:
    data = read_small(folder, name)
    if hashlib.sha256(data).hexdigest() != digest:
        raise _changed(name)
    return data


def _changed(name: str) -> SourceError:
    return SourceError(GapCause.DENIED, f"{name} was changed while it was read", _COPY_AGAIN)

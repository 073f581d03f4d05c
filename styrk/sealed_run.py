"""Another run's bundle: copied to a private folder within bounds, opened only after all of its seal held there.

Whoever can write in the folder where bundles arrive may change one between two looks, or lay a pipe, a link or a file
without end in it. So nothing there is looked at twice: what is verified and read is the copy.
"""

from __future__ import annotations

import errno
import os
import re
import stat
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from collector.evidence import EvidenceSet, Gap, GapCause, Population
from collector.records.record import Record
from collector.source import SourceError
from reporters.bundle.archive import LIMITS, Limits
from reporters.bundle.errors import BundleError
from reporters.bundle.evidence_index import evidence_path, parse_index
from reporters.bundle.layout import EVIDENCE_INDEX, PAYLOAD, REQUIRED, is_path, read_small
from reporters.bundle.reader import Bundle, open_bundle
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
    """What its index says; its populations read nothing."""
    folder: Path
    """A private copy, for as long as the context of `open_sealed_run` lasts."""

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

    def kinds(self, source: str) -> frozenset[str]:
        """The kinds of record that a source was asked for."""
        return frozenset(each.kind for each in self._entries if each.source == source)

    def entry(self, source: str, kind: str) -> Population[Record] | Gap | None:
        """What a source gave of a kind; None where it was not asked for it."""
        return next((each for each in self._entries if (each.source, each.kind) == (source, kind)), None)

    @property
    def _entries(self) -> tuple[Population[Record] | Gap, ...]:
        return (*self.evidence.populations, *self.evidence.gaps)

    def file(self, population: Population[Record]) -> Path:
        """The evidence file of a population."""
        return self.folder / evidence_path(population)


@contextmanager
def open_sealed_run(path: Path, trusted_keys: Path, limits: Limits = LIMITS) -> Iterator[SealedRun]:
    """The bundle at a path, or the newest one in that folder, for as long as the context lasts.

    Raises SourceError for one that is not there, is too large, is not what was sealed, or was sealed by another key.
    """
    chosen = newest(path)
    try:
        trust = load_trust(trusted_keys)
    except BundleError as error:
        message = f"nobody's seal is trusted: {error.detail}"
        raise SourceError(GapCause.DENIED, message, "put the worker's public key in `trusted_keys`") from error
    with ExitStack() as opened:
        try:
            private = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="styrk-")))
            copy = _private_copy(chosen, private / chosen.name, limits)
            folder = opened.enter_context(open_bundle(copy, limits)).path
            outcome = verify_folder(folder, trust)
        except BundleError as error:
            raise SourceError(GapCause.MALFORMED, f"{chosen.name} is no bundle: {error}", _COPY_AGAIN) from error
        except OSError as error:
            message = f"{chosen.name} could not be copied: {error}"
            raise SourceError(GapCause.UNREACHABLE, message, "see to the rights, and to room in TMPDIR") from error
        if outcome.overall is not Overall.OK:
            raise _refusal(chosen.name, outcome)
        yield SealedRun(
            chosen.name,
            outcome.identity,
            outcome.signer,
            outcome.principals,
            Bundle(folder).statement(),
            parse_index(read_small(folder, EVIDENCE_INDEX)),
            folder,
        )


def newest(path: Path) -> Path:
    """The bundle at a path; of a folder of bundles, the one whose run's id is the last. Raises SourceError for none."""
    try:
        if not path.is_dir() or any((path / name).exists() for name in (*REQUIRED, PAYLOAD)):
            return path.resolve(strict=True)
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
    return path / name


def _private_copy(source: Path, target: Path, limits: Limits) -> Path:
    """Copy a bundle's folder or .zip; raises SourceError for more than `limits`, and for what no bundle may hold."""
    if not source.is_dir() or source.is_symlink():
        _copy_file(source, target, limits.total, source.name)
        return target
    target.mkdir()
    entries, room, waiting = 0, limits.total, [""]
    while waiting:
        prefix = waiting.pop()
        with os.scandir(source / prefix) as listed:
            for entry in listed:
                path = f"{prefix}/{entry.name}" if prefix else entry.name
                entries += 1
                if entries > limits.files:
                    raise _refused(source.name, f"holds more than {limits.files:,} files")
                if not is_path(path):
                    raise _refused(source.name, f"holds a name that no bundle may hold: {ascii(path)[:80]}")
                if entry.is_dir(follow_symlinks=False):
                    (target / path).mkdir()
                    waiting.append(path)
                else:
                    room -= _copy_file(source / path, target / path, room, f"{source.name}/{path}")
    return target


def _copy_file(source: Path, target: Path, room: int, name: str) -> int:
    """Copy a regular file of at most `room` bytes; returns their number. Raises SourceError for any other."""
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    size = 0
    try:
        descriptor = os.open(source, flags)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise _refused(name, "is a link, and links are not followed") from error
        raise
    with os.fdopen(descriptor, "rb") as file, target.open("xb") as kept:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise _refused(name, "is no regular file")
        while size <= room >= status.st_size and (piece := file.read(_PIECE)):
            size += len(piece)
            kept.write(piece)
    if max(size, status.st_size) > room:
        raise _refused(name, f"is larger than the {room:,} bytes that are left for it")
    return size


def _refused(name: str, what: str) -> SourceError:
    return SourceError(GapCause.DENIED, f"{name} {what}", _COPY_AGAIN)


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

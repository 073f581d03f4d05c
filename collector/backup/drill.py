"""A restore drill: chosen files are restored to a scratch folder, hashed, compared, measured and thrown away.

Nothing is written to the repository, and no content is kept: a drill leaves hashes, counts and times.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import IO, Protocol

from collector.backup.drill_report import DrillReport, Trouble
from collector.evidence import GapCause
from collector.records.backup import Snapshot
from collector.source import SourceError
from config.sources import Drill

MAX_FILES = 1_000_000
MAX_EXPECTED = 64 << 20
"""Bytes of the file of expected hashes."""
_CHUNK = 1 << 20
_LINE = re.compile(r"([0-9a-f]{64}) [ *](.+)")
_CLOCK_TOLERANCE = timedelta(minutes=10)


class Restorer(Protocol):
    """Restores from one repository."""

    def snapshots(self) -> Sequence[Snapshot]:
        """Every restore point; raises SourceError."""
        ...

    def size(self, snapshot: Snapshot, paths: Sequence[str]) -> int:
        """Bytes of the files below the paths; raises SourceError."""
        ...

    def restore(self, snapshot: Snapshot, paths: Sequence[str], target: Path, timeout: float) -> None:
        """Restore into the empty folder; raises SourceError where the tool says that it failed."""
        ...

    def files(self, target: Path) -> Iterator[tuple[str, IO[bytes]]]:
        """What was restored: each regular file with its path as the restore point holds it, open for reading."""
        ...


def run_drill(
    settings: Drill,
    source: str,
    restorer: Restorer,
    *,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ticks: Callable[[], int] = time.monotonic_ns,
) -> DrillReport:
    """Do one drill, and say how it went: a restore that fails is the drill's result.

    Raises SourceError where it could not be begun: no restore point, more than `max_bytes`, no room, a file of
    expected hashes that cannot be read.
    """
    started = now()
    expected = _expected(settings.expected)
    snapshot = _chosen(restorer.snapshots(), settings.host, started)
    planned = restorer.size(snapshot, settings.paths)
    if planned > settings.max_bytes:
        raise SourceError(
            GapCause.UNSUPPORTED,
            f"{planned} bytes would be restored; at most {settings.max_bytes} are (max_bytes)",
            "choose fewer paths, or raise max_bytes under drill",
        )
    with _scratch(settings.scratch, planned) as folder:
        before = ticks()
        trouble: list[Trouble] = []
        words = ""
        try:
            restorer.restore(snapshot, settings.paths, folder, settings.timeout_seconds)
        except SourceError as error:
            trouble.append(Trouble.RESTORE_FAILED)
            words = error.detail
        elapsed = (ticks() - before) // 1_000_000
        hashes, restored = _hashed(restorer.files(folder), settings.max_bytes)
    differing = sum(1 for path, digest in expected.items() if hashes.get(path) != digest)
    canary = _canary(settings, hashes)
    if not hashes:
        trouble.append(Trouble.NOTHING_RESTORED)
    if differing:
        trouble.append(Trouble.FILES_DIFFER)
    if canary is False:
        trouble.append(Trouble.CANARY_WRONG)
    if restored > settings.max_bytes:
        trouble.append(Trouble.TOO_LARGE)
    return DrillReport(
        source=source,
        host=snapshot.host,
        system=settings.system,
        snapshot=snapshot.identifier,
        snapshot_time=snapshot.time,
        started=started,
        finished=now(),
        milliseconds=elapsed,
        files=len(hashes),
        size_bytes=restored,
        compared=len(expected),
        differing=differing,
        canary=canary,
        tree_sha256=_tree(hashes),
        paths=settings.paths,
        trouble=tuple(trouble),
        words=words[:500],
    )


def _chosen(snapshots: Sequence[Snapshot], host: str | None, now: datetime) -> Snapshot:
    """The newest restore point of the host that is not dated in the future."""
    held = [
        each
        for each in snapshots
        if (host is None or each.host.casefold() == host.casefold()) and each.time - now <= _CLOCK_TOLERANCE
    ]
    if not held:
        of_host = f" of {host}" if host else ""
        raise SourceError(GapCause.ABSENT, f"there is no restore point{of_host}", "correct `host` under drill")
    return max(held, key=lambda each: (each.time, each.identifier))


@contextmanager
def _scratch(parent: Path | None, needed: int) -> Iterator[Path]:
    """A folder of our own that nobody else can read, removed at the end whatever happens."""
    try:
        folder = Path(tempfile.mkdtemp(prefix="styrk-drill-", dir=parent))
    except OSError as error:
        where = parent or tempfile.gettempdir()
        raise SourceError(
            GapCause.DENIED, f"no scratch folder can be made in {where}: {error.strerror}", "correct `scratch`"
        ) from error
    try:
        free = shutil.disk_usage(folder).free
        if free < 2 * needed:
            raise SourceError(
                GapCause.UNSUPPORTED,
                f"{needed} bytes would be restored, and {free} are free",
                "name a folder with more room as `scratch` under drill",
            )
        yield folder
    finally:
        _make_writable(folder)
        shutil.rmtree(folder)


def _make_writable(folder: Path) -> None:
    """Restored folders keep their modes, and one without the right to write cannot be emptied."""
    for path, folders, _ in os.walk(folder):
        for name in folders:
            child = Path(path) / name
            if not child.is_symlink():
                child.chmod(0o700)


def _hashed(files: Iterator[tuple[str, IO[bytes]]], limit: int) -> tuple[dict[str, str], int]:
    """SHA-256 of each file by its path, and all their bytes; no more is read than the limit and one piece."""
    hashes: dict[str, str] = {}
    total = 0
    for path, content in files:
        digest = hashlib.sha256()
        while piece := content.read(_CHUNK):
            digest.update(piece)
            total += len(piece)
            if total > limit:
                return hashes, total
        hashes[path] = digest.hexdigest()
        if len(hashes) >= MAX_FILES:
            break
    return hashes, total


def _expected(file: Path | None) -> dict[str, str]:
    if file is None:
        return {}
    try:
        with file.open("rb") as opened:
            data = opened.read(MAX_EXPECTED + 1)
    except OSError as error:
        raise SourceError(GapCause.ABSENT, f"{file} cannot be read: {error.strerror}", "correct `expected`") from error
    return parse_expected(data)


def parse_expected(data: bytes) -> dict[str, str]:
    """Path to SHA-256, by the lines of sha256sum(1); raises SourceError malformed naming the first wrong line."""
    if len(data) > MAX_EXPECTED:
        raise SourceError(GapCause.TRUNCATED, "the file of expected hashes is too large", "name fewer files in it")
    found: dict[str, str] = {}
    for number, line in enumerate(data.decode("utf-8", "surrogateescape").splitlines(), start=1):
        match = _LINE.fullmatch(line)
        if match is None:
            raise SourceError(
                GapCause.MALFORMED,
                f"expected hashes, line {number}: not as sha256sum writes it",
                "make the file anew: find /srv/data -type f -exec sha256sum {} +",
            )
        found[rooted(match[2])] = match[1]
    return found


def rooted(path: str) -> str:
    """The path with one slash in front, as restored files are known by."""
    return "/" + str(PurePosixPath(path.removeprefix("./"))).lstrip("/")


def _canary(settings: Drill, hashes: Mapping[str, str]) -> bool | None:
    """Whether the canary came back as it should be; None where none is asked for."""
    if settings.canary is None:
        return None
    digest = hashes.get(rooted(settings.canary))
    return digest is not None and settings.canary_sha256 in (None, digest)


def _tree(hashes: Mapping[str, str]) -> str:
    """One hash for all that was restored: SHA-256 of the sorted lines of sha256sum(1)."""
    lines = sorted(f"{digest}  {path}\n".encode("utf-8", "surrogateescape") for path, digest in hashes.items())
    return hashlib.sha256(b"".join(lines)).hexdigest()

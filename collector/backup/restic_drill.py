"""Restores from a restic repository for a drill; reading is all that is done to the repository."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from collector.backup.drill import rooted
from collector.backup.restic_command import ResticCommand
from collector.backup.restic_output import parse_snapshots
from collector.evidence import GapCause
from collector.records.backup import Snapshot
from collector.source import SourceError
from collector.transport.process import LocalPrograms, Programs
from config.sources import ResticSource


class ResticRestorer:
    """restic restore; implements `collector.backup.drill.Restorer`."""

    def __init__(self, settings: ResticSource, password: Callable[[], str], programs: Programs | None = None) -> None:
        self._restic = ResticCommand(settings, password, programs or LocalPrograms())

    def snapshots(self) -> Sequence[Snapshot]:
        """Every restore point; raises SourceError."""
        return list(parse_snapshots(self._restic.call(("--json", "snapshots")).output))

    def size(self, snapshot: Snapshot, paths: Sequence[str]) -> int:
        """Bytes of the files below the paths, by the restore point's own list."""
        done = self._restic.call(("--json", "ls", "--recursive", snapshot.identifier, *paths))
        return parse_listing(done.output)

    def restore(self, snapshot: Snapshot, paths: Sequence[str], target: Path, timeout: float) -> None:
        """Restore into the folder."""
        chosen = [argument for path in paths for argument in ("--include", path)]
        arguments = ("restore", snapshot.identifier, "--target", str(target), *chosen)
        self._restic.call(arguments, timeout=timeout)

    def files(self, target: Path) -> Iterator[tuple[str, IO[bytes]]]:
        """Every regular file in the folder; links are not followed."""
        yield from regular_files(target)


def regular_files(target: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """Every regular file below a folder, with its path from there; links are not followed, unreadable files left."""
    for folder, folders, names in os.walk(target):
        folders.sort()
        for name in sorted(names):
            path = Path(folder) / name
            try:
                descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
            except OSError:
                continue
            with os.fdopen(descriptor, "rb") as content:
                if path.is_file():
                    yield rooted(str(path.relative_to(target).as_posix())), content


def parse_listing(output: bytes) -> int:
    """Bytes of the files that `restic ls --json` lists, one object a line; raises SourceError malformed."""
    total = 0
    for line in output.splitlines():
        try:
            node: Any = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise SourceError(
                GapCause.MALFORMED, f"the answer of restic ls could not be understood: {error}"
            ) from error
        size = node.get("size") if isinstance(node, dict) and node.get("type") == "file" else 0
        total += size if isinstance(size, int) and size > 0 else 0
    return total

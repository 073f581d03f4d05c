"""Restores from a borg repository for a drill, as one tar file that is read and never unpacked."""

from __future__ import annotations

import tarfile
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO

from collector.backup.borg import BorgCall
from collector.backup.borg_output import failure, parse_archives, parse_sizes
from collector.backup.drill import rooted
from collector.records.backup import Snapshot
from collector.transport.process import LocalPrograms, Programs
from config.sources import BorgSource

_TAR = "restored.tar"


class BorgRestorer:
    """borg export-tar; implements `collector.backup.drill.Restorer`."""

    def __init__(self, settings: BorgSource, secret: Callable[[str], str], programs: Programs | None = None) -> None:
        self._settings = settings
        self._secret = secret
        self._programs = programs or LocalPrograms()

    def snapshots(self) -> Sequence[Snapshot]:
        """Every archive; raises SourceError."""
        output = self._ask(("list", "--bypass-lock", "--json", "--format", "{name}{start}{hostname}"))
        return list(parse_archives(output))

    def size(self, snapshot: Snapshot, paths: Sequence[str]) -> int:
        """Bytes of the files below the paths, by the archive's own list."""
        names = [path.lstrip("/") for path in paths]
        output = self._ask(
            ("list", "--bypass-lock", "--format", "{type} {size}{NL}", f"::{snapshot.identifier}", *names)
        )
        return parse_sizes(output)[0]

    def restore(self, snapshot: Snapshot, paths: Sequence[str], target: Path, timeout: float) -> None:
        """Restore into the folder, as a tar file."""
        names = [path.lstrip("/") for path in paths]
        self._ask(
            ("export-tar", "--bypass-lock", f"::{snapshot.identifier}", str(target / _TAR), *names),
            timeout=timeout,
            accepted=frozenset({0}),
        )

    def files(self, target: Path) -> Iterator[tuple[str, IO[bytes]]]:
        """Every regular file in the tar file, as far as it can be read."""
        try:
            with tarfile.open(target / _TAR, "r:") as archive:
                for member in archive:
                    content = archive.extractfile(member) if member.isreg() else None
                    if content is not None:
                        yield rooted(member.name), content
        except (OSError, tarfile.TarError):
            return

    def _ask(
        self, arguments: Sequence[str], *, timeout: float | None = None, accepted: frozenset[int] = frozenset({0, 1})
    ) -> bytes:
        reference = self._settings.passphrase
        passphrase = None if reference is None else self._secret(reference)
        with tempfile.TemporaryDirectory(prefix="styrk-borg-") as base:
            call = BorgCall(self._settings, passphrase, Path(base), self._programs)
            done = call.run(arguments, timeout=timeout)
            if done.status not in accepted:
                raise failure(f"borg {arguments[0]}", done.status, done.errors, call.secret)
            return done.output

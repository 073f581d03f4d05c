"""Reads one LDAP, SSH or restic source as a scan does, keeping nothing: `read_source.py SETTINGS.json COUNT KIND...`.

Ends with 1, saying why, unless the source gave each kind to its end: COUNT accounts of a directory, hosts by SSH,
or restore points of a repository.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from pydantic import TypeAdapter

from collector.cycles import search_seldom
from collector.evidence import GapCause, Provenance
from collector.records.backup import Snapshot
from collector.records.host import Host
from collector.records.identity import Account
from collector.records.record import Record, kind_name
from collector.source import Source
from config.sources import AnySource, LdapSource, ResticSource, SshSource


class CountingRecorder:
    """Counts records and remembers gaps; implements `collector.source.Recorder`."""

    def __init__(self) -> None:
        self.counts: Counter[type[Record]] = Counter()
        self.completed: set[type[Record]] = set()
        self.gaps: list[str] = []

    def add(self, record: Record) -> None:
        """Count it."""
        self.counts[type(record)] += 1

    def gap(
        self, kind: type[Record], cause: GapCause, detail: str, *, remedy: str = "", subject: str | None = None
    ) -> None:
        """Remember it."""
        self.gaps.append(f"{kind.__name__} {subject or ''} {cause}: {detail} {remedy}")

    def complete(self, kind: type[Record], *, source_count: int | None = None) -> None:  # noqa: ARG002
        """Remember it."""
        self.completed.add(kind)

    def unreadable(self, kind: type[Record], fields: Iterable[str]) -> None:
        """Is of no interest here."""

    def ran(self, text: str, kinds: Iterable[type[Record]]) -> None:
        """Is of no interest here."""

    def identity(self, text: str) -> None:
        """Is of no interest here."""

    def clock(self, source_time: datetime, read_at: datetime) -> None:
        """Is of no interest here."""

    def dated(self, moment: datetime, kinds: Iterable[type[Record]]) -> None:
        """Is of no interest here."""

    def relayed(self, kind: type[Record], provenance: Provenance) -> None:
        """Is of no interest here."""

    def raw(self, name: str, data: bytes, kinds: Iterable[type[Record]]) -> None:
        """Is of no interest here."""


_COUNTED: dict[type[object], type[Record]] = {LdapSource: Account, SshSource: Host, ResticSource: Snapshot}


def source_of(settings: AnySource) -> Source:
    """The source; only its own library is imported."""
    from collector.secrets import resolve

    match settings:
        case LdapSource():
            from collector.directory.source import DirectorySource

            return DirectorySource(settings, resolve)
        case ResticSource():
            from collector.backup.restic import ResticRepository

            return ResticRepository(settings, lambda: resolve(settings.password))
        case SshSource():
            from collector.host.source import SshHosts

            return SshHosts(settings, resolve)
        case _:
            message = f"nothing is measured of a source of type {settings.type}"
            raise ValueError(message)


def main() -> None:
    """Read, and compare the count."""
    search_seldom()
    file, expected, *names = sys.argv[1:]
    settings = TypeAdapter[AnySource](AnySource).validate_json(Path(file).read_bytes())
    source, recorder = source_of(settings), CountingRecorder()
    wanted = frozenset(kind for kind in source.provides if kind_name(kind) in names)
    source.collect(wanted, recorder)
    counted = recorder.counts[_COUNTED[type(settings)]]
    if counted != int(expected) or recorder.completed != wanted or len(wanted) != len(names) or recorder.gaps:
        sys.exit(f"{counted} of {expected}; gaps: {recorder.gaps[:3]}")


if __name__ == "__main__":
    main()

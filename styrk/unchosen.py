"""Sources that a run was told to leave alone: configured, not read, and said so in the evidence."""

from __future__ import annotations

from collections.abc import Iterable

from collector.evidence import GapCause
from collector.records.record import Record
from collector.source import Diagnosis, Query, Recorder, SourceError


class UnchosenSource:
    """Stands for a configured source that `--source` leaves out; implements `collector.source.Source`.

    Without it a restore point in the other repository, or an employment in the other roster, would look as if it did
    not exist.
    """

    def __init__(self, name: str, provides: frozenset[type[Record]]) -> None:
        self.id = name
        self.provides = provides

    def plan(self, wanted: frozenset[type[Record]]) -> Iterable[Query]:  # noqa: ARG002
        """Nothing."""
        return ()

    def collect(self, wanted: frozenset[type[Record]], recorder: Recorder) -> None:  # noqa: ARG002
        """Raise SourceError: it was not asked."""
        raise SourceError(
            GapCause.ABSENT, "not read: the run was limited to other sources", "scan without --source, or name it too"
        )

    def diagnose(self) -> Iterable[Diagnosis]:
        """Nothing."""
        return ()

"""Sources that cannot be read in this run: configured, not read, and said so in the evidence."""

from __future__ import annotations

from collections.abc import Iterable

from collector.evidence import GapCause
from collector.records.record import Record
from collector.source import Diagnosis, Query, Recorder, SourceError

NOT_ASKED = SourceError(
    GapCause.ABSENT, "not read: the run was limited to other sources", "scan without --source, or name it too"
)
"""Why a source that `--source` leaves out is not read."""


class StandIn:
    """Stands for a configured source that is not read, and says why; implements `collector.source.Source`.

    Without it a restore point in the other repository, or an employment in the other roster, would look as if it did
    not exist.
    """

    def __init__(self, name: str, provides: frozenset[type[Record]], error: SourceError) -> None:
        self.id = name
        self.provides = provides
        self._error = error

    def plan(self, wanted: frozenset[type[Record]]) -> Iterable[Query]:  # noqa: ARG002
        """Nothing."""
        return ()

    def collect(self, wanted: frozenset[type[Record]], recorder: Recorder) -> None:  # noqa: ARG002
        """Raise SourceError: why it is not read."""
        raise SourceError(self._error.cause, self._error.detail, self._error.remedy)

    def diagnose(self) -> Iterable[Diagnosis]:
        """Why it is not read."""
        yield Diagnosis(self.id, ok=False, text=self._error.detail, remedy=self._error.remedy)

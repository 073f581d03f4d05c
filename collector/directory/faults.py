"""Entries that cannot be understood: each costs itself, and too many cost the population."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from collector.directory.times import MalformedValueError
from collector.evidence import GapCause
from collector.records.record import Record
from collector.source import Recorder, SourceError

MAX_MALFORMED = 100
"""Entries that may be malformed before the whole answer counts as such."""


class Faults:
    """Turns what is wrong with one entry into a gap that names it."""

    def __init__(self, kind: type[Record], recorder: Recorder) -> None:
        self._kind = kind
        self._recorder = recorder
        self._count = 0

    @contextmanager
    def of(self, subject: str) -> Iterator[None]:
        """Around the parsing of one entry; raises SourceError when there have been too many faults."""
        try:
            yield
        except MalformedValueError as error:
            self._count += 1
            if self._count > MAX_MALFORMED:
                raise SourceError(
                    GapCause.MALFORMED,
                    f"more than {MAX_MALFORMED} entries cannot be understood; the last: {subject}: {error}",
                ) from error
            self._recorder.gap(self._kind, GapCause.MALFORMED, str(error), subject=subject)

"""Entries that cannot be understood: each costs itself, and too many cost the population."""

from __future__ import annotations

from contextlib import AbstractContextManager
from types import TracebackType

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

    def of(self, subject: str) -> AbstractContextManager[None]:
        """Around the parsing of one entry; raises SourceError when there have been too many faults."""
        return _Fault(self, subject)

    def take(self, subject: str, error: MalformedValueError) -> None:
        """Count one, and say so; raises SourceError when there have been too many."""
        self._count += 1
        if self._count > MAX_MALFORMED:
            raise SourceError(
                GapCause.MALFORMED,
                f"more than {MAX_MALFORMED} entries cannot be understood; the last: {subject}: {error}",
            ) from error
        self._recorder.gap(self._kind, GapCause.MALFORMED, str(error), subject=subject)


class _Fault(AbstractContextManager[None]):
    """One entry; no generator, since each account passes here."""

    __slots__ = ("_faults", "_subject")

    def __init__(self, faults: Faults, subject: str) -> None:
        self._faults = faults
        self._subject = subject

    def __enter__(self) -> None:
        """Nothing is to be done before."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if not isinstance(error, MalformedValueError):
            return False
        self._faults.take(self._subject, error)
        return True

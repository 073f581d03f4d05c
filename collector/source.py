"""The interface between a run and its sources: what may be asked, and where the answers go."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from collector.evidence import GapCause, Provenance
from collector.records.record import Record


class SourceError(Exception):
    """A source could not be read any further; becomes the Gap of every kind that was not complete.

    `detail` is what happened, without secrets; `remedy` is what the operator can do about it.
    """

    def __init__(self, cause: GapCause, detail: str, remedy: str = "") -> None:
        super().__init__(detail)
        self.cause = cause
        self.detail = detail
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Query:
    """One query or command that a scan may issue."""

    target: str
    """Host, server, repository or file that is asked."""
    text: str
    """The query as issued: LDAP base, scope, filter and attributes; the command line; the file name."""
    kinds: tuple[type[Record], ...]
    """The record types that it serves."""
    rights: str = ""
    """The least right that it needs on the target, in English; empty where any reader may."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One line of `styrk doctor`: can this be reached and read, and if not, how to grant just that."""

    target: str
    ok: bool
    text: str
    remedy: str = ""


class Recorder(Protocol):
    """Takes what a source reads, as it reads it. Thread-safe: hosts may be read side by side."""

    def add(self, record: Record) -> None:
        """Keep one record."""

    def gap(
        self,
        kind: type[Record],
        cause: GapCause,
        detail: str,
        *,
        remedy: str = "",
        subject: str | None = None,
    ) -> None:
        """Say that a kind could not be obtained, wholly (`subject` None) or for one part of the source."""

    def complete(self, kind: type[Record], *, source_count: int | None = None) -> None:
        """Say that the population was read to its end, with the source's own count where it has one.

        A kind that was wanted and never said to be complete gets a Gap: silence is not an empty population.
        """

    def unreadable(self, kind: type[Record], fields: Iterable[str]) -> None:
        """Name fields that the source hides from this reader."""

    def ran(self, text: str, kinds: Iterable[type[Record]]) -> None:
        """Record a query or command as it was really issued."""

    def identity(self, text: str) -> None:
        """Record as whom the source is read; never a secret."""

    def clock(self, source_time: datetime, read_at: datetime) -> None:
        """Record the source's clock next to ours."""

    def dated(self, moment: datetime, kinds: Iterable[type[Record]]) -> None:
        """Record when an export was written, where that is known: it tells of no later time."""

    def relayed(self, kind: type[Record], provenance: Provenance) -> None:
        """Say that another run obtained a kind: its provenance, with the bundle that it came in, stands for it."""

    def raw(self, name: str, data: bytes, kinds: Iterable[type[Record]]) -> None:
        """Keep an answer as received, secrets removed, under an ASCII file name."""


class Source(Protocol):
    """One configured system that evidence is read from."""

    @property
    def id(self) -> str:
        """The id in the settings."""
        ...

    @property
    def provides(self) -> frozenset[type[Record]]:
        """The record types that this source can give."""
        ...

    def plan(self, wanted: frozenset[type[Record]]) -> Iterable[Query]:
        """Every query and command that `collect` may issue for these kinds; nothing else is ever issued."""
        ...

    def collect(self, wanted: frozenset[type[Record]], recorder: Recorder) -> None:
        """Read the wanted kinds into the recorder; raises SourceError when nothing more can be read."""
        ...

    def diagnose(self) -> Iterable[Diagnosis]:
        """Try the connection and the rights, and say how to grant what is missing."""
        ...

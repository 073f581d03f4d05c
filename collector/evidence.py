"""Evidence: what a source answered about one kind of record, or why it did not.

Evidence is a `Population` or a `Gap`, never an empty stand-in: an answer that was not obtained is a value with a
cause.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

from collector.records.record import Record, kind_name

R = TypeVar("R", bound=Record)
R_co = TypeVar("R_co", bound=Record, covariant=True)


class GapCause(StrEnum):
    """Why evidence was asked for and not obtained."""

    UNREACHABLE = "unreachable"
    """No connection: name, route, port, or a server that is not there."""
    DENIED = "denied"
    """The source answered and refused: credentials, rights, or trust (certificate, host key)."""
    TIMED_OUT = "timed-out"
    """The source answered too late, or stopped answering."""
    TRUNCATED = "truncated"
    """The answer ended before its end: size limit, lost connection, output cut off."""
    UNSUPPORTED = "unsupported"
    """The source cannot give this: command, overlay or feature missing."""
    MALFORMED = "malformed"
    """The answer could not be understood."""
    ABSENT = "absent"
    """What was asked for is not there: file, repository, configuration."""


class Obtained(StrEnum):
    """How evidence came to us, strongest first (rule 7 of the design: provenance never blurs)."""

    OBSERVED = "observed"
    """Read by the collector from the system itself."""
    PROVIDED = "provided"
    """An export or a list that someone handed over."""
    ATTESTED = "attested"
    """A named person's dated word."""


OWN = "own"
"""The value of `Provenance.controlled_by` for a source in the organisation's own hands."""


@dataclass(frozen=True, slots=True)
class Relay:
    """The sealed bundle of another run that evidence came in: where an auditor finds what that run read."""

    bundle: str
    """The bundle's identity (SHA-256, hex)."""
    run: str
    """The run's id."""
    source: str
    """The source's id in that run."""
    organisation: str
    """Whose bundle it says that it is."""
    signer: str
    """Fingerprint of the key that sealed it, which this run's settings trust."""
    sealed: datetime
    """End of that run, UTC, by its own clock."""
    read: datetime
    """When it was read, UTC."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where evidence comes from: enough for someone else to ask the same question again."""

    method: tuple[str, ...]
    """The exact queries, commands or file names, in the order in which they were issued."""
    identity: str
    """As whom the source was read, e.g. a bind DN or a user name; never a secret."""
    started: datetime
    """First request, UTC."""
    finished: datetime
    """Last answer, UTC."""
    obtained: Obtained
    controlled_by: str
    """`own`, or the supplier who runs the source."""
    collector_version: str
    clock_offset_ms: int | None = None
    """The source's clock less the collector's, milliseconds; None where the source gives no time."""
    raw: tuple[str, ...] = ()
    """SHA-256 (hex) of each raw answer kept in the bundle; empty where the records carry all of it."""
    dated: datetime | None = None
    """When the content was written, UTC, where that was before it was read: an export's own time."""
    relayed: tuple[Relay, ...] = ()
    """The bundles of other runs that it came in, the last one first; everything else here is the first run's word."""

    @property
    def speaks_of(self) -> datetime:
        """The moment that the evidence tells of: when it was read, or written if that was earlier."""
        return self.started if self.dated is None else min(self.dated, self.started)


@dataclass(frozen=True, slots=True)
class Gap:
    """Evidence that was asked for and not obtained, wholly (`subject` is None) or for one part of the source."""

    kind: str
    source: str
    cause: GapCause
    detail: str
    """What happened, in the source's own words where it gave any; secrets removed."""
    remedy: str = ""
    """What the operator can do, in English; empty where nothing better than the cause is known."""
    subject: str | None = None
    """The part that is missing: a host, an organisational unit, a page; None for all of it."""
    provenance: Provenance | None = None


def _no_records() -> Iterator[R_co]:
    return iter(())


@dataclass(frozen=True, slots=True)
class Population(Generic[R_co]):
    """All records of one kind from one source, as far as the source gave them."""

    kind: str
    source: str
    count: int
    """Number of records obtained."""
    source_count: int | None
    """Number of records by the source's own count, where it has one."""
    provenance: Provenance
    unreadable: tuple[str, ...] = ()
    """Field names that the source hid from us in every record or in some."""
    missing: tuple[Gap, ...] = ()
    """Parts that were asked for and not obtained; with any, the population is not complete."""
    tags: tuple[str, ...] = ()
    """The source's tags, for scopes."""
    digest: str = ""
    """SHA-256 (hex) of the evidence file; empty before it is written."""
    read: Callable[[], Iterator[R_co]] = field(default=_no_records, compare=False, repr=False)
    """Opens the records for one reading from the start; `records` is the everyday name."""

    @property
    def records(self) -> Iterable[R_co]:
        """The records, as a stream that can be read any number of times."""
        return _Rereadable(self.read)

    @property
    def complete(self) -> bool:
        """Whether nothing is known to be missing: no gap, and the source's count (if any) was reached."""
        return not self.missing and (self.source_count is None or self.source_count == self.count)


class _Rereadable(Generic[R_co]):
    """An iterable over a stream that is opened anew for each loop."""

    def __init__(self, read: Callable[[], Iterator[R_co]]) -> None:
        self._read = read

    def __iter__(self) -> Iterator[R_co]:
        return self._read()


@dataclass(frozen=True, slots=True)
class Reading(Generic[R]):
    """Everything that all sources together gave of one kind: what a check joins with."""

    kind: type[R]
    populations: tuple[Population[R], ...] = ()
    gaps: tuple[Gap, ...] = ()

    def of(self, source: str) -> Reading[R]:
        """What one source alone gave: hosts of the same name in two sources are not the same host."""
        return Reading(
            self.kind,
            tuple(population for population in self.populations if population.source == source),
            tuple(gap for gap in self.gaps if gap.source == source),
        )

    @property
    def records(self) -> Iterator[R]:
        """The records of all populations, in the order of source ids."""
        for population in self.populations:
            yield from population.records

    @property
    def all_gaps(self) -> tuple[Gap, ...]:
        """Whole sources that gave nothing, and the missing parts of those that gave something."""
        return self.gaps + tuple(gap for population in self.populations for gap in population.missing)

    @property
    def complete(self) -> bool:
        """Whether at least one source gave this kind and nothing is known to be missing."""
        return bool(self.populations) and not self.gaps and all(p.complete for p in self.populations)

    def covers(self, subject: str) -> bool:
        """Whether some population reached this subject (a host, a unit): no gap names it or is general."""
        return bool(self.populations) and not any(gap.subject in (None, subject) for gap in self.all_gaps)


@dataclass(frozen=True, slots=True)
class EvidenceSet:
    """All evidence of one run: at most one population or gap per source and kind."""

    populations: tuple[Population[Record], ...] = ()
    gaps: tuple[Gap, ...] = ()

    def reading(self, kind: type[R]) -> Reading[R]:
        """What all sources gave of one kind, in the order of source ids."""
        name = kind_name(kind)
        populations = tuple(p for p in self.populations if p.kind == name)
        return Reading(
            kind,
            tuple(sorted(populations, key=_by_source)),  # type: ignore[arg-type]  # the kind names the record type
            tuple(sorted((g for g in self.gaps if g.kind == name), key=_by_source)),
        )


def _by_source(evidence: Population[Record] | Gap) -> str:
    return evidence.source


def population_of(
    kind: type[R],
    records: Iterable[R],
    *,
    source: str,
    provenance: Provenance,
    source_count: int | None = None,
    unreadable: tuple[str, ...] = (),
    missing: tuple[Gap, ...] = (),
    tags: tuple[str, ...] = (),
) -> Population[R]:
    """A population over records that are already in memory, for small kinds and for tests."""
    held = tuple(records)
    return Population(
        kind=kind_name(kind),
        source=source,
        count=len(held),
        source_count=source_count,
        provenance=provenance,
        unreadable=unreadable,
        missing=missing,
        tags=tags,
        read=lambda: iter(held),
    )

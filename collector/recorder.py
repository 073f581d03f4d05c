"""The recorder of one source in one run: what the source says becomes evidence files, populations and gaps."""

from __future__ import annotations

import hashlib
import re
import sys
import threading
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from collector.evidence import OWN, Gap, GapCause, Obtained, Population, Provenance
from collector.evidence_file import EvidenceWriter, sha256_of
from collector.quick_lines import line_writer
from collector.records.codec import RecordError
from collector.records.record import Record, kind_name
from collector.source import Source, SourceError

MAX_GAP_DETAIL = 2000
"""Characters of a target's own words that a gap keeps."""
Found = tuple[list[Population[Record]], list[Gap]]
"""What one source gave; the populations' records are in their files."""


@dataclass(frozen=True, slots=True)
class ConfiguredSource:
    """A source and what the settings say of it."""

    source: Source
    wanted: frozenset[type[Record]]
    obtained: Obtained = Obtained.OBSERVED
    controlled_by: str = OWN
    tags: tuple[str, ...] = ()
    from_files: bool = False
    """Whether it reads files of this machine and nothing else."""


def evidence_path(directory: Path, source: str, kind: type[Record]) -> Path:
    """Where a source's records of one kind are written."""
    return directory / "evidence" / source / f"{kind_name(kind)}.jsonl.gz"


def clean_text(text: str, limit: int = MAX_GAP_DETAIL) -> str:
    """A target's words, safe to show: no control characters (terminal escapes), no half characters, bounded."""
    shown = re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]+", " ", text).strip()
    return shown if len(shown) <= limit else f"{shown[: limit - 1]}…"


@dataclass
class _Kind:
    """What a recorder holds about one wanted kind."""

    writer: EvidenceWriter | None = None
    completed: bool = False
    source_count: int | None = None
    gaps: list[Gap] = field(default_factory=list)
    unreadable: set[str] = field(default_factory=set)
    ran: list[str] = field(default_factory=list)
    raw: list[str] = field(default_factory=list)
    dated: datetime | None = None
    relayed: Provenance | None = None


class SourceRecorder:
    """The recorder of one source in one run; implements `collector.source.Recorder`."""

    def __init__(
        self,
        configured: ConfiguredSource,
        directory: Path,
        version: str,
        now: Callable[[], datetime],
    ) -> None:
        self._configured = configured
        self._directory = directory
        self._version = version
        self._now = now
        self._lock = threading.Lock()
        self._kinds = {kind: _Kind() for kind in sorted(configured.wanted, key=kind_name)}
        self._identity = ""
        self._clock_offset_ms: int | None = None
        self._started = now()
        self._write_error: OSError | None = None

    def run(self) -> None:
        """Let the source speak; whatever it raises becomes Gaps, except that evidence could not be written."""
        source = self._configured.source
        try:
            source.collect(self._configured.wanted, self)
        except SourceError as error:
            self._fail(error.cause, error.detail, error.remedy)
        except Exception as error:  # a fault in one source must not cost the others; it is shown, as a gap
            if self._write_error is not None:
                raise self._write_error from error
            traceback.print_exc(file=sys.stderr)
            self._fail(
                GapCause.MALFORMED,
                f"the collector failed: {type(error).__name__}: {error}",
                "report this as a fault in Styrk, with the traceback that the scan printed",
            )
        if self._write_error is not None:
            raise self._write_error

    def finish(self) -> Found:
        """The evidence of each wanted kind."""
        finished = self._now()
        populations: list[Population[Record]] = []
        gaps: list[Gap] = []
        for kind, state in self._kinds.items():
            if not state.completed and not state.gaps:
                self.gap(kind, GapCause.ABSENT, "the source ended without giving this kind of evidence")
            provenance = self._provenance(state, finished)
            if state.writer is not None:
                state.writer.close()
            whole = [gap for gap in state.gaps if gap.subject is None]
            if whole and state.writer is None:
                gaps.append(_with_provenance(whole[0], provenance))
                continue
            populations.append(self._population(kind, state, provenance))
        return populations, gaps

    def abandon(self) -> None:
        """Close what is open; the run has ended."""
        for state in self._kinds.values():
            if state.writer is not None:
                state.writer.abandon()

    def add(self, record: Record) -> None:
        """Write a record; one that cannot be kept becomes a gap. Raises OSError; TypeError for a kind not asked for."""
        with self._lock:
            state = self._kinds.get(type(record))
            if state is None:
                message = f"source {self._configured.source.id} gave {type(record).__name__}, which was not asked for"
                raise TypeError(message)
            try:
                if state.writer is None:
                    state.writer = self._open(type(record))
                state.writer.add(record)
            except RecordError as error:
                state.gaps.append(
                    Gap(
                        kind=kind_name(type(record)),
                        source=self._configured.source.id,
                        cause=GapCause.MALFORMED,
                        detail=clean_text(f"{record.subject[:100]}: {error}"),
                        remedy="correct what the source says; the record was left out",
                    )
                )
            except OSError as error:
                self._write_error = error
                raise

    def gap(
        self,
        kind: type[Record],
        cause: GapCause,
        detail: str,
        *,
        remedy: str = "",
        subject: str | None = None,
    ) -> None:
        """Keep what was not obtained, its words made safe to show."""
        with self._lock:
            if kind in self._kinds:
                self._kinds[kind].gaps.append(
                    Gap(
                        kind=kind_name(kind),
                        source=self._configured.source.id,
                        cause=cause,
                        detail=clean_text(detail),
                        remedy=clean_text(remedy),
                        subject=None if subject is None else clean_text(subject),
                    )
                )

    def complete(self, kind: type[Record], *, source_count: int | None = None) -> None:
        """Keep that a kind was read to its end."""
        with self._lock:
            if kind in self._kinds:
                self._kinds[kind].completed = True
                self._kinds[kind].source_count = source_count

    def unreadable(self, kind: type[Record], fields: Iterable[str]) -> None:
        """Keep the fields that the source hid."""
        with self._lock:
            if kind in self._kinds:
                self._kinds[kind].unreadable.update(fields)

    def ran(self, text: str, kinds: Iterable[type[Record]]) -> None:
        """Keep what was asked, once."""
        with self._lock:
            for kind in kinds:
                if kind in self._kinds and text not in self._kinds[kind].ran:
                    self._kinds[kind].ran.append(text)

    def identity(self, text: str) -> None:
        """Keep as whom the source was read."""
        with self._lock:
            self._identity = clean_text(text, 300)

    def clock(self, source_time: datetime, read_at: datetime) -> None:
        """Keep how far the source's clock is off."""
        with self._lock:
            offset = source_time - read_at
            self._clock_offset_ms = round(offset.total_seconds() * 1000)

    def dated(self, moment: datetime, kinds: Iterable[type[Record]]) -> None:
        """Keep when the content was written; of several times the earliest."""
        with self._lock:
            for kind in kinds:
                if kind in self._kinds:
                    earlier = self._kinds[kind].dated
                    self._kinds[kind].dated = moment if earlier is None else min(earlier, moment)

    def relayed(self, kind: type[Record], provenance: Provenance) -> None:
        """Keep the provenance that the evidence came with."""
        with self._lock:
            if kind in self._kinds:
                self._kinds[kind].relayed = provenance

    def raw(self, name: str, data: bytes, kinds: Iterable[type[Record]]) -> None:
        """Write a raw answer; raises OSError, and ValueError for a name that no bundle may have."""
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", name):
            message = f"not a file name for a bundle: {name!r}"
            raise ValueError(message)
        path = self._directory / "raw" / self._configured.source.id / name
        with self._lock:
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
            except OSError as error:
                self._write_error = error
                raise
            for kind in kinds:
                if kind in self._kinds:
                    self._kinds[kind].raw.append(hashlib.sha256(data).hexdigest())

    def _fail(self, cause: GapCause, detail: str, remedy: str) -> None:
        for kind, state in self._kinds.items():
            if not state.completed:
                self.gap(kind, cause, detail, remedy=remedy)

    def _open(self, kind: type[Record]) -> EvidenceWriter:
        return EvidenceWriter(evidence_path(self._directory, self._configured.source.id, kind), line_writer(kind))

    def _population(self, kind: type[Record], state: _Kind, provenance: Provenance) -> Population[Record]:
        if state.writer is None:
            state.writer = self._open(kind)
            state.writer.close()
        path = state.writer.path
        return Population(
            kind=kind_name(kind),
            source=self._configured.source.id,
            count=state.writer.count,
            source_count=state.source_count,
            provenance=provenance,
            unreadable=tuple(sorted(state.unreadable)),
            missing=tuple(state.gaps),
            tags=self._configured.tags,
            digest=sha256_of(path),
        )

    def _provenance(self, state: _Kind, finished: datetime) -> Provenance:
        if state.relayed is not None:
            return state.relayed
        return Provenance(
            method=tuple(state.ran),
            identity=self._identity,
            started=self._started,
            finished=finished,
            obtained=self._configured.obtained,
            controlled_by=self._configured.controlled_by,
            collector_version=self._version,
            clock_offset_ms=self._clock_offset_ms,
            raw=tuple(sorted(set(state.raw))),
            dated=state.dated,
        )


def _with_provenance(gap: Gap, provenance: Provenance) -> Gap:
    return Gap(gap.kind, gap.source, gap.cause, gap.detail, gap.remedy, gap.subject, provenance)

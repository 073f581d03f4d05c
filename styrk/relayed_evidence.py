"""Evidence by way of another run's sealed bundle, such as that of a worker in a zone with no way in.

The collector has no part in it but the interface: to verify a seal is the reporters' knowledge, and only this folder
knows both. Nothing of a bundle is taken before all of its seal held, and nothing of a kind before all of its records
were found whole.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from collector.evidence import OWN, Gap, GapCause, Obtained, Population, Provenance, Relay
from collector.evidence_file import RecordKeeper, canonical, read_records, strict_reader
from collector.network.probe import zone_of
from collector.quick_lines import line_reader, line_writer
from collector.recorder import clean_text
from collector.records.codec import encode
from collector.records.host import Lifecycle
from collector.records.kinds import DERIVED, KINDS
from collector.records.network import DeclaredFlow, Probe, Zone
from collector.records.record import Record, kind_name
from collector.records.statements import Recommendation, SupplierQuestion
from collector.source import Diagnosis, Query, Recorder, SourceError
from config.problems import did_you_mean
from config.sources import BundleSource
from reporters.bundle.archive import LIMITS, Limits
from styrk.sealed_run import SealedRun, open_sealed_run

NOT_RELAYED = DERIVED | {DeclaredFlow, Lifecycle, Recommendation, SupplierQuestion, Zone}
"""What is decided, and what the judgement makes: it stands in the settings of the run that judges, and nowhere else."""
MAX_AHEAD = timedelta(minutes=5)
"""How far another host's clock may be ahead of this one's."""
MAX_RELAYS = 8
"""Bundles within bundles: a worker's worker is one more."""
MAX_TOLD = 16 << 20
"""Octets of the evidence index for one source: what is missing, what was asked. More would burst this run's own."""
_RAW_SHOWN = 20


class RelayedEvidence:
    """One source of another run, by that run's bundle; implements `collector.source.Source`.

    Raises SourceError (unsupported) at construction for a kind that there is not, or that no bundle can speak for.
    """

    def __init__(
        self,
        settings: BundleSource,
        organisation: str,
        zones: Sequence[Zone],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        limits: Limits = LIMITS,
    ) -> None:
        self.id = settings.id
        self.provides = frozenset(_kind(name) for name in settings.kinds)
        self._settings = settings
        self._organisation = settings.organisation or organisation
        self._zones = tuple(zones)
        self._now = now
        self._limits = limits
        self._max_age = timedelta(hours=settings.max_age_hours)

    def plan(self, wanted: frozenset[type[Record]]) -> Iterable[Query]:
        """Reading the bundle; nothing is asked of the host that made it."""
        if kinds := tuple(sorted(wanted & self.provides, key=kind_name)):
            text = (
                f"read the newest bundle there; verify its seal by the keys in {self._settings.trusted_keys.name}; "
                f"take these kinds of its source {self._settings.source}"
            )
            yield Query(str(self._settings.path), text, kinds, "read access to that folder; nothing on the other host")

    def collect(self, wanted: frozenset[type[Record]], recorder: Recorder) -> None:
        """Take each kind whole, or give the gap that says why not."""
        kinds = sorted(wanted & self.provides, key=kind_name)
        recorder.ran(f"read the newest bundle in {self._settings.path}", kinds)
        with open_sealed_run(self._settings.path, self._settings.trusted_keys, self._limits) as run:
            self._check_run(run)
            room = MAX_TOLD
            for kind in kinds:
                try:
                    room -= self._relay(kind, run, room, recorder)
                except SourceError as error:
                    recorder.gap(kind, error.cause, error.detail, remedy=error.remedy)

    def diagnose(self) -> Iterable[Diagnosis]:
        """Verify the bundle as a scan would, and say whose seal it has and how old it is."""
        target = str(self._settings.path)
        try:
            with open_sealed_run(self._settings.path, self._settings.trusted_keys, self._limits) as run:
                self._check_run(run)
                key = f"{run.signer}{f' ({run.principals})' if run.principals else ''}"
                age = _in_words(self._now() - run.statement.finished)
                yield Diagnosis(target, ok=True, text=f"{run.name} is whole, sealed by {key} {age} ago")
                for kind in sorted(self.provides, key=kind_name):
                    yield self._diagnosis(kind, run)
                if left := sorted(run.kinds(self._settings.source) - {kind_name(kind) for kind in self.provides}):
                    yield Diagnosis(self._settings.source, ok=True, text=f"not taken, though there: {', '.join(left)}")
        except SourceError as error:
            yield Diagnosis(target, ok=False, text=f"{error.cause.value}: {error.detail}", remedy=error.remedy)

    def _diagnosis(self, kind: type[Record], run: SealedRun) -> Diagnosis:
        target = f"{self._settings.source}, {kind_name(kind)}"
        try:
            found = self._checked(kind, run, MAX_TOLD)
        except SourceError as error:
            return Diagnosis(target, ok=False, text=f"{error.cause.value}: {error.detail}", remedy=error.remedy)
        if isinstance(found, Gap):
            return Diagnosis(target, ok=False, text=f"{found.cause.value} there: {found.detail}", remedy=found.remedy)
        parts = f"; {len(found.missing)} parts were not obtained there" if found.missing else ""
        return Diagnosis(target, ok=True, text=f"{found.count} records{parts}")

    def _check_run(self, run: SealedRun) -> None:
        """Raise SourceError for a bundle of someone else, of long ago, or of a time to come."""
        if run.organisation != self._organisation:
            raise SourceError(
                GapCause.DENIED,
                f"{run.name} is the bundle of «{run.organisation}», not of «{self._organisation}»",
                "name its organisation under `organisation`, if it speaks of systems that are yours",
            )
        self._check_age(run.statement.finished, f"{run.name} was sealed")

    def _check_age(self, moment: datetime, what: str) -> None:
        age = self._now() - moment
        if age > self._max_age:
            raise SourceError(
                GapCause.ABSENT,
                f"stale: {what} {_in_words(age)} ago, at {moment:%Y-%m-%d %H:%M} UTC",
                f"see to it that the worker runs and its bundles arrive; `max_age_hours` is "
                f"{self._settings.max_age_hours}",
            )
        if -age > MAX_AHEAD:
            message = f"{what} at {moment:%Y-%m-%d %H:%M} UTC, which is to come: one of the two clocks is wrong"
            raise SourceError(GapCause.MALFORMED, message, "see to the clocks of both hosts (NTP)")

    def _relay(self, kind: type[Record], run: SealedRun, room: int, recorder: Recorder) -> int:
        """Hand on what the run has of a kind; returns the octets that the evidence index needs for it."""
        found = self._checked(kind, run, room)
        if found.provenance is not None:
            recorder.relayed(kind, self._provenance(found.provenance, found, run))
        if isinstance(found, Gap):
            recorder.gap(kind, found.cause, found.detail, remedy=found.remedy)
            return _told(found)
        for part in found.missing:
            recorder.gap(kind, part.cause, part.detail, remedy=part.remedy, subject=part.subject)
        recorder.unreadable(kind, (clean_text(name, 100) for name in found.unreadable))
        for record in RecordKeeper(0, _reader_of_checked).read(run.file(found), kind):
            recorder.add(record)
        recorder.complete(kind, source_count=found.source_count)
        return _told(found)

    def _checked(self, kind: type[Record], run: SealedRun, room: int) -> Population[Record] | Gap:
        """What the run has of a kind, with every record of it found whole; raises SourceError."""
        name = kind_name(kind)
        found = run.entry(self._settings.source, name)
        if found is None:
            raise self._nothing(name, run)
        if _told(found) > room:
            raise _broken(f"{run.name} tells more of how {name} was read than {MAX_TOLD:,} octets hold")
        if isinstance(found, Population):
            self._check_provenance(found.provenance, run)
            count = self._count(kind, run.file(found))
            if count != found.count:
                raise _broken(f"{run.name} says that it has {found.count} {name}, and has {count}")
        return found

    def _count(self, kind: type[Record], file: Path) -> int:
        """The number of records, each of which can be read and written again."""
        count, write = 0, line_writer(kind)
        try:
            most = min(self._limits.total, self._limits.free + self._limits.ratio * file.stat().st_size)
            for record in read_records(file, kind, most):
                write(record)
                count += 1
                if isinstance(record, Probe):
                    self._check_probe(record)
        except (ValueError, OSError, EOFError, zlib.error) as error:
            raise _broken(str(error)) from error
        return count

    def _check_probe(self, probe: Probe) -> None:
        """Raise SourceError for an attempt from or to another zone than these settings would have it."""
        remedy = "declare the same zones in both settings; a worker speaks for the zone that it stands in alone"
        if probe.zone != self._settings.zone:
            message = f"{probe.subject}: an attempt from the zone {probe.zone}, and not from {self._settings.zone}"
            raise SourceError(GapCause.DENIED, message, remedy)
        try:
            target_zone = zone_of(probe.target, self._zones)
        except SourceError as error:
            raise SourceError(GapCause.DENIED, f"{probe.subject}: {error.detail}", remedy) from error
        if probe.target_zone != target_zone:
            message = f"{probe.subject}: {probe.target} is in {target_zone} here, and in {probe.target_zone} there"
            raise SourceError(GapCause.DENIED, message, remedy)

    def _check_provenance(self, provenance: Provenance, run: SealedRun) -> None:
        if provenance.obtained is Obtained.ATTESTED:
            raise SourceError(
                GapCause.UNSUPPORTED,
                "it is someone's dated word, and whether that counts today cannot be told from a bundle",
                "name the register in these settings",
            )
        if provenance.started - run.statement.finished > MAX_AHEAD:
            raise _broken(f"{run.name} says that it was sealed before this was read")
        if len(provenance.relayed) >= MAX_RELAYS:
            raise _broken(f"it came through more than {MAX_RELAYS} bundles")
        self._check_age(provenance.started, f"{self._settings.source} was read")

    def _nothing(self, name: str, run: SealedRun) -> SourceError:
        if self._settings.source not in run.sources:
            known = ", ".join(run.sources[:_RAW_SHOWN]) or "none"
            message = f"{run.name} has no source {self._settings.source}; it has {known}"
            return SourceError(GapCause.ABSENT, message, "write under `source` the id that it has there")
        return SourceError(
            GapCause.ABSENT,
            f"{self._settings.source} was not asked for {name} in {run.name}",
            "name a catalogue in the worker's settings that asks for it, or leave it out of `kinds`",
        )

    def _provenance(self, original: Provenance, found: Population[Record] | Gap, run: SealedRun) -> Provenance:
        """The other run's, weakened to what was handed over where others run the worker."""
        kept = f"bundle {run.identity} (run {run.statement.run}, sealed by {run.signer}): {found.source}, {found.kind}"
        raw = ", ".join(original.raw[:_RAW_SHOWN]) + (" ..." if len(original.raw) > _RAW_SHOWN else "")
        own = self._settings.controlled_by == OWN
        weakest = max(original.obtained, Obtained.OBSERVED if own else Obtained.PROVIDED, key=list(Obtained).index)
        relay = Relay(
            bundle=run.identity,
            run=run.statement.run,
            source=found.source,
            organisation=run.organisation,
            signer=run.signer,
            sealed=run.statement.finished,
            read=self._now(),
        )
        return replace(
            original,
            method=(kept, *original.method, *([f"answers as received stay in that bundle: {raw}"] if raw else [])),
            identity=clean_text(original.identity, 300),
            obtained=weakest,
            controlled_by=clean_text(original.controlled_by, 300) if own else self._settings.controlled_by,
            collector_version=clean_text(original.collector_version, 100),
            raw=(),
            relayed=(relay, *original.relayed),
        )


def _kind(name: str) -> type[Record]:
    kind = KINDS.get(name)
    if kind is None:
        raise SourceError(GapCause.UNSUPPORTED, f"there is no kind {name}", did_you_mean(name, sorted(KINDS)))
    if kind in NOT_RELAYED:
        raise SourceError(
            GapCause.UNSUPPORTED,
            f"{name} is decided or made where it is judged, and is not taken from a bundle",
            "declare it in these settings, and leave it out of `kinds`",
        )
    return kind


def _reader_of_checked(kind: type[Record]) -> Callable[[bytes], Record]:
    """What reads lines that were read strictly before, and quickly where it can: numbers above 64 bits it cannot."""
    quickly, strictly = line_reader(kind), strict_reader(kind)

    def read(line: bytes) -> Record:
        try:
            return quickly(line)
        except ValueError:
            return strictly(line)

    return read


def _told(found: Population[Record] | Gap) -> int:
    return len(canonical(encode(found)))


def _broken(detail: str) -> SourceError:
    return SourceError(GapCause.MALFORMED, detail, "use one version of Styrk in both, or find out who made the bundle")


def _in_words(age: timedelta) -> str:
    hours = age / timedelta(hours=1)
    if hours < 2:
        return f"{max(0, round(hours * 60))} minutes"
    return f"{round(hours)} hours" if hours < 72 else f"{round(hours / 24)} days"

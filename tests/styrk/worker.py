"""A Styrk in another zone, as the tests have it: what it read, sealed by its own key, and what takes it over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from collector.collection import collect
from collector.evidence import EvidenceSet, GapCause, Obtained, Provenance
from collector.evidence_file import canonical
from collector.recorder import ConfiguredSource
from collector.records.codec import JsonValue
from collector.records.network import Probe, Zone
from collector.records.record import Record
from collector.source import Diagnosis, Query, Recorder, Source
from config.sources import BundleSource
from reporters.bundle.archive import LIMITS, Limits
from reporters.bundle.evidence_index import write_index
from reporters.bundle.keys import FileSigner
from reporters.bundle.seal import seal
from reporters.bundle.stage import Stage
from styrk.relayed_evidence import RelayedEvidence
from tests.reporters.bundle.made import new_signer, predicate

READ = datetime(2026, 11, 20, 22, 15, tzinfo=UTC)
"""When the worker read."""
NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
"""When the main scan runs."""
RUN = "20261120T221500Z"
ORGANISATION = "Exempelkommun Ö"
ZONES = (
    Zone(name="clients", networks=("192.0.2.0/25",)),
    Zone(name="servers", networks=("192.0.2.128/25", "2001:db8::/64")),
)
WORKER = new_signer(1)


def attempt(port: int, *, zone: str = "clients", target: str = "192.0.2.130", target_zone: str = "servers") -> Probe:
    """An attempt that was answered."""
    return Probe(
        vantage="worker", zone=zone, target=target, target_zone=target_zone, port=port, outcome="open", time=READ
    )


@dataclass
class Given:
    """A source of records in memory; implements `collector.source.Source`."""

    id: str = "probe"
    records: Mapping[type[Record], Sequence[Record]] = field(default_factory=lambda: {Probe: (attempt(22),)})
    hidden: Mapping[type[Record], Iterable[str]] = field(default_factory=dict)
    missing: Mapping[type[Record], Iterable[str | None]] = field(default_factory=dict)
    counts: Mapping[type[Record], int] = field(default_factory=dict)
    raw: bytes | None = None
    provenance: Provenance | None = None
    """Where it has everything from, in place of itself."""

    @property
    def provides(self) -> frozenset[type[Record]]:
        return frozenset({*self.records, *self.missing})

    def plan(self, wanted: frozenset[type[Record]]) -> Iterable[Query]:
        return ()

    def diagnose(self) -> Iterable[Diagnosis]:
        return ()

    def collect(self, wanted: frozenset[type[Record]], recorder: Recorder) -> None:
        recorder.identity("styrk on this host")
        recorder.clock(READ + timedelta(seconds=2), READ)
        for kind, subjects in self.missing.items():
            for subject in subjects:
                recorder.gap(kind, GapCause.UNREACHABLE, "no answer", remedy="switch it on", subject=subject)
        for kind, records in self.records.items():
            recorder.ran(f"read {kind.__name__}", (kind,))
            for record in records:
                recorder.add(record)
            recorder.unreadable(kind, self.hidden.get(kind, ()))
            if self.raw is not None:
                recorder.raw("answer.txt", self.raw, (kind,))
            if self.provenance is not None:
                recorder.relayed(kind, self.provenance)
            recorder.complete(kind, source_count=self.counts.get(kind))


def made(
    out: Path,
    *sources: Source,
    signer: FileSigner = WORKER,
    run: str = RUN,
    read: datetime = READ,
    obtained: Obtained = Obtained.OBSERVED,
    controlled_by: str = "own",
    **changes: JsonValue,
) -> Path:
    """A sealed bundle of what the sources give, read at one moment and sealed three minutes later."""
    with Stage(out, run) as stage:
        configured = [
            ConfiguredSource(source, source.provides, obtained, controlled_by) for source in sources or (Given(),)
        ]
        evidence = collect(configured, stage.path / "data", "0.1.0", now=lambda: read)
        write_index(stage.path, evidence)
        settings = stage.path / "data" / "policy" / "settings.json"
        settings.parent.mkdir(parents=True)
        settings.write_bytes(canonical({}))
        ended = f"{read + timedelta(minutes=3):%Y-%m-%dT%H:%M:%SZ}"
        clock: JsonValue = {"started": f"{read:%Y-%m-%dT%H:%M:%SZ}", "finished": ended}
        seal(stage.path, predicate(run, **{"clock": clock, **changes}), signer, {})
        return stage.commit()


def trusted(folder: Path, signer: FileSigner = WORKER) -> Path:
    """The worker's public key, as it came by another road."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "worker.pub"
    path.write_text(f"{signer.public_key.text} worker\n", encoding="ascii")
    return path


def relaying(
    path: Path, *kinds: str, now: datetime = NOW, limits: Limits = LIMITS, **settings: object
) -> RelayedEvidence:
    """The source that reads the bundle at a path."""
    values: dict[str, object] = {
        "id": "worker",
        "type": "bundle",
        "path": path,
        "trusted_keys": trusted(path.parent / "keys"),
        "source": "probe",
        "kinds": kinds or ("probe",),
        "zone": "clients",
    }
    return RelayedEvidence(BundleSource.model_validate(values | settings), ORGANISATION, ZONES, lambda: now, limits)


def gathered(folder: Path, *sources: RelayedEvidence, now: datetime = NOW) -> EvidenceSet:
    """The evidence of a main scan that reads these."""
    return collect([ConfiguredSource(each, each.provides) for each in sources], folder, "0.2.0", now=lambda: now)

"""Makes bundles for the tests, the way a scan does: a real collection, a real key, a real seal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from collector.collection import collect
from collector.evidence import EvidenceSet, GapCause
from collector.evidence_file import canonical
from collector.recorder import ConfiguredSource
from collector.records.codec import JsonValue
from collector.records.host import Host
from collector.records.identity import Account
from collector.records.record import Record
from collector.source import Diagnosis, Query, Recorder
from reporters.bundle.evidence_index import write_index
from reporters.bundle.keys import FileSigner, Signer
from reporters.bundle.seal import seal
from reporters.bundle.stage import Stage

STARTED = datetime(2026, 11, 20, 22, 15, tzinfo=UTC)
FINISHED = STARTED + timedelta(minutes=3)


@dataclass
class Directory:
    """A source of accounts that stand in memory, some hosts of which did not answer."""

    id: str
    accounts: Iterable[Account]
    dead: tuple[str, ...] = ()
    provides: frozenset[type[Record]] = field(default=frozenset({Account, Host}))

    def plan(self, wanted: frozenset[type[Record]]) -> Iterable[Query]:
        return [Query("ldap.example.test", "(objectClass=person)", (Account,))]

    def diagnose(self) -> Iterable[Diagnosis]:
        return []

    def collect(self, wanted: frozenset[type[Record]], recorder: Recorder) -> None:
        recorder.identity("cn=reader,dc=example,dc=test")
        recorder.ran("(objectClass=person)", (Account,))
        for account in self.accounts:
            recorder.add(account)
        recorder.raw("answer.ldif", f"# {self.id}\n".encode() * 20, (Account,))
        for host in self.dead:
            recorder.gap(Account, GapCause.UNREACHABLE, "no answer", subject=host)
        recorder.complete(Account, source_count=3)
        recorder.gap(Host, GapCause.DENIED, "access refused", remedy="grant read access")


def accounts(*names: str) -> tuple[Account, ...]:
    """Enabled accounts of these names."""
    return tuple(Account(name=name, enabled=True, last_used=STARTED) for name in names)


SOURCES = (
    Directory("ad", accounts("anna", "bo", "åsa")),
    Directory("servers", accounts("root", "backup"), dead=("srv2.example.test",)),
)


def collected(stage_path: Path, sources: Iterable[Directory] = SOURCES) -> EvidenceSet:
    """Collect the sources into a stage and write the evidence index."""
    evidence = collect(
        [ConfiguredSource(source, source.provides) for source in sources],
        stage_path / "data",
        "0.1.0",
        now=lambda: STARTED,
    )
    write_index(stage_path, evidence)
    return evidence


def predicate(run: str = "20261120T221500Z", **changes: JsonValue) -> dict[str, JsonValue]:
    """The statement's fields that a scan gives to the seal."""
    return {
        "as_of": "2026-11-20T22:15:00Z",
        "catalogues": {"exempelkommun-2026": "ab" * 32},
        "checks_code": "cd" * 32,
        "classification": "intern",
        "clock": {"started": "2026-11-20T22:15:00Z", "finished": "2026-11-20T22:18:00Z"},
        "organisation": {"name": "Exempelkommun Ö", "diary_number": "KS 2026/123"},
        "previous": None,
        "run": run,
        "tool": {"name": "styrk", "version": "0.1.0"},
        **changes,
    }


BAG_INFO = {
    "External-Identifier": "KS 2026/123",
    "Source-Organization": "Exempelkommun Ö",
    "Internal-Sender-Description": "Klassning: intern\nPayload-Oxum: 0.0",
}


def fill(stage_path: Path, status: str = "satisfied") -> None:
    """Write everything that stands below `data/`."""
    collected(stage_path)
    documents: dict[str, JsonValue] = {
        "policy/settings.json": {"organisation": {"name": "Exempelkommun Ö"}},
        "policy/parameters.json": {"accounts-stale": {"max_idle_days": 90}},
        "results/findings.json": [{"check": "accounts-stale", "status": status}],
        "results/assessment.json": {"requirements": []},
    }
    for name, value in documents.items():
        path = stage_path / "data" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(canonical(value))
    (stage_path / "data/reports").mkdir()
    (stage_path / "data/reports/report.html").write_text("<!doctype html><title>Rapport</title>", encoding="utf-8")


def make_bundle(
    out_dir: Path,
    signer: Signer,
    run: str = "20261120T221500Z",
    status: str = "satisfied",
    **changes: JsonValue,
) -> Path:
    """A sealed bundle under its final name."""
    with Stage(out_dir, run) as stage:
        fill(stage.path, status)
        seal(stage.path, predicate(run, **changes), signer, BAG_INFO)
        return stage.commit()


def new_signer(seed: int | None = None) -> FileSigner:
    """A signer with a key that no file holds; with a seed, the same key each time."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    if seed is not None:
        return FileSigner(Ed25519PrivateKey.from_private_bytes(seed.to_bytes(32, "big")))
    return FileSigner(Ed25519PrivateKey.generate())

"""An estate at two dates, run in part by suppliers, with known faults, to hold claims and recommendations against.

The systems' populations are generated; all else is the product's own way: settings and registers are files, sources
give their records to the collector, evidence is written, judged, and sealed.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from collector.evidence import GapCause
from collector.records.backup import Snapshot
from collector.records.host import Software, TimeSync
from collector.records.identity import Account
from collector.records.record import Record
from collector.source import Diagnosis, Query, Recorder, SourceError
from config.loading import load_settings
from config.settings import Settings
from reporters.bundle.keys import Signer
from styrk.scan import ScanRequest, scan
from styrk.sources import Built, scanned_sources

BEFORE = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
AFTER = datetime(2026, 10, 1, 3, 0, tzinfo=UTC)
DAY = timedelta(days=1)
SUPPLIER, OTHER = "Driftbolaget", "Molnbolaget"

SETTINGS = """\
organisation: {name: Exempelkommun, language: sv}
sources:
  - {id: ad, type: ldap, dialect: active-directory, host: dc1.example.test, base: "DC=example,DC=test",
     tls: {mode: ldaps}, bind: {method: anonymous}, controlled_by: Driftbolaget, tags: [drift]}
  - {id: ad-2, type: ldap, dialect: active-directory, host: dc2.example.test, base: "DC=other,DC=test",
     tls: {mode: ldaps}, bind: {method: anonymous}, controlled_by: Molnbolaget, tags: [moln]}
  - {id: servers, type: restic, repository: /generated/servers, password: "env:X", controlled_by: Driftbolaget}
  - {id: backup, type: restic, repository: /generated/backup, password: "env:X", controlled_by: Driftbolaget}
registers:
  - id: systems
    holds: protected-system
    file: systems.csv
    max_age_days: 100000
    columns: {name: System, critical: Kritiskt, hosts: Servrar}
    values: {critical: {ja: "true", nej: "false"}}
  - id: tests
    holds: restore-test
    file: tests.csv
    max_age_days: 100000
    columns: {system: System, date: Datum, result: Resultat, verified_by_business: Verksamheten}
    values: {result: {godkänd: passed, underkänd: failed}}
  - id: suppliers-tests
    holds: restore-test
    file: suppliers-tests.csv
    max_age_days: 100000
    controlled_by: Driftbolaget
    columns: {system: System, date: Datum, result: Resultat, verified_by_business: Verksamheten}
    values: {result: {godkänd: passed, underkänd: failed}}
  - id: changes
    holds: major-change
    file: changes.csv
    max_age_days: 100000
    columns: {system: System, date: Datum}
catalogues: [nationella-tio]
controls:
  time-sync-offset: {parameters: {max_offset_ms: 1000}}
claims: claims/*.yaml
"""


@dataclass(frozen=True, slots=True)
class Estate:
    """What is the case at one date."""

    as_of: datetime
    stale: int
    """Accounts of 400 that nobody has used for 120 days."""
    long_stale: int
    """Of these, those that nobody has used for 500 days."""
    late_clocks: int
    """Hosts of 40 whose clock is 5 s off."""
    old_systems: int
    """Hosts of 40 with a release whose support has ended."""
    tested: tuple[str, ...]
    """Systems that our own log says were restored last month."""


ESTATES = {
    "before": Estate(BEFORE, stale=60, long_stale=20, late_clocks=2, old_systems=10, tested=("Lön",)),
    "after": Estate(AFTER, stale=5, long_stale=0, late_clocks=2, old_systems=2, tested=("Lön", "Skola", "Ärende")),
}
SYSTEMS = {
    "Lön": ("ja", "h01, h02"),
    "Skola": ("ja", "h03"),
    "Ärende": ("ja", "h04, x99"),
    "Karta": ("ja", "h39"),
    "Vatten": ("ja", "h05"),
    "Arkiv": ("ja", "h06"),
    "Webb": ("nej", "h07"),
    "Telefoni": ("nej", ""),
}
"""System to whether it is critical, and its hosts; x99 is in no source, and Telefoni's hosts are not known."""


class Generated:
    """A source with these records; implements `collector.source.Source`."""

    def __init__(self, name: str, records: Sequence[Record], kinds: Iterable[type[Record]], failure: str = "") -> None:
        self.id = name
        self.provides: frozenset[type[Record]] = frozenset(kinds)
        self._records, self._failure = records, failure

    def plan(self, wanted: frozenset[type[Record]]) -> Iterable[Query]:
        return [Query("generated", "read", tuple(wanted & self.provides))]

    def collect(self, wanted: frozenset[type[Record]], recorder: Recorder) -> None:
        if self._failure:
            raise SourceError(GapCause.UNREACHABLE, self._failure, "mend the route")
        for record in self._records:
            if type(record) in wanted:
                recorder.add(record)
        for kind in wanted & self.provides:
            recorder.complete(kind)

    def diagnose(self) -> Iterable[Diagnosis]:
        return ()


def accounts(estate: Estate) -> list[Record]:
    """400 accounts, the stale ones first."""

    def idle(number: int) -> int:
        return 500 if number < estate.long_stale else 120 if number < estate.stale else number % 60

    return [
        Account(
            name=f"user{number:03}", enabled=True, last_used=estate.as_of - idle(number) * DAY, last_used_lag_days=0
        )
        for number in range(400)
    ]


def hosts(estate: Estate) -> list[Record]:
    """40 hosts, those with faults last."""
    made: list[Record] = []
    for number in range(1, 41):
        late, old = number > 40 - estate.late_clocks, number > 40 - estate.old_systems
        name = f"h{number:02}"
        made.append(TimeSync(host=name, offset_us=5_000_000 if late else 100, stratum=3, last_update=estate.as_of))
        release = "10" if old else "13" if number != 5 else None
        made.append(Software(host=name, product="debian", version=release))
    return made


NIGHTLY = ("h01", "h02", "h04", "x99", "h39")
"""Hosts with a restore point of every night for 150 days."""


def restore_points(estate: Estate) -> list[Record]:
    """Nightly ones, one host with a night missed, one thinned out by retention, one weekly, one with none (h07)."""
    days = {host: list(range(150)) for host in NIGHTLY}
    days["h03"] = [each for each in range(150) if each != 40]
    days["h05"] = [*range(30), *range(30, 150, 7)]
    days["h06"] = list(range(5, 150, 7))
    return [
        Snapshot(identifier=f"{host}-{ago}", time=estate.as_of - ago * DAY - timedelta(hours=2), host=host)
        for host, each in days.items()
        for ago in each
    ]


def write_files(folder: Path, estate: Estate, more: str = "") -> Settings:
    """The settings and registers of one date, the files dated then."""
    folder.mkdir(parents=True, exist_ok=True)
    tested = (estate.as_of - 30 * DAY).date()
    rows = "".join(f"{name};{critical};{held}\n" for name, (critical, held) in SYSTEMS.items())
    _dated(folder / "systems.csv", f"System;Kritiskt;Servrar\n{rows}", estate.as_of)
    _dated(folder / "tests.csv", _tests(dict.fromkeys(estate.tested, ("godkänd", tested))), estate.as_of)
    theirs = {"Karta": ("godkänd", tested), "Lön": ("godkänd", tested), "Vatten": ("underkänd", tested)}
    _dated(folder / "suppliers-tests.csv", _tests(theirs), estate.as_of)
    _dated(folder / "changes.csv", "System;Datum\nWebb;2026-01-10\n", estate.as_of)
    path = folder / "styrk.yaml"
    path.write_text(SETTINGS + more, encoding="utf-8")
    return load_settings(path)


def _tests(tests: dict[str, tuple[str, date]]) -> str:
    rows = "".join(f"{name};{day};{result};ja\n" for name, (result, day) in tests.items())
    return f"System;Datum;Resultat;Verksamheten\n{rows}"


def _dated(path: Path, text: str, moment: datetime) -> None:
    path.write_text(text, encoding="utf-8")
    os.utime(path, (moment.timestamp(), moment.timestamp()))


def scan_estate(folder: Path, estate: Estate, signer: Signer, more: str = "") -> Path:
    """A sealed bundle of one date, by the same scan that the command runs."""
    made = {
        "ad": Generated("ad", accounts(estate), (Account,)),
        "ad-2": Generated("ad-2", (), (Account,), failure="no route to dc2.example.test"),
        "servers": Generated("servers", hosts(estate), (TimeSync, Software)),
        "backup": Generated("backup", restore_points(estate), (Snapshot,)),
    }

    def opened(settings: Settings, wanted: frozenset[type[Record]], only: tuple[str, ...]) -> tuple[Built, ...]:
        real = {built[0].source.id: built for built in scanned_sources(settings, wanted, only)}
        registers = [built for name, built in real.items() if name not in made]
        configured = {each.id: each for each in settings.sources}
        template = registers[0][0]
        given = [
            (
                replace(
                    template,
                    source=source,
                    wanted=source.provides & wanted,
                    obtained=type(template.obtained).OBSERVED,
                    controlled_by=configured[name].controlled_by,
                    tags=configured[name].tags,
                ),
                configured[name].type,
            )
            for name, source in made.items()
            if source.provides & wanted
        ]
        return tuple(sorted([*registers, *given], key=lambda built: built[0].source.id))

    settings = write_files(folder, estate, more)
    request = ScanRequest(settings, folder / "out", now=lambda: estate.as_of, open_sources=opened)
    return scan(request, signer).bundle

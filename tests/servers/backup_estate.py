"""Thirty protected systems, each with a repository or a job history of its own, and what is wrong with 25 of them.

Real repositories (restic, borg), made quickly: the restore points of restic are forged from one template, see
`tests.servers.restic_forge`. Everything is relative to a fixed moment, `AS_OF`.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from collector.records.backup import BackupLocation, IntegrityCheck, MajorChange, ProtectedSystem, RestoreTest
from tests.checks.made import AS_OF
from tests.servers.process import require, run
from tests.servers.restic_forge import Forged, Keys, cheap_key, forge, forge_lock

PASSWORD = "sanning-about-backups"
NIGHTS = 9
PRODUCTION, HALL = "Stadshuset", "Hall B"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What is wrong with one system, and where it must be seen."""

    link: str
    reason: str
    unknown: bool = False
    """Whether it makes the link unknown, rather than broken."""


FAULTS: dict[str, Fault] = {
    "gap": Fault(link="taken", reason="days-missing"),
    "holiday": Fault(link="taken", reason="job-failed"),
    "wrong-host": Fault(link="taken", reason="no-restore-point"),
    "other-month": Fault(link="taken", reason="too-old"),
    "path": Fault(link="taken", reason="path-missing"),
    "wrong-password": Fault(link="taken", reason="repositories-unread", unknown=True),
    "empty": Fault(link="intact", reason="empty"),
    "shrunken": Fault(link="intact", reason="shrunken"),
    "flipped": Fault(link="intact", reason="damaged"),
    "retention": Fault(link="intact", reason="too-short"),
    "future": Fault(link="intact", reason="clock-ahead"),
    "backwards": Fault(link="intact", reason="clock-backwards"),
    "never-checked": Fault(link="intact", reason="never-checked"),
    "locked": Fault(link="intact", reason="locked"),
    "canary": Fault(link="restorable", reason="canary-wrong"),
    "test-old": Fault(link="restorable", reason="too-old"),
    "test-unverified": Fault(link="restorable", reason="not-verified-by-business"),
    "test-elsewhere": Fault(link="restorable", reason="never-tested"),
    "test-failed": Fault(link="restorable", reason="failed"),
    "changed": Fault(link="restorable", reason="before-major-change"),
    "rpo": Fault(link="in-time", reason="rpo-missed"),
    "rto": Fault(link="in-time", reason="rto-missed"),
    "no-offsite": Fault(link="separate", reason="same-site"),
    "copy-missing": Fault(link="separate", reason="copy-missing"),
    "deletable": Fault(link="separate", reason="deletable"),
}
CLEAN = ("sound-1", "sound-2", "sound-3", "sound-borg", "sound-report")
REPORTED = ("holiday", "other-month", "sound-report")
"""Systems of which there is a job history and no repository."""
UNREAD = ("wrong-password", "locked")
"""Systems whose repositories could not be read to the end: another's missing restore point may lie there."""


@dataclass
class BackupEstate:
    """The folders, and what registers say of the systems."""

    folder: Path
    content: Path = field(init=False)
    repositories: dict[str, Path] = field(default_factory=dict)
    reports: dict[str, Path] = field(default_factory=dict)
    runs: Path = field(init=False)

    def __post_init__(self) -> None:
        """Make everything: some 20 s, most of it borg's."""
        require("restic", "borg")
        self.content = self.folder / "content"
        trees, keys, template = self._template()
        for name in (*FAULTS, *CLEAN):
            if name in REPORTED:
                self.reports[name] = self._report(name)
            elif name == "sound-borg":
                self.repositories[name] = self._borg()
            else:
                self.repositories[name] = self._restic(name, template, trees, keys)
        self.runs = self.folder / "runs.csv"
        _write(self.runs, ("Jobb", "Start", "Objekt", "Resultat"), [("Natt", _text(nights()[3]), "holiday", "Fel")])

    def systems(self) -> list[ProtectedSystem]:
        """The system register; each system is named after its fault and runs on a host of the same name."""
        said: dict[str, dict[str, Any]] = {
            "retention": {"retention_days": 30},
            "rpo": {"rpo_hours": 12},
            "rto": {"rto_minutes": 60},
            "path": {"backup_paths": ("/srv/databas",)},
            "copy-missing": {"copies_at": ("Hall C",)},
            "other-month": {"rpo_hours": None},
        }
        usual: dict[str, Any] = {"sites": (PRODUCTION,), "rpo_hours": 72, "rto_minutes": 240, "retention_days": 8}
        return [
            ProtectedSystem(name=name, critical=True, hosts=(f"{name}.example.test",), **(usual | said.get(name, {})))
            for name in (*FAULTS, *CLEAN)
        ]

    def locations(self) -> list[BackupLocation]:
        """Where each repository stands: at another site, immutable, but for the faults."""
        said: dict[str, dict[str, Any]] = {
            "no-offsite": {"site": PRODUCTION},
            "deletable": {"immutable": False, "offline": False, "separate_credentials": False},
        }
        usual: dict[str, Any] = {"site": HALL, "immutable": True}
        return [BackupLocation(repository=name, **(usual | said.get(name, {}))) for name in (*FAULTS, *CLEAN)]

    def tests(self) -> list[RestoreTest]:
        """The restore-test log: everyone passed in May, verified, in 90 minutes, but for the faults."""
        said: dict[str, dict[str, Any]] = {
            "test-old": {"date": date(2025, 3, 2)},
            "test-unverified": {"verified_by_business": None},
            "test-elsewhere": {"system": "ett annat system"},
            "test-failed": {"result": "failed"},
        }
        usual: dict[str, Any] = {
            "date": date(2026, 5, 4),
            "result": "passed",
            "duration_minutes": 90,
            "verified_by_business": "ägaren",
        }
        return [RestoreTest(**(usual | {"system": name} | said.get(name, {}))) for name in (*FAULTS, *CLEAN)]

    def checks(self) -> list[IntegrityCheck]:
        """The log of checks of what there is only a report of."""
        day = date(2026, 11, 15)
        return [IntegrityCheck(repository=name, date=day, result="passed", data_percent=3) for name in REPORTED]

    def changes(self) -> list[MajorChange]:
        """The change log."""
        return [MajorChange(system="changed", date=date(2026, 9, 1), reference="RFC-7")]

    def _template(self) -> tuple[dict[str, str], Keys, Path]:
        """Trees of the content, of a small part of it and of nothing, in a repository with a cheap key."""
        template = self.folder / "template"
        kinds = {"whole": 60_000, "small": 100, "empty": 0}
        _restic(template, "init")
        keys = cheap_key(template, PASSWORD)
        trees = {}
        for kind, size in kinds.items():
            shutil.rmtree(self.content, ignore_errors=True)
            self.content.mkdir()
            if size:
                (self.content / "canary.txt").write_text("kanariefågel\n", encoding="utf-8")
                (self.content / "data").write_bytes(os.urandom(size))
            _restic(template, "backup", "--host", kind, str(self.content))
        for shown in json.loads(_restic(template, "snapshots", "--json")):
            trees[shown["hostname"]] = shown["tree"]
            (template / "snapshots" / shown["id"]).unlink()
        return trees, keys, template

    def _restic(self, name: str, template: Path, trees: dict[str, str], keys: Keys) -> Path:
        made = self.folder / name
        shutil.copytree(template, made)
        host = "someone.example.test" if name == "wrong-host" else f"{name}.example.test"
        times = [time for number, time in enumerate(nights()) if not (name == "gap" and number == 3)]
        newest = {"empty": "empty", "shrunken": "small"}.get(name, "whole")
        points = [
            Forged(time=time, host=host, tree=trees[newest if number == 0 else "whole"], paths=(str(self.content),))
            for number, time in enumerate(times)
        ]
        ids = forge(made, keys, points)
        if name == "future":
            ahead = AS_OF + timedelta(days=9)
            forge(made, keys, [Forged(time=ahead, host=host, tree=trees["whole"], paths=(str(self.content),))])
        if name == "backwards":
            back = nights()[0] - timedelta(hours=40)
            later = Forged(time=back, host=host, tree=trees["whole"], paths=(str(self.content),), parent=ids[0])
            forge(made, keys, [later])
        if name == "locked":
            forge_lock(made, keys, host="app7", time=AS_OF - timedelta(days=3))
        if name == "flipped":
            _flip(max((made / "data").rglob("*"), key=lambda path: path.stat().st_size if path.is_file() else 0))
        return made

    def _borg(self) -> Path:
        made, base = self.folder / "sound-borg", self.folder / "borg-base"
        environment = {"BORG_PASSPHRASE": PASSWORD, "BORG_BASE_DIR": str(base), "TZ": "UTC"}
        run(["borg", "init", "--encryption", "repokey", str(made)], env=environment)
        source = self.folder / "borg-content"
        source.mkdir()
        (source / "data").write_bytes(os.urandom(10_000))
        for number, time in enumerate(nights()):
            archive = f"{made}::sound-borg.example.test-{number}"
            stamp = time.strftime("%Y-%m-%dT%H:%M:%S")
            comment = ("--comment", "sound-borg")
            run(["borg", "create", *comment, "--timestamp", stamp, archive, str(source)], env=environment)
        return made

    def _report(self, name: str) -> Path:
        """A product's list of restore points, as CSV in Swedish Excel's manner."""
        times = nights()
        if name == "other-month":
            times = [time - timedelta(days=31) for time in times]
        if name == "holiday":
            times = [time for number, time in enumerate(times) if number != 3]
        path = self.folder / f"{name}.csv"
        rows = [(str(number), _text(time), f"{name}.example.test", "5000") for number, time in enumerate(times)]
        _write(path, ("Nr", "Tid", "Objekt", "Storlek"), rows)
        return path


def nights() -> list[datetime]:
    """Half past one in the morning of each of the last nights, the newest first."""
    return [AS_OF - timedelta(hours=6, minutes=30) - timedelta(days=number) for number in range(NIGHTS)]


def _text(time: datetime) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%SZ")


def _write(path: Path, header: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";").writerows([header, *rows])


def _flip(pack: Path) -> None:
    pack.chmod(0o600)
    with pack.open("r+b") as file:
        file.seek(5000)
        file.write(b"\x00flipped\x01")


def _restic(repository: Path, *arguments: str) -> str:
    return run(["restic", "-r", str(repository), "--no-cache", "-q", *arguments], env={"RESTIC_PASSWORD": PASSWORD})

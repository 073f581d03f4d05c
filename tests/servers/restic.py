"""restic repositories: snapshots at given times and hosts, and repositories with something wrong."""

from __future__ import annotations

import shutil
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from tests.servers.process import START_SECONDS, ServerError, environment, require, run

PASSWORD = "Reservkopia-for-one-test"
CRITICAL_HOURS = 26
"""24 hours and 2 of tolerance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeededSnapshot:
    """One snapshot to be made."""

    host: str
    hours_ago: float
    tag: str = "nightly"


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupTruth:
    """What is true of the repository, by host."""

    latest: dict[str, datetime]
    """Time of the newest snapshot of each host that has one."""
    counts: dict[str, int]
    fresh: frozenset[str]
    """Hosts whose newest snapshot is at most 26 hours old."""
    late: frozenset[str]
    never: frozenset[str]
    """Hosts that the system register names and that have no snapshot."""
    missed_nights: frozenset[str]
    """Fresh hosts that lack a snapshot for some of the last seven nights."""


SEEDED = (
    *(SeededSnapshot(host="app1", hours_ago=5 + 24 * night) for night in range(7)),
    *(SeededSnapshot(host="db1", hours_ago=4 + 24 * night) for night in (0, 1, 4, 5, 6)),
    *(SeededSnapshot(host="web1", hours_ago=30 + 24 * night) for night in range(3)),
    SeededSnapshot(host="arkiv1", hours_ago=24 * 40, tag="monthly"),
)


class ResticRepositories:
    """Local repositories in one folder.

    Attributes for a configuration: good, empty, locked (a killed `restic check` left its exclusive lock), not_there
    (no repository at all), password_file, wrong_password_file; truth for `good`.
    """

    def __init__(self, folder: Path, now: datetime) -> None:
        """Make all repositories: about 8 s of restic."""
        require("restic")
        self.folder = folder
        self.good, self.empty, self.locked = (folder / name for name in ("good", "empty", "locked"))
        self.not_there = folder / "not-there"
        self.not_there.mkdir()
        self.password = PASSWORD
        self.password_file = self._secret("password", PASSWORD)
        self.wrong_password_file = self._secret("wrong-password", "fel")
        data = folder / "data"
        data.mkdir()
        (data / "journal.txt").write_text("dnr 2026/1\n", encoding="utf-8")
        self.restic(self.empty, "init")
        shutil.copytree(self.empty, self.good)
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda snapshot: self._backup(self.good, data, snapshot, now), SEEDED))
        shutil.copytree(self.good, self.locked)
        self._leave_exclusive_lock()
        self.truth = _truth(now)

    def restic(self, repository: Path, *arguments: str, password_file: Path | None = None) -> str:
        """Run restic on a repository and return its standard output; raises ServerError when it fails."""
        options = ("--repo", str(repository), "--password-file", str(password_file or self.password_file), "--no-cache")
        return run(["restic", *options, *arguments], env=environment())

    def _backup(self, repository: Path, data: Path, snapshot: SeededSnapshot, now: datetime) -> None:
        when = now - timedelta(hours=snapshot.hours_ago)
        where = ("--host", snapshot.host, "--tag", snapshot.tag, "--time", when.strftime("%Y-%m-%d %H:%M:%S"))
        self.restic(repository, "backup", "--quiet", *where, str(data))

    def _secret(self, name: str, text: str) -> Path:
        file = self.folder / name
        file.touch(mode=0o600)
        file.write_text(text, encoding="ascii")
        return file

    def _leave_exclusive_lock(self) -> None:
        argv = ["restic", "--repo", str(self.locked), "--password-file", str(self.password_file), "--no-cache", "check"]
        argv += ["--read-data", "--limit-download", "1"]  # at 1 KiB/s it still holds its lock when it is ended
        check = subprocess.Popen(argv, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + START_SECONDS
        while not any((self.locked / "locks").iterdir()) and check.poll() is None and time.monotonic() < deadline:
            time.sleep(0.005)
        check.send_signal(signal.SIGKILL)
        check.wait()
        if not any((self.locked / "locks").iterdir()):
            raise ServerError("restic check left no lock")


def _truth(now: datetime) -> BackupTruth:
    newest: dict[str, float] = {}
    counts: dict[str, int] = {}
    for snapshot in SEEDED:
        newest[snapshot.host] = min(snapshot.hours_ago, newest.get(snapshot.host, snapshot.hours_ago))
        counts[snapshot.host] = counts.get(snapshot.host, 0) + 1
    return BackupTruth(
        latest={host: now - timedelta(hours=hours) for host, hours in newest.items()},
        counts=counts,
        fresh=frozenset({"app1", "db1"}),
        late=frozenset({"web1", "arkiv1"}),
        never=frozenset({"fil1"}),
        missed_nights=frozenset({"db1"}),
    )

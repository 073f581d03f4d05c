"""A restic repository's 5,000 restore points, beside `restic snapshots --json`; and the judgement of 500 systems.

Both programs open the repository with a key as `restic init` makes it. The restore points are written by the
repository's own crypto (tests/servers/restic_forge.py): making them with `restic backup` would take an hour. `sizes:
false` asks what `restic snapshots` answers; the second line measures the newest restore points too. The systems are
judged by every check of backup and joined to their chains, from records that are in memory.

The line "reading alone" leaves our interpreter's start out, which a scan pays once for all of its sources.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from bench.case import HERE, PYTHON, Line, Options, need
from bench.measure import Comparison, FailedRunError, Run, compare, medians, run
from bench.read_source import CountingRecorder
from collector.backup.restic import ResticRepository
from collector.records.backup import BackupRepository, Snapshot
from config.sources import ResticSource
from tests.servers.restic_forge import Forged, Keys, forge, key_of

PASSWORD = "for-one-measurement"  # noqa: S105  # of a repository that ends with the measurement
POINTS = 5000
HOSTS = 50
NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)


def lines(options: Options) -> Iterator[Line]:
    """One line without sizes, one with, and one for the judgement."""
    need(restic="restic")
    repository = options.folder / "restic"
    environment = {"RESTIC_PASSWORD": PASSWORD, "RESTIC_REPOSITORY": str(repository)}
    _make(repository, options.folder / "content", environment)
    reference = ["restic", "--no-lock", "--no-cache", "--json", "snapshots"]
    for name, sizes in (("restic, 5,000 points", False), ("restic, sizes measured too", True)):
        settings = options.folder / f"restic-{sizes}.json"
        settings.write_text(
            json.dumps(
                {
                    "id": "restic",
                    "type": "restic",
                    "repository": str(repository),
                    "password": "env:RESTIC_PASSWORD",
                    "sizes": sizes,
                }
            ),
            encoding="utf-8",
        )
        command = [PYTHON, str(HERE / "read_source.py"), str(settings), str(POINTS), "snapshot", "backup-repository"]
        compared = compare(command, reference, rounds=options.rounds, environment=environment)
        yield Line(name, "restic snapshots --json", compared, POINTS)
    alone = _reading_alone(repository, reference, options.rounds, environment)
    yield Line("restic, reading alone", "restic snapshots --json", alone, POINTS)
    yield Line("500 systems judged", "", run([PYTHON, str(HERE / "judge_backup.py"), "500"]), 500)


def _reading_alone(
    repository: Path, reference: Sequence[str], rounds: int, environment: Mapping[str, str]
) -> Comparison:
    """Our reading of the repository in this process, beside restic's own, in turns."""
    settings = ResticSource(
        id="restic",
        type="restic",
        repository=str(repository),
        password="env:RESTIC_PASSWORD",  # noqa: S106  # where it is kept
        sizes=False,
    )
    pairs = []
    for _ in range(rounds + 1):
        theirs = run(reference, environment)
        before, begun = _cpu(), time.perf_counter()
        recorder = CountingRecorder()
        ResticRepository(settings, lambda: PASSWORD).collect(frozenset({Snapshot, BackupRepository}), recorder)
        ours = Run(time.perf_counter() - begun, _cpu() - before, theirs.peak_bytes)
        if recorder.counts[Snapshot] != POINTS or recorder.gaps:
            message = f"{recorder.counts[Snapshot]} of {POINTS}; gaps: {recorder.gaps[:3]}"
            raise FailedRunError(message)
        pairs.append((ours, theirs))
    pairs = pairs[1:]  # the first warms up
    return Comparison(
        ours=medians([ours for ours, _ in pairs]),
        reference=medians([theirs for _, theirs in pairs]),
        wall_ratio=median(ours.wall_s / theirs.wall_s for ours, theirs in pairs),
        cpu_ratio=median(ours.cpu_s / theirs.cpu_s for ours, theirs in pairs),
        rounds=rounds,
    )


def _cpu() -> float:
    """Seconds of CPU of this process and of the children that it waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def _make(repository: Path, content: Path, environment: Mapping[str, str]) -> None:
    content.mkdir()
    (content / "file").write_bytes(os.urandom(1 << 20))
    for arguments in (("init",), ("backup", "--host", "template", str(content))):
        _restic(environment, *arguments)
    (template,) = json.loads(_restic(environment, "snapshots", "--json"))
    keys: Keys = key_of(repository, PASSWORD)
    points = (
        Forged(time=NOW - timedelta(hours=number), host=f"host{number % HOSTS}", tree=template["tree"])
        for number in range(POINTS)
    )
    forge(repository, keys, points)
    (repository / "snapshots" / template["id"]).unlink()


def _restic(environment: Mapping[str, str], *arguments: str) -> str:
    command = ["restic", "--no-cache", "-q", *arguments]
    return subprocess.run(command, env={**os.environ, **environment}, capture_output=True, check=True, text=True).stdout

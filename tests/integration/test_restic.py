"""Real restic repositories: read, and failing in each of the ways that the field knows."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from collector.backup.restic import ResticRepository
from collector.collection import collect
from collector.evidence import EvidenceSet, GapCause
from collector.recorder import ConfiguredSource
from collector.records.backup import Snapshot
from config.sources import ResticSource
from tests.servers.process import START_SECONDS, environment, require, run

pytestmark = [pytest.mark.integration, pytest.mark.root]

PASSWORD = "restic-test"
SEEDED = {
    ("app1", "2026-11-20T02:15:00+00:00", ("nightly",)),
    ("app1", "2026-11-21T02:15:00+00:00", ("nightly",)),
    ("db1", "2026-10-01T02:20:00+00:00", ("nightly", "system:Treserva")),
}


def restic(repository: Path, *arguments: str) -> str:
    return run(["restic", "-r", str(repository), "--no-cache", "-q", *arguments], env={"RESTIC_PASSWORD": PASSWORD})


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    require("restic")
    folder = tmp_path_factory.mktemp("restic")
    made, content = folder / "repo", folder / "content"
    content.mkdir()
    (content / "file").write_bytes(bytes(each * each % 251 for each in range(200_000)) + os.urandom(100_000))
    restic(made, "init")
    for host, when, tags in sorted(SEEDED):
        restic(
            made, "backup", "--host", host, "--time", f"{when[:10]} {when[11:19]}",
            *(f"--tag={tag}" for tag in tags), str(content),
        )  # fmt: skip
    return made


@pytest.fixture
def copy(repository: Path, tmp_path: Path) -> Path:
    run(["cp", "-a", str(repository), str(tmp_path / "copy")])
    return tmp_path / "copy"


def gather(repository: str, folder: Path, password: str = PASSWORD, seconds: int = 300, **said: Any) -> EvidenceSet:
    settings = ResticSource(
        id="backup", type="restic", repository=repository, password="env:X", timeout_seconds=seconds, **said
    )
    source = ResticRepository(settings, lambda: password)
    return collect([ConfiguredSource(source, frozenset({Snapshot}))], folder / "run", "test")


def test_every_snapshot_is_read_name_by_name(repository: Path, tmp_path: Path) -> None:
    before = sorted(str(path) for path in repository.rglob("*"))
    (population,) = gather(str(repository), tmp_path).populations
    found = {(s.host, s.time.isoformat(), s.tags) for s in population.records if isinstance(s, Snapshot)}
    assert found == SEEDED
    assert population.complete
    assert sorted(str(path) for path in repository.rglob("*")) == before


def test_an_empty_repository(tmp_path: Path) -> None:
    restic(tmp_path / "empty", "init")
    (population,) = gather(str(tmp_path / "empty"), tmp_path).populations
    assert (population.count, population.source_count, population.complete) == (0, 0, True)


@pytest.mark.parametrize(
    ("address", "password", "cause"),
    [
        ("{repository}", "wrong", GapCause.DENIED),
        ("{repository}/none", PASSWORD, GapCause.ABSENT),
        ("rest:http://kim:geheim@127.0.0.1:9/", PASSWORD, GapCause.UNREACHABLE),
        ("sftp:nobody@backup.invalid:/srv", PASSWORD, GapCause.UNREACHABLE),
    ],
)
def test_a_repository_that_cannot_be_read_is_a_gap(
    address: str, password: str, cause: GapCause, repository: Path, tmp_path: Path
) -> None:
    evidence = gather(address.format(repository=repository), tmp_path, password)
    (gap,) = evidence.gaps
    assert gap.cause is cause
    assert gap.remedy
    assert "geheim" not in repr(gap)


def test_a_snapshot_file_that_is_damaged_is_missed(copy: Path, tmp_path: Path) -> None:
    damaged = min((copy / "snapshots").iterdir())
    damaged.chmod(0o600)
    damaged.write_bytes(damaged.read_bytes()[:20])
    (population,) = gather(str(copy), tmp_path).populations
    assert (population.count, population.source_count) == (2, 3)
    (gap,) = population.missing
    assert gap.subject is not None
    assert damaged.name.startswith(gap.subject)


@contextmanager
def running(repository: Path, *arguments: str) -> Iterator[None]:
    """A restic process that holds its lock until the end of the block."""
    locks = repository / "locks"
    process = subprocess.Popen(
        ["restic", "-r", str(repository), "--no-cache", "-q", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment({"RESTIC_PASSWORD": PASSWORD}),
    )
    try:
        deadline = time.monotonic() + START_SECONDS
        while not list(locks.iterdir()):
            assert time.monotonic() < deadline, "restic took no lock"
            assert process.poll() is None, "restic ended before it took a lock"
            time.sleep(0.02)
        yield
        assert process.poll() is None, "restic ended before it was read beside"
    finally:
        process.kill()
        process.communicate(timeout=60)
        for lock in locks.iterdir():
            lock.unlink()


def test_a_running_backup_is_no_fault(copy: Path, tmp_path: Path) -> None:
    with running(copy, "backup", "--stdin"):
        (population,) = gather(str(copy), tmp_path).populations
    assert population.complete


def test_an_exclusive_lock_makes_the_answer_uncertain(copy: Path, tmp_path: Path) -> None:
    with running(copy, "check", "--read-data", "--limit-download", "1"):
        (population,) = gather(str(copy), tmp_path).populations
    (gap,) = population.missing
    assert "exclusively" in gap.detail
    assert population.count == len(SEEDED)


def test_a_server_that_never_answers_is_a_time_out(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        evidence = gather(f"rest:http://127.0.0.1:{silent.getsockname()[1]}/", tmp_path, seconds=2)
    (gap,) = evidence.gaps
    assert gap.cause is GapCause.TIMED_OUT

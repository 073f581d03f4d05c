"""Real repositories by every road: restic by folder, SFTP and REST, borg; read, measured, checked and drilled."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from collector.backup.borg import BorgRepository
from collector.backup.borg_drill import BorgRestorer
from collector.backup.drill import run_drill
from collector.backup.restic import ResticRepository
from collector.backup.restic_drill import ResticRestorer
from collector.collection import collect
from collector.evidence import EvidenceSet, GapCause
from collector.recorder import ConfiguredSource
from collector.records.backup import BackupRepository, IntegrityCheck, Snapshot
from collector.source import Source, SourceError
from config.sources import BorgSource, Drill, RepositoryCheck, ResticSource
from tests.servers.loopback import free_port, own_address
from tests.servers.network import answers
from tests.servers.process import START_SECONDS, Process, environment, require, run
from tests.servers.restic_forge import cheap_key
from tests.servers.restic_rest import RestServer

PASSWORD = "restic-and-borg-test"
HOST = own_address()
"""Where the server for SFTP listens."""
BORG = {"BORG_PASSPHRASE": PASSWORD, "TZ": "UTC", "BORG_RELOCATED_REPO_ACCESS_IS_OK": "yes"}
DAYS = (19, 20)


@dataclass(frozen=True)
class Repositories:
    folder: Path
    content: Path
    restic: Path
    borg: Path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Repositories:
    require("restic", "borg")
    folder = tmp_path_factory.mktemp("repositories")
    content = folder / "content"
    (content / "sub").mkdir(parents=True)
    (content / "canary.txt").write_text("kanariefågel\n", encoding="utf-8")
    (content / "sub" / "big").write_bytes(os.urandom(400_000))
    (content / "link").symlink_to("/etc/passwd")
    held = Repositories(folder, content, folder / "restic", folder / "borg")
    restic(held.restic, "init")
    cheap_key(held.restic, PASSWORD)
    borg(folder, "init", "--encryption", "repokey", str(held.borg))
    for day in DAYS:
        when = f"2026-11-{day} 02:00:00"
        restic(held.restic, "backup", "--host", "app1", "--time", when, str(content))
        borg(folder, "create", "--timestamp", when.replace(" ", "T"), f"{held.borg}::app1-2026-11-{day}", str(content))
    return held


def restic(repository: Path, *arguments: str) -> str:
    return run(["restic", "-r", str(repository), "--no-cache", "-q", *arguments], env={"RESTIC_PASSWORD": PASSWORD})


def borg(folder: Path, *arguments: str) -> str:
    return run(["borg", *arguments], env={**BORG, "BORG_BASE_DIR": str(folder / "base")})


def restic_source(address: str | Path, **said: Any) -> ResticSource:
    return ResticSource(id="backup", type="restic", repository=str(address), password="env:X", **said)


def borg_source(address: str | Path, **said: Any) -> BorgSource:
    return BorgSource(id="borg", type="borg", repository=str(address), passphrase="env:X", **said)


def read(source: Source, folder: Path) -> EvidenceSet:
    return collect([ConfiguredSource(source, source.provides)], folder / "run", "test")


def records(evidence: EvidenceSet, kind: type[Any]) -> list[Any]:
    assert not evidence.gaps
    return [record for population in evidence.populations for record in population.records if type(record) is kind]


def state(folder: Path) -> dict[str, str]:
    """SHA-256 of every file of a repository."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize("kind", ["restic", "borg"])
def test_restore_points_with_their_size_and_nothing_changed(kind: str, made: Repositories, tmp_path: Path) -> None:
    repository = made.restic if kind == "restic" else made.borg
    before = state(repository)
    source: Source
    if kind == "restic":
        source = ResticRepository(restic_source(repository, check=RepositoryCheck(data_percent=100)), lambda: PASSWORD)
    else:
        source = BorgRepository(borg_source(repository, check=True), lambda _: PASSWORD)
    evidence = read(source, tmp_path)
    points = records(evidence, Snapshot)
    assert [(point.time, point.size_bytes) for point in points] == [
        (datetime(2026, 11, day, 2, tzinfo=UTC), 400_000 + 14) for day in DAYS
    ]
    if kind == "restic":
        assert points[1].parent == points[0].identifier
    (shown,) = records(evidence, BackupRepository)
    assert (shown.tool, shown.encrypted, shown.locked_since) == (kind, True, None)
    (check,) = records(evidence, IntegrityCheck)
    assert (check.result, check.data_percent, check.damaged) == ("passed", 100, ())
    assert state(repository) == before


@pytest.mark.parametrize("kind", ["restic", "borg"])
def test_flipped_bytes_are_found_by_a_check_and_by_nothing_less(kind: str, made: Repositories, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(made.restic if kind == "restic" else made.borg, copy, symlinks=True)
    victim = max((path for path in (copy / "data").rglob("*") if path.is_file()), key=lambda path: path.stat().st_size)
    victim.chmod(0o600)
    with victim.open("r+b") as file:
        file.seek(5000)
        file.write(b"\x00flipped\x01")
    before = state(copy)
    plain: Source
    reading: Source
    if kind == "restic":
        plain = ResticRepository(restic_source(copy, check=RepositoryCheck()), lambda: PASSWORD)
        reading = ResticRepository(restic_source(copy, check=RepositoryCheck(data_percent=100)), lambda: PASSWORD)
        (found,) = records(read(plain, tmp_path / "plain"), IntegrityCheck)
        assert found.result == "passed"
    else:
        reading = BorgRepository(borg_source(copy, check=True, sizes=False), lambda _: PASSWORD)
    (found,) = records(read(reading, tmp_path / "reading"), IntegrityCheck)
    assert found.result == "failed"
    assert found.damaged
    assert state(copy) == before


def test_by_rest_no_data_pack_is_read_but_for_a_check_or_a_drill(made: Repositories, tmp_path: Path) -> None:
    with RestServer(made.restic) as server:
        packs = {path.name for path in (made.restic / "data").rglob("*") if path.is_file()}
        trees = _packs_of("tree", made)
        evidence = read(ResticRepository(restic_source(server.address), lambda: PASSWORD), tmp_path / "scan")
        assert len(records(evidence, Snapshot)) == len(DAYS)
        assert records(evidence, BackupRepository)[0].host == "127.0.0.1"
        assert {path.rpartition("/")[2] for path in server.reads_of("data")} <= trees < packs
        assert {method for method, _ in server.requests} <= {"GET", "HEAD"}
        server.requests.clear()
        checking = restic_source(server.address, sizes=False, check=RepositoryCheck(data_percent=100))
        read(ResticRepository(checking, lambda: PASSWORD), tmp_path / "check")
        assert {path.rpartition("/")[2] for path in server.reads_of("data")} == packs
        server.requests.clear()
        settings = restic_source(server.address)
        drill = Drill(paths=(str(made.content),), scratch=tmp_path)
        report = run_drill(drill, "backup", ResticRestorer(settings, lambda: PASSWORD))
        assert report.result == "passed"
        assert {path.rpartition("/")[2] for path in server.reads_of("data")} - trees
        assert {method for method, _ in server.requests} <= {"GET", "HEAD"}


def _packs_of(kind: str, made: Repositories) -> set[str]:
    """Packs that hold trees alone: restic keeps trees and data apart."""
    found: dict[str, set[str]] = {}
    for index in restic(made.restic, "list", "index").split():
        for pack in json.loads(restic(made.restic, "cat", "index", index))["packs"]:
            found.setdefault(pack["id"], set()).update(blob["type"] for blob in pack["blobs"])
    return {pack for pack, kinds in found.items() if kinds == {kind}}


@pytest.fixture
def sftp(made: Repositories, tmp_path: Path) -> Iterator[Path]:
    """A restic that reaches the repository by a real sshd on loopback; the path of the program to call."""
    require("sshd", "ssh-keygen")
    for name in ("host", "user"):
        run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / name)])
    Path("/run/sshd").mkdir(exist_ok=True)
    port = free_port(HOST)
    keys = tmp_path / "authorized_keys"
    shutil.copy(tmp_path / "user.pub", keys)
    (tmp_path / "sshd_config").write_text(
        f"ListenAddress {HOST}\nPort {port}\nHostKey {tmp_path}/host\nAuthorizedKeysFile {keys}\n"
        "StrictModes no\nUsePAM no\nPidFile none\nPermitRootLogin yes\nSubsystem sftp internal-sftp\n",
        encoding="ascii",
    )
    host = (tmp_path / "host.pub").read_text(encoding="ascii")
    (tmp_path / "known_hosts").write_text(f"[{HOST}]:{port} {host}", encoding="ascii")
    program = tmp_path / "restic-by-ssh"
    ssh = (
        f"ssh -F none -i {tmp_path}/user -p {port} -o BatchMode=yes -o UserKnownHostsFile={tmp_path}/known_hosts "
        f"root@{HOST} -s sftp"
    )
    program.write_text(f"#!/bin/sh\nexec restic -o sftp.command='{ssh}' \"$@\"\n", encoding="ascii")
    program.chmod(0o700)
    sshd = shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin") or "sshd"
    server = Process([sshd, "-D", "-e", "-f", str(tmp_path / "sshd_config")], tmp_path / "sshd.log")
    try:
        server.wait_until(lambda: answers(HOST, port), "sshd for SFTP")
        yield program
    finally:
        server.stop()


def test_by_sftp(sftp: Path, made: Repositories, tmp_path: Path) -> None:
    settings = restic_source(f"sftp:root@{HOST}:{made.restic}", executable=str(sftp))
    evidence = read(ResticRepository(settings, lambda: PASSWORD), tmp_path)
    assert len(records(evidence, Snapshot)) == len(DAYS)
    assert records(evidence, BackupRepository)[0].host == HOST


def drills(made: Repositories) -> list[tuple[str, Any, Path]]:
    return [
        ("backup", ResticRestorer(restic_source(made.restic), lambda: PASSWORD), made.restic),
        ("borg", BorgRestorer(borg_source(made.borg), lambda _: PASSWORD), made.borg),
    ]


@pytest.mark.parametrize("place", [0, 1], ids=["restic", "borg"])
def test_a_drill_compares_measures_and_leaves_nothing(place: int, made: Repositories, tmp_path: Path) -> None:
    name, restorer, repository = drills(made)[place]
    before = state(repository)
    canary = made.content / "canary.txt"
    expected = tmp_path / "expected"
    files = [canary, made.content / "sub" / "big"]
    sums = {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    expected.write_text("".join(f"{digest}  {path}\n" for path, digest in sums.items()), encoding="utf-8")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    drill = Drill(
        paths=(str(made.content),),
        scratch=scratch,
        canary=str(canary),
        canary_sha256=sums[str(canary)],
        expected=expected,
    )
    report = run_drill(drill, name, restorer)
    assert report.trouble == ()
    assert (report.files, report.size_bytes, report.compared, report.differing) == (2, 400_014, 2, 0)
    assert report.canary is True
    assert report.snapshot_time == datetime(2026, 11, 20, 2, tzinfo=UTC)
    assert report.milliseconds > 0
    assert not list(scratch.iterdir())
    assert state(repository) == before
    assert "kanariefågel" not in json.dumps(report.statement("0"))
    wrong = run_drill(drill.model_copy(update={"canary_sha256": "0" * 64}), name, restorer)
    assert [each.value for each in wrong.trouble] == ["canary-wrong"]
    elsewhere = run_drill(drill.model_copy(update={"paths": (f"{made.content}/none",)}), name, restorer)
    assert "nothing-restored" in [each.value for each in elsewhere.trouble]
    with pytest.raises(SourceError) as caught:
        run_drill(drill.model_copy(update={"max_bytes": 400_000}), name, restorer)
    assert caught.value.cause is GapCause.UNSUPPORTED
    assert not list(scratch.iterdir())


def test_a_drill_of_another_host_has_nothing_to_restore(made: Repositories) -> None:
    for name, restorer, _ in drills(made):
        with pytest.raises(SourceError, match="no restore point of web1"):
            run_drill(Drill(paths=("/",), host="web1"), name, restorer)


def test_an_exclusive_lock_of_borg_is_seen_and_does_not_stop_the_reading(made: Repositories, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(made.borg, copy)
    locked = subprocess.Popen(
        ["borg", "with-lock", str(copy), "sleep", "600"],
        env=environment({**BORG, "BORG_BASE_DIR": str(tmp_path / "base")}),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        deadline = time.monotonic() + START_SECONDS
        while not (copy / "lock.exclusive").exists():
            assert locked.poll() is None, "borg ended before it took a lock"
            assert time.monotonic() < deadline, "borg took no lock"
            time.sleep(0.05)
        evidence = read(BorgRepository(borg_source(copy), lambda _: PASSWORD), tmp_path)
        (shown,) = records(evidence, BackupRepository)
        assert shown.locked_since is not None
        assert len(records(evidence, Snapshot)) == len(DAYS)
    finally:
        os.killpg(locked.pid, signal.SIGKILL)  # and what it runs under the lock
        locked.wait(60)

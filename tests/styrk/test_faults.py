"""A scan that is stopped, killed, or runs out of disk leaves no half bundle, and the next one cleans up."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.styrk.runs import Styrk, listing, write_estate

CATALOGUE = """\
id: provkatalog
title: Provkatalog
kind: own
requirements:
  - {id: P-1, section: '1', kind: demand, title: Konton, controls: [{id: accounts-stale}]}
"""
SETTINGS = """\
organisation: {{name: Provkommun}}
sources:
  - id: silent
    type: ldap
    dialect: openldap
    host: 127.0.0.1
    port: {port}
    base: dc=example,dc=test
    tls: {{mode: none}}
    bind: {{method: anonymous}}
    timeout_seconds: {timeout}
catalogues: [catalogue.yaml]
output: {{directory: out}}
"""


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    """A server that takes a connection and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(120)
        yield server


def write_settings(folder: Path, server: socket.socket, timeout: int) -> Path:
    (folder / "catalogue.yaml").write_text(CATALOGUE, encoding="utf-8")
    settings = folder / "styrk.yaml"
    settings.write_text(SETTINGS.format(port=server.getsockname()[1], timeout=timeout), encoding="utf-8")
    return settings


def in_the_middle(styrk: Styrk, settings: Path, server: socket.socket) -> tuple[subprocess.Popen[str], socket.socket]:
    """A scan that waits for an answer."""
    process = styrk.start("scan", "-c", settings)
    try:
        return process, server.accept()[0]
    except TimeoutError:
        process.kill()
        pytest.fail(f"the scan never asked the server: {process.communicate(timeout=120)[1]}")


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_stopped_scan_leaves_nothing(
    styrk: Styrk, tmp_path: Path, silent: socket.socket, how: signal.Signals
) -> None:
    process, connection = in_the_middle(styrk, write_settings(tmp_path, silent, 60), silent)
    with connection:
        assert any(name.startswith(".partial-") for name in listing(tmp_path / "out"))
        process.send_signal(how)
        _, said = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "stopped" in said
    assert "Traceback" not in said
    assert listing(tmp_path / "out") == []


def test_a_killed_scan_leaves_no_bundle_and_the_next_one_cleans_up(
    styrk: Styrk, tmp_path: Path, silent: socket.socket
) -> None:
    process, connection = in_the_middle(styrk, write_settings(tmp_path, silent, 60), silent)
    with connection:
        process.kill()
        process.communicate(timeout=120)
    out = tmp_path / "out"
    assert all(name.startswith(".partial-") for name in listing(out))
    assert listing(out)
    run = styrk("scan", "-c", write_estate(tmp_path / "next"), "--out", out, "--log")
    assert run.status == 1, run.err
    assert "leftover" in run.err
    (name,) = listing(out)
    assert styrk("verify", out / name).status == 0


@pytest.mark.parametrize("seconds", [0.2, 0.5, 0.7, 0.8, 0.9, 1.0, 1.1, 1.3])
def test_whenever_it_is_killed_no_half_bundle_has_a_name(styrk: Styrk, tmp_path: Path, seconds: float) -> None:
    process = styrk.start("scan", "-c", write_estate(tmp_path))
    try:
        process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate(timeout=120)
    for name in listing(tmp_path / "out"):
        assert name.startswith(".partial-") or styrk("verify", tmp_path / "out" / name).status == 0


def test_a_source_that_never_answers_costs_its_own_evidence_only(
    styrk: Styrk, tmp_path: Path, silent: socket.socket
) -> None:
    run = styrk("scan", "-c", write_settings(tmp_path, silent, 1), "--json")
    assert run.status == 3, run.err
    findings = run.json()["findings"]
    assert (findings["satisfied"], findings["not-determined"]) == (0, 1)
    assert styrk("verify", run.json()["bundle"]).status == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small disk")
@pytest.mark.parametrize("kib", [8, 60, 200])
def test_a_full_disk_is_told_and_leaves_nothing(styrk: Styrk, tmp_path: Path, kib: int) -> None:
    settings, out = write_estate(tmp_path), tmp_path / "small"
    out.mkdir()
    script = f'mount -t tmpfs -o size={kib}k tmpfs {out}; "$@"; status=$?; ls -A {out}; exit $status'
    run = styrk("scan", "-c", settings, "--out", out, under=("unshare", "-m", "sh", "-c", script, "sh"))
    assert run.status == 2
    assert run.out == ""
    assert "no space left" in run.err.lower()
    assert "--out" in run.err


@pytest.mark.skipif(shutil.which("prlimit") is None, reason="the package util-linux is not installed")
def test_a_file_that_may_not_grow_leaves_nothing(styrk: Styrk, tmp_path: Path) -> None:
    run = styrk("scan", "-c", write_estate(tmp_path), under=("prlimit", "--fsize=4000"))
    assert run.status == 2
    assert "no space left" in run.err
    assert listing(tmp_path / "out") == []


def test_two_scans_at_once_do_not_harm_each_other(styrk: Styrk, tmp_path: Path) -> None:
    settings = write_estate(tmp_path)
    processes = [styrk.start("scan", "-c", settings) for _ in range(3)]
    ended = [(process.communicate(timeout=150)[1], process.returncode) for process in processes]
    bundles = listing(tmp_path / "out")
    assert not [name for name in bundles if name.startswith(".")]
    assert len(bundles) == [status for _, status in ended].count(1) >= 1
    for said, status in ended:
        assert status == 1 or (status == 2 and ("another run" in said or "exists" in said))
    for name in bundles:
        assert styrk("verify", tmp_path / "out" / name).status == 0


def test_a_reader_that_goes_away_is_no_fault(styrk: Styrk) -> None:
    process = styrk.start("checks", "--json")
    assert process.stdout is not None
    process.stdout.close()
    assert process.wait(timeout=120) in (0, 141)
    assert process.stderr is not None
    assert "Traceback" not in process.stderr.read()
    process.stderr.close()

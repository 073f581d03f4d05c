from __future__ import annotations

import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.styrk.runs import Run, Styrk, write_estate

SECRETIVE = """\
  - id: backup
    type: restic
    repository: /srv/restic
    password: cred:restic-password
  - id: other
    type: restic
    repository: /srv/other
    password: env:OTHER_PASSWORD
registers:
"""


@pytest.fixture
def settings(tmp_path: Path, sealed: tuple[Path, Run]) -> Path:
    """Settings in a folder with an awkward name; the session's scan has made the signing key."""
    path = write_estate(tmp_path / "prov 50% $x")
    path.write_text(path.read_text(encoding="utf-8").replace("registers:\n", SECRETIVE), encoding="utf-8")
    return path


def test_the_units_name_everything_absolutely_and_hand_credentials_over(styrk: Styrk, settings: Path) -> None:
    run = styrk("schedule", "-c", settings.name, "--json", "--stdout", cwd=settings.parent)
    assert run.status == 0, run.err
    service = run.json()["units"]["styrk-scan.service"]
    escaped = str(settings.parent).replace("%", "%%")
    assert f'"{escaped}/styrk.yaml"' in service
    assert f'ReadWritePaths="{escaped}/out"' in service
    assert "LoadCredential=restic-password:/etc/credstore/restic-password" in service


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="the package systemd is not installed")
@pytest.mark.parametrize("whose", [[], ["--user"], ["--run-as", "daemon"]])
def test_systemd_takes_what_was_written(styrk: Styrk, settings: Path, tmp_path: Path, whose: list[str]) -> None:
    run = styrk("schedule", "-c", settings, "--out", tmp_path / "units", "--on-calendar", "Mon..Fri 03:00", *whose)
    assert run.status == 0, run.err
    units = sorted(str(path) for path in (tmp_path / "units").iterdir())
    done = subprocess.run(
        ["systemd-analyze", "--man=no", *(["--user"] if "--user" in whose else []), "verify", *units],
        capture_output=True,
        text=True,
        env={**styrk.full_environment, "XDG_RUNTIME_DIR": str(tmp_path)},
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_what_the_service_runs_is_a_scan(styrk: Styrk, tmp_path: Path, sealed: tuple[Path, Run]) -> None:
    run = styrk("schedule", "-c", write_estate(tmp_path), "--json", "--stdout")
    service = run.json()["units"]["styrk-scan.service"]
    (line,) = [line for line in service.splitlines() if line.startswith("ExecStart=:")]
    done = subprocess.run(
        shlex.split(line.removeprefix("ExecStart=:")),
        capture_output=True,
        text=True,
        env=styrk.full_environment,
        cwd="/",
        timeout=100,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert done.stdout == ""
    assert "sealed" in done.stderr.splitlines()[-1]


def test_it_says_how_to_enable_and_what_the_environment_must_hold(styrk: Styrk, settings: Path, tmp_path: Path) -> None:
    told = styrk("schedule", "-c", settings, "--out", tmp_path / "units").out
    for words in ("systemctl enable --now styrk-scan.timer", "OTHER_PASSWORD", "/etc/credstore/restic-password"):
        assert words in told
    assert (
        "--environment"
        not in styrk("schedule", "-c", settings, "--out", tmp_path / "units", "--environment", "/etc/styrk/env").out
    )


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="the package systemd is not installed")
def test_a_calendar_that_systemd_does_not_know_is_refused(styrk: Styrk, settings: Path) -> None:
    run = styrk("schedule", "-c", settings, "--stdout", "--on-calendar", "varje natt")
    assert run.status == 2
    assert "varje natt" in run.err


def test_a_unit_of_someone_else_is_kept(styrk: Styrk, settings: Path, tmp_path: Path) -> None:
    (tmp_path / "styrk-scan.timer").write_text("[Timer]\n")
    assert styrk("schedule", "-c", settings, "--out", tmp_path).status == 2
    assert (tmp_path / "styrk-scan.timer").read_text() == "[Timer]\n"


def test_without_a_signing_key_it_says_how_to_make_one(tmp_path: Path) -> None:
    run = Styrk(tmp_path / "home")("schedule", "-c", write_estate(tmp_path / "e"), "--stdout")
    assert run.status == 2
    assert "styrk init" in run.err

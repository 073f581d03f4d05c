from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from styrk.schedule import Job, UnitTextError, listed_path, quoted_argument, service_text, single_path, timer_text

JOB = Job(
    command=("/usr/bin/true", "scan", "--config", "/etc/styrk/styrk.yaml"),
    output=Path("/var/lib/styrk"),
    credentials={"ad": Path("/etc/credstore/ad")},
    user="styrk",
)
AWKWARD = Path("/srv/bevis 50% $HOME\\x'y")


def analyze(folder: Path, job: Job) -> subprocess.CompletedProcess[str]:
    (folder / "styrk-scan.service").write_text(service_text(job), encoding="utf-8")
    (folder / "styrk-scan.timer").write_text(timer_text(job), encoding="utf-8")
    units = [str(folder / "styrk-scan.service"), str(folder / "styrk-scan.timer")]
    return subprocess.run(
        ["systemd-analyze", "--man=no", "verify", *units], capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="the package systemd is not installed")
@pytest.mark.parametrize(
    "job",
    [
        JOB,
        Job(
            command=("/usr/bin/true", str(AWKWARD), 'a "quoted" word;', ";"), output=AWKWARD, calendar="Mon..Fri 03:00"
        ),
        Job(command=("/usr/bin/true",), output=AWKWARD, of_user=True, credentials={"x": Path("/srv/a b%c")}),
    ],
    ids=["plain", "awkward", "user"],
)
def test_systemd_takes_the_units_without_a_word(tmp_path: Path, job: Job) -> None:
    done = analyze(tmp_path, job)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="the package systemd is not installed")
def test_systemd_would_complain(tmp_path: Path) -> None:
    assert analyze(tmp_path, Job(command=("/usr/bin/true",), output=Path("/x"), calendar="never")).stderr


def test_the_service_may_write_its_folder_only_and_gains_no_rights() -> None:
    lines = service_text(JOB).splitlines()
    for line in (
        "NoNewPrivileges=true",
        "ProtectSystem=strict",
        "PrivateTmp=true",
        'ReadWritePaths="/var/lib/styrk"',
        "LoadCredential=ad:/etc/credstore/ad",
        "SuccessExitStatus=1 3",
        "User=styrk",
    ):
        assert line in lines
    assert sum(line.startswith("ReadWritePaths=") for line in lines) == 1


def test_the_timer_makes_up_for_missed_runs_and_spreads_load() -> None:
    lines = timer_text(JOB).splitlines()
    assert {"Persistent=true", "RandomizedDelaySec=15min", "OnCalendar=*-*-* 03:00:00"} <= set(lines)


def test_quoting() -> None:
    assert quoted_argument('50% of "x" \\ y') == '"50%% of \\"x\\" \\\\ y"'
    assert listed_path(Path('/a "b" %')) == "'/a \"b\" %%'"
    assert single_path(Path("/a b%c")) == "/a b%%c"


@pytest.mark.parametrize(
    ("quote", "path"),
    [
        (listed_path, Path("/a\nReadWritePaths=/")),
        (listed_path, Path("/a\"b'")),
        (listed_path, Path("relative")),
        (single_path, Path("/a\\")),
        (single_path, Path("/a ")),
    ],
)
def test_a_path_that_would_say_something_else_is_refused(quote: object, path: Path) -> None:
    assert callable(quote)
    with pytest.raises(UnitTextError):
        quote(path)


def test_a_line_break_in_the_calendar_cannot_add_a_setting() -> None:
    with pytest.raises(UnitTextError):
        timer_text(Job(command=("/x",), output=Path("/y"), calendar="daily\nUnit=other.service"))

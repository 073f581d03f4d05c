"""A rerun gives the same bytes wherever, whenever and by whomever it is done."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.styrk.runs import Styrk

SHIFTED_CLOCK = """
import datetime, time
DAYS = 400
_time, _now = time.time, datetime.datetime.now
time.time = lambda: _time() + DAYS * 86400
class Shifted(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return _now(tz) + datetime.timedelta(days=DAYS)
datetime.datetime = Shifted
"""


@pytest.fixture
def clock(tmp_path: Path) -> str:
    """A folder for PYTHONPATH that sets the clock of a process 400 days ahead."""
    folder = tmp_path / "clock"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(SHIFTED_CLOCK)
    return str(folder)


def test_the_shifted_clock_is_shifted(styrk: Styrk, clock: str) -> None:
    code = "import datetime, time; print(datetime.datetime.now().timestamp(), time.time())"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={**styrk.full_environment, "PYTHONPATH": clock},
        timeout=60,
        check=True,
    )
    for shown in done.stdout.split():
        assert float(shown) - time.time() > 399 * 86400


@pytest.mark.parametrize(
    "environment",
    [
        {"TZ": "Pacific/Kiritimati"},
        {"LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"PYTHONHASHSEED": "1"},
        {"PYTHONHASHSEED": "4242", "TZ": "America/St_Johns"},
    ],
    ids=str,
)
def test_identical_in_another_environment(styrk: Styrk, bundle: Path, environment: dict[str, str]) -> None:
    done = styrk("reperform", bundle, "--json", under=(), cwd=None, **environment)
    assert (done.status, done.json()["differences"]) == (0, [])


def test_identical_400_days_later(styrk: Styrk, bundle: Path, clock: str) -> None:
    path = f"{clock}{os.pathsep}{styrk.full_environment['PYTHONPATH']}"
    done = styrk("reperform", bundle, "--json", PYTHONPATH=path)
    assert (done.status, done.json()["identical"]) == (0, True)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may take the network away")
def test_identical_without_a_network(styrk: Styrk, bundle: Path) -> None:
    assert styrk("reperform", bundle, under=("unshare", "-n")).status == 0


def test_identical_from_a_zip(styrk: Styrk, bundle: Path, tmp_path: Path) -> None:
    archive = shutil.make_archive(str(tmp_path / "sent"), "zip", bundle.parent, bundle.name)
    assert styrk("reperform", archive).status == 0


def test_it_does_not_touch_the_bundle(styrk: Styrk, bundle: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in bundle.rglob("*")}
    styrk("reperform", bundle)
    styrk("verify", bundle)
    assert {path: path.stat().st_mtime_ns for path in bundle.rglob("*")} == before


def test_changed_results_are_named_one_by_one(styrk: Styrk, bundle: Path) -> None:
    results = bundle / "data" / "results" / "findings.json"
    findings = json.loads(results.read_bytes())
    found = next(each for each in findings if each["exceptions"])
    found["exceptions"], found["status"] = [], "satisfied"
    text = json.dumps(findings, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    results.write_text(text, encoding="utf-8")
    done = styrk("reperform", bundle)
    assert done.status == 4
    assert f"findings.json {found['id']}" in done.out
    assert "sealed: satisfied" in done.out
    assert "rerun: not-satisfied" in done.out
    assert done.out.count("sealed:") == 1


def test_damaged_evidence_is_no_identical_rerun(styrk: Styrk, bundle: Path) -> None:
    evidence = next((bundle / "data" / "evidence").rglob("protected-system.jsonl.gz"))
    evidence.write_bytes(evidence.read_bytes()[:-10])
    done = styrk("reperform", bundle)
    assert done.status == 4
    assert "Traceback" not in done.err


def test_what_is_no_bundle_is_told_and_not_judged(styrk: Styrk, tmp_path: Path) -> None:
    done = styrk("reperform", tmp_path / "nothing")
    assert done.status == 4
    assert "no bundle" in done.err

"""Files are read in a process of their own: the evidence is that of one process, and a fault in either is no less seen.

Each test runs its sources in a program without threads, once on all processors and once on one, where nothing is read
beside anything.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="needs two processors")

PROGRAM = """
import dataclasses, json, os, sys
from datetime import UTC, datetime
from pathlib import Path
from collector.collection import collect
from collector.recorder import ConfiguredSource
from collector.records.host import Host
from collector.records.identity import Account

place, processors, fault = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
if processors == "one":
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})

class Source:
    provides = frozenset({Host, Account})
    def __init__(self, name):
        self.id = name
    def collect(self, wanted, recorder):
        os.write(2, f"{self.id} {os.getpid()}\\n".encode())
        if fault == "broken" and self.id == "b-file":
            raise ValueError("a fault in the source")
        if fault == "full" and self.id == "b-file":
            (place / "evidence" / "b-file").mkdir(parents=True)
            (place / "evidence" / "b-file" / "host.jsonl.gz").touch()
        if fault == "interrupt" and self.id == "c-system":
            raise KeyboardInterrupt
        for number in range(5):
            recorder.add(Host(name=f"{self.id}-{number}"))
            recorder.add(Account(name=f"{self.id}-{number}"))
        recorder.complete(Host)
        recorder.complete(Account)

now = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
sources = [
    ConfiguredSource(Source(name), Source.provides, from_files="file" in name)
    for name in ("a-system", "b-file", "c-system", "d-file")
]
found = collect(sources, place, "1", now=lambda: now)
print(json.dumps([[p.kind, p.source, p.count, p.digest, [r.subject for r in p.records]] for p in found.populations]
                 + [[g.kind, g.source, g.cause, g.detail] for g in found.gaps]))
"""


def run(place: Path, processors: str, fault: str = "none") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", PROGRAM, str(place / processors), processors, fault]
    return subprocess.run(command, check=False, capture_output=True, text=True)


def evidence(ended: subprocess.CompletedProcess[str]) -> Any:
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


def processes(ended: subprocess.CompletedProcess[str]) -> dict[str, str]:
    return dict(line.split() for line in ended.stderr.splitlines() if line.count(" ") == 1)


@pytest.mark.parametrize("fault", ["none", "broken"])
def test_the_evidence_is_that_of_one_process(tmp_path: Path, fault: str) -> None:
    beside, alone = run(tmp_path, "all", fault), run(tmp_path, "one", fault)
    assert evidence(beside) == evidence(alone)
    where, all_in_one = processes(beside), processes(alone)
    assert where["a-system"] == where["c-system"] != where["b-file"] == where["d-file"]
    assert len(set(all_in_one.values())) == 1
    assert ("a fault in the source" in beside.stdout) == (fault == "broken")


def test_evidence_that_cannot_be_written_ends_the_run(tmp_path: Path) -> None:
    for processors in ("all", "one"):
        ended = run(tmp_path, processors, "full")
        assert ended.returncode == 1
        assert "FileExistsError" in ended.stderr


def test_an_interrupt_ends_both(tmp_path: Path) -> None:
    ended = run(tmp_path, "all", "interrupt")
    assert ended.returncode != 0
    assert "KeyboardInterrupt" in ended.stderr

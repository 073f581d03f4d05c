"""Local programs: bounded, wrapped, with a small environment."""

from __future__ import annotations

import time
from pathlib import Path

import psutil
import pytest

from collector.evidence import GapCause
from collector.source import SourceError
from collector.transport.process import LocalPrograms


def test_output_errors_and_status_come_apart() -> None:
    done = LocalPrograms().run(["sh", "-c", "echo out; echo err >&2; exit 3"], limit=100, timeout=60)
    assert (done.status, done.output, done.errors) == (3, b"out\n", "err\n")


def test_a_missing_program_names_its_package() -> None:
    with pytest.raises(SourceError) as caught:
        LocalPrograms().run(["no-such-program-here"], limit=1, timeout=1, package="restic")
    assert (caught.value.cause, caught.value.remedy) == (GapCause.UNSUPPORTED, "apt-get install restic")


def test_a_program_that_hangs_is_ended_with_its_children(tmp_path: Path) -> None:
    started = time.monotonic()
    child = tmp_path / "child"
    script = f"sleep 600 & echo $! >{child}; sleep 600"
    with pytest.raises(SourceError) as caught:
        LocalPrograms().run(["sh", "-c", script], limit=100, timeout=3)
    assert caught.value.cause is GapCause.TIMED_OUT
    while psutil.pid_exists(number := int(child.read_text())) and psutil.Process(number).status() != "zombie":
        assert time.monotonic() - started < 60
        time.sleep(0.05)
    assert time.monotonic() - started < 60


def test_programs_run_together_wait_for_each_other_and_answer_in_order(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"  # each is made by a program that ends when it sees the other's
    scripts = [
        f"touch {mine}; until test -e {its}; do sleep 0.05; done; echo {mine.name}"
        for mine, its in ((one, other), (other, one))
    ]
    done = LocalPrograms().run_together([["sh", "-c", script] for script in scripts], limit=100, timeout=120)
    assert [each.output for each in done] == [b"one\n", b"other\n"]


def test_one_that_fails_ends_the_others(tmp_path: Path) -> None:
    other = tmp_path / "other"
    scripts = [f"until test -s {other}; do sleep 0.05; done; yes", f"echo $$ >{other}; exec sleep 600"]
    with pytest.raises(SourceError) as caught:
        LocalPrograms().run_together([["sh", "-c", script] for script in scripts], limit=1000, timeout=300)
    assert caught.value.cause is GapCause.TRUNCATED
    assert not psutil.pid_exists(int(other.read_text()))


def test_endless_output_ends_at_the_limit() -> None:
    started = time.monotonic()
    with pytest.raises(SourceError) as caught:
        LocalPrograms().run(["sh", "-c", "yes"], limit=100_000, timeout=150)
    assert caught.value.cause is GapCause.TRUNCATED
    assert time.monotonic() - started < 100, "it ends at the limit, not at the time-out"


def test_endless_errors_do_not_fill_the_memory() -> None:
    script = "head -c 3000000 /dev/zero | tr '\\0' x >&2; echo done"
    done = LocalPrograms().run(["sh", "-c", script], limit=100, timeout=120)
    assert done.output == b"done\n"
    assert len(done.errors) == 64 << 10


def test_the_callers_environment_is_not_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_TOKEN", "geheim")
    done = LocalPrograms().run(["env"], limit=10_000, timeout=60, environment={"RESTIC_PASSWORD": "x"})
    assert b"geheim" not in done.output
    assert b"RESTIC_PASSWORD=x" in done.output


def test_a_file_that_may_not_be_run_is_denied_or_missing(tmp_path: Path) -> None:
    (tmp_path / "program").write_text("no program", encoding="ascii")
    with pytest.raises(SourceError) as caught:
        LocalPrograms().run([str(tmp_path / "program")], limit=1, timeout=1)
    assert caught.value.cause in {GapCause.DENIED, GapCause.UNSUPPORTED}

from __future__ import annotations

import errno
import multiprocessing
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest

from collector.beside import Beside, ProcessEndedError, can_work_beside

# Later versions of Python warn of a fork beside threads, and those that run the tests have some.
pytestmark = pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")


def test_what_the_work_gives_and_raises_arrives() -> None:
    assert Beside(lambda: (os.getpid(), "given")).result()[1] == "given"
    assert Beside(os.getpid).result() != os.getpid()

    def full() -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "/evidence")

    with pytest.raises(OSError, match="No space left") as raised:
        Beside(full).result()
    assert (raised.value.errno, raised.value.filename) == (errno.ENOSPC, "/evidence")


def test_a_process_that_was_killed_is_no_answer() -> None:
    def end() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    with pytest.raises(ProcessEndedError, match="ended early"):
        Beside(end).result()


def test_a_process_that_was_killed_within_its_answer_gives_none() -> None:
    def much() -> bytes:  # more than fits where nobody reads
        threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGKILL)).start()
        return bytes(8 << 20)

    beside = Beside(much)
    deadline = time.monotonic() + 60
    while multiprocessing.active_children():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    with pytest.raises(ProcessEndedError, match="ended early"):
        beside.result()


def test_where_the_system_allows_no_copy_there_is_none() -> None:
    program = """
        import os, resource
        from collector.beside import begin_beside
        begun = begin_beside(os.getpid)
        assert begun is None or begun.result() != os.getpid()
        resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))
        assert begin_beside(os.getpid) is None
    """
    ended = subprocess.run([sys.executable, "-c", textwrap.dedent(program)], check=True, capture_output=True, text=True)
    assert ended.stderr == ""


def test_a_process_that_is_told_to_end_does_so_without_a_word() -> None:
    program = """
        import os, signal, sys
        from collector.beside import Beside, ProcessEndedError
        signal.signal(signal.SIGTERM, lambda *_: sys.exit("the first process cleans up"))
        try:
            Beside(lambda: os.kill(os.getpid(), signal.SIGTERM)).result()
        except ProcessEndedError as error:
            print(error)
    """
    ended = subprocess.run([sys.executable, "-c", textwrap.dedent(program)], check=True, capture_output=True, text=True)
    assert (ended.stdout, ended.stderr) == (
        f"the process that worked beside this one ended early (status {-signal.SIGTERM})\n",
        "",
    )


def test_work_that_is_stopped_has_ended() -> None:
    beside = Beside(lambda: time.sleep(600))
    started = time.monotonic()
    beside.stop()
    assert time.monotonic() - started < 60
    with pytest.raises(ProcessEndedError):
        beside.result()


def test_it_ends_with_the_process_that_began_it(tmp_path: Path) -> None:
    program = """
        import os, signal, sys, time
        from pathlib import Path
        from collector.beside import Beside
        def work():
            Path(sys.argv[1]).write_text(str(os.getpid()))
            time.sleep(600)
        Beside(work)
        while not Path(sys.argv[1]).exists() or not Path(sys.argv[1]).read_text():
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGKILL)
    """
    told = tmp_path / "pid"
    ended = subprocess.run([sys.executable, "-c", textwrap.dedent(program), str(told)], check=False)
    assert ended.returncode == -signal.SIGKILL
    deadline = time.monotonic() + 60
    while _lives(int(told.read_text())):
        assert time.monotonic() < deadline, "the process outlives the one that began it"
        time.sleep(0.01)


def _lives(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"  # its end was seen; who takes note of it is not our matter


def test_a_process_with_threads_does_all_of_its_work_itself() -> None:
    program = """
        import threading
        from collector.beside import can_work_beside
        assert can_work_beside()
        threading.Thread(target=threading.Event().wait, daemon=True).start()
        assert not can_work_beside()
    """
    if len(os.sched_getaffinity(0)) > 1:
        subprocess.run([sys.executable, "-c", textwrap.dedent(program)], check=True)
    else:
        assert not can_work_beside()

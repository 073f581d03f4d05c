"""Server processes: started in a session of their own, waited for, stopped by process id."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

POLL_SECONDS = 0.05
START_SECONDS = 180
"""Until a server must answer. All start within seconds; a busy machine may take many times as long."""
STOP_SECONDS = 60
LOG_TAIL_BYTES = 4_000
PACKAGES_FILE = Path(__file__).parents[1] / "packages.txt"
SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class ServerError(Exception):
    """A server did not start, did not answer in time, or ended by itself."""


def packages() -> list[str]:
    """Return the Debian packages that the real servers need."""
    return PACKAGES_FILE.read_text(encoding="ascii").split()


def require(*programs: str) -> None:
    """Raise ServerError with the apt line to run, unless root runs us and every program (or file, by path) is there."""
    if os.geteuid() != 0:
        message = "the integration tests make network namespaces: run them as root"
        raise ServerError(message)
    missing = [name for name in programs if not (Path(name).exists() if "/" in name else _found(name))]
    if missing:
        line = "apt-get install -y --no-install-recommends " + " ".join(packages())
        message = f"not installed: {', '.join(missing)}. Run as root: {line}"
        raise ServerError(message)


def _found(program: str) -> bool:
    return shutil.which(program, path=SYSTEM_PATH) is not None


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment of a server: Debian's programs first, UTC, the C.UTF-8 locale."""
    return {"PATH": SYSTEM_PATH, "LC_ALL": "C.UTF-8", "TZ": "UTC", "HOME": "/root", **(extra or {})}


def run(
    argv: Sequence[str],
    *,
    stdin: str | None = None,
    env: Mapping[str, str] | None = None,
    seconds: float = 400,
) -> str:
    """Run a program to its end and return what it wrote on standard output.

    Raises ServerError with its output when it fails.
    """
    done = subprocess.run(
        argv, input=stdin, env=environment(env), capture_output=True, timeout=seconds, check=False, encoding="utf-8"
    )
    if done.returncode:
        message = f"{' '.join(argv)}: exit status {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
        raise ServerError(message)
    return done.stdout


class Process:
    """A server process in a session of its own; its output goes to a log file.

    `more_logs`: a folder with what it writes besides.
    """

    def __init__(
        self, argv: Sequence[str], log: Path, *, env: Mapping[str, str] | None = None, more_logs: Path | None = None
    ) -> None:
        """Start the program at once."""
        self.argv = list(argv)
        self.log = log
        self._more_logs = more_logs
        with log.open("ab") as output:
            self._popen = subprocess.Popen(
                self.argv,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=environment(env),
                start_new_session=True,
            )
        self.pid = self._popen.pid

    def log_tail(self) -> str:
        """Return the end of what the server has written so far."""
        more = [] if self._more_logs is None else [path for path in self._more_logs.iterdir() if path.is_file()]
        logs = [self.log, *sorted(path for path in more if path != self.log)]
        return "".join(f"{log.name}:\n{_tail(log)}\n" for log in logs)

    def wait_until(self, ready: Callable[[], bool], what: str, seconds: float = START_SECONDS) -> None:
        """Wait until the server is ready.

        Raises ServerError with the end of the log when it ends first or the time is up.
        """
        deadline = time.monotonic() + seconds
        while not ready():
            status = self._popen.poll()
            if status is not None:
                message = f"{what}: {self.argv[0]} ended with status {status}\n{self.log_tail()}"
                raise ServerError(message)
            if time.monotonic() > deadline:
                message = f"{what}: not ready after {seconds:.0f} s\n{self.log_tail()}"
                raise ServerError(message)
            time.sleep(POLL_SECONDS)

    def stop(self, seconds: float = STOP_SECONDS) -> None:
        """End the process and its group: SIGTERM, and SIGKILL for what is left when the time is up."""
        self._signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._popen.wait(seconds)
        self._signal(signal.SIGKILL)
        self._popen.wait(seconds)

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, number)


def _tail(log: Path) -> str:
    return log.read_bytes()[-LOG_TAIL_BYTES:].decode("utf-8", "replace")

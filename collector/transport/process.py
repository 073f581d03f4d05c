"""Local programs: an argument list, a small environment, bounded time and output, every failure wrapped."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Protocol

from collector.evidence import GapCause
from collector.source import SourceError

MAX_ERRORS = 64 << 10
"""Bytes of standard error that are kept; the rest is read and dropped."""

_SYSTEM_FOLDERS = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_KEPT_VARIABLES = ("HOME", "SYSTEMROOT", "TEMP")
_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class Completed:
    """What a program that ended by itself left behind."""

    status: int
    """Exit status; negative: ended by that signal."""
    output: bytes
    errors: str
    """Standard error, the first 64 KiB."""


class Programs(Protocol):
    """Runs programs on the collector's own host."""

    def run(
        self,
        argv: Sequence[str],
        *,
        limit: int,
        timeout: float,
        environment: Mapping[str, str] | None = None,
        package: str = "",
    ) -> Completed:
        """Run to the end and return what was written; a failing exit status is the caller's to read.

        `limit`: bytes of standard output; `timeout`: seconds in all; `package`: the Debian package that holds
        the program. Raises SourceError: unsupported (not installed), denied (may not be run), timed-out,
        truncated (over the limit).
        """
        ...

    def run_together(
        self,
        commands: Sequence[Sequence[str]],
        *,
        limit: int,
        timeout: float,
        environment: Mapping[str, str] | None = None,
        package: str = "",
    ) -> list[Completed]:
        """As `run`, for several commands at the same time; a SourceError of one ends them all."""
        ...


class LocalPrograms:
    """The programs in this host's PATH; implements `Programs`. Nothing goes through a shell."""

    def run(
        self,
        argv: Sequence[str],
        *,
        limit: int,
        timeout: float,
        environment: Mapping[str, str] | None = None,
        package: str = "",
    ) -> Completed:
        """Run to the end; see `Programs.run`."""
        return _start(argv, limit, environment, package).wait(timeout)

    def run_together(
        self,
        commands: Sequence[Sequence[str]],
        *,
        limit: int,
        timeout: float,
        environment: Mapping[str, str] | None = None,
        package: str = "",
    ) -> list[Completed]:
        """Run all to their ends; see `Programs.run_together`."""
        running: list[_Run] = []
        try:
            for argv in commands:
                running.append(_start(argv, limit, environment, package))  # noqa: PERF401  # those begun must be ended
            return [each.wait(timeout) for each in running]
        finally:
            for each in running:
                each.end()


def _start(argv: Sequence[str], limit: int, environment: Mapping[str, str] | None, package: str) -> _Run:
    """Begin to run a program; raises SourceError as `Programs.run` does."""
    variables = {**_environment(), **(environment or {})}
    program = shutil.which(argv[0], path=variables["PATH"])
    if program is None:
        raise _not_installed(argv[0], package)
    try:
        process = subprocess.Popen(
            [program, *argv[1:]],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=variables,
            start_new_session=True,
        )
    except PermissionError as error:
        raise SourceError(
            GapCause.DENIED,
            f"{argv[0]} may not be run: {error.strerror}",
            f"let the collector's user run {program}",
        ) from error
    except OSError as error:
        raise SourceError(GapCause.UNSUPPORTED, f"{argv[0]} cannot be run: {error.strerror}") from error
    return _Run(process, argv[0], limit)


class _Run:
    """One running program, with a reading thread for each of its outputs."""

    def __init__(self, process: subprocess.Popen[bytes], name: str, limit: int) -> None:
        self._process = process
        self._name = name
        self._limit = limit
        self._output = bytearray()
        self._errors = bytearray()
        self._over_limit = False
        assert process.stdout is not None  # noqa: S101  # Popen was given PIPE
        assert process.stderr is not None  # noqa: S101
        self._readers = (
            threading.Thread(target=self._read_output, args=(process.stdout,), daemon=True),
            threading.Thread(target=self._read_errors, args=(process.stderr,), daemon=True),
        )
        self._started = time.monotonic()
        for reader in self._readers:
            reader.start()

    def wait(self, timeout: float) -> Completed:
        deadline = self._started + timeout
        try:
            for reader in self._readers:
                if not self._over_limit:
                    reader.join(max(0.0, deadline - time.monotonic()))
            late = any(reader.is_alive() for reader in self._readers)
            if not late and not self._over_limit:
                self._process.wait(max(0.001, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            late = True
        finally:
            self.end()
        if self._over_limit:
            raise SourceError(
                GapCause.TRUNCATED,
                f"{self._name} wrote more than {self._limit} bytes; the rest was not read",
            )
        if late:
            raise SourceError(GapCause.TIMED_OUT, f"{self._name} had not ended after {timeout:g} seconds")
        errors = bytes(self._errors).decode("utf-8", "replace")
        return Completed(self._process.returncode, bytes(self._output), errors)

    def end(self) -> None:
        """Kill what is left, children that hold the pipes too, and let the readers see the end."""
        if self._process.returncode is None and os.name == "posix":
            try:
                os.killpg(self._process.pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                self._process.kill()
        elif self._process.returncode is None:
            self._process.kill()
        self._process.wait()
        for reader in self._readers:
            reader.join(1)
        for pipe in (self._process.stdout, self._process.stderr):
            if pipe is not None and not any(reader.is_alive() for reader in self._readers):
                pipe.close()

    def _read_output(self, pipe: IO[bytes]) -> None:
        while chunk := os.read(pipe.fileno(), _CHUNK):
            self._output += chunk
            if len(self._output) > self._limit:
                self._over_limit = True
                self._process.kill()
                return

    def _read_errors(self, pipe: IO[bytes]) -> None:
        while chunk := os.read(pipe.fileno(), _CHUNK):
            self._errors += chunk[: MAX_ERRORS - len(self._errors)]


def _environment() -> dict[str, str]:
    """PATH with the administrators' folders, a fixed locale, and what programs cannot do without."""
    folders = (os.environ.get("PATH", ""), _SYSTEM_FOLDERS if os.name == "posix" else "")
    path = os.pathsep.join(filter(None, folders))
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    return {**kept, "PATH": path, "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def _not_installed(program: str, package: str) -> SourceError:
    return SourceError(
        GapCause.UNSUPPORTED,
        f"the program {program} is not installed",
        f"apt-get install {package}" if package else f"install {program}, or give its full path in the settings",
    )

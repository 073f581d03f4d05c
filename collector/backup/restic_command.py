"""Runs restic for reading alone: without a lock, a cache or a write, its address and password by the environment."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Sequence

from collector.backup.restic_output import failure, local_folder, masked
from collector.evidence import GapCause
from collector.source import SourceError
from collector.transport.process import Completed, Programs
from config.sources import ResticSource

MAX_OUTPUT = 256 << 20
"""Bytes of `restic snapshots --json`: some 400,000 restore points."""

MAX_TOGETHER = 4
"""Commands that run at the same time, each with some 80 MB; not more than there are processors."""

READ_ONLY = ("--no-lock", "--no-cache")


class ResticCommand:
    """restic on one repository. The password is asked for once, when it is first needed."""

    def __init__(self, settings: ResticSource, password: Callable[[], str], programs: Programs) -> None:
        self._settings = settings
        self._ask = password
        self._programs = programs
        self._password: str | None = None
        self.address = masked(settings.repository)

    def shown(self, arguments: Sequence[str]) -> str:
        """The command line as plan and provenance show it."""
        command = shlex.join([self._settings.executable, *READ_ONLY, *arguments])
        return f"RESTIC_REPOSITORY={shlex.quote(self.address)} {command}"

    def run(self, arguments: Sequence[str], *, timeout: float | None = None) -> Completed:
        """Run to the end, whatever the exit status; raises SourceError as `Programs.run` does.

        What restic wrote to standard error is as it wrote it: parse it with `secret`, or clean it.
        """
        return self._programs.run(
            self._argv(arguments),
            limit=MAX_OUTPUT,
            timeout=timeout or self._settings.timeout_seconds,
            environment=self._environment(),
            package="restic",
        )

    def run_all(self, commands: Sequence[Sequence[str]]) -> list[Completed]:
        """As `run`, of a repository in this host's file system several at a time: each opens it anew (scrypt)."""
        most = 1 if local_folder(self._settings.repository) is None else min(os.cpu_count() or 1, MAX_TOGETHER)
        done: list[Completed] = []
        for at in range(0, len(commands), most):
            done += self._programs.run_together(
                [self._argv(arguments) for arguments in commands[at : at + most]],
                limit=MAX_OUTPUT,
                timeout=self._settings.timeout_seconds,
                environment=self._environment(),
                package="restic",
            )
        return done

    def _argv(self, arguments: Sequence[str]) -> list[str]:
        return [self._settings.executable, *READ_ONLY, *arguments]

    def _environment(self) -> dict[str, str]:
        return {"RESTIC_REPOSITORY": self._settings.repository, "RESTIC_PASSWORD": self.secret()}

    def call(self, arguments: Sequence[str], *, timeout: float | None = None) -> Completed:
        """As `run`, with clean errors; raises SourceError for a failing status."""
        done = self.run(arguments, timeout=timeout)
        if done.status != 0:
            words = [each for each in arguments if not each.startswith("--")]
            raise failure(f"restic {' '.join(words[:2])}", done.status, done.errors, self.secret())
        return Completed(done.status, done.output, self.clean(done.errors))

    def clean(self, text: str) -> str:
        """Restic's words without the password or the credentials in an address."""
        return masked(text.replace(self.secret(), "***"))

    def secret(self) -> str:
        """The password; raises SourceError where there is none."""
        if self._password is None:
            self._password = self._ask()
        if not self._password:
            raise SourceError(
                GapCause.DENIED,
                "the repository's password is empty",
                "give the reference `password` in the settings a value",
            )
        return self._password

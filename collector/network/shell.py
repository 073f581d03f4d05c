"""One batched read-only shell script, here or over SSH, and its answer cut into sections."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from collector.evidence import GapCause
from collector.source import SourceError
from collector.transport.process import LocalPrograms, Programs
from collector.transport.ssh import DEFAULT_LIMIT, RemoteShell
from config.sources import SshTarget

Connect = Callable[[SshTarget], RemoteShell]
"""Gives a shell on one host, as `collector.transport.ssh.SshClient.shell` does."""


class LocalShell:
    """`sh` on this host; implements `RemoteShell`."""

    def __init__(self, programs: Programs | None = None) -> None:
        self._programs = programs or LocalPrograms()

    def run(self, script: bytes, limit: int = DEFAULT_LIMIT, timeout: float = 300) -> bytes:
        """Standard output of the script; see `RemoteShell.run`."""
        return self._programs.run(["sh", "-c", script.decode()], limit=limit, timeout=timeout).output


@dataclass(frozen=True, slots=True)
class Section:
    """What one command of the script gave."""

    output: bytes
    errors: str
    status: int


# The script comes on standard input over SSH (`sh -s`), so no command may read from it.
_PROLOGUE = r"""exec 3>&1
PATH=$PATH:/usr/sbin:/sbin LC_ALL=C
export PATH LC_ALL
section() {
  printf '\036begin %s\n' "$1"
  errors=$(sh -c "$2" 2>&1 1>&3 3>&- </dev/null | head -c 4000; )
  printf '\036errors %s\n%s\n\036end %s\n' "$1" "$errors" "$1"
}
"""
_SECTION = re.compile(
    rb"\x1ebegin ([a-z0-9-]+)\n(.*?)\n?\x1estatus (\d+)\n\x1eerrors \1\n(.*?)\n?\x1eend \1\n", re.DOTALL
)


def batch(commands: Mapping[str, str]) -> bytes:
    """A script that runs each command (name to POSIX shell) and marks its output, errors and status."""
    lines = [_PROLOGUE]
    for name, command in commands.items():
        lines.append(f"section {name} {_quoted(_with_status(command))}\n")
    return "".join(lines).encode()


def cut(answer: bytes) -> dict[str, Section]:
    """The sections of the script's answer by name.

    A section that was cut off, or is not there, is left out; `section_of` says so.
    """
    return {
        match[1].decode(): Section(match[2], match[4].decode("utf-8", "replace"), int(match[3]))
        for match in _SECTION.finditer(answer)
    }


def section_of(sections: Mapping[str, Section], name: str, command: str) -> Section:
    """One section; raises SourceError truncated where the answer has not the whole of it."""
    try:
        return sections[name]
    except KeyError:
        raise SourceError(
            GapCause.TRUNCATED,
            f"the answer to `{command}` is not there or was cut off",
            "check that the log-on shell is a POSIX shell and prints nothing else",
        ) from None


def _with_status(command: str) -> str:
    return f"{command}\nprintf '\\n\\036status %s\\n' $?"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"

"""What a benchmark gives: one line of the table, or why it could not be measured here."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path

from bench.measure import Comparison, Run

HERE = Path(__file__).parent
PYTHON = sys.executable
STYRK = str(Path(sys.executable).with_name("styrk"))


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asks for."""

    rounds: int = 5
    entries: int = 10_000
    hosts: int = 20
    folder: Path = field(default_factory=Path)
    """Working folder, removed at the end."""


@dataclass(frozen=True, slots=True)
class Line:
    """One measured thing beside its reference, or alone where nothing does the same."""

    name: str
    reference: str
    measured: Comparison | Run
    units: int = 1
    """Entries or hosts that one run reads; figures are also given per unit."""


class NotHereError(Exception):
    """A benchmark needs a program that this machine lacks; the message names the Debian package."""


def need(**packages: str) -> None:
    """Raise NotHereError for the first program (keyword) that is missing, naming its Debian package (value)."""
    for program, package in packages.items():
        if find(program) is None:
            message = f"{program.replace('_', '-')} is missing: apt-get install {package}"
            raise NotHereError(message)


def find(program: str) -> str | None:
    """Where a program lies; servers are often outside of a user's PATH."""
    name = program.replace("_", "-")
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin:/usr/lib/openssh")

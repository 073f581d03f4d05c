"""Loads every check and judges with it in a process where the network, processes, files, clock and chance raise.

Run by test_purity.py as `python -I -S judge_alone.py [FORBIDDEN]`: without site-packages, so anything but the standard
library is missing too. Prints the number of
subjects judged per check. With FORBIDDEN (a name in `TEMPTATIONS`), does that
between loading and judging, as a check that breaks the rule would.
"""

from __future__ import annotations

import datetime as dt
import importlib
import importlib.metadata  # imports email, and that socket and random, before the traps are set
import json
import os
import pkgutil
import random
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

ROOT = Path(__file__).resolve().parents[2]
NETWORK_AND_PROCESSES = (
    "ctypes.", "fcntl.", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.system", "signal.",
    "socket.", "sqlite3.", "subprocess.", "urllib.",
)  # fmt: skip
CHANGES = (
    "os.chmod", "os.chown", "os.kill", "os.link", "os.mkdir", "os.putenv", "os.remove", "os.rename", "os.rmdir",
    "os.symlink", "os.truncate", "os.unsetenv", "os.utime", "shutil.", "tempfile.",
)  # fmt: skip
READING = ("glob.", "open", "os.listdir", "os.scandir", "os.walk", "pathlib.")
TEMPTATIONS: dict[str, Callable[[], object]] = {
    "clock": lambda: time.time(),
    "date": lambda: dt.date.today(),
    "now": lambda: dt.datetime.now(dt.UTC),
    "socket": lambda: socket.socket(),
    "name": lambda: socket.gethostbyname("127.0.0.1"),
    "process": lambda: subprocess.run(["true"], check=False),
    "system": lambda: os.system("true"),
    "fork": lambda: os.fork(),
    "write": lambda: Path(os.devnull).write_text("", "utf-8"),
    "read": lambda: Path(__file__).read_text("utf-8"),
    "list": lambda: os.listdir("/"),
    "environment": lambda: os.environ.get("TZ"),
    "chance": lambda: random.random(),
    "randomness": lambda: os.urandom(1),
}


class ForbiddenError(Exception):
    """A check did what no check may do."""


class Guard:
    """An audit hook (PEP 578) with a switch for reading files: loading reads modules, judging reads nothing."""

    def __init__(self) -> None:
        self.judging = False
        self.over = False

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Raise ForbiddenError for an event that judging never needs."""
        if self.over:
            return
        writes = event == "open" and (arguments[1] not in (None, "r", "rb") or arguments[2] & (os.O_WRONLY | os.O_RDWR))
        if writes or event.startswith(NETWORK_AND_PROCESSES + CHANGES) or (self.judging and event.startswith(READING)):
            self.over = True  # the traceback is printed from files
            message = f"{event} {arguments}"
            raise ForbiddenError(message)


def refuse(name: str) -> Any:
    """A function in the place of `name`."""

    def refused(*_arguments: object, **_named: object) -> NoReturn:
        raise ForbiddenError(name)

    return refused


REAL_DATE, REAL_DATETIME = dt.date, dt.datetime


class AnyDate(type):
    """Real dates, which `datetime.date()` still returns, count as instances of the class that stands in for theirs."""

    def __instancecheck__(cls, instance: object) -> bool:
        """Whether it is a date, or, asked of DateTime, a time."""
        return isinstance(instance, REAL_DATETIME if issubclass(cls, REAL_DATETIME) else REAL_DATE)


class Date(dt.date, metaclass=AnyDate):
    """A date that does not know which day it is."""

    today = refuse("date.today")


class DateTime(dt.datetime, metaclass=AnyDate):
    """A time that does not know what time it is."""

    now = refuse("datetime.now")
    utcnow = refuse("datetime.utcnow")
    today = refuse("datetime.today")


class NoEnvironment(dict[str, str]):
    """An environment that nothing may look at."""

    __getitem__ = get = __contains__ = __iter__ = keys = items = refuse("os.environ")


def forbid() -> Guard:
    """Take the clock, chance and the environment away; watch everything else. Cannot be undone in this process."""
    for name in (
        "time",
        "time_ns",
        "monotonic",
        "monotonic_ns",
        "perf_counter",
        "localtime",
        "gmtime",
        "ctime",
        "sleep",
    ):
        setattr(time, name, refuse(f"time.{name}"))
    for name in ("random", "randint", "randrange", "choice", "choices", "shuffle", "sample", "getrandbits", "uniform"):
        setattr(random, name, refuse(f"random.{name}"))
    os.urandom = refuse("os.urandom")
    os.environ = NoEnvironment()  # type: ignore[assignment]
    os.getenv = refuse("os.getenv")
    dt.date = Date  # type: ignore[misc]
    dt.datetime = DateTime  # type: ignore[misc]
    guard = Guard()
    sys.addaudithook(guard)
    return guard


def main() -> None:
    """Load, judge, and print what came out."""
    sys.dont_write_bytecode = True
    sys.path.insert(0, str(ROOT))
    guard = forbid()

    import assessment
    from checks.discovery import discover
    from checks.judgement import judge
    from collector.evidence import OWN, EvidenceSet, Obtained, Provenance, population_of
    from collector.records.kinds import KINDS
    from tests.architecture.made_records import variants

    for module in pkgutil.iter_modules(assessment.__path__):
        importlib.import_module(f"assessment.{module.name}")
    checks = discover()
    as_of = DateTime(2026, 11, 21, 8, tzinfo=dt.UTC)
    provenance = Provenance(("made",), "nobody", as_of, as_of, Obtained.OBSERVED, OWN, "0")
    evidence = EvidenceSet(
        tuple(
            population_of(kind, variants(kind, as_of), source="made", provenance=provenance) for kind in KINDS.values()
        )
    )
    guard.judging = True
    for temptation in sys.argv[1:]:
        TEMPTATIONS[temptation]()
    counts = {check.id: sum(found.population.count for found in judge(check, evidence, {}, as_of)) for check in checks}
    guard.over = True
    print(json.dumps(counts))


if __name__ == "__main__":
    main()

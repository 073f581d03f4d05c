"""Whole processes measured side by side: interleaved pairs, medians, and ratios taken pair by pair.

Ratios of pairs and CPU seconds hold on a machine that does other things at the same time; wall seconds alone do not.
Standard library only.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

MEMORY_UNIT = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss, getrusage(2)


class FailedRunError(Exception):
    """A measured program did not do its work, so that its time says nothing."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a program, or the medians of several."""

    wall_s: float
    cpu_s: float
    """User and system time of the process and of the children that it waited for, seconds."""
    peak_bytes: int
    """Peak resident memory of its largest process, bytes; never below this program's own, which it is started from."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two programs: medians of each, and medians of the ratios of each pair."""

    ours: Run
    reference: Run
    wall_ratio: float
    cpu_ratio: float
    rounds: int


def run(command: Sequence[str], environment: Mapping[str, str] | None = None, accepted: Sequence[int] = (0,)) -> Run:
    """Run a program to its end with its output thrown away.

    Raises FailedRunError, with the end of what it wrote to standard error, for an exit status that is not accepted.
    """
    started = time.perf_counter()
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={**_as_installed(), **(environment or {})},
    ) as process:
        assert process.stderr is not None  # noqa: S101  # PIPE was asked for
        said = process.stderr.read()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - started
    if process.returncode not in accepted:
        message = f"{' '.join(command)} ended with {process.returncode}: {said[-500:].decode(errors='replace').strip()}"
        raise FailedRunError(message)
    return Run(wall, used.ru_utime + used.ru_stime, used.ru_maxrss * MEMORY_UNIT)


def _as_installed() -> dict[str, str]:
    """The environment, with modules kept compiled as they are wherever a program is installed."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def compare(
    ours: Sequence[str],
    reference: Sequence[str],
    *,
    rounds: int,
    environment: Mapping[str, str] | None = None,
    accepted: Sequence[int] = (0,),
) -> Comparison:
    """Run both programs in turns, after one run of each that is not counted; raises FailedRunError as `run` does."""
    run(ours, environment, accepted)
    run(reference, environment)
    pairs: list[tuple[Run, Run]] = []
    for number in range(rounds):
        if number % 2:  # neither always runs on a machine that the other has warmed up
            second = run(reference, environment)
            pairs.append((run(ours, environment, accepted), second))
        else:
            first = run(ours, environment, accepted)
            pairs.append((first, run(reference, environment)))
    return Comparison(
        ours=medians([first for first, _ in pairs]),
        reference=medians([second for _, second in pairs]),
        wall_ratio=median(first.wall_s / second.wall_s for first, second in pairs),
        cpu_ratio=median(first.cpu_s / second.cpu_s for first, second in pairs),
        rounds=rounds,
    )


def medians(runs: Sequence[Run]) -> Run:
    """The median of each figure."""
    return Run(
        median(each.wall_s for each in runs),
        median(each.cpu_s for each in runs),
        int(median(each.peak_bytes for each in runs)),
    )

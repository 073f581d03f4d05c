"""The command's start, beside the least that a Python program with options can cost."""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import PYTHON, STYRK, Line, Options
from bench.measure import compare


def lines(options: Options) -> Iterator[Line]:
    """`--version` and `--help` beside `python -c "import argparse"`."""
    for option in ("--version", "--help"):
        compared = compare([STYRK, option], [PYTHON, "-c", "import argparse"], rounds=2 * options.rounds + 1)
        yield Line(f"styrk {option}", "python -c 'import argparse'", compared)

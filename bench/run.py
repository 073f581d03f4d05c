"""Measures Styrk beside the machine's own tools and prints a table, or JSON for machines.

Every figure is a median over interleaved pairs of whole processes, their start included. Ratios are ours to the
reference's, taken pair by pair. Servers run on loopback and share the machine's cores; their time is not counted.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench import backup, directory, probes, segmentation, ssh_hosts, startup, this_host
from bench.case import Line, NotHereError, Options
from bench.measure import Comparison, FailedRunError, Run

CASES: dict[str, Callable[[Options], Iterator[Line]]] = {
    "startup": startup.lines,
    "directory": directory.lines,
    "ssh": ssh_hosts.lines,
    "backup": backup.lines,
    "scan": this_host.lines,
    "segmentation": segmentation.lines,
    "probes": probes.lines,
}
HEAD = f"{'':<30} {'wall s':>7} {'CPU s':>7} {'MB':>4} {'x wall':>6} {'x CPU':>6} {'CPU/unit':>9}"


def main() -> int:
    """Run the chosen cases; returns 1 when one of them failed, not when this machine lacks a program for it."""
    arguments = _arguments()
    print_out = _as_json if arguments.json else _as_text
    status, done = 0, []
    with tempfile.TemporaryDirectory(prefix="styrk-bench-") as folder:
        options = Options(arguments.rounds, arguments.entries, arguments.hosts, Path(folder))
        for name in arguments.case or CASES:
            try:
                done += [line for line in CASES[name](options) if _told(line, quiet=arguments.json)]
            except NotHereError as error:
                print(f"{name}: not measured: {error}", file=sys.stderr)
            except FailedRunError as error:
                print(f"{name}: failed: {error}", file=sys.stderr)
                status = 1
    print_out(done)
    return status


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bench/run.py", description=__doc__, epilog="example: make bench ARGS='--case directory --entries 100000'"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--case", action="append", choices=list(CASES), help="only this (may be repeated)")
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="pairs per case (default: %(default)s)")
    parser.add_argument("--entries", type=int, default=10_000, metavar="N", help="accounts (default: %(default)s)")
    parser.add_argument("--hosts", type=int, default=20, metavar="N", help="SSH hosts (default: %(default)s)")
    return parser.parse_args()


def _told(line: Line, *, quiet: bool) -> bool:
    if not quiet:
        print(f"measured: {line.name}", file=sys.stderr)
    return True


def _as_text(lines: list[Line]) -> None:
    cores, load = os.cpu_count(), os.getloadavg()[0]
    print(f"Python {platform.python_version()}, {cores} cores, load average {load:.1f}\n{HEAD}")
    for line in lines:
        if isinstance(line.measured, Run):
            print(_row(line.name, line.measured, line.units))
        else:
            compared = line.measured
            print(_row(line.name, compared.ours, line.units, compared))
            print(_row(f"  {line.reference}", compared.reference, line.units))


def _row(name: str, run: Run, units: int, compared: Comparison | None = None) -> str:
    ratios = f"{compared.wall_ratio:>6.2f} {compared.cpu_ratio:>6.2f}" if compared else f"{'':>13}"
    unit = f"{run.cpu_s / units * 1e6:,.0f} us" if units > 1 else ""
    row = f"{name:<30.30} {run.wall_s:>7.3f} {run.cpu_s:>7.3f} {run.peak_bytes / 1e6:>4.0f} {ratios} {unit:>9}"
    return row.rstrip()


def _as_json(lines: list[Line]) -> None:
    about = {"python": platform.python_version(), "cores": os.cpu_count(), "load": os.getloadavg()[0]}
    print(json.dumps({"machine": about, "lines": [dataclasses.asdict(line) for line in lines]}, indent=2))


if __name__ == "__main__":
    sys.exit(main())

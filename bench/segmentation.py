"""A firewall's whole rule base, decided on for every pair of zones and every port; nothing else here does the same."""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import HERE, PYTHON, Line, Options
from bench.measure import medians, run

ZONES, RULES = 50, 2000


def lines(options: Options) -> Iterator[Line]:
    """All pairs of 50 zones, IPv4 and IPv6, TCP and UDP, through 2,000 rules."""
    command = [PYTHON, str(HERE / "decide_rules.py"), str(ZONES), str(RULES)]
    measured = [run(command) for _ in range(options.rounds)]
    yield Line(f"{ZONES} zones, {RULES} rules", "", medians(measured), ZONES * (ZONES - 1))

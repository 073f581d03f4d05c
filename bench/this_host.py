"""A whole scan of this host: collect, judge, map, seal and report."""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import STYRK, Line, Options
from bench.measure import medians, run

SEALED = (0, 1, 3)


def lines(options: Options) -> Iterator[Line]:
    """`styrk scan` without a configuration; nothing else does the same, so it stands alone."""
    command = [STYRK, "scan", "--out", str(options.folder / "evidence")]
    key_of_its_own = {"XDG_CONFIG_HOME": str(options.folder / "settings")}
    run(command, key_of_its_own, SEALED)
    measured = [run(command, key_of_its_own, SEALED) for _ in range(options.rounds)]
    yield Line("styrk scan (this host)", "", medians(measured))

"""Which restore points are worth measuring: the newest two of the same host and folders."""

from __future__ import annotations

from collections.abc import Iterable

from collector.records.backup import Snapshot

MAX_MEASURED = 200
"""Restore points that are measured in one scan; sizes of others stay unknown."""


def newest_two(snapshots: Iterable[Snapshot]) -> list[int]:
    """Places (in the given order) of the newest two restore points without a size, of each host and set of folders."""
    series: dict[tuple[str, tuple[str, ...]], list[int]] = {}
    held = list(snapshots)
    for place, snapshot in enumerate(held):
        series.setdefault((snapshot.host, tuple(sorted(snapshot.paths))), []).append(place)
    newest = [
        place
        for places in series.values()
        for place in sorted(places, key=lambda each: (held[each].time, held[each].identifier))[-2:]
    ]
    return [place for place in sorted(newest) if held[place].size_bytes is None][:MAX_MEASURED]

"""Geometry of the stacked bars, in whole numbers: the same bundle gives the same bytes on every machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_WHOLE = 10_000
"""The bar's width in hundredths of a percent."""
_LEAST = 70
"""What one requirement among hundreds is widened to, so that it can be seen."""
_ROOM_FOR_MARK = 350
"""From this width on a segment has room for its mark on a phone, too."""
MARKS = {
    "met": "✓",
    "largely-met": "≈",
    "partly-met": "◐",
    "not-met": "✗",
    "not-determined": "?",
    "not-applicable": "–",
    "satisfied": "✓",
    "not-satisfied": "✗",
    "risk-accepted": "≈",
    "confirmed": "✓",
    "contradicted": "✗",
    "partly-confirmed": "◐",
    "not-verifiable": "?",
}
"""A mark for every status: colour alone tells nobody anything."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One part of a stacked bar; lengths are percentages of the bar's width."""

    status: str
    count: int
    start: str
    width: str
    middle: str
    mark: str
    """Empty where there is no room for it."""


def stacked(counts: Sequence[tuple[str, int]]) -> tuple[Segment, ...]:
    """Segments for counts above zero, side by side, together as wide as the bar."""
    shown = [(status, count) for status, count in counts if count > 0]
    total = sum(count for _, count in shown)
    widths = [max(_LEAST, _WHOLE * count // total) for _, count in shown]
    if widths:
        widest = widths.index(max(widths))
        widths[widest] += _WHOLE - sum(widths)
    segments = []
    start = 0
    for (status, count), width in zip(shown, widths, strict=True):
        mark = MARKS.get(status, "·") if width >= _ROOM_FOR_MARK else ""
        segments.append(Segment(status, count, _percent(start), _percent(width), _percent(start + width // 2), mark))
        start += width
    return tuple(segments)


def _percent(hundredths: int) -> str:
    return f"{hundredths // 100}.{hundredths % 100:02}%"

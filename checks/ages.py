"""Spans of time and calendar arithmetic, without a clock and without overflow, whatever the parameters say."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from functools import lru_cache

_LIMIT = 100_000_000
"""Hours; longer than from year 1 to year 9999, so a longer span decides nothing else."""

FUTURE_TOLERANCE = timedelta(days=1)
"""A time further ahead than this was written by a clock that is wrong, or by someone who wanted it so."""


@lru_cache(maxsize=1024)
def span(*, days: int = 0, hours: int = 0) -> timedelta:
    """The span, cut to what `timedelta` holds."""
    return timedelta(hours=max(-_LIMIT, min(_LIMIT, days * 24 + hours)))


def months_before(day: date, months: int) -> date:
    """The same day of the month `months` earlier, or that month's last day where it is shorter.

    Outside years 1 to 9999: the first or the last day that there is.
    """
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    if year < date.min.year:
        return date.min
    if year > date.max.year:
        return date.max
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))

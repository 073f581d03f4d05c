"""Spans of time and calendar arithmetic, without a clock and without overflow, whatever the parameters say."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, timedelta
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


def local_day(moment: datetime) -> date:
    """The day of a moment, UTC, by the clock in Sweden.

    Summer time runs from the last Sunday of March to the last Sunday of October, 01:00 UTC (directive 2000/84/EC);
    counted here, since a database of zones is not the same on every machine that re-performs.
    """
    start, end = (_last_sunday(moment, month) for month in (3, 10))
    ahead = timedelta(hours=2 if start <= moment < end else 1)
    latest = moment.replace(year=date.max.year, month=12, day=31, hour=21)
    return moment.date() if moment > latest else (moment + ahead).date()


def _last_sunday(moment: datetime, month: int) -> datetime:
    last = moment.replace(month=month, day=31, hour=1, minute=0, second=0, microsecond=0)
    return last - timedelta(days=(last.weekday() + 1) % 7)

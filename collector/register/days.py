"""Days and times of cells as people in Sweden write them; pure, and never a silent guess."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import Literal
from zoneinfo import ZoneInfo

from collector.register.table import Cell
from collector.register.values import ValueUnreadableError, read_text

DateForm = Literal["day-first", "month-first", "unix"]
"""How days are written that could be read in two ways: 3/4/2026 is 3 April, or 4 March; a bare number counts seconds
from 1970 in UTC."""


@dataclass(frozen=True, slots=True)
class DayStyle:
    """What one register's days and times mean where they do not say it themselves."""

    form: DateForm | None = None
    """None: a day that could be read in two ways is refused."""
    zone: str = "Europe/Stockholm"
    """Zone of times that name none (IANA)."""
    whole_days: Literal["start", "end"] | None = None
    """Time that a day without one stands for, where a time is needed; None: it is refused."""


PLAIN = DayStyle()

_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_YEAR_FIRST = re.compile(r"(\d{4})/(\d{1,2})/(\d{1,2})")
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_SWEDISH = re.compile(r"(\d{1,2})/(\d{1,2})[ -](\d{4})")
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})")
_WORDED = re.compile(r"(?:(?!den )([a-zåäö]{3,9})\.?,? )?(?:den )?(\d{1,2})(?::?[ae])? ([a-z]{3,9})\.? (\d{4})")
_SERIAL = re.compile(r"[2-7]\d{4}(?:[.,]\d+)?")
"""Days since 1900, as spreadsheets count them: 1954 to 2119."""
_SHORT_YEAR = re.compile(r"\d{6}|\d{2}[-.]\d{1,2}[-.]\d{2}")
_UNIX = re.compile(r"\d{1,11}")
_WITH_TIME = re.compile(
    r"(?P<day>.+?)(?:T|,? (?:kl(?:ockan|\.)? ?)?)(?P<hour>\d{1,2})[:.](?P<minute>\d{2})"
    r"(?:[:.](?P<second>\d{2})(?:[.,]\d{1,9})?)?(?: ?(?P<half>[AP])\.?M\.?)?(?: ?(?P<zone>Z|[+-]\d\d:?\d\d))?",
    re.IGNORECASE,
)

_MONTHS = (
    "januari jan january", "februari feb february", "mars mar march", "april apr", "maj may", "juni jun june",
    "juli jul july", "augusti aug august", "september sep sept", "oktober okt october oct", "november nov",
    "december dec",
)  # fmt: skip
_MONTH = {word: number for number, words in enumerate(_MONTHS, start=1) for word in words.split()}
_WEEKDAYS = (
    "måndag mån monday mon", "tisdag tis tisd tuesday tue", "onsdag ons wednesday wed",
    "torsdag tor tors thursday thu", "fredag fre friday fri", "lördag lör saturday sat", "söndag sön sunday sun",
)  # fmt: skip
_WEEKDAY = {word: number for number, words in enumerate(_WEEKDAYS) for word in words.split()}

_FIRST_YEAR, _LAST_YEAR = 1900, 2199


def read_date(cell: Cell, style: DayStyle = PLAIN) -> date | None:
    """The day; None for an empty cell.

    2026-11-21, 20261121, 21.11.2026, 21/11 2026, 2026/11/21, 21 november 2026 (each with or without a time), and
    Excel's own dates. A time that names its zone is the day that it is in the register's. Raises ValueUnreadableError
    for anything else, and for 03/04/2026, which is two days, where the style does not say which.
    """
    day, clock = _parts(cell, style)
    if day is None or clock is None or clock.tzinfo is None:
        return day
    return datetime.combine(day, clock).astimezone(ZoneInfo(style.zone)).date()


def read_time(cell: Cell, style: DayStyle = PLAIN) -> datetime | None:
    """The time, in UTC; None for an empty cell. Days as `read_date`, and with them 08:00, 08.00, 8:00 PM, 08:00:00Z.

    Raises ValueUnreadableError for anything else: a day without a time where the style does not say what it stands
    for, and the hours that summer time gives twice or not at all.
    """
    day, clock = _parts(cell, style)
    if day is None:
        return None
    if clock is None:
        if style.whole_days is None:
            raise ValueUnreadableError("has no time of day; `whole_days` says what a day stands for")
        clock = time(0, 0) if style.whole_days == "start" else time(23, 59, 59)
    if clock.tzinfo is not None:
        return datetime.combine(day, clock).astimezone(UTC)
    zone = ZoneInfo(style.zone)
    first, second = (datetime.combine(day, clock.replace(fold=fold), zone).astimezone(UTC) for fold in (0, 1))
    if first != second:
        raise ValueUnreadableError(f"is two times, or none, in {style.zone}: summer time begins or ends there")
    return first


def _parts(cell: Cell, style: DayStyle) -> tuple[date | None, time | None]:
    """The day and, where the cell has one, the time of day as written."""
    if isinstance(cell, bool):
        raise ValueUnreadableError("not a date")
    if isinstance(cell, datetime):
        return _checked(cell.year, cell.month, cell.day, str(cell)), cell.timetz()
    if isinstance(cell, date):
        return _checked(cell.year, cell.month, cell.day, str(cell)), None
    text = read_text(cell)
    if text is None:
        return None, None
    if style.form == "unix":
        if _UNIX.fullmatch(text):
            moment = datetime.fromtimestamp(int(text), UTC)
            return _checked(moment.year, moment.month, moment.day, text), moment.timetz()
        raise ValueUnreadableError("not a number of seconds")
    if match := _WITH_TIME.fullmatch(text):
        return _day(match["day"].rstrip(" ,"), style), _clock(match)
    return _day(text, style), None


def _clock(match: re.Match[str]) -> time:
    hour, minute, second = int(match["hour"]), int(match["minute"]), int(match["second"] or 0)
    if match["half"]:
        if not 1 <= hour <= 12:
            raise ValueUnreadableError("no such time")
        hour = hour % 12 + (12 if match["half"].upper() == "P" else 0)
    zone = _zone(match["zone"])
    try:
        return time(hour, minute, second, tzinfo=zone)
    except ValueError as error:
        raise ValueUnreadableError("no such time") from error


def _zone(text: str | None) -> tzinfo | None:
    if text is None:
        return None
    if text in "Zz":
        return UTC
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    if minutes > 14 * 60 or int(text[-2:]) > 59:
        raise ValueUnreadableError("no such time zone")
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))


def _day(text: str, style: DayStyle) -> date:
    for pattern in (_ISO, _COMPACT, _YEAR_FIRST):
        if match := pattern.fullmatch(text):
            return _checked(int(match[1]), int(match[2]), int(match[3]), text)
    for pattern in (_DOTTED, _SWEDISH):
        if match := pattern.fullmatch(text):
            return _checked(int(match[3]), int(match[2]), int(match[1]), text)
    if match := _SLASHED.fullmatch(text):
        return _slashed(int(match[1]), int(match[2]), _year(match[3], style.form), text, style.form)
    if (match := _WORDED.fullmatch(text.casefold())) and match[3] in _MONTH:
        day = _checked(int(match[4]), _MONTH[match[3]], int(match[2]), text)
        if match[1] is None or _WEEKDAY.get(match[1]) == day.weekday():
            return day
        if match[1] in _WEEKDAY:
            raise ValueUnreadableError("is another day of the week")
    if _SERIAL.fullmatch(text):
        raise ValueUnreadableError("a spreadsheet's number; format the column as a date")
    if _SHORT_YEAR.fullmatch(text):
        raise ValueUnreadableError("a year of two digits; export it with four, as 2026-11-21")
    raise ValueUnreadableError("not a date; 2026-11-21 is understood")


def _year(text: str, form: DateForm | None) -> int:
    """The year; one of two digits is of this century, and only where the mapping says which number is the day."""
    if len(text) == 4:
        return int(text)
    if form not in ("day-first", "month-first"):
        raise ValueUnreadableError("a year of two digits; set `dates: day-first` or `month-first`")
    return 2000 + int(text)


def _slashed(first: int, second: int, year: int, text: str, form: DateForm | None) -> date:
    """Day and month by slashes: as the mapping says, else only where one of them is no month, or both are the same."""
    if form == "day-first":
        return _checked(year, second, first, text)
    if form == "month-first":
        return _checked(year, first, second, text)
    if first > 12 or first == second:
        return _checked(year, second, first, text)
    if second > 12:
        return _checked(year, first, second, text)
    raise ValueUnreadableError("could be read as two different days; set `dates: day-first` or `month-first`")


def _checked(year: int, month: int, day: int, text: str) -> date:
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise ValueUnreadableError(f"the year {year} is no year of a register")
    try:
        return date(year, month, day)
    except ValueError as error:
        raise ValueUnreadableError(f"no such day: {text:.40}") from error

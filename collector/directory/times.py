"""The directories' clocks: FILETIME (MS-DTYP 2.3.3), GeneralizedTime (RFC 4517 section 3.3.13), days of shadow(5)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

FILETIME_NEVER = 0x7FFF_FFFF_FFFF_FFFF
_FILETIME_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_UNIX_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_IN_UTC = (b"Z", b".0Z")
"""What follows the seconds in OpenLDAP, and in Active Directory."""
_INTEGER = re.compile(rb"-?\d{1,20}")
_GENERALIZED = re.compile(
    rb"(?P<date>\d{8})(?P<hour>\d\d)(?:(?P<minute>\d\d)(?P<second>\d\d)?)?(?:[.,](?P<fraction>\d{1,20}))?"
    rb"(?P<zone>Z|[+-]\d\d(?:\d\d)?)"
)


class MalformedValueError(ValueError):
    """An attribute's value does not have its syntax."""


def parse_integer(value: bytes) -> int:
    """An INTEGER in decimal (RFC 4517 section 3.3.16); raises MalformedValueError."""
    if not (value.isdigit() and len(value) <= 20) and not _INTEGER.fullmatch(value):
        message = f"not an integer: {value[:40]!r}"
        raise MalformedValueError(message)
    return int(value)


def parse_filetime(value: bytes) -> datetime | None:
    """100-nanosecond steps since 1601-01-01 UTC; None for the values that mean never (0, 2^63-1, and beyond year 9999).

    Microseconds are kept, what is finer is cut off. Raises MalformedValueError for what is no integer or negative.
    """
    return filetime(parse_integer(value))


def filetime(steps: int) -> datetime | None:
    """As `parse_filetime`, of the number itself."""
    if steps < 0:
        message = f"a negative time: {steps}"
        raise MalformedValueError(message)
    if steps in {0, FILETIME_NEVER}:
        return None
    try:
        return _FILETIME_EPOCH + timedelta(0, 0, steps // 10)
    except OverflowError:
        return None


def parse_generalized_time(value: bytes) -> datetime:
    """`20261121075100Z`, with fraction or offset too, in UTC; raises MalformedValueError."""
    if value[14:] in _IN_UTC and value[:14].isdigit() and value[8:10] < b"24":
        digits = value.decode()  # the two forms that servers write
        try:
            return datetime.fromisoformat(f"{digits[:8]}T{digits[8:14]}Z")
        except ValueError:
            pass  # a leap second, or no time at all
    found = _GENERALIZED.fullmatch(value)
    moment = None if found is None else _moment(found)
    if moment is None:
        message = f"not a time: {value[:40]!r}"
        raise MalformedValueError(message)
    return moment


def parse_epoch_days(value: bytes) -> datetime | None:
    """Days since 1970-01-01 (shadowExpire, RFC 2307); None for -1, never. Raises MalformedValueError."""
    days = parse_integer(value)
    if days < 0:
        return None
    try:
        return _UNIX_EPOCH + timedelta(days=days)
    except OverflowError:
        return None


def _zone(text: bytes) -> timezone:
    if text == b"Z":
        return UTC
    offset = timedelta(hours=int(text[1:3]), minutes=int(text[3:5] or 0))
    return timezone(-offset if text[:1] == b"-" else offset)


def _moment(found: re.Match[bytes]) -> datetime | None:
    hour, minute, second = (int(found[part] or 0) for part in ("hour", "minute", "second"))
    if hour > 23 or minute > 59 or second > 60:
        return None
    unit = 1 if found["second"] else 60 if found["minute"] else 3600
    fraction = int(found["fraction"] or 0) * unit * 1_000_000 // 10 ** len(found["fraction"] or b"")
    try:
        day = datetime.strptime(found["date"].decode(), "%Y%m%d").replace(tzinfo=_zone(found["zone"]))
        time = timedelta(hours=hour, minutes=minute, seconds=second, microseconds=fraction)
        return (day + time).astimezone(UTC)
    except (ValueError, OverflowError):
        return None

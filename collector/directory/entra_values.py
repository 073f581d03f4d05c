"""Values in Graph's answers, read strictly: what is odd never passes for what is absent."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from collector.directory.times import MalformedValueError

_GUID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_TIME = re.compile(r"(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.\d+)?Z")
NEVER = "0001-01-01T00:00:00Z"
"""How Graph writes a time that there is none of."""


def identifier(value: Any) -> str:
    """An id or a keyword; ids in lower case, since Graph takes them in any."""
    if not isinstance(value, str) or not value:
        raise MalformedValueError(f"not an identifier: {value!r:.60}")
    return value.lower() if _GUID.fullmatch(value) else value


def identifiers(value: Any) -> tuple[str, ...]:
    """A list of ids and keywords; null is empty."""
    return tuple(identifier(each) for each in _list(value))


def texts(value: Any) -> tuple[str, ...]:
    """A list of words; null is empty."""
    found = _list(value)
    if not all(isinstance(each, str) for each in found):
        raise MalformedValueError(f"not a list of words: {value!r:.60}")
    return tuple(found)


def text(value: Any) -> str | None:
    """A word or none."""
    if value is None or isinstance(value, str):
        return value or None
    raise MalformedValueError(f"not a text: {value!r:.60}")


def flag(value: Any) -> bool | None:
    """True, false or not told."""
    if value is None or isinstance(value, bool):
        return value
    raise MalformedValueError(f"not true or false: {value!r:.60}")


def members(value: Any) -> dict[str, Any]:
    """An object; null is empty."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise MalformedValueError(f"not an object: {value!r:.60}")
    return value


def moment(value: Any) -> datetime | None:
    """A time in UTC, seconds kept; null and year 1 are none."""
    if value is None or value == NEVER:
        return None
    found = _TIME.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise MalformedValueError(f"not a time: {value!r:.60}")
    try:
        return datetime.fromisoformat(found.group(1)).replace(tzinfo=UTC)
    except ValueError as error:
        raise MalformedValueError(f"not a time: {value!r:.60}") from error


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise MalformedValueError(f"not a list: {value!r:.60}")
    return value

"""Writes dates, times, numbers and lists as each language does; no locale of the machine is read."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any, Literal

Language = Literal["sv", "en"]
LANGUAGES: tuple[Language, ...] = ("sv", "en")

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?Z")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_AND: dict[Language, str] = {"sv": "och", "en": "and"}
_YES_NO: dict[Language, tuple[str, str]] = {"sv": ("nej", "ja"), "en": ("no", "yes")}
_LONG_NUMBER = 100_000
"""From here on a fact's digits are grouped: below it may be a port, a year or a user id."""


def number(value: int) -> str:
    """A count with its digits in groups of three: `12 345` (no-break spaces), in both languages (ISO 80000-1)."""
    return f"{value:,}".replace(",", "\u00a0") if abs(value) >= 10_000 else str(value)


def day(value: str, language: Language) -> str:
    """An ISO 8601 date: `2026-11-21` in Swedish, `21 Nov 2026` (no-break spaces) in English."""
    return value if language == "sv" else _english(date.fromisoformat(value))


def moment(value: str, language: Language) -> str:
    """A time as bundles hold it: `2026-11-21 07:51 UTC`, `21 Nov 2026, 07:51 UTC`."""
    time = datetime.fromisoformat(value.removesuffix("Z")).replace(tzinfo=UTC)
    if language == "sv":
        return f"{time:%Y-%m-%d %H:%M}\u00a0UTC"
    return f"{_english(time.date())}, {time:%H:%M}\u00a0UTC"


def span(started: str, finished: str, language: Language) -> str:
    """From one time to another, the day written once: `2026-11-21 07:51–07:58 UTC`."""
    first, last = moment(started, language), moment(finished, language)
    if first == last:
        return first
    if started[:10] == finished[:10]:
        return f"{first.removesuffix(chr(0xA0) + 'UTC')}–{finished[11:16]}\u00a0UTC"
    return f"{first} – {last}"


def listed(values: list[str], language: Language) -> str:
    """`a, b och c`."""
    return f" {_AND[language]} ".join(part for part in (", ".join(values[:-1]), *values[-1:]) if part)


def fact(value: Any, language: Language) -> str:
    """A fact of a reason, as JSON holds it, for a sentence."""
    if isinstance(value, bool):
        return _YES_NO[language][value]
    if isinstance(value, int):
        return number(value) if abs(value) >= _LONG_NUMBER else str(value)
    if isinstance(value, list | tuple):
        return listed([fact(each, language) for each in value], language) or "–"
    if value is None:
        return "–"
    text = str(value)
    try:
        if _DATE.fullmatch(text):
            return day(text, language)
        if _TIME.fullmatch(text):
            return moment(text, language)
    except ValueError:  # looks like a date and is none, e.g. 2026-02-31: somebody's own text
        return text
    return text


def _english(value: date) -> str:
    return f"{value.day}\u00a0{_MONTHS[value.month - 1]}\u00a0{value.year}"

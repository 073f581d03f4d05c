"""What one line of a backup report gives, and how its cells are read; pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from collector.records.backup import BackupRun, Snapshot
from collector.register.days import DayStyle, read_time
from collector.register.values import ValueUnreadableError

_SIZE = re.compile(r"(\d[\d\s,.]*?)\s*([KMGTP]?)i?B?", re.IGNORECASE)
_FACTORS = {"": 0, "K": 1, "M": 2, "G": 3, "T": 4, "P": 5}
_RESULTS: dict[str, Literal["ok", "warning", "failed", "running"]] = {
    "success": "ok",
    "succeeded": "ok",
    "warning": "warning",
    "failed": "failed",
    "error": "failed",
    "none": "running",
    "inprogress": "running",
    "lyckades": "ok",
    "varning": "warning",
    "misslyckades": "failed",
}


@dataclass(frozen=True, slots=True)
class Context:
    """What the settings say of a report."""

    host: str | None
    style: DayStyle


@dataclass(frozen=True, slots=True)
class Line:
    """What one line, row or block gave."""

    place: str
    records: tuple[Snapshot | BackupRun, ...] = ()
    trouble: str = ""
    """Why it cannot be read; empty where it can."""


def moment(cell: str, context: Context) -> tuple[datetime | None, str]:
    """The time in UTC, or why there is none; nothing of both for an empty cell."""
    if not cell.strip():
        return None, ""
    try:
        return read_time(cell.strip(), context.style), ""
    except ValueUnreadableError as error:
        return None, f"{cell.strip()[:40]!r} {error}"


def job_result(word: str) -> Literal["ok", "warning", "failed", "running"] | None:
    """What a result's word stands for; None for one that is not known."""
    return _RESULTS.get(word.strip().casefold())


def size_of(text: str) -> int | None:
    """Bytes by `1,234`, `1 234` or `1.5 GB`; None for anything else, and for decimals that could be thousands."""
    match = _SIZE.fullmatch(text.strip())
    if match is None:
        return None
    digits, unit = re.sub(r"\s", "", match[1]), match[2].upper()
    factor = int(1024 ** _FACTORS[unit])
    if unit and re.fullmatch(r"\d+[.,]\d{1,2}", digits):
        whole, part = re.split(r"[.,]", digits)
        return int(whole) * factor + int(part) * factor // (100 if len(part) == 2 else 10)
    plain = re.sub(r"[.,]", "", digits)
    if not plain.isdecimal() or len(plain) > 18:
        return None
    return int(plain) * factor

"""The log of rsnapshot: when each interval began, and how it ended; pure.

Since 1.4 its times are `2026-11-20T03:40:02`, before that `20/Nov/2026:03:40:02`. A run that fails for good logs the
error and no end, and one whose settings are wrong logs no beginning either: both failed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Literal

from collector.backup.job_line import Context, Line, moment
from collector.evidence import GapCause
from collector.records.backup import BackupRun
from collector.source import SourceError

Result = Literal["ok", "warning", "failed", "running"] | None

_LINE = re.compile(
    r"\[(?:(\d{1,2})/([A-Z][a-z]{2})/(\d{4}):|(\d{4}-\d\d-\d\d)T)(\d\d:\d\d:\d\d)\] "
    r"(?:\S*/)?rsnapshot (?:.* )?([\w-]+): (started|completed.*|(?:ERROR|WARNING): .*)"
)
_ENDS: tuple[tuple[str, Result], ...] = (
    ("no definite status", None),
    ("error", "failed"),
    ("warning", "warning"),
    ("successfully", "ok"),
)
"""What the last line of a run says, to how it ended."""


def parse_log(text: str, context: Context) -> Iterator[Line]:
    """Each run; raises SourceError malformed for a text that holds lines and none of rsnapshot's."""
    runs = _Runs(context.host)
    read = lines = 0
    for number, line in enumerate(text.splitlines(), start=1):
        lines += bool(line.strip())
        match = _LINE.match(line)
        if match is None:
            continue
        read += 1
        day, month, year, iso, clock, interval, said = match.groups()
        time, trouble = moment(f"{iso} {clock}" if iso else f"{day} {month} {year} {clock}", context)
        place = f"line {number}"
        found = () if time is None else tuple(runs.take(interval, time, said))
        if found or trouble:
            yield Line(place, found, trouble)
    if lines and not read:
        raise SourceError(GapCause.MALFORMED, "no log of rsnapshot: it has no line of a run", "correct `format`")
    yield Line("the end", tuple(runs.rest()))


class _Runs:
    """The runs of one log, as far as it has been read."""

    def __init__(self, host: str | None) -> None:
        self._host = host
        self._open: dict[str, tuple[datetime, bool]] = {}
        """Interval to when its run began, and whether an error was seen since."""
        self._closed: set[str] = set()
        """Intervals whose last run has been told of."""

    def take(self, interval: str, time: datetime, said: str) -> Iterator[BackupRun]:
        """The runs that end with one line."""
        if said == "started":
            if interval in self._open:
                yield self._ended(interval, None, "failed" if self._open[interval][1] else None)
            self._open[interval] = (time, False)
            self._closed.discard(interval)
        elif "completed" in said:
            if interval not in self._closed:
                result = next((ends for word, ends in _ENDS if word in said), None)
                self._open.setdefault(interval, (time, False))
                yield self._ended(interval, time, result)
        elif said.startswith("ERROR") and interval in self._open:
            begun, erred = self._open[interval]
            if erred and time.date() != begun.date():
                yield self._ended(interval, None, "failed")
                begun = time
            self._open[interval] = (begun, True)
        elif said.startswith("ERROR") and interval not in self._closed:
            self._open[interval] = (time, True)
            yield self._ended(interval, time, "failed")

    def rest(self) -> Iterator[BackupRun]:
        """The runs whose end the log does not tell."""
        for interval in sorted(self._open):
            yield self._ended(interval, None, "failed" if self._open[interval][1] else "running")

    def _ended(self, interval: str, time: datetime | None, result: Result) -> BackupRun:
        begun, _ = self._open.pop(interval)
        self._closed.add(interval)
        return BackupRun(job=f"rsnapshot {interval}", host=self._host, started=begun, ended=time, result=result)

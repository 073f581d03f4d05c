"""The mail that Veeam sends after a job, as HTML: the job, and one row for each object; pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from html.parser import HTMLParser

from collector.backup.job_line import Context, Line, job_result, moment, size_of
from collector.evidence import GapCause
from collector.records.backup import BackupRun
from collector.register.days import read_date
from collector.register.values import ValueUnreadableError
from collector.source import SourceError

_JOB = re.compile(r"(?:backup|copy|säkerhetskopierings)[^:]{0,30}job: *(.{1,200})", re.IGNORECASE)
_CLOCK = re.compile(r"\d{1,2}[:.]\d\d(?:[:.]\d\d)?(?: ?[AP]M)?", re.IGNORECASE)
_AMERICAN = re.compile(r"(?:[A-Za-z]+, )?([A-Za-z]+) (\d{1,2}), (\d{4}) (.+)")
_COLUMNS = {"name", "status", "start time"}
_DAY = timedelta(hours=24)
_MAX_CELLS = 200_000


class _Cells(HTMLParser):
    """The text of every row of every table, cell by cell."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[list[str]] = []
        self._open: list[list[str]] = []
        self._count = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002  # html.parser's
        if tag == "tr":
            self.rows.append([])
        elif tag in {"td", "th"} and self._count < _MAX_CELLS:
            if not self.rows:
                self.rows.append([])
            self._count += 1
            cell: list[str] = []
            self._open.append(cell)
            self.rows[-1].append("")
            self._place = (len(self.rows) - 1, len(self.rows[-1]) - 1)

    def handle_data(self, data: str) -> None:
        if self._open:
            row, column = self._place
            self.rows[row][column] = f"{self.rows[row][column]} {data}"

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th"} and self._open:
            self._open.pop()


def parse_mail(html: str, context: Context) -> Iterator[Line]:
    """Each object's run; raises SourceError malformed for HTML without the table of objects.

    The objects' times have no day: they are the job's own day, or the next where they would be before its start.
    """
    cells = _Cells()
    cells.feed(html)
    cells.close()
    rows = [[" ".join(cell.split()) for cell in row] for row in cells.rows]
    job = next((match[1] for row in rows for cell in row if (match := _JOB.fullmatch(cell))), None)
    began = next((text for row in rows for text in map(_day_first, row) if _is_time(text, context)), None)
    head = next((n for n, row in enumerate(rows) if {cell.casefold() for cell in row} >= _COLUMNS), None)
    if job is None or began is None or head is None:
        raise SourceError(
            GapCause.MALFORMED,
            "no mail of a Veeam job: the job, its day or the table of objects is not in it",
            "give the HTML of the mail as it came, in English, or correct `dates`",
        )
    header = [cell.casefold() for cell in rows[head]]
    start, _ = moment(began, context)
    day = read_date(began, context.style)
    for number, row in enumerate(rows[head + 1 :], start=1):
        if len(row) < len(header):
            break  # the table has ended
        held = dict(zip(header, row, strict=False))
        clock = held["start time"]
        if not _CLOCK.fullmatch(clock) or day is None or start is None:
            yield Line(f"object {number}", trouble=f"no start time: {clock[:40]!r}")
            continue
        time, trouble = moment(f"{day.isoformat()} {clock}", context)
        if time is not None and time < start - timedelta(minutes=5):
            time += _DAY
        if time is None:
            yield Line(f"object {number}", trouble=trouble)
        else:
            run = BackupRun(
                job=job,
                host=held["name"],
                started=time,
                result=job_result(held["status"]),
                size_bytes=size_of(held.get("size", "")),
            )
            yield Line(f"object {number}", (run,))


def _day_first(cell: str) -> str:
    """«Friday, November 20, 2026 10:00 PM» with its day first."""
    match = _AMERICAN.fullmatch(cell)
    return f"{match[2]} {match[1]} {match[3]} {match[4]}" if match else cell


def _is_time(cell: str, context: Context) -> bool:
    try:
        return moment(cell, context)[0] is not None and read_date(cell, context.style) is not None
    except ValueUnreadableError:
        return False

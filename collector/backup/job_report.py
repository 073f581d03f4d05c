"""A report of a backup product as a source: restore points where it lists them, else no more than jobs' runs."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

from collector.backup.job_formats import HOST_NEEDED, PARSERS
from collector.backup.job_line import Context, Line
from collector.evidence import GapCause
from collector.records.backup import BackupRun, Snapshot
from collector.records.record import Record
from collector.register.days import DayStyle
from collector.register.encodings import decode
from collector.source import Diagnosis, Query, Recorder, SourceError
from collector.transport.file import read_file
from config.sources import BackupReport

MAX_BYTES = 64 << 20
MAX_GAPS = 200
"""Lines that are named one by one; those after them are counted."""


class JobReport:
    """The report's file; implements `collector.source.Source`.

    Raises SourceError (unsupported) at construction where the format needs a host and the settings name none.
    """

    provides: frozenset[type[Record]] = frozenset({Snapshot, BackupRun})

    def __init__(self, settings: BackupReport, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.id = settings.id
        self._settings = settings
        self._now = now
        if settings.format in HOST_NEEDED and not settings.host:
            raise SourceError(
                GapCause.UNSUPPORTED, f"a report of {settings.format} does not say whose it is", "add `host`"
            )

    def plan(self, wanted: frozenset[type[Record]]) -> Iterable[Query]:
        """Reading the file."""
        kinds = tuple(kind for kind in (Snapshot, BackupRun) if kind in wanted)
        if kinds:
            yield Query(str(self._settings.file), f"read {self._settings.file.name}", kinds, "to read the file")

    def collect(self, wanted: frozenset[type[Record]], recorder: Recorder) -> None:
        """Read every line; one that cannot be understood is a gap of both kinds with its place."""
        kinds = [kind for kind in (Snapshot, BackupRun) if kind in wanted]
        if not kinds:
            return
        recorder.identity("the file as it was handed over")
        data, modified = self._read()
        digest = hashlib.sha256(data).hexdigest()
        recorder.ran(f"read {self._settings.file.name} sha256 {digest} modified {modified:%Y-%m-%dT%H:%M:%SZ}", kinds)
        recorder.dated(modified, kinds)
        unreadable = 0
        for line in self._lines(data):
            if line.trouble:
                unreadable += 1
                if unreadable <= MAX_GAPS:
                    for kind in kinds:
                        recorder.gap(
                            kind,
                            GapCause.MALFORMED,
                            f"{line.place}: {line.trouble}",
                            remedy="check format, zone and dates in the settings, or export the report again",
                            subject=line.place,
                        )
            for record in line.records:
                if type(record) in kinds:
                    recorder.add(record)
        for kind in kinds:
            if unreadable > MAX_GAPS:
                text = f"{unreadable - MAX_GAPS} further lines cannot be read"
                recorder.gap(kind, GapCause.MALFORMED, text, remedy="check format and dates", subject="further lines")
            age = self._now() - modified
            if age > timedelta(days=self._settings.max_age_days):
                recorder.gap(
                    kind,
                    GapCause.ABSENT,
                    f"no current report: the file is of {modified:%Y-%m-%d}, {age.days} days old",
                    remedy=f"hand over a new one; `max_age_days` is {self._settings.max_age_days}",
                    subject="report's age",
                )
            recorder.complete(kind)

    def diagnose(self) -> Iterable[Diagnosis]:
        """Read the file and count what is in it."""
        target = str(self._settings.file)
        try:
            lines = list(self._lines(self._read()[0]))
        except SourceError as error:
            yield Diagnosis(target, ok=False, text=error.detail, remedy=error.remedy)
            return
        records = [record for line in lines for record in line.records]
        points = sum(1 for record in records if isinstance(record, Snapshot))
        bad = [line for line in lines if line.trouble]
        text = f"{points} restore points, {len(records) - points} runs of jobs"
        if bad:
            text += f"; {len(bad)} lines cannot be read, first {bad[0].place}: {bad[0].trouble}"
        yield Diagnosis(target, ok=not bad, text=text, remedy="check format, zone and dates" if bad else "")

    def _lines(self, data: bytes) -> Iterable[Line]:
        settings = self._settings
        context = Context(settings.host, DayStyle(form=settings.dates, zone=settings.zone))
        return PARSERS[settings.format](decode(data, settings.encoding)[0], context)

    def _read(self) -> tuple[bytes, datetime]:
        return read_file(self._settings.file, max_bytes=MAX_BYTES, smaller="export a shorter period")

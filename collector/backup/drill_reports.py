"""A folder with reports of restore drills, as a source; what they say is provided, whoever made them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from collector.backup.drill_report import parse_report
from collector.evidence import GapCause
from collector.records.backup import RestoreDrill
from collector.records.record import Record
from collector.source import Diagnosis, Query, Recorder, SourceError
from config.sources import DrillReports

MAX_REPORTS = 10_000
MAX_BYTES = 1 << 20


class DrillFolder:
    """The folder; implements `collector.source.Source`."""

    provides: frozenset[type[Record]] = frozenset({RestoreDrill})

    def __init__(self, settings: DrillReports) -> None:
        self.id = settings.id
        self._folder = settings.folder

    def plan(self, wanted: frozenset[type[Record]]) -> Iterable[Query]:
        """Reading the reports."""
        if RestoreDrill in wanted:
            yield Query(str(self._folder), "read *.json", (RestoreDrill,), "to read the files")

    def collect(self, wanted: frozenset[type[Record]], recorder: Recorder) -> None:
        """Read every report; one that cannot be understood is a gap with its name."""
        if RestoreDrill not in wanted:
            return
        recorder.identity("the files as they were handed over")
        files = _reports(self._folder)
        for file in files[:MAX_REPORTS]:
            try:
                data = _read(file)
                recorder.ran(f"read {file.name} sha256 {hashlib.sha256(data).hexdigest()}", (RestoreDrill,))
                recorder.add(parse_report(data))
            except SourceError as error:
                recorder.gap(RestoreDrill, error.cause, error.detail, remedy=error.remedy, subject=file.name)
        if len(files) > MAX_REPORTS:
            recorder.gap(
                RestoreDrill,
                GapCause.TRUNCATED,
                f"{len(files)} reports; {MAX_REPORTS} were read",
                remedy="move old reports away",
                subject="further reports",
            )
        recorder.complete(RestoreDrill, source_count=len(files))

    def diagnose(self) -> Iterable[Diagnosis]:
        """Look into the folder."""
        try:
            count = len(_reports(self._folder))
        except SourceError as error:
            yield Diagnosis(str(self._folder), ok=False, text=error.detail, remedy=error.remedy)
        else:
            yield Diagnosis(str(self._folder), ok=True, text=f"{count} reports")


def _reports(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.suffix == ".json" and path.is_file())
    except OSError as error:
        cause = GapCause.ABSENT if isinstance(error, FileNotFoundError) else GapCause.DENIED
        raise SourceError(cause, f"{folder} cannot be read: {error.strerror}", "correct `folder`") from error


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            data = opened.read(MAX_BYTES + 1)
    except OSError as error:
        raise SourceError(GapCause.DENIED, f"{file.name} cannot be read: {error.strerror}") from error
    if len(data) > MAX_BYTES:
        raise SourceError(GapCause.TRUNCATED, f"{file.name} is larger than {MAX_BYTES} bytes")
    return data

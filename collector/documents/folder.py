"""A folder of documents as a source: one record per file, and the passages of minutes that name a report.

A file that cannot be read is a record with its hash, and a gap with its name. Of the text, only what the records
name is kept.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatch
from pathlib import Path

from collector.documents.facts import (
    dates_in,
    decision_in,
    diary_numbers_in,
    faces,
    month_in,
    own_date,
    review_due_in,
    reviewed_in,
)
from collector.documents.minutes import Minutes, minutes_of, search
from collector.documents.office import read_office
from collector.documents.pdf import read_pdf
from collector.documents.text import MAX_FILE, DocumentText
from collector.evidence import GapCause
from collector.records.document_files import DocumentFile, MinutesPassage
from collector.records.record import Record
from collector.source import Diagnosis, Query, Recorder, SourceError
from config.sources import DocumentSource

MAX_FILES = 20_000
_READ = (".pdf", ".docx", ".odt", ".doc", ".docm", ".odm", ".fodt", ".rtf")
"""Endings of files that are documents; others are counted and not read."""
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_TITLE = 120

ReadText = Callable[[Path, bytes], DocumentText]


class DocumentFolder:
    """The documents in one folder and those below it; implements `collector.source.Source`."""

    provides: frozenset[type[Record]] = frozenset({DocumentFile, MinutesPassage})

    def __init__(self, settings: DocumentSource) -> None:
        self.id = settings.id
        self._settings = settings

    def plan(self, wanted: frozenset[type[Record]]) -> Iterable[Query]:
        """Reading the files of the folder."""
        kinds = tuple(kind for kind in (DocumentFile, MinutesPassage) if kind in wanted)
        if kinds:
            yield Query(
                str(self._settings.folder),
                f"read documents {', '.join(_READ[:3])} below {self._settings.folder.name}",
                kinds,
                "to list the folder and read its files",
            )

    def collect(self, wanted: frozenset[type[Record]], recorder: Recorder) -> None:
        """Read every document; minutes are searched when all are read."""
        kinds = [kind for kind in (DocumentFile, MinutesPassage) if kind in wanted]
        recorder.identity("the files as they were handed over")
        files, _ = _listed(self._settings.folder)
        recorder.ran(f"read documents {', '.join(_READ[:3])} below {self._settings.folder.name}", kinds)
        searched: list[Minutes] = []
        for file in files:
            name = file.relative_to(self._settings.folder).as_posix()
            minutes = self._is_minutes(name)
            if minutes or DocumentFile in wanted:
                text = self._read(file, name, minutes=minutes, wanted=wanted, recorder=recorder)
                if minutes and text is not None:
                    searched.append(minutes_of(name, text.whole))
        if DocumentFile in wanted:
            recorder.complete(DocumentFile, source_count=len(files))
        if MinutesPassage in wanted:
            self._search(searched, recorder)

    def diagnose(self) -> Iterable[Diagnosis]:
        """Whether the folder can be listed, and how many documents it has."""
        target = str(self._settings.folder)
        try:
            files, others = _listed(self._settings.folder)
        except SourceError as error:
            yield Diagnosis(target, ok=False, text=error.detail, remedy=error.remedy)
            return
        minutes = sum(1 for file in files if self._is_minutes(file.relative_to(self._settings.folder).as_posix()))
        yield Diagnosis(
            target, ok=bool(files), text=f"{len(files)} documents, {minutes} of them minutes; {others} other files"
        )

    def _is_minutes(self, name: str) -> bool:
        return any(fnmatch(name, pattern) for pattern in self._settings.minutes)

    def _read(
        self, file: Path, name: str, *, minutes: bool, wanted: frozenset[type[Record]], recorder: Recorder
    ) -> DocumentText | None:
        """Add the file's record, and a gap where its text cannot be read; the text."""
        asked: list[type[Record]] = [DocumentFile, *([MinutesPassage] if minutes else [])]
        kinds = [kind for kind in asked if kind in wanted]
        text: DocumentText | None = None
        digest: str | None = None
        try:
            data = _bytes(file)
            digest = hashlib.sha256(data).hexdigest()
            text = read_text(file, data)
            if not text.has_text:
                _gap(recorder, kinds, name, GapCause.UNSUPPORTED, "holds no text: it was scanned", _OCR)
            elif text.unread_pages:
                detail = f"{text.unread_pages} of its pages hold pictures and no text"
                _gap(recorder, kinds, name, GapCause.UNSUPPORTED, detail, _OCR)
        except SourceError as error:
            _gap(recorder, kinds, name, error.cause, error.detail, error.remedy)
        if digest is not None and DocumentFile in wanted:
            recorder.add(record_of(name, digest, text))
        return text if text is not None and text.has_text else None

    def _search(self, searched: list[Minutes], recorder: Recorder) -> None:
        if not self._settings.reports or not self._settings.minutes:
            recorder.gap(
                MinutesPassage,
                GapCause.ABSENT,
                "the settings name no reports to look for, or no minutes to look in",
                remedy="set `reports` and `minutes` of this source",
            )
            return
        if not searched:
            recorder.gap(
                MinutesPassage, GapCause.ABSENT, "no minutes could be read", remedy="check `minutes` of this source"
            )
            return
        for passage in search(self._settings.reports, searched):
            recorder.add(passage)
        recorder.complete(MinutesPassage)


_OCR = "have it read by character recognition (OCR), or hand over the text that it was printed from"


def read_text(file: Path, data: bytes) -> DocumentText:
    """The text of a document by what the file is, whatever its name says; raises SourceError."""
    if b"%PDF-" in data[:1024]:
        return read_pdf(file)
    if data.startswith(b"PK\x03\x04"):
        return read_office(data)
    if data.startswith(_OLE):
        locked = "EncryptedPackage".encode("utf-16-le") in data
        if locked:
            raise SourceError(GapCause.DENIED, "needs a password", "hand over a copy without one")
        raise SourceError(GapCause.UNSUPPORTED, "is an old .doc", "save it as PDF, DOCX or ODT")
    raise SourceError(GapCause.UNSUPPORTED, "is no PDF, DOCX or ODT, whatever its name says", "save it as one of these")


def record_of(name: str, digest: str, text: DocumentText | None) -> DocumentFile:
    """The record of one file; without text nothing of it is known but its hash."""
    if text is None:
        return DocumentFile(name=name, sha256=digest)
    pages = len(text.pages) if text.paged else None
    about = {"title": _title(text), "pages": pages, "created": text.created, "unread_pages": text.unread_pages or None}
    if not text.has_text:
        return DocumentFile(name=name, sha256=digest, format=text.format, **about)  # type: ignore[arg-type]  # fields by name
    shown, whole = faces(text), text.whole
    dates = tuple(dict.fromkeys(found.day for found in dates_in(shown)))[:50]
    numbers, decision = diary_numbers_in(whole), decision_in(shown)
    visible, label = own_date(shown)
    complete = not text.unread_pages
    return DocumentFile(
        name=name,
        sha256=digest,
        format=text.format,
        dates=dates if dates or complete else None,
        month=month_in(shown) if not dates else None,
        visible_date=visible,
        date_label=label,
        diary_numbers=numbers if numbers or complete else None,
        decided_by=decision and decision.body,
        decided=decision and decision.day,
        paragraph=decision and decision.paragraph,
        reviewed=reviewed_in(shown),
        review_due=review_due_in(shown),
        **about,  # type: ignore[arg-type]  # as above
    )


def _title(text: DocumentText) -> str | None:
    if text.title and text.title.strip() and not re.search(r"\.(?:docx?|pdf|odt)$", text.title.strip(), re.IGNORECASE):
        return " ".join(text.title.split())[:_TITLE]
    first = next((" ".join(line.split()) for line in text.whole.splitlines() if line.strip()), None)
    return first[:_TITLE] if first else None


def _listed(folder: Path) -> tuple[list[Path], int]:
    """Documents below a folder in the order of their paths, and how many other files; raises SourceError."""
    if not folder.is_dir():
        raise SourceError(GapCause.ABSENT, f"no folder {folder}", "correct `folder`, or put the documents there")
    failed: list[OSError] = []
    files, others = [], 0
    for file in _walk(folder, failed):
        if file.suffix.lower() in _READ:
            files.append(file)
        else:
            others += 1
        if len(files) > MAX_FILES:
            raise SourceError(
                GapCause.TRUNCATED, f"{folder} holds more than {MAX_FILES} documents", "name a folder in it"
            )
    if failed:
        raise SourceError(
            GapCause.DENIED, f"{failed[0].filename} cannot be listed: {failed[0].strerror}", "let the user list it"
        )
    return sorted(files), others


def _walk(folder: Path, failed: list[OSError]) -> Iterator[Path]:
    """Files below a folder; no link is followed, and what programs keep beside open files is left out."""
    for path, _, names in os.walk(folder, onerror=failed.append, followlinks=False):
        for name in names:
            file = Path(path, name)
            if not name.startswith(("~$", ".")) and not file.is_symlink() and file.is_file():
                yield file


def _bytes(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            data = opened.read(MAX_FILE + 1)
    except PermissionError as error:
        raise SourceError(GapCause.DENIED, "may not be read", "let the collector's user read it") from error
    except OSError as error:
        raise SourceError(GapCause.UNREACHABLE, f"could not be read: {error.strerror}") from error
    if len(data) > MAX_FILE:
        raise SourceError(GapCause.TRUNCATED, f"is larger than {MAX_FILE} bytes", "hand over a smaller copy")
    return data


def _gap(
    recorder: Recorder, kinds: Iterable[type[Record]], name: str, cause: GapCause, detail: str, remedy: str
) -> None:
    for kind in kinds:
        recorder.gap(kind, cause, f"{name} {detail}", remedy=remedy, subject=name)

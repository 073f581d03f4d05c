"""The text of a PDF, by pypdf in a process of its own: a file that loops or swells ends that process and nothing else.

Run as `python -m collector.documents.pdf FILE`: prints a JSON object, `{"pages": [...], ...}` or `{"fault": [...]}`.
"""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

from collector.documents.text import MAX_PAGES, MAX_TEXT, DocumentText
from collector.evidence import GapCause
from collector.source import SourceError

TIMEOUT = 60
"""Seconds for one file."""
MEMORY = 1 << 30
"""Bytes of address space for one file, where the system can bound it."""


def read_pdf(file: Path, timeout: float = TIMEOUT) -> DocumentText:
    """The text of a PDF; raises SourceError: denied (needs a password), malformed, timed-out, truncated."""
    try:
        run = subprocess.run(
            [sys.executable, "-I", "-c", _CHILD, str(Path(__file__).parents[2]), str(file)],
            capture_output=True,
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise SourceError(
            GapCause.TIMED_OUT, f"its text was not read within {timeout:g} seconds", "save it anew as PDF/A"
        ) from error
    if run.returncode != 0:
        raise SourceError(
            GapCause.MALFORMED, "reading it took too much memory, or ended in a fault", "save it anew as PDF/A"
        )
    return _text(json.loads(run.stdout))


_CHILD = "import sys; sys.path.insert(0, sys.argv[1]); from collector.documents.pdf import main; main(sys.argv[2])"


def main(name: str) -> None:
    """Read the file and print what it holds; the memory of this process is bounded first."""
    _bound()
    sys.stdout.write(json.dumps(_extract(name)))


def _bound() -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def _extract(name: str) -> dict[str, Any]:
    import logging

    import pypdf
    from pypdf.errors import PyPdfError

    logging.disable(logging.CRITICAL)  # pypdf tells of every slip of the program that wrote the file
    try:
        reader = pypdf.PdfReader(name)
        if reader.is_encrypted and not reader.decrypt(""):
            return _fault(GapCause.DENIED, "needs a password", "hand over a copy without one")
        if len(reader.pages) > MAX_PAGES:
            return _fault(GapCause.TRUNCATED, f"has {len(reader.pages)} pages; at most {MAX_PAGES} are read")
        pages, unread, length = [], 0, 0
        for page in reader.pages:
            text = page.extract_text()
            length += len(text)
            if length > MAX_TEXT:
                return _fault(GapCause.TRUNCATED, f"has more than {MAX_TEXT} characters")
            unread += not text.strip() and _has_picture(page)
            pages.append(text)
    except PyPdfError as error:
        return _fault(GapCause.MALFORMED, f"is no sound PDF: {type(error).__name__}: {error}")
    except (MemoryError, RecursionError):
        return _fault(GapCause.MALFORMED, "takes too much memory to read", "save it anew as PDF/A")
    except Exception as error:  # noqa: BLE001  # what a parser of a hostile format may raise has no end
        return _fault(GapCause.MALFORMED, f"is no sound PDF: {type(error).__name__}: {error}")
    return {"pages": pages, "unread": unread, **_properties(reader)}


def _properties(reader: Any) -> dict[str, str | None]:
    """Title and day of creation; None for what is not there or not written as it should be."""
    title: str | None = None
    created: str | None = None
    with contextlib.suppress(Exception):  # the text was read: what a program wrote about it may be wrong in any way
        title = str(reader.metadata.title) if reader.metadata.title else None
    with contextlib.suppress(Exception):
        if match := re.match(r"D:(\d{4})(\d\d)(\d\d)", reader.metadata.creation_date_raw):
            created = date(*map(int, match.groups())).isoformat()
    return {"title": title, "created": created}


def _has_picture(page: Any) -> bool:
    resources = page.get("/Resources") or {}
    objects = resources.get_object().get("/XObject") if hasattr(resources, "get_object") else None
    return bool(objects)


def _fault(cause: GapCause, detail: str, remedy: str = "save it anew as PDF") -> dict[str, Any]:
    return {"fault": [cause.value, detail[:300], remedy]}


def _text(said: dict[str, Any]) -> DocumentText:
    if "fault" in said:
        cause, detail, remedy = said["fault"]
        raise SourceError(GapCause(cause), detail, remedy)
    created = said["created"]
    return DocumentText(
        format="pdf",
        pages=tuple(map(_clean, said["pages"])),
        unread_pages=said["unread"],
        title=said["title"] and _clean(said["title"]),
        created=date.fromisoformat(created) if created else None,
    )


def _clean(text: str) -> str:
    """The text without control characters and half characters, which a PDF may hold."""
    return re.sub(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ud800-\udfff]", " ", text)

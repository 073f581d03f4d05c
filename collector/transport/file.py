"""Reads a file that someone handed over: whole, bounded, with the time at which it was written."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from collector.evidence import GapCause
from collector.source import SourceError


def read_file(file: Path, *, max_bytes: int, smaller: str) -> tuple[bytes, datetime]:
    """The file's bytes and its time of change, UTC, to the second.

    `smaller` says what to do about a file of more than `max_bytes`. Raises SourceError: absent, denied, unreachable
    or truncated.
    """
    try:
        with file.open("rb") as opened:
            modified = datetime.fromtimestamp(int(os.fstat(opened.fileno()).st_mtime), UTC)
            data = opened.read(max_bytes + 1)
    except FileNotFoundError as error:
        raise SourceError(GapCause.ABSENT, f"no file {file}", "correct `file`, or put the export there") from error
    except PermissionError as error:
        raise SourceError(GapCause.DENIED, f"{file} may not be read", "let the collector's user read it") from error
    except OSError as error:
        raise SourceError(GapCause.UNREACHABLE, f"{file} could not be read: {error.strerror}") from error
    if len(data) > max_bytes:
        raise SourceError(GapCause.TRUNCATED, f"{file} is larger than {max_bytes} bytes", smaller)
    return data, modified

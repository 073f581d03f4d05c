"""Evidence files: one record a line, canonical JSON, gzip without a clock; the same records give the same bytes."""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, TypeVar

from collector.records.codec import JsonValue, RecordError, decode, encode
from collector.records.record import Record

R = TypeVar("R", bound=Record)

MAX_LINE = 1 << 20
"""Bytes of one record at most; a longer line is refused on reading."""

_GZIP = 31
"""zlib's code for a gzip stream with the largest window; its header has no time and no name (zlib manual)."""
_LINES_AT_ONCE = 256


def canonical(value: JsonValue) -> bytes:
    """Canonical JSON (RFC 8785 for ASCII keys and no floats)."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


class EvidenceWriter:
    """Writes records to one gzip file as they come; `close` ends it, `abandon` leaves it as it is."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.count = 0
        self._file: BinaryIO = path.open("xb")
        self._gzip = zlib.compressobj(6, wbits=_GZIP)
        self._lines: list[bytes] = []

    def add(self, record: Record) -> None:
        """Append one record; raises OSError when the disk is full."""
        self._lines.append(canonical(encode(record)))
        self.count += 1
        if len(self._lines) >= _LINES_AT_ONCE:
            self._write()

    def close(self) -> None:
        """Write what is held and end the file; raises OSError when the disk is full."""
        try:
            self._write()
            self._file.write(self._gzip.flush())
        finally:
            self._file.close()

    def abandon(self) -> None:
        """Close the file without another write."""
        self._file.close()

    def _write(self) -> None:
        if self._lines:
            lines, self._lines = self._lines, []
            self._file.write(self._gzip.compress(b"\n".join(lines) + b"\n"))


def read_records(path: Path, kind: type[R]) -> Iterator[R]:
    """The records of one evidence file, one at a time.

    Raises RecordError (with the line number) for a line that does not fit, OSError or EOFError for a damaged file.
    """
    with path.open("rb") as file, gzip.GzipFile(fileobj=file, mode="rb") as lines:
        number = 0
        while line := lines.readline(MAX_LINE + 1):
            number += 1
            if len(line) > MAX_LINE:
                message = f"{path.name}:{number}: record longer than {MAX_LINE} bytes"
                raise RecordError(message)
            try:
                yield decode(kind, parse_json(line))
            except ValueError as error:
                message = f"{path.name}:{number}: {error}"
                raise RecordError(message) from error


def parse_json(data: bytes) -> JsonValue:
    """JSON as Styrk writes it; raises RecordError for anything else: duplicate keys, floats, NaN, not UTF-8."""
    try:
        value: JsonValue = json.loads(
            data.decode(),
            object_pairs_hook=_without_duplicates,
            parse_float=_refuse_float,
            parse_constant=_refuse_float,
        )
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        message = f"not JSON: {error}"
        raise RecordError(message) from error
    return value


def sha256_of(path: Path) -> str:
    """SHA-256 (hex) of a file, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _without_duplicates(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    result = dict(pairs)
    if len(result) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]  # set.add as «remember»
        message = f"duplicate key {twice!r:.80}"
        raise RecordError(message)
    return result


def _refuse_float(text: str) -> JsonValue:
    message = f"a number that is no integer: {text:.40}"
    raise RecordError(message)

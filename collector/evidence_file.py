"""Evidence files: one record a line, canonical JSON, gzip without a clock; the same records give the same bytes."""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from collector.records.codec import JsonValue, RecordError, canonical_text, decode, encode_line
from collector.records.record import Record

R = TypeVar("R", bound=Record)

MAX_LINE = 1 << 20
"""Bytes of one record at most; a longer line is refused on reading."""

MAX_KEPT = 4 * 1024 * 1024
"""Octets of lines whose records a `RecordKeeper` keeps; as objects they take three times that, in each process."""

_GZIP = 31
"""zlib's code for a gzip stream with the largest window; its header has no time and no name (zlib manual)."""
_LEVEL = 2
"""Records repeat themselves: a third of the time of level 6 for a tenth more octets."""
_OCTETS_AT_ONCE = 256 * 1024


def canonical(value: JsonValue) -> bytes:
    """Canonical JSON (RFC 8785 for ASCII keys and no floats)."""
    return canonical_text(value).encode()


def line_of(record: Record) -> bytes:
    """A record as one line, without its end; raises RecordError, and ValueError for text that UTF-8 cannot hold."""
    return encode_line(record).encode()


def strict_reader(kind: type[R]) -> Callable[[bytes], R]:
    """What reads a line of any origin; raises RecordError for all that Styrk does not write."""
    return partial(_read_strictly, kind)


def _read_strictly(kind: type[R], line: bytes) -> R:
    return decode(kind, parse_json(line))


class EvidenceWriter:
    """Writes records to one gzip file as they come; `close` ends it, `abandon` leaves it as it is.

    `write` makes the line of a record, as `line_of` does.
    """

    def __init__(self, path: Path, write: Callable[[Record], bytes] = line_of) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.count = 0
        self._write_line = write
        self._file: BinaryIO = path.open("xb")
        self._gzip = zlib.compressobj(_LEVEL, wbits=_GZIP)
        self._lines: list[bytes] = []
        self._held = 0

    def add(self, record: Record) -> None:
        """Append one record.

        Raises OSError when the disk is full, and RecordError for a record that could not be read back: longer than
        MAX_LINE, or with text that UTF-8 cannot hold.
        """
        try:
            line = self._write_line(record)
        except RecordError:
            raise
        except ValueError as error:  # lone surrogates, a number of thousands of digits
            message = f"a record that cannot be written: {error!s:.200}"
            raise RecordError(message) from error
        if len(line) >= MAX_LINE:
            message = f"a record of {len(line)} bytes; at most {MAX_LINE} are kept"
            raise RecordError(message)
        self._lines.append(line)
        self._held += len(line)
        self.count += 1
        if self._held >= _OCTETS_AT_ONCE:
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
            self._held = 0
            self._file.write(self._gzip.compress(b"\n".join(lines) + b"\n"))


def read_records(path: Path, kind: type[R], most: int | None = None) -> Iterator[R]:
    """The records of one evidence file, one at a time.

    Raises RecordError (with the line number) for a line that does not fit and where all lines together have more than
    `most` octets, OSError or EOFError for a damaged file.
    """
    size = 0
    for records, octets in _record_blocks(path, strict_reader(kind)):
        size += octets
        if most is not None and size > most:
            message = f"{path.name} unpacks to more than {most:,} octets"
            raise RecordError(message)
        yield from records


class RecordKeeper:
    """Keeps the records of files that were read once, as far as they fit: many checks join with the same roster.

    What does not fit is read from the file each time, so that memory has a bound whatever the number of records.
    `reader` gives what reads a line of a kind.
    """

    def __init__(
        self, octets: int = MAX_KEPT, reader: Callable[[type[Any]], Callable[[bytes], Any]] = strict_reader
    ) -> None:
        self._left = octets
        self._reader = reader
        self._kept: dict[tuple[Path, type[Record]], list[Record]] = {}

    def read(self, path: Path, kind: type[Record]) -> Iterator[Record]:
        """As `read_records`."""
        kept = self._kept.get((path, kind))
        if kept is not None:
            yield from kept
            return
        held: list[Record] = []
        size = 0
        for records, octets in _record_blocks(path, self._reader(kind)):
            size += octets
            if size <= self._left:
                held += records
            elif held:
                held = []
            yield from records
        if size <= self._left and (path, kind) not in self._kept:
            self._left -= size
            self._kept[path, kind] = held


def _record_blocks(path: Path, read: Callable[[bytes], R]) -> Iterator[tuple[list[R], int]]:
    """Records by the block, and the octets of their lines; those before a line that does not fit come first."""
    number = 0
    for lines in _line_blocks(path):
        records: list[R] = []
        try:
            records.extend(map(read, lines))  # on an error it keeps what was read before
        except ValueError as error:
            yield records, sum(map(len, lines))
            message = f"{path.name}:{number + len(records) + 1}: {error}"
            raise RecordError(message) from error
        yield records, sum(map(len, lines))
        number += len(lines)


def _line_blocks(path: Path) -> Iterator[list[bytes]]:
    """The lines of a gzip file, in blocks: a call to the decompressor for each line would cost as much as the line."""
    number, rest = 0, b""
    with path.open("rb") as file, gzip.GzipFile(fileobj=file, mode="rb") as content:
        try:
            while block := content.read(_OCTETS_AT_ONCE):
                *lines, rest = (rest + block).split(b"\n")
                sizes = [*map(len, lines), len(rest)]
                if max(sizes) >= MAX_LINE:
                    place = number + 1 + next(at for at, size in enumerate(sizes) if size >= MAX_LINE)
                    message = f"{path.name}:{place}: record longer than {MAX_LINE} bytes"
                    raise RecordError(message)
                number += len(lines)
                yield lines
        except zlib.error as error:
            message = f"{path.name}: damaged after line {number}: {error}"
            raise RecordError(message) from error
    if rest:
        yield [rest]


def parse_json(data: bytes) -> JsonValue:
    """JSON as Styrk writes it; raises RecordError for anything else: duplicate keys, floats, NaN, not UTF-8."""
    try:
        value: JsonValue = _parse(data.decode())
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


_parse = json.JSONDecoder(
    object_pairs_hook=_without_duplicates, parse_float=_refuse_float, parse_constant=_refuse_float
).decode

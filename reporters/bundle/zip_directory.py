"""How many members a .zip lists, counted before any is held: PKWARE's APPNOTE.TXT, sections 4.3.12 to 4.3.16.

`zipfile` holds an object for every entry before it can be asked how many there are: ten times the archive's size.
"""

from __future__ import annotations

import os
import struct
from typing import IO

_END = struct.Struct("<4s4H2LH")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR_64 = struct.Struct("<4sLQL")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_LONGEST_COMMENT = 0xFFFF


def lists_more_than(file: IO[bytes], most: int) -> bool:
    """Whether the central directory has more entries than that; False too for what is no .zip, which `zipfile` tells.

    The directory is looked for where `zipfile` looks for it. Raises OSError.
    """
    place, size = _directory(file)
    end, count = place + size, 0
    while 0 <= place < end:
        file.seek(place)
        header = file.read(_ENTRY.size)
        if len(header) < _ENTRY.size or header[:4] != b"PK\x01\x02":
            return False
        fields = _ENTRY.unpack(header)
        place += _ENTRY.size + sum(fields[10:13])
        count += 1
        if count > most:
            return True
    return False


def _directory(file: IO[bytes]) -> tuple[int, int]:
    """Where the central directory begins, and its size in bytes; size 0 where there is none."""
    length = file.seek(0, os.SEEK_END)
    tail_at = max(0, length - _END.size - _LONGEST_COMMENT)
    file.seek(tail_at)
    tail = file.read()
    plain = len(tail) - _END.size
    found = plain if plain >= 0 and tail[plain : plain + 4] == b"PK\x05\x06" and tail[-2:] == b"\0\0" else -1
    if found < 0:
        found = tail.rfind(b"PK\x05\x06")
    if found < 0 or len(tail) < found + _END.size:
        return 0, 0
    at, size = tail_at + found, int(_END.unpack_from(tail, found)[5])
    before = _LOCATOR_64.size + _END_64.size
    if at >= before:
        file.seek(at - before)
        larger = file.read(before)
        if larger[:4] == b"PK\x06\x06" and larger[_END_64.size : _END_64.size + 4] == b"PK\x06\x07":
            return at - before - int(_END_64.unpack_from(larger)[8]), int(_END_64.unpack_from(larger)[8])
    return at - size, size

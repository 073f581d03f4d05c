"""Basic Encoding Rules as LDAP uses them: definite lengths only (RFC 4511 section 5.1, ITU-T X.690)."""

from __future__ import annotations

BOOLEAN, INTEGER, OCTET_STRING, ENUMERATED, SEQUENCE, SET = 0x01, 0x02, 0x04, 0x0A, 0x30, 0x31
"""Tags with class and form, as they stand in the first octet."""
MAX_LENGTH_OCTETS = 4
"""Octets of a long length: 4 GiB; what is really taken is bounded by who reads."""


class BerError(ValueError):
    """Octets that are not what they should be; the one error that decoding raises."""


def length_at(data: bytes | bytearray, at: int, stop: int) -> tuple[int, int] | None:
    """Start and end of the content of the element at `at`; None where its length is not whole before `stop`.

    The end may lie beyond `stop`. Raises BerError for an indefinite or an overlong length.
    """
    start = at + 2
    if start > stop:
        return None
    length = data[at + 1]
    if length > 127:
        octets = length & 127
        if not 0 < octets <= MAX_LENGTH_OCTETS:
            raise BerError("an indefinite length" if not octets else f"a length of {octets} octets")
        if start + octets > stop:
            return None
        length = int.from_bytes(data[start : start + octets], "big")
        start += octets
    return start, start + length


def element(data: bytes, at: int, stop: int, tag: int) -> tuple[int, int]:
    """Start and end of the content of the element at `at`, which has this tag and ends within `stop`; else BerError."""
    found = length_at(data, at, stop)
    if found is None or found[1] > stop:
        raise BerError(f"an element is cut off at octet {at}")
    if data[at] != tag:
        raise BerError(f"tag {data[at]:#04x} instead of {tag:#04x} at octet {at}")
    return found


def integer_at(data: bytes, at: int, stop: int, tag: int = INTEGER) -> tuple[int, int]:
    """Value and end of an INTEGER or ENUMERATED of at most 8 octets; else BerError."""
    start, end = element(data, at, stop, tag)
    if not 0 < end - start <= 8:
        raise BerError(f"an integer of {end - start} octets")
    return int.from_bytes(data[start:end], "big", signed=True), end


def encode(tag: int, *contents: bytes) -> bytes:
    """An element."""
    content = b"".join(contents)
    size = len(content)
    if size < 128:
        return bytes((tag, size)) + content
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(octets))) + octets + content


def encode_integer(value: int) -> bytes:
    """An INTEGER that is not negative."""
    return encode(INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))

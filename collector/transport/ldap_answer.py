"""Decodes the answer to a search (RFC 4511 section 4.5.2), straight from the octets to entries; pure.

This is what every account of a directory passes through: an attribute in the forms that servers really use costs a few
steps, any other form is taken apart element by element. Nothing is believed before its end is known to lie within what
holds it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from collector.transport.ber import (
    BOOLEAN,
    ENUMERATED,
    OCTET_STRING,
    SEQUENCE,
    SET,
    BerError,
    element,
    integer_at,
)
from collector.transport.ldap import Entry

RESULT_ENTRY, RESULT_DONE, RESULT_REFERENCE, EXTENDED_RESPONSE, INTERMEDIATE_RESPONSE = 0x64, 0x65, 0x73, 0x78, 0x79
"""Tags of what a server says after a search request, and unasked."""
PAGED_RESULTS = b"1.2.840.113556.1.4.319"
MAX_HEADS = 4096
"""Heads, and attributes with several values, that are remembered."""
MAX_REPEATED = 512
"""Octets of an attribute that is remembered as it came."""
_MARGIN = bytes(512)
"""Behind the last octet, so that a short element at the end can be looked at as if it were a longer one."""
_CONTROLS, _REFERRAL = 0xA0, 0xA3
_made = tuple.__new__
"""Makes an Entry without the detour by its own constructor."""


@dataclass(frozen=True, slots=True)
class Done:
    """How a search ended."""

    code: int
    message: str
    cookie: bytes


class EntryDecoder:
    """Decodes entries; remembers what stands before a value."""

    def __init__(self) -> None:
        self._heads: dict[bytes, tuple[str, int]] = {}
        """Attribute name and octets of the value, by all octets of an attribute that stand before its only value.

        An attribute of a hundred thousand entries has a few dozen heads, one for each length of its value. A head that
        was taken apart once is as it should be wherever it stands, but for its end.
        """
        self._repeated: dict[bytes, tuple[str, tuple[bytes, ...]]] = {}
        """Attributes with several values, as received: an objectClass looks the same in a hundred thousand entries."""

    def decode(self, data: bytes, spans: Iterable[tuple[int, int]]) -> list[Entry]:
        """The entries whose operation starts, and whose message ends, at each of `spans`.

        Raises BerError for anything that is no entry.
        """
        entries: list[Entry] = []
        data += _MARGIN
        try:
            for at, stop in spans:
                start, end = _start(data, at, RESULT_ENTRY)
                if end != stop:
                    skip_controls(data, end, stop)
                if data[start] == OCTET_STRING and data[start + 1] < 128:
                    name = start + 2
                    at = name + data[start + 1]  # noqa: PLW2901  # a cursor: this is read a million times
                else:
                    name, at = _start(data, start, OCTET_STRING)  # noqa: PLW2901  # as above
                first, last = _start(data, at, SEQUENCE)
                if last != end:
                    raise BerError(f"the attributes of an entry end at octet {last} instead of {end}")
                attributes = self._attributes(data, first, end) if first < end else {}
                entries.append(_made(Entry, (text(data[name:at]), attributes)))
        except IndexError as error:  # some length leads beyond the last octet
            raise BerError("the answer is cut off") from error
        return entries

    def _attributes(self, data: bytes, at: int, end: int) -> dict[str, tuple[bytes, ...]]:
        """The attributes between two places.

        One value, and lengths of one octet (OpenLDAP) or of 0x84 and four octets (Active Directory), is what nearly all
        of them are: what stands before the place where such a one has its value tells whether it is one.
        """
        known = self._heads.get
        attributes: dict[str, tuple[bytes, ...]] = {}
        name_size, around = (7, 16) if data[at + 1] == 0x84 else (3, 8)  # where it stands; the rest of a head
        while at < end:
            value = at + around + data[at + name_size]
            head = known(data[at:value])
            if head is not None:
                name, size = head
                at = value + size
                attributes[name] = (data[value:at],)
            else:
                at = self._attribute(data, at, value, end, attributes)
        if at != end:
            raise BerError(f"an attribute ends at octet {at}, and its entry at {end}")
        return attributes

    def _attribute(self, data: bytes, at: int, value: int, stop: int, attributes: dict[str, tuple[bytes, ...]]) -> int:
        """One attribute in any form; returns its end. `value`: where a value would stand after a head."""
        start, end = element(data, at, stop, SEQUENCE)
        repeated = self._repeated.get(data[at:end]) if end - at < MAX_REPEATED else None
        if repeated is not None:
            attributes[repeated[0]] = repeated[1]
            return end
        name_start, name_end = element(data, start, end, OCTET_STRING)
        first, last = element(data, name_end, end, SET)
        if last != end:
            raise BerError(f"an attribute goes on after its values at octet {last}")
        name, values = text(data[name_start:name_end]).lower(), _values(data, first, last)
        if not values:
            attributes.pop(name, None)  # as if it were not there
            return end
        attributes[name] = tuple(values)
        if len(values) == 1:
            if value == end - len(values[0]):
                if len(self._heads) >= MAX_HEADS:
                    self._heads.clear()
                self._heads[data[at:value]] = name, end - value
        elif end - at < MAX_REPEATED and len(self._repeated) < MAX_HEADS:
            self._repeated[data[at:end]] = name, attributes[name]
        return end


def take_entries(buffer: bytearray, at: int, prefix: bytes, spans: list[tuple[int, int]]) -> int:
    """Walk over whole messages that are entries, adding where each one's operation starts and its message ends.

    `prefix`: the request's number and the tag of an entry. Returns where the first message stands that is another, or
    is not whole, or has a length in an unusual form.
    """
    size, skip = len(buffer), len(prefix) - 1
    while size - at > 6:
        length = buffer[at + 1]
        if length == 0x82:
            start = at + 4
            stop = start + (buffer[at + 2] << 8 | buffer[at + 3])
        elif length < 128:
            start = at + 2
            stop = start + length
        elif length == 0x84:
            start = at + 6
            stop = start + int.from_bytes(buffer[at + 2 : start], "big")
        elif length == 0x81:
            start = at + 3
            stop = start + buffer[at + 2]
        else:
            return at
        if stop > size or buffer[at] != SEQUENCE or not buffer.startswith(prefix, start):
            return at
        spans.append((start + skip, stop))
        at = stop
    return at


def decode_done(data: bytes, at: int, stop: int) -> Done:
    """The result and the cookie of the next page; raises BerError."""
    start, end = element(data, at, stop, RESULT_DONE)
    code, at = integer_at(data, start, end, ENUMERATED)
    _, at = element(data, at, end, OCTET_STRING)
    message_start, at = element(data, at, end, OCTET_STRING)
    message = text(data[message_start:at]).rstrip("\0\n ")
    if at != end:
        _, at = element(data, at, end, _REFERRAL)
        if at != end:
            raise BerError(f"a result goes on after its referrals at octet {at}")
    return Done(code, message, _cookie(data, end, stop))


def decode_reference(data: bytes, at: int, stop: int) -> list[str]:
    """The URLs of a search result reference; raises BerError."""
    start, end = element(data, at, stop, RESULT_REFERENCE)
    if end != stop:
        skip_controls(data, end, stop)
    return [text(value).rstrip("\0\n ") for value in _values(data, start, end)]


def decode_notice(data: bytes, at: int, stop: int) -> str:
    """What a server says unasked (RFC 4511 section 4.4), as a line; raises BerError."""
    start, end = element(data, at, stop, EXTENDED_RESPONSE)
    code, at = integer_at(data, start, end, ENUMERATED)
    _, at = element(data, at, end, OCTET_STRING)
    message_start, at = element(data, at, end, OCTET_STRING)
    return f"the server ended the session (result code {code}) {text(data[message_start:at])}".rstrip("\0\n ")


def text(octets: bytes) -> str:
    """A name or message; Active Directory may send names that are not UTF-8, against RFC 4511."""
    try:
        return octets.decode()
    except UnicodeDecodeError:
        return octets.decode("latin-1")


def skip_controls(data: bytes, at: int, stop: int) -> None:
    """Check that nothing but controls is left of a message; raises BerError."""
    _, end = element(data, at, stop, _CONTROLS)
    if end != stop:
        raise BerError(f"a message goes on after its controls at octet {end}")


def _start(data: bytes, at: int, tag: int) -> tuple[int, int]:
    """Start and end of an element's content, its end not compared with anything; raises BerError, IndexError."""
    if data[at] != tag:
        raise BerError(f"tag {data[at]:#04x} instead of {tag:#04x} at octet {at}")
    length = data[at + 1]
    if length < 128:
        return at + 2, at + 2 + length
    if length == 0x82:
        return at + 4, at + 4 + (data[at + 2] << 8 | data[at + 3])
    if length == 0x81:
        return at + 3, at + 3 + data[at + 2]
    return element(data, at, len(data), tag)


def _values(data: bytes, at: int, stop: int) -> list[bytes]:
    """The octet strings between two places; raises BerError."""
    values = []
    while at < stop:
        start = at + 2
        if start <= stop and data[at] == OCTET_STRING and data[at + 1] < 128:
            at = start + data[at + 1]
            if at > stop:
                raise BerError(f"a value is cut off at octet {start}")
        else:
            start, at = element(data, at, stop, OCTET_STRING)
        values.append(data[start:at])
    return values


def _cookie(data: bytes, at: int, stop: int) -> bytes:
    """The cookie of the paged-results control (RFC 2696) after a result; empty where there is none."""
    if at == stop:
        return b""
    at, end = element(data, at, stop, _CONTROLS)
    if end != stop:
        raise BerError(f"a message goes on after its controls at octet {end}")
    cookie = b""
    while at < stop:
        start, at = element(data, at, stop, SEQUENCE)
        name_start, place = element(data, start, at, OCTET_STRING)
        name = data[name_start:place]
        if place < at and data[place] == BOOLEAN:
            _, place = element(data, place, at, BOOLEAN)
        if name != PAGED_RESULTS:
            continue
        value_start, value_end = element(data, place, at, OCTET_STRING)
        start, end = element(data, value_start, value_end, SEQUENCE)
        _, place = integer_at(data, start, end)
        cookie_start, cookie_end = element(data, place, end, OCTET_STRING)
        cookie = data[cookie_start:cookie_end]
    return cookie

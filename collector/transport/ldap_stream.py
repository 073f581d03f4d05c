"""Searches over a socket that ldap3 connected and bound: the next page is asked for before this one is decoded.

While this side decodes, the server searches. Only one request is under way at a time, and the next page is asked for
ahead only where the reader has shown that it reads on: from the second page. ldap3 is still asked to encode a search.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from collector.transport.ber import OCTET_STRING, SEQUENCE, BerError, encode, encode_integer, integer_at, length_at
from collector.transport.ldap import SUCCESS, Page, Search
from collector.transport.ldap_answer import (
    EXTENDED_RESPONSE,
    INTERMEDIATE_RESPONSE,
    PAGED_RESULTS,
    RESULT_DONE,
    RESULT_ENTRY,
    RESULT_REFERENCE,
    Done,
    EntryDecoder,
    decode_done,
    decode_notice,
    decode_reference,
    take_entries,
)

READ_SIZE = 256 * 1024
MAX_MESSAGES = 1_000_000
"""Messages of one answer; a page has `page_size` of them, an answer without pages is small."""
_CRITICAL = b"\x01\x01\xff"


class AnswerTooLargeError(OSError):
    """One answer brought more than any that was asked for."""


class Channel(Protocol):
    """The socket; bounds how much and how long it reads."""

    def recv(self, size: int, /) -> bytes:
        """As socket.recv."""
        ...

    def sendall(self, data: bytes, /) -> None:
        """As socket.sendall."""
        ...


class SearchStream:
    """Issues searches and takes their answers apart.

    `next_number` gives the identifier of the next request; `may_ask` says whether a request may go out now.
    """

    def __init__(
        self,
        channel: Channel,
        time_limit: int,
        next_number: Callable[[], int],
        may_ask: Callable[[], bool] = lambda: True,
    ) -> None:
        self._channel = channel
        self._time_limit = time_limit
        self._next_number = next_number
        self._may_ask = may_ask
        self._decoder = EntryDecoder()
        self._buffer = bytearray()
        """Received, and not taken yet."""
        self._asked: tuple[Search, bytes] | None = None
        self._number = 0
        self._encoded: tuple[Search, bytes] | None = None

    def has_asked(self, search: Search, cookie: bytes) -> bool:
        """Whether this page is already on its way."""
        return self._asked == (search, cookie)

    def page(self, search: Search, cookie: bytes) -> Page:
        """One page; see `LdapConnection.page`.

        Raises OSError as the socket does, AnswerTooLargeError, BerError for what is no answer, ldap3's errors for a
        search that cannot be asked.
        """
        if not self.has_asked(search, cookie):
            if self._asked is not None:
                self._receive()  # asked for ahead, and not wanted any more
            self._ask(search, cookie)
        data, entries, references, done = self._receive()
        if cookie and done.code == SUCCESS and done.cookie and self._may_ask():
            self._ask(search, done.cookie)
        urls = tuple(url for at, stop in references for url in decode_reference(data, at, stop))
        decoded = tuple(self._decoder.decode(data, entries))
        return Page(decoded, done.code, done.message, done.cookie, urls)

    def _ask(self, search: Search, cookie: bytes) -> None:
        if self._encoded is None or self._encoded[0] != search:
            self._encoded = (search, encode_search(search, self._time_limit))
        self._number = self._next_number()
        parts = [encode_integer(self._number), self._encoded[1]]
        if search.page_size is not None:
            parts.append(_paging(search.page_size, cookie))
        self._channel.sendall(encode(SEQUENCE, *parts))
        self._asked = (search, cookie)

    def _receive(self) -> tuple[bytes, list[tuple[int, int]], list[tuple[int, int]], Done]:
        """The whole answer to the request under way: its octets, where entries and references stand, how it ended."""
        buffer, number = self._buffer, encode_integer(self._number)
        prefix, at = number + bytes((RESULT_ENTRY,)), 0
        entries: list[tuple[int, int]] = []
        references: list[tuple[int, int]] = []
        while True:
            at = take_entries(buffer, at, prefix, entries)
            if at < len(buffer) and buffer[at] != SEQUENCE:
                raise BerError(f"tag {buffer[at]:#04x} where a message should be")
            found = length_at(buffer, at, len(buffer))
            if found is None or found[1] > len(buffer):
                if len(entries) + len(references) > MAX_MESSAGES:
                    raise AnswerTooLargeError("the answer has more entries than any that was asked for")
                piece = self._channel.recv(READ_SIZE)
                if not piece:
                    raise ConnectionResetError("session terminated by server")
                buffer += piece
                continue
            start, stop = found
            tag, place = self._operation(bytes(buffer[start:stop]), start)
            if tag == RESULT_DONE:
                data = bytes(buffer[:stop])
                del buffer[:stop]
                self._asked = None
                return data, entries, references, decode_done(data, place, stop)
            if tag == RESULT_ENTRY:
                entries.append((place, stop))
            elif tag == RESULT_REFERENCE:
                references.append((place, stop))
            at = stop

    def _operation(self, message: bytes, offset: int) -> tuple[int, int]:
        """Tag and place of what a message brings, its end excluded; raises BerError, ConnectionResetError."""
        stop = len(message)
        number, at = integer_at(message, 0, stop)
        if at >= stop:
            raise BerError("a message without an operation")
        tag = message[at]
        if number == 0:
            raise ConnectionResetError(decode_notice(message, at, stop))
        if number != self._number:
            raise BerError(f"an answer to request {number} instead of {self._number}")
        if tag not in {RESULT_ENTRY, RESULT_DONE, RESULT_REFERENCE, INTERMEDIATE_RESPONSE}:
            raise BerError(f"{'an extended response' if tag == EXTENDED_RESPONSE else f'tag {tag:#04x}'} to a search")
        return tag, offset + at


def encode_search(search: Search, time_limit: int) -> bytes:
    """The search request; raises ldap3's errors for a filter or a name that has no meaning."""
    from ldap3.operation.search import search_operation
    from ldap3.utils.asn1 import encode as encode_by_schema  # type: ignore[attr-defined]  # its stubs lack it

    scope = {"base": "BASE", "one": "LEVEL", "subtree": "SUBTREE"}[search.scope]
    attributes = list(search.attributes)
    request = search_operation(
        search.base,
        search.filter,
        scope,
        "NEVER",
        attributes,
        size_limit=0,
        time_limit=time_limit,
        types_only=False,
        auto_escape=True,
        auto_encode=True,
    )
    encoded: bytes = encode_by_schema(request)
    return encoded


def _paging(size: int, cookie: bytes) -> bytes:
    """The controls of a request for a page: only one, and critical (RFC 2696)."""
    value = encode(SEQUENCE, encode_integer(size), encode(OCTET_STRING, cookie))
    control = encode(SEQUENCE, encode(OCTET_STRING, PAGED_RESULTS), _CRITICAL, encode(OCTET_STRING, value))
    return encode(0xA0, control)

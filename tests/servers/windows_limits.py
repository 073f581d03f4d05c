"""A relay in front of an LDAP server that limits answers as a Windows domain controller does by default.

MaxPageSize 1000: an unpaged search ends with sizeLimitExceeded after as many entries, and a page holds no more,
whatever was asked for. MaxValRange 1500: a longer attribute comes as `name;range=0-1499` beside an empty `name`, and a
request for `name;range=1500-*` brings the next 1500 (MS-ADTS 3.1.1.3.1.3.3 and 3.1.1.3.4.6). Samba limits neither.
"""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
import threading
from collections.abc import Iterator
from types import TracebackType
from typing import Self

from collector.transport.ber import (
    ENUMERATED,
    OCTET_STRING,
    SEQUENCE,
    SET,
    element,
    encode,
    encode_integer,
    integer_at,
    length_at,
)
from tests.servers.certificates import Authority

MAX_PAGE_SIZE, MAX_VALUES = 1000, 1500
SIZE_LIMIT_EXCEEDED = 4
_UNBIND, _SEARCH, _ENTRY, _DONE, _REFERENCE, _CONTROLS = 0x42, 0x63, 0x64, 0x65, 0x73, 0xA0
_PAGED = b"1.2.840.113556.1.4.319"
_RANGE = re.compile(rb"(?i)(?P<name>[^;]+);range=(?P<first>\d+)-\*")


class WindowsLimits:
    """One relay in a thread, until it is left; LDAPS on both sides."""

    def __init__(self, authority: Authority, target: str) -> None:
        files = authority.issue("relay", ["127.0.0.1"])
        self._inside = ssl.create_default_context(cafile=authority.ca_file)
        self._outside = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._outside.load_cert_chain(files.certificate, files.key)
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.ca_file = authority.ca_file
        self.limited: set[str] = set()
        """Which of the limits were met: `page`, `unpaged`, `values`."""

    def __enter__(self) -> Self:
        """Start."""
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take no more connections; those that stand end with their peers."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._relay, args=(client,), daemon=True).start()

    def _relay(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError), self._outside.wrap_socket(client, server_side=True) as outer:
            raw = socket.create_connection((self._target, 636), timeout=30)
            with self._inside.wrap_socket(raw, server_hostname=self._target) as inner:
                conversation, from_client, from_server = _Conversation(self.limited), bytearray(), bytearray()
                # One request at a time: the answer is read to its end before the next request is taken.
                for request in _messages(outer, from_client):
                    inner.sendall(conversation.asked(request))
                    for answer in _messages(inner, from_server) if conversation.waits else ():
                        outer.sendall(conversation.answered(answer))
                        if not conversation.waits:
                            break


class _Conversation:
    """What one connection has asked, and what becomes of the answer."""

    def __init__(self, limited: set[str]) -> None:
        self._limited = limited
        self.waits = False
        """Whether the answer to the last request is still to be read."""
        self._unpaged = False
        self._entries = 0

    def asked(self, message: bytes) -> bytes:
        start, end = element(message, 0, len(message), SEQUENCE)
        _, at = integer_at(message, start, end)
        kind = message[at]
        self._entries, self._unpaged = 0, kind == _SEARCH
        self.waits = kind != _UNBIND
        if kind != _SEARCH:
            return message
        _, last = element(message, at, end, _SEARCH)
        if last == end:
            return message
        controls = [self._control(each) for each in _elements(message, *element(message, last, end, _CONTROLS))]
        return encode(SEQUENCE, message[start:last], encode(_CONTROLS, *controls))

    def _control(self, control: bytes) -> bytes:
        start, end = element(control, 0, len(control), SEQUENCE)
        parts = list(_elements(control, start, end))
        if _PAGED not in parts[0]:
            return control
        self._unpaged = False
        value_start, value_end = element(parts[-1], 0, len(parts[-1]), OCTET_STRING)
        inner, stop = element(parts[-1], value_start, value_end, SEQUENCE)
        size, at = integer_at(parts[-1], inner, stop)
        if size > MAX_PAGE_SIZE:
            self._limited.add("page")
        value = encode(SEQUENCE, encode_integer(min(size, MAX_PAGE_SIZE)), parts[-1][at:stop])
        return encode(SEQUENCE, *parts[:-1], encode(OCTET_STRING, value))

    def answered(self, message: bytes) -> bytes:
        start, end = element(message, 0, len(message), SEQUENCE)
        _, at = integer_at(message, start, end)
        kind = message[at]
        if kind == _ENTRY:
            self._entries += 1
            if self._unpaged and self._entries > MAX_PAGE_SIZE:
                return b""
            first, last = element(message, at, end, _ENTRY)
            return encode(SEQUENCE, message[start:at], self._entry(message[first:last]), message[last:end])
        if kind == _REFERENCE:
            return message
        self.waits = False
        if kind == _DONE and self._unpaged and self._entries > MAX_PAGE_SIZE:
            self._limited.add("unpaged")
            over = encode(ENUMERATED, bytes((SIZE_LIMIT_EXCEEDED,)))
            return encode(SEQUENCE, message[start:at], encode(_DONE, over, *[encode(OCTET_STRING)] * 2))
        return message

    def _entry(self, entry: bytes) -> bytes:
        name, attributes = _elements(entry, 0, len(entry))
        start, end = element(attributes, 0, len(attributes), SEQUENCE)
        kept = [part for each in _elements(attributes, start, end) for part in self._attribute(each)]
        return encode(_ENTRY, name, encode(SEQUENCE, *kept))

    def _attribute(self, attribute: bytes) -> list[bytes]:
        start, end = element(attribute, 0, len(attribute), SEQUENCE)
        description, held = _elements(attribute, start, end)
        values = list(_elements(held, *element(held, 0, len(held), SET)))
        if len(values) <= MAX_VALUES:
            return [attribute]
        self._limited.add("values")
        begin, stop = element(description, 0, len(description), OCTET_STRING)
        found = _RANGE.fullmatch(description[begin:stop])
        plain, first = (found["name"], int(found["first"])) if found else (description[begin:stop], 0)
        ranged = b"%s;range=%d-%d" % (plain, first, first + MAX_VALUES - 1)
        part = encode(SEQUENCE, encode(OCTET_STRING, ranged), encode(SET, *values[:MAX_VALUES]))
        return [part] if found else [encode(SEQUENCE, description, encode(SET)), part]


def _elements(data: bytes, at: int, stop: int) -> list[bytes]:
    """The elements between two places, whole."""
    found = []
    while at < stop:
        _, end = element(data, at, stop, data[at])
        found.append(data[at:end])
        at = end
    return found


def _messages(connection: ssl.SSLSocket, buffer: bytearray) -> Iterator[bytes]:
    """Each message as it is whole; what came beyond stays in the buffer."""
    while True:
        whole = length_at(buffer, 0, len(buffer)) if len(buffer) > 1 else None
        if whole is not None and whole[1] <= len(buffer):
            message = bytes(buffer[: whole[1]])
            del buffer[: whole[1]]
            yield message
            continue
        data = connection.recv(1 << 16)
        if not data:
            return
        buffer += data

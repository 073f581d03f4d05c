"""Asks a mail server for STARTTLS as a sending server does (RFC 5321, RFC 3207), and takes leave: no mail is sent.

What is sent: EHLO with this end's address, STARTTLS, a handshake, QUIT. Any certificate is taken, as servers that send
mail do unless DANE or MTA-STS says otherwise.
"""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass

from collector.evidence import GapCause
from collector.network.tls import VERSIONS, lax_context
from collector.source import SourceError

_MAX_REPLY = 8192
_MAX_WORDS = 120
_NAME = re.compile(r"[a-z0-9_][a-z0-9_-]{0,62}(\.[a-z0-9_][a-z0-9_-]{0,62}){0,20}")
_REMEDY = "let this host reach the mail server, and look at its log"


@dataclass(frozen=True, slots=True)
class Offer:
    """What a mail server answered."""

    starttls: bool
    version: str | None = None
    refusal: str | None = None


def ask_starttls(address: str, port: int, name: str, seconds: float) -> Offer:
    """One session with one address, all of it within the time; raises SourceError where it gives no answer."""
    ends = time.monotonic() + seconds
    try:
        with socket.create_connection((address, port), seconds) as connection:
            return _session(connection, name, ends)
    except TimeoutError as error:
        raise SourceError(GapCause.TIMED_OUT, "no answer in time", _REMEDY) from error
    except OSError as error:
        words = error.strerror or type(error).__name__
        raise SourceError(GapCause.UNREACHABLE, f"no connection: {words}"[:_MAX_WORDS], _REMEDY) from error


def _session(connection: socket.socket, name: str, ends: float) -> Offer:
    reply = _reader(connection, ends)
    greeting = reply()
    if code_of(greeting) != 220:
        raise SourceError(GapCause.DENIED, f"the server greets with: {words_of(greeting)}", _REMEDY)
    own = connection.getsockname()[0]
    connection.sendall(f"EHLO [{'IPv6:' if ':' in own else ''}{own}]\r\n".encode("ascii"))
    offered = reply()
    if code_of(offered) != 250:
        raise SourceError(GapCause.DENIED, f"the server answers EHLO with: {words_of(offered)}", _REMEDY)
    if not offers_starttls(offered):
        with contextlib.suppress(OSError):
            connection.sendall(b"QUIT\r\n")
        return Offer(starttls=False)
    connection.sendall(b"STARTTLS\r\n")
    ready = reply()
    if code_of(ready) != 220:
        return Offer(starttls=False, refusal=words_of(ready))
    connection.settimeout(_left(ends))
    try:
        asked = name if _NAME.fullmatch(name) else None  # what the DNS says is no host name is not sent
        with lax_context().wrap_socket(connection, server_hostname=asked) as secure:
            version = secure.version() or ""
            with contextlib.suppress(OSError):
                secure.sendall(b"QUIT\r\n")
    except ssl.SSLError as error:
        return Offer(starttls=False, refusal=str(error)[:_MAX_WORDS])
    return Offer(starttls=True, version=VERSIONS.get(version, version))


def code_of(reply: bytes) -> int | None:
    """The reply's code; None where it has none."""
    return int(reply[:3]) if reply[:3].isdigit() else None


def words_of(reply: bytes) -> str:
    """The reply's last line in letters that any terminal may show."""
    line = (reply.splitlines() or [b""])[-1]
    return "".join(chr(byte) if 32 <= byte < 127 else "?" for byte in line[:_MAX_WORDS])


def offers_starttls(reply: bytes) -> bool:
    """Whether the reply to EHLO lists STARTTLS."""
    return any(line[4:].split()[:1] == [b"STARTTLS"] for line in reply.upper().splitlines()[1:])


def _reader(connection: socket.socket, ends: float) -> Callable[[], bytes]:
    """Reads one reply at a time, of one line or several (RFC 5321, section 4.2.1)."""
    held = bytearray()

    def reply() -> bytes:
        taken = bytearray()
        while True:
            line, found, rest = bytes(held).partition(b"\n")
            if found:
                held[:] = rest
                taken += line + found
                if line[3:4] != b"-":
                    return bytes(taken)
                continue
            if len(held) + len(taken) > _MAX_REPLY:
                raise SourceError(GapCause.MALFORMED, "the server's reply has no end", _REMEDY)
            connection.settimeout(_left(ends))
            data = connection.recv(4096)
            if not data:
                raise SourceError(GapCause.TRUNCATED, "the server hung up", _REMEDY)
            held.extend(data)

    return reply


def _left(ends: float) -> float:
    left = ends - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left

"""A DNS server for tests: answers of the test's own, by UDP and TCP on the loopback."""

from __future__ import annotations

import socketserver
import struct
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

HOST = "127.0.0.1"
SILENT = "silent"
LONG = 512
"""Octets beyond which an answer goes by TCP alone."""
Zone = Mapping[tuple[str, str], Sequence[str] | str]
"""Name and type to the records' texts, or to an rcode's name, or to SILENT; what is not there is NXDOMAIN."""


@dataclass
class NameServer:
    """Where the server listens, and what it was asked."""

    port: int = 0
    asked: list[tuple[str, str]] = field(default_factory=list)


def answer_to(wire: bytes, zone: Zone, asked: list[tuple[str, str]], validated: bool = False) -> bytes | None:
    """The answer to one question; None for silence."""
    query = dns.message.from_wire(wire)
    (question,) = query.question
    name, kind = question.name.to_text(omit_final_dot=True), dns.rdatatype.to_text(question.rdtype)
    asked.append((name, kind))
    response = dns.message.make_response(query)
    response.flags |= dns.flags.RA
    held = zone.get((name, kind))
    if held == SILENT:
        return None
    if held is None:
        known = any(name == other or other.endswith(f".{name}") for other, _ in zone)
        response.set_rcode(dns.rcode.NOERROR if known else dns.rcode.NXDOMAIN)
    elif isinstance(held, str):
        response.set_rcode(dns.rcode.from_text(held))
    else:
        response.answer.append(dns.rrset.from_text(question.name, 300, "IN", kind, *held))
        response.flags |= dns.flags.AD if validated else 0
    return response.to_wire()


@contextmanager
def _both(
    datagram: type[socketserver.BaseRequestHandler], stream: type[socketserver.BaseRequestHandler]
) -> Iterator[tuple[socketserver.UDPServer, socketserver.TCPServer]]:
    """Servers by UDP and by TCP on one port; a port that is free for one may be taken for the other."""
    while True:
        datagrams = socketserver.ThreadingUDPServer((HOST, 0), datagram)
        try:
            streams = socketserver.ThreadingTCPServer((HOST, datagrams.server_address[1]), stream)
        except OSError:
            datagrams.server_close()
            continue
        with datagrams, streams:
            yield datagrams, streams
        return


@contextmanager
def name_server(
    zone: Zone, *, validated: bool = False, garbled: Callable[[bytes], bytes] = bytes
) -> Iterator[NameServer]:
    """A server of these answers until the block ends; `garbled` changes each of them."""
    server = NameServer()

    def answer(wire: bytes) -> bytes | None:
        made = answer_to(wire, zone, server.asked, validated)
        return None if made is None else garbled(made)

    class Datagram(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            wire, socket = self.request
            made = answer(wire)
            if made is not None and len(made) > LONG:
                cut = dns.message.make_response(dns.message.from_wire(wire))
                cut.flags |= dns.flags.TC
                made = cut.to_wire()
            if made is not None:
                socket.sendto(made, self.client_address)

    class Stream(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            (length,) = struct.unpack("!H", self.rfile.read(2))
            made = answer(self.rfile.read(length))
            if made is not None:
                self.wfile.write(struct.pack("!H", len(made)) + made)

    with _both(Datagram, Stream) as (datagrams, streams):
        server.port = datagrams.server_address[1]
        threads = [threading.Thread(target=each.serve_forever, args=(0.02,)) for each in (datagrams, streams)]
        for thread in threads:
            thread.start()
        try:
            yield server
        finally:
            for each in (datagrams, streams):
                each.shutdown()
            for thread in threads:
                thread.join(60)

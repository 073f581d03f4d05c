"""An NTP server whose time is a given number of seconds ahead of the system clock (RFC 5905, mode 4 answers only).

Usage: fake_ntp.py ADDRESS=SECONDS [ADDRESS=SECONDS ...]
"""

from __future__ import annotations

import selectors
import socket
import struct
import sys
import time

SO_TIMESTAMPNS = 35
"""socket(7) and asm-generic/socket.h: the kernel tells when a datagram came, however late this program is woken."""
NTP_EPOCH = 2_208_988_800
"""Seconds from 1900-01-01 to 1970-01-01."""


def timestamp(seconds: float) -> bytes:
    """Return a time as 32 bits of seconds and 32 of fraction."""
    whole, fraction = divmod(seconds + NTP_EPOCH, 1)
    return struct.pack(">II", int(whole), int(fraction * 2**32))


def answer(request: bytes, came: float, ahead: float) -> bytes:
    """Return the answer of a stratum 1 server to a client's request that came at a time of the system clock."""
    now = came + ahead
    head = struct.pack(">BBbbII4s", 0x24, 1, request[2], -20, 0, 0, b"PPS\0")
    return head + timestamp(now - 1) + request[40:48] + timestamp(now) + timestamp(time.time() + ahead)


def main() -> None:
    """Serve until killed."""
    waiting = selectors.DefaultSelector()
    for argument in sys.argv[1:]:
        address, _, seconds = argument.partition("=")
        server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        server.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        server.bind((address, 123))
        waiting.register(server, selectors.EVENT_READ, float(seconds))
    print("listening", flush=True)
    while True:
        for ready, _ in waiting.select():
            assert isinstance(ready.fileobj, socket.socket)
            request, more, _, peer = ready.fileobj.recvmsg(1024, 64)
            seconds, nanoseconds = struct.unpack("@ll", more[0][2])
            if len(request) >= 48:
                ready.fileobj.sendto(answer(request, seconds + nanoseconds / 1e9, ready.data), peer)


if __name__ == "__main__":
    main()

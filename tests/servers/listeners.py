"""Listens on TCP ports, accepts, and says nothing.

Usage: listeners.py PORT [PORT ...]
"""

from __future__ import annotations

import selectors
import socket
import sys


def main() -> None:
    """Accept and close connections until killed."""
    waiting = selectors.DefaultSelector()
    for port in sys.argv[1:]:
        waiting.register(socket.create_server(("0.0.0.0", int(port))), selectors.EVENT_READ)
    print("listening", flush=True)
    while True:
        for ready, _ in waiting.select():
            assert isinstance(ready.fileobj, socket.socket)
            ready.fileobj.accept()[0].close()


if __name__ == "__main__":
    main()

"""Servers that fail half-way: silence after an SSH banner, and a relay that loses the connection."""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
from types import TracebackType
from typing import Self

SILENCE_POLL_SECONDS = 0.2


class _Listener:
    """A TCP server of one thread per connection; stops when left."""

    def __init__(self, address: str) -> None:
        self._server = socket.create_server((address, 0))
        self.address = address
        self.port: int = self._server.getsockname()[1]
        self._ended = threading.Event()
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        """Start to listen."""
        self._server.settimeout(SILENCE_POLL_SECONDS)
        self._start(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop, and end every connection."""
        self._ended.set()
        for thread in self._threads:
            thread.join(timeout=60)
        self._server.close()

    def serve(self, client: socket.socket) -> None:
        """Serve one connection."""
        raise NotImplementedError

    def _start(self, target: object, *arguments: object) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._ended.is_set():
            with contextlib.suppress(TimeoutError):
                client, _ = self._server.accept()
                self._start(self._serve, client)

    def _serve(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError):
            self.serve(client)


class SilentSshServer(_Listener):
    """Sends an SSH banner, and then nothing more, for as long as the client stays."""

    def __init__(self, address: str = "127.0.0.1", banner: bytes = b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n") -> None:
        """Take a free port; an empty banner makes a server that says nothing at all."""
        super().__init__(address)
        self._banner = banner

    def serve(self, client: socket.socket) -> None:
        """Send the banner and keep silent."""
        client.sendall(self._banner)
        client.settimeout(SILENCE_POLL_SECONDS)
        while not self._ended.is_set():
            with contextlib.suppress(TimeoutError):
                if not client.recv(65536):
                    return


class LosingRelay(_Listener):
    """Relays to a server and breaks every connection after so many bytes from the server (e.g. on page 2).

    TLS passes through unread: the server's certificate must name 127.0.0.1.
    """

    def __init__(self, target: tuple[str, int], lose_after_bytes: int, address: str = "127.0.0.1") -> None:
        """Take a free port in front of the target."""
        super().__init__(address)
        self._target = target
        self._limit = lose_after_bytes

    def serve(self, client: socket.socket) -> None:
        """Relay until the limit."""
        passed = 0
        with socket.create_connection(self._target, timeout=60) as server, selectors.DefaultSelector() as waiting:
            waiting.register(client, selectors.EVENT_READ, server)
            waiting.register(server, selectors.EVENT_READ, client)
            while not self._ended.is_set():
                for ready, _ in waiting.select(SILENCE_POLL_SECONDS):
                    assert isinstance(ready.fileobj, socket.socket)
                    data = ready.fileobj.recv(4096)
                    if ready.fileobj is server:
                        passed += len(data)
                    if not data or passed > self._limit:
                        return
                    ready.data.sendall(data)

"""An SMTP server for tests: it greets, offers STARTTLS or not, makes the handshake, and takes no mail."""

from __future__ import annotations

import contextlib
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.servers.certificates import Certificate

HOST = "127.0.0.1"


@dataclass
class MailPort:
    """Where the server listens, and the lines that it was sent."""

    port: int = 0
    heard: list[str] = field(default_factory=list)


@contextmanager
def mail_server(
    certificate: Certificate | None = None,
    *,
    greeting: bytes = b"220 mx.example.test ESMTP\r\n",
    offer: bytes = b"250-mx.example.test\r\n250-SIZE 1000\r\n250 STARTTLS\r\n",
    ready: bytes = b"220 go ahead\r\n",
) -> Iterator[MailPort]:
    """A server until the block ends; without a certificate its handshake goes wrong."""
    mail = MailPort()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if certificate is not None:
        context.load_cert_chain(certificate.certificate, certificate.key)

    class Session(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            connection = self.request
            connection.settimeout(60)
            connection.sendall(greeting)
            with contextlib.suppress(OSError):
                while line := connection.recv(1000):
                    mail.heard.append(line.decode("ascii", "replace").strip())
                    if line.startswith(b"EHLO"):
                        connection.sendall(offer)
                    elif line.startswith(b"STARTTLS"):
                        connection.sendall(ready)
                        if ready.startswith(b"220"):
                            connection = context.wrap_socket(connection, server_side=True)
                            connection.settimeout(60)
                    elif line.startswith(b"QUIT"):
                        connection.sendall(b"221 bye\r\n")
                        break
            connection.close()

    class Server(socketserver.ThreadingTCPServer):
        def handle_error(self, *_: object) -> None:
            """A client that goes away is what some tests are about."""

    with Server((HOST, 0), Session) as server:
        mail.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield mail
        finally:
            server.shutdown()
            thread.join(60)

"""TLS for LDAP: 1.2 or later, the certificate and its name checked, many records read at a time."""

from __future__ import annotations

import socket
import ssl
import time
from typing import TYPE_CHECKING, Any

from collector.evidence import GapCause
from collector.source import SourceError

if TYPE_CHECKING:
    from config.sources import LdapSource

_RECORD = 16384
"""Octets of content in a TLS record at most (RFC 8446 section 5.1)."""
_READ_SIZE = 256 * 1024
_HANDSHAKE_SECONDS = 60


class TlsSocket:
    """A TLS client over a connected socket.

    Does what ssl.SSLSocket does for a blocking socket, by an ssl.MemoryBIO: SSLSocket makes two system calls for each
    record, and slapd sends a record for each entry. What is not about content is left to the socket itself.
    """

    def __init__(self, raw: socket.socket, context: ssl.SSLContext, server_hostname: str) -> None:
        """Shake hands; raises ssl.SSLError, ssl.SSLCertVerificationError, OSError or TimeoutError."""
        self._raw = raw
        self._received, self._to_send = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._received, self._to_send, server_hostname=server_hostname)
        timeout = raw.gettimeout()
        deadline = time.monotonic() + (_HANDSHAKE_SECONDS if timeout is None else timeout)
        try:
            while True:
                try:
                    self._tls.do_handshake()
                    break
                except ssl.SSLWantReadError:
                    self._flush()
                    if not self._fill(deadline):
                        message = "the server hung up during the TLS handshake"
                        raise ConnectionResetError(message) from None
            self._flush()
        except OSError:
            self._say_why()
            raise
        finally:
            raw.settimeout(timeout)

    def recv(self, size: int) -> bytes:
        """Content, as socket.recv; the socket's timeout is for all of it."""
        timeout = self._raw.gettimeout()
        deadline = None if timeout is None else time.monotonic() + timeout
        pieces: list[bytes] = []
        left = size
        try:
            while left > 0:
                try:
                    piece = self._tls.read(min(left, _RECORD))
                except ssl.SSLWantReadError:
                    self._flush()
                    if pieces:
                        break
                    if not self._fill(deadline):
                        self._received.write_eof()
                    continue
                except ssl.SSLEOFError:
                    break  # without a goodbye, as most servers do; what is cut off shows by LDAP's own lengths
                if not piece:
                    break
                pieces.append(piece)
                left -= len(piece)
        finally:
            if timeout is not None:
                self._raw.settimeout(timeout)
        return b"".join(pieces)

    def sendall(self, data: bytes) -> None:
        """As socket.sendall."""
        sent = 0
        while sent < len(data):
            try:
                sent += self._tls.write(data[sent:])
            except ssl.SSLWantReadError:
                self._flush()
                if not self._fill(None):
                    message = "the server hung up"
                    raise ConnectionResetError(message) from None
        self._flush()

    def getpeercert(self, binary_form: bool = False) -> Any:  # noqa: FBT001, FBT002  # as SSLSocket has it
        """As SSLSocket.getpeercert; for channel binding."""
        return self._tls.getpeercert(binary_form)

    def get_channel_binding(self, cb_type: str = "tls-unique") -> bytes | None:
        """As SSLSocket.get_channel_binding."""
        return self._tls.get_channel_binding(cb_type)

    def version(self) -> str | None:
        """As SSLSocket.version."""
        return self._tls.version()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._raw, name)

    def _fill(self, deadline: float | None) -> int:
        if deadline is not None:
            left = deadline - time.monotonic()
            if left <= 0:
                message = "timed out"
                raise TimeoutError(message)
            self._raw.settimeout(left)
        try:
            data = self._raw.recv(_READ_SIZE)
        except BlockingIOError as error:  # SO_RCVTIMEO, which ldap3 sets
            raise TimeoutError(str(error)) from error
        return self._received.write(data) if data else 0

    def _flush(self) -> None:
        if self._to_send.pending:
            self._raw.sendall(self._to_send.read())

    def _say_why(self) -> None:
        """Send the alert that tells the server why the handshake ended, if it still listens."""
        try:
            self._flush()
        except OSError:
            return


def wrapper(settings: LdapSource) -> Any:
    """ldap3's Tls with an SSLContext of our own: ldap3 sends no server name, and checks names by a copy of old code."""
    import ldap3

    class VerifyingTls(ldap3.Tls):  # type: ignore[misc,unused-ignore]  # ldap3 has no types of its own
        failure: Exception | None = None

        def wrap_socket(
            self,
            connection: Any,
            do_handshake: bool = False,  # noqa: ARG002, FBT001, FBT002  # ldap3's signature
        ) -> None:
            # ldap3 calls this for LDAPS and for StartTLS.
            raw = getattr(connection.socket, "inner", connection.socket)
            try:
                context = ssl.create_default_context(cafile=settings.tls.ca_file)
                context.minimum_version = ssl.TLSVersion.TLSv1_2
                if settings.tls.certificate is not None:
                    context.load_cert_chain(settings.tls.certificate, settings.tls.private_key)
                connection.socket = TlsSocket(raw, context, settings.tls.server_name or settings.host)
            except (OSError, ValueError) as error:
                self.failure = error
                raw.close()  # ldap3 forgets it
                raise

    return VerifyingTls(validate=ssl.CERT_REQUIRED)


def tls_failure(error: Exception, target: str, name: str) -> SourceError:
    """Why TLS was not agreed upon, and what the operator can do; never `do not verify`."""
    speaks = "check that the server speaks TLS on this port"
    if isinstance(error, ssl.SSLCertVerificationError):
        remedy = _CERTIFICATE_REMEDIES.get(error.verify_code, _UNKNOWN_AUTHORITY).format(name=name)
        detail = f"{target}: the server's certificate is not trusted: {error.verify_message}"
        return SourceError(GapCause.DENIED, detail, remedy)
    if isinstance(error, TimeoutError):
        return SourceError(GapCause.TIMED_OUT, f"{target}: no TLS answer in time", speaks)
    if isinstance(error, FileNotFoundError):
        detail = f"{target}: a file that tls.ca_file, tls.certificate or tls.private_key names is not there"
        return SourceError(GapCause.ABSENT, detail, "correct the file names")
    if isinstance(error, ssl.SSLError):
        remedy = "the server must speak TLS 1.2 or later on this port (ldaps: 636, starttls: 389); files must be PEM"
        return SourceError(GapCause.DENIED, f"{target}: TLS failed: {error.reason or error}", remedy)
    return SourceError(GapCause.UNREACHABLE, f"{target}: TLS failed: {error}", speaks)


_UNKNOWN_AUTHORITY = "give the certificate of the CA that issued the server's certificate as tls.ca_file (PEM)"
_CERTIFICATE_REMEDIES = {
    10: "the certificate has expired: renew it on the server",
    9: "the certificate is not valid yet: check the clocks of both hosts",
    62: "reach the server by a name in its certificate, or give that name as tls.server_name (asked for: {name})",
    64: "reach the server by a name in its certificate, or give that name as tls.server_name (asked for: {name})",
}
"""OpenSSL's X509_V_ERR numbers (x509_vfy.h): expired, not yet valid, host name mismatch, IP address mismatch."""

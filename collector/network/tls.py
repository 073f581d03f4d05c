"""Asks services for TLS as clients do: what they agree to, and whether their certificate is to be trusted.

Four handshakes for each declared service, and nothing after them: no request, no name and password. SSL 3.0 and older
cannot be spoken by today's libraries, so nothing is said of them.
"""

from __future__ import annotations

import socket
import ssl
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509

from collector.evidence import GapCause
from collector.records.record import Record
from collector.records.transit import TlsService
from collector.source import Diagnosis, Query, Recorder, SourceError
from config.sources import TlsSource, TlsTarget

VERSIONS = {"TLSv1": "1.0", "TLSv1.1": "1.1", "TLSv1.2": "1.2", "TLSv1.3": "1.3"}
"""A version as Python's `ssl` names it to its number."""
_OLD = (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_2)
_NO_TLS = ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "HTTP_REQUEST", "UNEXPECTED_EOF_WHILE_READING")
_MAX_TEXT = 200


@dataclass(frozen=True, slots=True)
class _Agreed:
    """What one handshake came to."""

    version: str | None
    cipher: str | None
    certificate: bytes


class TlsHandshakes:
    """The services of one settings entry; implements `collector.source.Source`."""

    provides: frozenset[type[Record]] = frozenset({TlsService})

    def __init__(self, settings: TlsSource) -> None:
        self.id = settings.id
        self._settings = settings

    def plan(self, wanted: frozenset[type[Record]]) -> Iterable[Query]:
        """The handshakes of each service."""
        if TlsService not in wanted:
            return
        for target in self._settings.targets:
            yield Query(
                _place(target),
                f"TLS handshakes{f' for {target.name}' if target.name else ''}: any version, with the certificate"
                " checked, and 1.0, 1.1, 1.2 alone",
                (TlsService,),
            )

    def collect(self, wanted: frozenset[type[Record]], recorder: Recorder) -> None:
        """Ask each service; one that gives no connection is a gap of its own."""
        if TlsService not in wanted:
            return
        recorder.identity("a client without a name")
        for target in self._settings.targets:
            try:
                recorder.add(self._service(target))
            except SourceError as error:
                recorder.gap(TlsService, error.cause, error.detail, remedy=error.remedy, subject=_place(target))
            recorder.ran(f"TLS handshakes with {_place(target)}", (TlsService,))
        recorder.complete(TlsService, source_count=len(self._settings.targets))

    def diagnose(self) -> Iterable[Diagnosis]:
        """Try each service."""
        for target in self._settings.targets:
            try:
                found = self._service(target)
            except SourceError as error:
                yield Diagnosis(_place(target), ok=False, text=error.detail, remedy=error.remedy)
            else:
                yield Diagnosis(_place(target), ok=True, text=f"TLS {found.version}" if found.version else "no TLS")

    def _service(self, target: TlsTarget) -> TlsService:
        try:
            agreed = self._handshake(target, lax_context())
        except ssl.SSLError as error:
            if not any(word in str(error) for word in _NO_TLS):
                raise SourceError(GapCause.MALFORMED, f"no handshake came about: {str(error)[:_MAX_TEXT]}") from error
            return TlsService(address=target.address, port=target.port, name=target.name)
        trusted, distrust = self._trust(target)
        return TlsService(
            address=target.address,
            port=target.port,
            name=target.name,
            version=VERSIONS.get(agreed.version or "", agreed.version),
            oldest=self._oldest(target, agreed.version),
            cipher=agreed.cipher,
            trusted=trusted,
            distrust=distrust,
            not_after=_end(agreed.certificate),
        )

    def _trust(self, target: TlsTarget) -> tuple[bool | None, str | None]:
        try:
            context = ssl.create_default_context(cafile=self._settings.ca_file)
        except (OSError, ssl.SSLError) as error:
            raise SourceError(
                GapCause.UNSUPPORTED, f"{self._settings.ca_file} holds no certificates", "correct `ca_file`"
            ) from error
        try:
            self._handshake(target, context)
        except ssl.SSLCertVerificationError as error:
            return False, error.verify_message[:_MAX_TEXT]
        except ssl.SSLError:
            return None, None  # too old for a client of today: the version tells it
        return True, None

    def _oldest(self, target: TlsTarget, newest: str | None) -> str | None:
        """The oldest version that is agreed to; None where an older one was neither agreed to nor turned away."""
        for version in _OLD:
            try:
                agreed = self._handshake(target, lax_context(version))
            except ssl.SSLError:
                continue
            except SourceError as error:
                if isinstance(error.__cause__, ConnectionResetError | BrokenPipeError):
                    continue  # it hung up on the version, which some services do instead of an alert
                return None
            return VERSIONS.get(agreed.version or "", agreed.version)
        return VERSIONS.get(newest or "", newest)

    def _handshake(self, target: TlsTarget, context: ssl.SSLContext) -> _Agreed:
        """One connection and handshake; raises SSLError for the handshake, SourceError for the connection."""
        name = target.name or target.address
        try:
            with (
                socket.create_connection((target.address, target.port), self._settings.timeout_seconds) as raw,
                context.wrap_socket(raw, server_hostname=name) as secure,
            ):
                cipher = secure.cipher()
                return _Agreed(
                    secure.version(), cipher[0] if cipher else None, secure.getpeercert(binary_form=True) or b""
                )
        except ssl.SSLError:
            raise
        except TimeoutError as error:
            raise SourceError(GapCause.TIMED_OUT, "no answer in time", "check address, port and route") from error
        except OSError as error:
            words = error.strerror or type(error).__name__
            raise SourceError(
                GapCause.UNREACHABLE, f"no connection: {words}"[:_MAX_TEXT], "check address, port and route"
            ) from error


def lax_context(only: ssl.TLSVersion | None = None) -> ssl.SSLContext:
    """A client that takes any certificate and every version from 1.0 on, or just one: it sends nothing to anyone."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # old versions are what is asked for
        context.minimum_version = only or ssl.TLSVersion.TLSv1
        if only is not None:
            context.maximum_version = only
    return context


def _end(certificate: bytes) -> datetime | None:
    try:
        return x509.load_der_x509_certificate(certificate).not_valid_after_utc
    except ValueError:
        return None


def _place(target: TlsTarget) -> str:
    return f"{target.address}:{target.port}"

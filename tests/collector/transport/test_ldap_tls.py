"""TLS by a memory BIO against Python's own TLS server: many small records, slow ones, and ends of several kinds."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from collector.transport.ldap_tls import TlsSocket
from tests.servers.certificates import Authority, Certificate


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def certificate(authority: Authority) -> Certificate:
    return authority.issue("server", ["localhost"])


@contextmanager
def tls_server(certificate: Certificate, behave: Callable[[ssl.SSLSocket], object]) -> Iterator[socket.socket]:
    """A connected client socket; the other end speaks TLS and does one thing."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.certificate, certificate.key)
    ours, theirs = socket.socketpair()

    def serve() -> None:
        theirs.settimeout(60)
        try:
            with context.wrap_socket(theirs, server_side=True) as spoken:
                behave(spoken)
        except OSError:
            theirs.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    ours.settimeout(60)
    with ours:
        yield ours
    thread.join(60)


def client(raw: socket.socket, ca_file: Path | None, name: str = "localhost") -> TlsSocket:
    return TlsSocket(raw, ssl.create_default_context(cafile=ca_file), name)


def all_of(spoken: TlsSocket) -> bytes:
    received = b""
    while piece := spoken.recv(1 << 18):
        received += piece
    return received


@pytest.mark.parametrize("goodbye", [True, False])
def test_small_and_large_records_are_one_stream(authority: Authority, certificate: Certificate, goodbye: bool) -> None:
    sent = [b"%d," % number for number in range(3000)] + [bytes(100_000)]

    def talk(spoken: ssl.SSLSocket) -> None:
        assert spoken.recv(10) == b"more"
        for piece in sent:
            spoken.sendall(piece)
        if goodbye:
            spoken.unwrap()

    with tls_server(certificate, talk) as raw:
        spoken = client(raw, authority.ca_file)
        assert spoken.version() in {"TLSv1.2", "TLSv1.3"}
        assert spoken.getpeercert()["subjectAltName"] == (("DNS", "localhost"),)
        spoken.sendall(b"more")
        assert all_of(spoken) == b"".join(sent)


def test_a_large_request_is_sent_whole(authority: Authority, certificate: Certificate) -> None:
    request = bytes(range(256)) * 4000
    got: list[bytes] = []

    def take(spoken: ssl.SSLSocket) -> None:
        while sum(map(len, got)) < len(request):
            got.append(spoken.recv(1 << 16))

    with tls_server(certificate, take) as raw:
        client(raw, authority.ca_file).sendall(request)
        deadline = time.monotonic() + 60
        while sum(map(len, got)) < len(request) and time.monotonic() < deadline:
            time.sleep(0.01)
    assert b"".join(got) == request


def test_a_record_that_drips_is_not_waited_for_longer_than_the_timeout(
    authority: Authority, certificate: Certificate
) -> None:
    stop = threading.Event()

    def drip(spoken: ssl.SSLSocket) -> None:
        raw = socket.socket(fileno=spoken.detach())
        with raw:
            raw.sendall(b"\x17\x03\x03\x40\x00")
            while not stop.wait(0.1):
                raw.sendall(b"\x00")

    with tls_server(certificate, drip) as raw:
        spoken = client(raw, authority.ca_file)
        spoken.settimeout(0.5)
        begun = time.monotonic()
        with pytest.raises(TimeoutError):
            spoken.recv(100)
        assert time.monotonic() - begun < 60  # the record takes 27 minutes to come
        assert spoken.gettimeout() == 0.5
        stop.set()


def test_a_server_that_never_shakes_hands_is_left() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.settimeout(0.3)
        with pytest.raises(TimeoutError):
            client(ours, None)


def test_a_server_that_hangs_up_in_the_handshake() -> None:
    ours, theirs = socket.socketpair()
    with ours:
        theirs.close()
        with pytest.raises(OSError, match=r"hung up|reset|Broken pipe"):
            client(ours, None)


@pytest.mark.parametrize(("trusted", "name"), [(True, "other.example.test"), (False, "localhost")])
def test_the_certificate_and_its_name_are_checked(
    authority: Authority, certificate: Certificate, trusted: bool, name: str
) -> None:
    with (
        tls_server(certificate, lambda spoken: spoken.recv(1)) as raw,
        pytest.raises(ssl.SSLCertVerificationError),
    ):
        client(raw, authority.ca_file if trusted else None, name)

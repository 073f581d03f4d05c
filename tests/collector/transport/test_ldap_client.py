"""The LDAP connection against servers that are not there, not LDAP, silent, or hostile."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from collector.evidence import GapCause
from collector.source import SourceError
from collector.transport.ldap import ConnectionLostError, Search
from collector.transport.ldap_client import Ldap3Connection
from config.sources import LdapBind, LdapSource, LdapTls

BIND_RESPONSE = bytes.fromhex("61070a010004000400")
BASE = Search("", "base", "(objectClass=*)", ("namingContexts",))


@contextmanager
def server(behave: Callable[[socket.socket], object]) -> Iterator[int]:
    """A server on loopback that does one thing to one client."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            with client:
                client.settimeout(10)
                try:
                    behave(client)
                except OSError:
                    return

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(15)


def connection(
    port: int,
    *,
    mode: str = "none",
    seconds: int = 2,
    max_answer_bytes: int = 2**28,
    host: str = "127.0.0.1",
    ca_file: Path | None = None,
    **bind: str,
) -> Ldap3Connection:
    values = {"method": "anonymous", **bind}
    settings = LdapSource(
        id="directory",
        type="ldap",
        dialect="openldap",
        host=host,
        port=port,
        base="dc=example,dc=test",
        tls=LdapTls(mode=mode, ca_file=ca_file),  # type: ignore[arg-type]
        bind=LdapBind(**values),  # type: ignore[arg-type]
        timeout_seconds=seconds,
    )
    return Ldap3Connection(settings, lambda _reference: "", max_answer_bytes=max_answer_bytes)


def message_id(request: bytes) -> bytes:
    """The identifier (BER, RFC 4511 section 4.1.1) of a request of less than 128 bytes."""
    return request[2 : 4 + request[3]]


def bound(client: socket.socket) -> bytes:
    """Let the client bind; the identifier of its next request."""
    body = message_id(client.recv(1000)) + BIND_RESPONSE
    client.sendall(bytes([0x30, len(body)]) + body)
    return message_id(client.recv(1000))


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(SourceError) as caught:
        connection(port).open()
    assert caught.value.cause is GapCause.UNREACHABLE
    assert "refused" in caught.value.detail
    assert caught.value.remedy


def test_a_name_that_is_nowhere() -> None:
    with pytest.raises(SourceError) as caught:
        connection(389, host="nowhere.invalid").open()
    assert caught.value.cause is GapCause.UNREACHABLE


def test_a_server_that_never_answers_the_bind() -> None:
    with server(lambda client: (client.recv(1000), client.recv(1000))) as port, pytest.raises(SourceError) as caught:
        connection(port, seconds=1).open()
    assert caught.value.cause is GapCause.TIMED_OUT


def test_a_server_that_drips_is_left_when_the_time_for_one_answer_is_up() -> None:
    def drip(client: socket.socket) -> None:
        bound(client)
        client.sendall(bytes.fromhex("3084000fffff"))
        while True:
            client.sendall(b"\x00")
            threading.Event().wait(0.2)

    with server(drip) as port:
        slow = connection(port, seconds=1)
        slow.open()
        with pytest.raises(ConnectionLostError) as caught:
            slow.page(BASE)
    assert caught.value.cause is GapCause.TIMED_OUT
    assert "timeout_seconds" in caught.value.remedy


def test_a_server_that_floods_is_left_when_the_answer_is_too_large() -> None:
    def flood(client: socket.socket) -> None:
        bound(client)
        client.sendall(bytes.fromhex("30847fffffff"))
        for _ in range(100):
            client.sendall(bytes(64 * 1024))

    with server(flood) as port:
        flooded = connection(port, max_answer_bytes=1024 * 1024)
        flooded.open()
        with pytest.raises(ConnectionLostError) as caught:
            flooded.page(BASE)
    assert caught.value.cause is GapCause.TRUNCATED


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        bytes.fromhex("30060201026402ffff"),
        bytes.fromhex("3003020102"),
        b"\x30\x00",
    ],
)
def test_an_answer_that_is_no_ldap_is_one_error(answer: bytes) -> None:
    def nonsense(client: socket.socket) -> None:
        bound(client)
        client.sendall(answer)

    with server(nonsense) as port:
        odd = connection(port)
        odd.open()
        with pytest.raises(ConnectionLostError):
            odd.page(BASE)
        with pytest.raises(ConnectionLostError, match="closed"):
            odd.page(BASE)


def test_a_server_that_hangs_up_after_the_bind() -> None:
    with server(bound) as port:
        cut = connection(port)
        cut.open()
        with pytest.raises(ConnectionLostError) as caught:
            cut.page(BASE)
    assert caught.value.cause is GapCause.UNREACHABLE
    cut.close()


def test_tls_against_a_server_that_speaks_plain_ldap() -> None:
    with (
        server(lambda client: client.sendall(b"\x30\x0c\x02\x01\x01" + BIND_RESPONSE)) as port,
        pytest.raises(SourceError) as caught,
    ):
        connection(port, mode="ldaps").open()
    assert "TLS" in caught.value.detail
    assert caught.value.remedy


def test_a_simple_bind_without_a_password_is_refused_before_connecting() -> None:
    with pytest.raises(SourceError, match="empty"):
        connection(1, method="simple", user="cn=a", password="env:EMPTY").open()
    with pytest.raises(SourceError, match="needs a user"):
        connection(1, method="simple", user="cn=a").open()


def test_a_ca_file_that_is_not_there(tmp_path: Path) -> None:
    with server(lambda client: client.recv(1000)) as port:
        missing = connection(port, mode="ldaps", ca_file=tmp_path / "none.pem")
        with pytest.raises(SourceError) as caught:
            missing.open()
    assert caught.value.cause is GapCause.ABSENT

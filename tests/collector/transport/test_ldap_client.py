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
from collector.transport.ldap import ConnectionLostError, Entry, Page, Search
from collector.transport.ldap_client import Ldap3Connection, Pace
from config.sources import LdapBind, LdapSource, LdapTls
from tests.servers.loopback import closed_port

BIND_RESPONSE = bytes.fromhex("61070a010004000400")
both = pytest.mark.parametrize("streaming", [True, False], ids=["streaming", "ldap3"])
BASE = Search("", "base", "(objectClass=*)", ("namingContexts",))


OPENED: list[Ldap3Connection] = []


@pytest.fixture(autouse=True)
def nothing_is_left_open() -> Iterator[None]:
    """Close every connection of the test, also one that the test left after an error."""
    yield
    while OPENED:
        OPENED.pop().close()


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
                client.settimeout(60)
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
            thread.join(60)


def connection(
    port: int,
    *,
    mode: str = "none",
    seconds: int = 60,
    max_answer_bytes: int = 2**28,
    host: str = "127.0.0.1",
    ca_file: Path | None = None,
    streaming: bool = True,
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
    made = Ldap3Connection(settings, lambda _reference: "", max_answer_bytes=max_answer_bytes, streaming=streaming)
    OPENED.append(made)
    return made


def message_id(request: bytes) -> bytes:
    """The identifier (BER, RFC 4511 section 4.1.1) of a request of less than 128 bytes."""
    return request[2 : 4 + request[3]]


def bound(client: socket.socket) -> bytes:
    """Let the client bind; the identifier of its next request."""
    body = message_id(client.recv(1000)) + BIND_RESPONSE
    client.sendall(bytes([0x30, len(body)]) + body)
    return message_id(client.recv(1000))


def test_nobody_listens() -> None:
    with closed_port() as port, pytest.raises(SourceError) as caught:
        connection(port).open()
    assert caught.value.cause is GapCause.UNREACHABLE
    assert "refused" in caught.value.detail
    assert caught.value.remedy


def test_a_name_that_is_nowhere() -> None:
    with pytest.raises(SourceError) as caught:
        connection(389, host="nowhere.invalid.").open()
    assert caught.value.cause is GapCause.UNREACHABLE


def test_a_server_that_never_answers_the_bind() -> None:
    with server(lambda client: (client.recv(1000), client.recv(1000))) as port, pytest.raises(SourceError) as caught:
        connection(port, seconds=1).open()
    assert caught.value.cause is GapCause.TIMED_OUT


@both
def test_a_server_that_drips_is_left_when_the_time_for_one_answer_is_up(streaming: bool) -> None:
    def drip(client: socket.socket) -> None:
        bound(client)
        client.sendall(bytes.fromhex("3084000fffff"))
        while True:
            client.sendall(b"\x00")
            threading.Event().wait(0.2)

    with server(drip) as port:
        slow = connection(port, seconds=3, streaming=streaming)  # the bind before it has as long
        slow.open()
        with pytest.raises(ConnectionLostError) as caught:
            slow.page(BASE)
    assert caught.value.cause is GapCause.TIMED_OUT
    assert "timeout_seconds" in caught.value.remedy


@both
def test_a_server_that_floods_is_left_when_the_answer_is_too_large(streaming: bool) -> None:
    def flood(client: socket.socket) -> None:
        bound(client)
        client.sendall(bytes.fromhex("30847fffffff"))
        for _ in range(100):
            client.sendall(bytes(64 * 1024))

    with server(flood) as port:
        flooded = connection(port, max_answer_bytes=1024 * 1024, streaming=streaming)
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
@both
def test_an_answer_that_is_no_ldap_is_one_error(answer: bytes, streaming: bool) -> None:
    def nonsense(client: socket.socket) -> None:
        bound(client)
        client.sendall(answer)

    with server(nonsense) as port:
        odd = connection(port, streaming=streaming)
        odd.open()
        with pytest.raises(ConnectionLostError):
            odd.page(BASE)
        with pytest.raises(ConnectionLostError, match="closed"):
            odd.page(BASE)


@both
def test_a_server_that_hangs_up_after_the_bind(streaming: bool) -> None:
    with server(bound) as port:
        cut = connection(port, streaming=streaming)
        cut.open()
        with pytest.raises(ConnectionLostError) as caught:
            cut.page(BASE)
    assert caught.value.cause is GapCause.UNREACHABLE
    cut.close()


@both
def test_a_notice_of_disconnection_ends_the_connection(streaming: bool) -> None:
    notice = bytes.fromhex("0201007823 0a0134 0400 0404") + b"down" + b"\x8a\x161.3.6.1.4.1.1466.20036"

    def say_it(client: socket.socket) -> None:
        bound(client)
        client.sendall(bytes([0x30, len(notice)]) + notice)

    with server(say_it) as port:
        left = connection(port, streaming=streaming)
        left.open()
        with pytest.raises(ConnectionLostError) as caught:
            left.page(BASE)
    assert caught.value.cause is GapCause.UNREACHABLE


@both
def test_a_result_and_an_entry_are_read_alike(streaming: bool) -> None:
    def answer(client: socket.socket) -> None:
        number = bound(client)
        entry = number + bytes.fromhex("6412 0402 6f3d 300c 300a 0402 636e 3104 0402 c3a5")
        end = number + bytes.fromhex("650c 0a0104 0400 0405") + b"enough"[:5]
        client.sendall(b"".join(bytes([0x30, len(each)]) + each for each in (entry, end)))

    with server(answer) as port:
        asked = connection(port, streaming=streaming)
        asked.open()
        page = asked.page(BASE)
        asked.close()
    assert page == Page((Entry("o=", {"cn": ("å".encode(),)}),), 4, "enoug")


def test_requests_keep_the_pace_that_was_set() -> None:
    now, slept = [100.0], []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    pace = Pace(4, clock=lambda: now[0], sleep=sleep)
    assert pace.may_ask()
    assert not pace.may_ask()
    pace.wait()
    pace.wait()
    assert slept == [0.25, 0.25]
    free = Pace(None, clock=lambda: now[0], sleep=sleep)
    assert [free.may_ask() for _ in range(3)] == [True] * 3


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

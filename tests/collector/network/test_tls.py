"""TLS handshakes with real servers (`openssl s_server`) on the loopback, and with services that speak no TLS."""

from __future__ import annotations

import socket
import struct
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from collector.collection import collect
from collector.evidence import EvidenceSet, GapCause
from collector.network.tls import TlsHandshakes
from collector.recorder import ConfiguredSource
from collector.records.transit import TlsService
from config.sources import TlsSource, TlsTarget
from tests.checks.made import reasons
from tests.servers.certificates import Authority, Certificate
from tests.servers.loopback import closed_port, free_port, own_address
from tests.servers.network import answers
from tests.servers.process import START_SECONDS

HOST = own_address()


@contextmanager
def s_server(certificate: Certificate, *options: str) -> Iterator[int]:
    """The port of a server that answers handshakes until the block ends."""
    port = free_port(HOST)
    command = ["openssl", "s_server", "-accept", f"{HOST}:{port}", "-cert", str(certificate.certificate)]
    with subprocess.Popen(
        [*command, "-key", str(certificate.key), "-quiet", *options],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as server:
        try:
            deadline = time.monotonic() + START_SECONDS
            while not answers(HOST, port):
                assert server.poll() is None, f"openssl s_server ended with status {server.poll()}"
                assert time.monotonic() < deadline, "openssl s_server does not listen"
                time.sleep(0.05)
            yield port
        finally:
            server.kill()


@contextmanager
def plain(answer: bytes) -> Iterator[int]:
    """The port of a service that answers everything with the same bytes; without bytes it says nothing at all."""
    held: list[socket.socket] = []
    with socket.create_server((HOST, 0)) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                held.append(connection)
                if answer:
                    with suppress(OSError):  # the client may go at any point
                        connection.recv(100)
                        connection.sendall(answer)
                    connection.close()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield int(server.getsockname()[1])
        server.shutdown(socket.SHUT_RDWR)
        thread.join(60)
    for connection in held:
        connection.close()


@contextmanager
def unwilling(server: int, how: str) -> Iterator[int]:
    """The port of a relay to a server that does not hand on what asks for TLS 1.0 or 1.1 alone."""
    with socket.create_server((HOST, 0)) as relay:

        def serve() -> None:
            while True:
                try:
                    client, _ = relay.accept()
                except OSError:
                    return
                threading.Thread(target=hand_on, args=(client,), daemon=True).start()

        def hand_on(client: socket.socket) -> None:
            with client, suppress(OSError):
                hello = client.recv(1 << 16)
                if hello[9:11] not in {b"\3\1", b"\3\2"}:  # legacy_version (RFC 8446, section 4.1.2)
                    with socket.create_connection((HOST, server)) as further:
                        further.sendall(hello)
                        back = threading.Thread(target=pour, args=(further, client), daemon=True)
                        back.start()
                        pour(client, further)
                        back.join(60)
                elif how == "says nothing":
                    client.recv(1)
                elif how == "resets":
                    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

        threading.Thread(target=serve, daemon=True).start()
        yield int(relay.getsockname()[1])
        relay.shutdown(socket.SHUT_RDWR)


def pour(one: socket.socket, other: socket.socket) -> None:
    with suppress(OSError):
        while data := one.recv(1 << 16):
            other.sendall(data)
        other.shutdown(socket.SHUT_WR)


def ask(tmp_path: Path, port: int, *, ca: Path | None = None, seconds: int = 60) -> EvidenceSet:
    target = TlsTarget(address=HOST, port=port, name="www.example.test")
    settings = TlsSource(id="tls", type="tls", targets=(target,), ca_file=ca, timeout_seconds=seconds)
    source = ConfiguredSource(TlsHandshakes(settings), frozenset({TlsService}), controlled_by="own", tags=())
    return collect([source], tmp_path / "out", "1")


def service(found: EvidenceSet) -> TlsService:
    (record,) = found.reading(TlsService).records
    return record


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca"))


def test_a_service_of_today(authority: Authority, tmp_path: Path) -> None:
    with s_server(authority.issue("today", ["www.example.test"])) as port:
        found = service(ask(tmp_path, port, ca=authority.ca_file))
    assert (found.version, found.oldest, found.trusted, found.distrust) == ("1.3", "1.2", True, None)
    assert found.cipher
    assert found.not_after is not None
    assert found.not_after > datetime.now(UTC)


def test_a_service_that_agrees_to_old_versions(authority: Authority, tmp_path: Path) -> None:
    certificate = authority.issue("old", ["www.example.test"])
    with s_server(certificate, "-no_tls1_3", "-no_tls1_2", "-cipher", "ALL:@SECLEVEL=0") as port:
        found = service(ask(tmp_path, port, ca=authority.ca_file))
    assert (found.version, found.oldest) == ("1.1", "1.0")


@pytest.mark.parametrize(("how", "oldest"), [("hangs up", "1.2"), ("resets", "1.2"), ("says nothing", None)])
def test_old_versions_without_an_answer_are_not_taken_for_refused(
    authority: Authority, tmp_path: Path, how: str, oldest: str | None
) -> None:
    with s_server(authority.issue("unwilling", ["www.example.test"])) as server, unwilling(server, how) as port:
        found = service(ask(tmp_path, port, ca=authority.ca_file, seconds=5))
    assert (found.version, found.oldest, found.trusted) == ("1.3", oldest, True)


@pytest.mark.parametrize(
    ("names", "expired", "known", "why"),
    [
        (["other.example.test"], False, True, "mismatch"),
        (["www.example.test"], True, True, "expired"),
        (["www.example.test"], False, False, "local issuer|self-signed"),
    ],
)
def test_a_certificate_that_clients_refuse(
    authority: Authority, tmp_path: Path, names: list[str], why: str, *, expired: bool, known: bool
) -> None:
    with s_server(authority.issue("refused", names, expired=expired)) as port:
        found = service(ask(tmp_path, port, ca=authority.ca_file if known else None))
    assert found.trusted is False
    assert any(words in (found.distrust or "") for words in why.split("|"))
    assert found.version == "1.3"


def test_a_service_that_answers_without_tls(tmp_path: Path) -> None:
    with plain(b"HTTP/1.1 400 Bad Request\r\n\r\n") as port:
        found = service(ask(tmp_path, port))
    assert (found.version, found.oldest, found.trusted) == (None, None, None)


def test_no_connection_and_no_answer_are_gaps_of_their_service(tmp_path: Path) -> None:
    with closed_port(HOST) as port:
        (population,) = ask(tmp_path / "closed", port).populations
    assert [gap.cause for gap in population.missing] == [GapCause.UNREACHABLE]
    assert not population.complete
    with plain(b"") as port:
        (population,) = ask(tmp_path / "silent", port, seconds=1).populations
    assert [gap.cause for gap in population.missing] == [GapCause.TIMED_OUT]


def test_the_plan_names_every_handshake_and_diagnose_tries_them(authority: Authority) -> None:
    with s_server(authority.issue("plan", ["www.example.test"])) as port, closed_port(HOST) as closed:
        targets = (TlsTarget(address=HOST, port=port), TlsTarget(address=HOST, port=closed))
        source = TlsHandshakes(TlsSource(id="tls", type="tls", targets=targets, timeout_seconds=60))
        assert [query.target for query in source.plan(frozenset({TlsService}))] == [f"{HOST}:{t.port}" for t in targets]
        assert [line.ok for line in source.diagnose()] == [True, False]
    assert list(source.plan(frozenset())) == []


def test_from_the_handshake_to_the_exception(authority: Authority, tmp_path: Path) -> None:
    from checks.discovery import discover
    from checks.judgement import judge

    check = next(each for each in discover() if each.id == "encryption-in-transit")
    with s_server(authority.issue("judged", ["www.example.test"], expired=True)) as port:
        held = ask(tmp_path, port, ca=authority.ca_file)
    (found,) = judge(check, held, {}, datetime.now(UTC))
    assert reasons(found) == {f"www.example.test:{port}": "!expired"}

from __future__ import annotations

import base64
import hashlib
import hmac
import io
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import paramiko
import pytest
from typing_extensions import override

from collector.evidence import GapCause
from collector.source import SourceError
from collector.transport.known_hosts import KnownHosts, load_known_hosts, parse_known_hosts
from collector.transport.ssh import InterruptedRunError, SshClient
from config.sources import SshLogin, SshTarget
from tests.servers.loopback import closed_port

HOST_KEY = paramiko.ECDSAKey.generate()
OTHER_KEY = paramiko.ECDSAKey.generate()
CLIENT_KEY = paramiko.ECDSAKey.generate()


def key_text(key: paramiko.ECDSAKey, password: str | None = None) -> str:
    written = io.StringIO()
    key.write_private_key(written, password=password)
    return written.getvalue()


def line(name: str, key: paramiko.PKey = HOST_KEY) -> str:
    return f"{name} {key.get_name()} {key.get_base64()}\n"


@contextmanager
def listening(serve: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server for one connection on loopback; gives its port."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        done = threading.Event()

        def accept() -> None:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with connection:
                serve(connection)
                done.wait(60)

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            done.set()
            server.close()
            thread.join(60)


class Server(paramiko.ServerInterface):
    """A real SSH server's policy: one user key, and one command whose output the test gives."""

    def __init__(self, output: Callable[[paramiko.Channel], None], more: bool = False) -> None:
        self.output = output
        self.more = more

    @override
    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        if key != CLIENT_KEY:
            return paramiko.common.AUTH_FAILED
        return paramiko.common.AUTH_PARTIALLY_SUCCESSFUL if self.more else paramiko.common.AUTH_SUCCESSFUL

    @override
    def get_allowed_auths(self, username: str) -> str:
        return "publickey,keyboard-interactive" if self.more else "publickey"

    @override
    def check_channel_request(self, kind: str, chanid: int) -> int:
        return paramiko.common.OPEN_SUCCEEDED

    @override
    def check_channel_exec_request(self, channel: paramiko.Channel, command: bytes) -> bool:
        threading.Thread(target=self._say, args=(channel,), daemon=True).start()
        return True

    def _say(self, channel: paramiko.Channel) -> None:
        """Read the script to its end, which the client sends when it has the answer to its request; then say it all."""
        with suppress(OSError):  # the client may go at any point
            while channel.recv(4096):
                pass
        self.output(channel)


def ssh_server(output: Callable[[paramiko.Channel], None], more: bool = False) -> Callable[[socket.socket], None]:
    def serve(connection: socket.socket) -> None:
        transport = paramiko.Transport(connection)
        transport.add_server_key(HOST_KEY)
        with suppress(paramiko.SSHException, EOFError, OSError):  # the client may go at any point
            transport.start_server(server=Server(output, more))
        transport.join(60)

    return serve


def client(
    folder: Path, known: str, *, key: str | None = None, seconds: int = 60, passphrase: str | None = None
) -> SshClient:
    known_hosts = folder / "known_hosts"
    known_hosts.write_text(known, encoding="ascii")
    login = SshLogin(
        user="styrk",
        private_key="file:/key",
        passphrase=passphrase,
        known_hosts=known_hosts,
        timeout_seconds=seconds,
    )
    secrets = {"file:/key": key or key_text(CLIENT_KEY), "env:PASSPHRASE": "right"}
    return SshClient(login, secrets.__getitem__)


def run(reach: SshClient, port: int, *, limit: int = 1000, timeout: float = 60, address: str = "127.0.0.1") -> bytes:
    return reach.shell(SshTarget(name="web1", address=address, port=port)).run(b"true\n", limit, timeout)


def failure(reach: SshClient, port: int, **options: float) -> SourceError:
    """The error of a run that ends long before the time that a living host has."""
    started = time.monotonic()
    with pytest.raises(SourceError) as caught:
        run(reach, port, **options)  # type: ignore[arg-type]
    assert time.monotonic() - started < 50
    return caught.value


def finish(*parts: bytes, then: Callable[[], object] = lambda: None) -> Callable[[paramiko.Channel], None]:
    def output(channel: paramiko.Channel) -> None:
        with suppress(OSError, EOFError):  # the client may go at any point
            for part in parts:
                channel.sendall(part)
            then()
            channel.send_exit_status(0)
            channel.close()

    return output


def test_a_script_runs_and_its_output_comes_back(tmp_path: Path) -> None:
    with listening(ssh_server(finish(b"one\n", b"two\n"))) as port:
        assert run(client(tmp_path, line(f"[127.0.0.1]:{port}")), port) == b"one\ntwo\n"


def test_the_name_in_the_settings_may_stand_in_known_hosts_too(tmp_path: Path) -> None:
    with listening(ssh_server(finish(b"one\n"))) as port:
        assert run(client(tmp_path, line(f"[web1]:{port}")), port) == b"one\n"


def test_a_host_that_says_nothing(tmp_path: Path) -> None:
    with listening(lambda _connection: None) as port:
        error = failure(client(tmp_path, line(f"[127.0.0.1]:{port}"), seconds=1), port)
    assert error.cause is GapCause.TIMED_OUT


def test_a_host_that_falls_silent_after_the_banner(tmp_path: Path) -> None:
    with listening(lambda connection: connection.sendall(b"SSH-2.0-OpenSSH_9.2p1\r\n")) as port:
        error = failure(client(tmp_path, line(f"[127.0.0.1]:{port}"), seconds=2), port)
    assert error.cause is GapCause.TIMED_OUT
    assert "silent" in error.detail


def test_a_host_that_never_ends_its_output_is_left_at_the_deadline_with_what_it_gave(tmp_path: Path) -> None:
    left = threading.Event()
    with listening(ssh_server(finish(b"one\n", then=lambda: left.wait(60)))) as port:
        # The time in all: on a busy machine most of it goes to the log-on.
        error = failure(client(tmp_path, line(f"[127.0.0.1]:{port}")), port, timeout=4)
        left.set()
    assert isinstance(error, InterruptedRunError)
    assert (error.cause, error.received) == (GapCause.TIMED_OUT, b"one\n")


def test_output_without_end_is_cut_at_the_limit(tmp_path: Path) -> None:
    with listening(ssh_server(finish(*[b"x" * 30000] * 400))) as port:
        error = failure(client(tmp_path, line(f"[127.0.0.1]:{port}")), port, limit=100_000)
    assert isinstance(error, InterruptedRunError)
    assert (error.cause, len(error.received)) == (GapCause.TRUNCATED, 100_000)


def test_a_changed_host_key_stops_everything_and_shows_both_fingerprints(tmp_path: Path) -> None:
    with listening(ssh_server(finish(b"one\n"))) as port:
        error = failure(client(tmp_path, line(f"[127.0.0.1]:{port}", OTHER_KEY)), port)
    assert error.cause is GapCause.DENIED
    for key in (HOST_KEY, OTHER_KEY):
        assert base64.b64encode(hashlib.sha256(key.asbytes()).digest()).decode().rstrip("=") in error.detail
    assert "ssh-keygen -R" not in error.remedy
    assert "compare" in error.remedy


def test_a_host_without_a_pinned_key_is_not_contacted(tmp_path: Path) -> None:
    error = failure(client(tmp_path, line("other.example.test")), 9)
    assert error.cause is GapCause.DENIED
    assert "not in" in error.detail
    assert "[127.0.0.1]:9" in error.remedy


def test_a_key_that_the_host_refuses(tmp_path: Path) -> None:
    with listening(ssh_server(finish(b"one\n"))) as port:
        error = failure(client(tmp_path, line(f"[127.0.0.1]:{port}"), key=key_text(OTHER_KEY)), port)
    assert (error.cause, "authorized_keys" in error.remedy) == (GapCause.DENIED, True)


def test_a_host_that_demands_more_than_the_key(tmp_path: Path) -> None:
    with listening(ssh_server(finish(b"one\n"), more=True)) as port:
        error = failure(client(tmp_path, line(f"[127.0.0.1]:{port}")), port)
    assert error.cause is GapCause.DENIED
    assert "keyboard-interactive" in error.detail


def test_no_server_and_no_name(tmp_path: Path) -> None:
    with closed_port() as port:
        error = failure(client(tmp_path, line(f"[127.0.0.1]:{port}")), port)
    assert (error.cause, "refused" in error.detail) == (GapCause.UNREACHABLE, True)
    reach = client(tmp_path, line("nowhere.invalid."))
    with pytest.raises(SourceError) as caught:
        run(reach, 22, address="nowhere.invalid.")
    assert (caught.value.cause, "no address" in caught.value.detail) == (GapCause.UNREACHABLE, True)


def test_private_keys_that_cannot_be_used(tmp_path: Path) -> None:
    locked = key_text(CLIENT_KEY, "right")
    assert "passphrase" in failure(client(tmp_path, "", key=locked), 9).remedy
    assert "cannot be used" in failure(client(tmp_path, "", key="nonsense"), 9).detail
    right = failure(client(tmp_path, "", key=locked, passphrase="env:PASSPHRASE"), 9)
    assert "not in" in right.detail  # the key was opened; the host is unknown


def test_known_hosts_with_hashes_patterns_and_revoked_keys() -> None:
    salt = b"0123456789abcdef0123"
    digest = hmac.digest(salt, b"web2", "sha1")
    hashed = f"|1|{base64.b64encode(salt).decode()}|{base64.b64encode(digest).decode()}"
    text = line("web1,192.0.2.1") + line(hashed) + line("*.example.test,!bad.example.test") + "broken\n# comment\n"
    known = parse_known_hosts(text)
    for name in ("web1", "WEB1", "192.0.2.1", "web2", "a.example.test"):
        assert [key.blob for key in known.keys(name)] == [HOST_KEY.asbytes()]
    for name in ("web3", "bad.example.test"):
        assert known.keys(name) == ()
    assert known.keys("web1", 2222) == ()
    assert parse_known_hosts(text + "@revoked * " + line("").strip()).keys("web1") == ()


def test_a_missing_known_hosts_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be read") as caught:
        load_known_hosts(tmp_path / "none")
    assert caught.value.cause is GapCause.ABSENT
    assert isinstance(parse_known_hosts(""), KnownHosts)

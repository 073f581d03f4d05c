"""Linux hosts over SSH: strict host keys, one key to log on with, one session, bounded time and output."""

from __future__ import annotations

import io
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Protocol

from collector.evidence import GapCause
from collector.source import SourceError
from collector.transport.known_hosts import HostKey, KnownHosts, load_known_hosts
from config.sources import SshLogin, SshTarget

if TYPE_CHECKING:
    import paramiko

    from collector.transport.forwarding import Forwarding

DEFAULT_LIMIT = 16 << 20
"""Bytes of output that one run may give."""

_CHUNK = 1 << 16
_WINDOW = 4 << 20

_CIPHERS = ("aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "aes256-ctr", "aes192-ctr", "aes128-ctr")
# GCM needs no MAC of its own, which paramiko computes in Python. CBC and 3DES are not offered at all.

_RSA_KEYS = ("rsa-sha2-512", "rsa-sha2-256")

logging.getLogger("paramiko").setLevel(logging.CRITICAL + 1)  # its words are repeated in our errors, cleaned


class InterruptedRunError(SourceError):
    """A run ended before its end; `received` holds the output until then."""

    def __init__(self, cause: GapCause, detail: str, remedy: str = "", *, received: bytes = b"") -> None:
        super().__init__(cause, detail, remedy)
        self.received = received


class RemoteShell(Protocol):
    """Runs one script on one host."""

    def run(self, script: bytes, limit: int = DEFAULT_LIMIT, timeout: float = 300) -> bytes:
        """Run the script by `sh -s` and return its output, standard error included.

        `limit`: bytes of output; `timeout`: seconds in all. Raises SourceError; InterruptedRunError (timed-out,
        truncated) where some of the output had come.
        """
        ...


class SshClient:
    """What one login can reach. Key and known_hosts are read once, at the first use. Thread-safe."""

    def __init__(self, login: SshLogin, secret: Callable[[str], str]) -> None:
        """`secret` resolves a reference such as `file:/path` to what it holds."""
        self._login = login
        self._secret = secret
        self._lock = threading.Lock()
        self._key: paramiko.PKey | None = None
        self._known: KnownHosts | None = None

    def shell(self, target: SshTarget) -> RemoteShell:
        """A shell on one host; nothing is opened before it runs something."""
        return SshShell(self, target)

    def user(self, target: SshTarget) -> str:
        """As whom the host is read."""
        return target.user or self._login.user

    @property
    def timeout(self) -> float:
        """Seconds for connecting, for authentication, and between two pieces of output."""
        return float(self._login.timeout_seconds)

    def prepare(self) -> tuple[paramiko.PKey, KnownHosts]:
        """The private key and the pinned host keys; raises SourceError when either cannot be read."""
        with self._lock:
            if self._known is None:
                self._known = load_known_hosts(self._login.known_hosts)
            if self._key is None:
                passphrase = self._secret(self._login.passphrase) if self._login.passphrase else None
                self._key = _private_key(self._secret(self._login.private_key), passphrase, self._login.private_key)
            return self._key, self._known

    @property
    def known_hosts_name(self) -> str:
        """The known_hosts file, for messages."""
        return str(self._login.known_hosts)


def _private_key(text: str, passphrase: str | None, reference: str) -> paramiko.PKey:
    import paramiko

    remedy = "give an OpenSSH private key (ed25519, ecdsa or rsa), and its passphrase where it has one"
    for kind in (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey):
        try:
            return kind.from_private_key(io.StringIO(text.strip() + "\n"), password=passphrase)
        except paramiko.PasswordRequiredException as error:
            detail = f"the private key {reference} has a passphrase, and the settings name none"
            raise SourceError(GapCause.DENIED, detail, "add `passphrase:` with a reference to the login") from error
        except (paramiko.SSHException, ValueError, IndexError, UnicodeDecodeError):
            continue
    raise SourceError(
        GapCause.DENIED, f"the private key {reference} cannot be used: unknown kind or wrong passphrase", remedy
    )


class SshShell:
    """A shell on one host; implements `RemoteShell`."""

    def __init__(self, client: SshClient, target: SshTarget) -> None:
        self._client = client
        self._target = target
        self._address = target.address or target.name
        self._late = f"{self._address} had not answered in full when its time was up"

    def run(self, script: bytes, limit: int = DEFAULT_LIMIT, timeout: float = 300) -> bytes:
        """Run the script; see `RemoteShell.run`."""
        deadline = time.monotonic() + timeout
        received = bytearray()
        with self._errors(received, deadline), self._connected(deadline) as transport:
            self._authenticate(transport)
            channel = transport.open_session(window_size=_WINDOW, timeout=self._client.timeout)
            channel.settimeout(self._client.timeout)
            channel.set_combine_stderr(combine=True)
            channel.exec_command("exec sh -s")
            with suppress(OSError):  # a shell that refuses us may be gone already; what it said is read below
                channel.sendall(script)
                channel.shutdown_write()
            while chunk := channel.recv(_CHUNK):
                received += chunk
                if len(received) > limit:
                    raise InterruptedRunError(
                        GapCause.TRUNCATED,
                        f"{self._address} sent more than {limit} bytes; the rest was not read",
                        received=bytes(received[:limit]),
                    )
            channel.status_event.wait(max(0.0, min(self._client.timeout, deadline - time.monotonic())))
            if time.monotonic() >= deadline:
                raise InterruptedRunError(GapCause.TIMED_OUT, self._late, received=bytes(received))
            if channel.exit_status == -1 and not transport.is_active():
                raise InterruptedRunError(
                    GapCause.TRUNCATED, f"the connection to {self._address} was lost", received=bytes(received)
                )
        return bytes(received)

    @contextmanager
    def opener(self, timeout: float) -> Iterator[Forwarding]:
        """A log-on through which connections can be opened; see `collector.network.tunnel.Tunnel`."""
        received = bytearray()
        deadline = time.monotonic() + self._client.timeout + 60 + timeout
        from collector.transport.forwarding import Forwarding, ForwardingTransport

        with self._errors(received, deadline), self._connected(deadline, ForwardingTransport) as transport:
            self._authenticate(transport)
            yield Forwarding(transport)

    @contextmanager
    def _connected(self, deadline: float, kind: Callable[[socket.socket], Any] | None = None) -> Iterator[Any]:
        """A transport whose host key is the pinned one; whatever waits on it is woken at the deadline."""
        import paramiko

        _, known = self._client.prepare()
        port = self._target.port
        pinned = known.keys(self._address, port) or known.keys(self._target.name, port)
        if not pinned:
            raise self._unknown_key()
        wait = max(0.1, min(self._client.timeout, deadline - time.monotonic()))
        with socket.create_connection((self._address, port), timeout=wait) as connection:
            transport = (kind or paramiko.Transport)(connection)
            watchdog = threading.Timer(max(0.1, deadline - time.monotonic()), transport.close)
            watchdog.daemon = True
            watchdog.start()
            try:
                transport.banner_timeout = transport.handshake_timeout = transport.auth_timeout = self._client.timeout
                _prefer(transport, pinned)
                transport.start_client(timeout=self._client.timeout)
                key = transport.get_remote_server_key()
                if key.asbytes() not in {pin.blob for pin in pinned}:
                    raise self._changed_key(HostKey(key.get_name(), key.asbytes()), pinned)
                yield transport
            finally:
                watchdog.cancel()
                transport.close()

    def _authenticate(self, transport: paramiko.Transport) -> None:
        key, _ = self._client.prepare()
        user = self._client.user(self._target)
        more = transport.auth_publickey(user, key)
        if not transport.is_authenticated():
            raise SourceError(
                GapCause.DENIED,
                f"{self._address} accepted {user}'s key and demands more: {', '.join(more) or 'another method'}",
                f"let {user} log on by key alone, e.g. in a Match block bound to the collector's address",
            )

    @contextmanager
    def _errors(self, received: bytearray, deadline: float) -> Iterator[None]:
        """Every failure as a SourceError with its cause."""
        import paramiko

        started = time.monotonic()
        try:
            yield
        except SourceError:
            raise
        except socket.gaierror as error:
            remedy = "correct the host's address in the settings, or its entry in the DNS"
            raise SourceError(
                GapCause.UNREACHABLE, f"no address for {self._address}: {error.strerror}", remedy
            ) from error
        except paramiko.AuthenticationException as error:
            raise self._refused(error) from error
        except paramiko.ssh_exception.IncompatiblePeer as error:
            raise SourceError(GapCause.UNSUPPORTED, f"no common algorithm with {self._address}: {error}") from error
        except ConnectionRefusedError as error:
            detail = f"{self._address} port {self._target.port}: connection refused"
            remedy = "start sshd on the host, or correct the port; let the firewall pass the collector's address"
            raise SourceError(GapCause.UNREACHABLE, detail, remedy) from error
        except TimeoutError as error:
            if received or time.monotonic() >= deadline:
                raise InterruptedRunError(GapCause.TIMED_OUT, self._late, received=bytes(received)) from error
            detail = f"{self._address} port {self._target.port}: no answer within {self._client.timeout:g} seconds"
            raise SourceError(
                GapCause.TIMED_OUT, detail, "check that the host is up and that the way to it is open"
            ) from error
        except (OSError, EOFError, paramiko.SSHException) as error:
            if time.monotonic() >= deadline:
                raise InterruptedRunError(GapCause.TIMED_OUT, self._late, received=bytes(received)) from error
            waited = time.monotonic() - started >= self._client.timeout
            raise self._failed(error, bytes(received), waited=waited) from error

    def _failed(self, error: Exception, received: bytes, *, waited: bool) -> SourceError:
        words = str(error) or type(error).__name__
        port = self._target.port
        if "banner" in words:
            detail = (
                f"{self._address} port {port} did not greet as an SSH server within {self._client.timeout:g} seconds"
            )
            return SourceError(GapCause.TIMED_OUT, detail, "check that the address and the port are sshd's")
        if "Timeout" in words or "No existing session" in words or (waited and isinstance(error, EOFError)):
            detail = f"{self._address} port {port} greeted and then fell silent"
            return SourceError(GapCause.TIMED_OUT, detail, "look at the host's load and at sshd's log")
        if received:
            detail = f"the connection to {self._address} was lost: {words}"
            return InterruptedRunError(GapCause.TRUNCATED, detail, received=received)
        return SourceError(
            GapCause.UNREACHABLE, f"{self._address} port {port}: {words}", "check the way to the host, and sshd's log"
        )

    def _refused(self, error: Exception) -> SourceError:
        if "timeout" in str(error).lower():
            detail = f"{self._address} did not answer the log-on within {self._client.timeout:g} seconds"
            return SourceError(GapCause.TIMED_OUT, detail, "look at the host's load and at sshd's log")
        user = self._client.user(self._target)
        return SourceError(
            GapCause.DENIED,
            f"{self._address} refused the key of {user}",
            f"put the collector's public key in {user}'s authorized_keys on the host; sshd's log there says why",
        )

    def _unknown_key(self) -> SourceError:
        where = self._address if self._target.port == 22 else f"[{self._address}]:{self._target.port}"
        return SourceError(
            GapCause.DENIED,
            f"the host key of {where} is not in {self._client.known_hosts_name}, so the host was not contacted",
            "read the key on the host's own console (cat /etc/ssh/ssh_host_ed25519_key.pub), or get it from those "
            f"who run it, and add the line `{where} ssh-ed25519 AAAA...`",
        )

    def _changed_key(self, shown: HostKey, pinned: tuple[HostKey, ...]) -> SourceError:
        expected = ", ".join(f"{key.type} {key.fingerprint}" for key in pinned)
        return SourceError(
            GapCause.DENIED,
            f"{self._address} showed another host key than the pinned one: {shown.type} {shown.fingerprint} "
            f"instead of {expected}; nothing was sent to it",
            "ask those who run the host whether it was reinstalled or its keys were replaced, and compare the "
            "fingerprint on its console (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub); only when it is "
            f"the same, replace the line in {self._client.known_hosts_name}. If nobody changed it, treat it as an "
            "incident",
        )


def _prefer(transport: paramiko.Transport, pinned: tuple[HostKey, ...]) -> None:
    """Quick algorithms first, Diffie-Hellman groups last, and host keys of the pinned kinds first."""
    options = transport.get_security_options()
    options.ciphers = tuple(name for name in _CIPHERS if name in options.ciphers)
    options.kex = tuple(sorted(options.kex, key=lambda name: (name.startswith("diffie"), "curve25519-" not in name)))
    kinds = [kind for key in pinned for kind in (_RSA_KEYS if key.type == "ssh-rsa" else (key.type,))]
    options.key_types = tuple(sorted(options.key_types, key=lambda name: name not in kinds))

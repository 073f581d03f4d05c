"""LDAP by ldap3: TLS 1.2 or later with the name checked, no password in the clear, every answer bounded.

ldap3 connects and binds; searches go over `ldap_stream`, except where a SASL layer wraps what is sent (`_searches_by`).
"""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from collector.evidence import GapCause
from collector.source import SourceError
from collector.transport import kerberos
from collector.transport.ldap import ConnectionLostError, Entry, Page, Search, bind_failure
from collector.transport.ldap_stream import READ_SIZE, AnswerTooLargeError, SearchStream
from collector.transport.ldap_tls import tls_failure, wrapper

if TYPE_CHECKING:
    from config.sources import LdapSource

MAX_ANSWER_BYTES = 256 * 1024 * 1024
"""One page; 10,000 entries with a few attributes are some 5 MB, a group with 100,000 members 10 MB."""
CONNECT_SECONDS = 15
_PAGED_RESULTS = "1.2.840.113556.1.4.319"

T = TypeVar("T")


class Ldap3Connection:
    """One connection to the server of an LDAP source; implements `collector.transport.ldap.LdapConnection`.

    `secret` returns the secret that a reference such as `env:NAME` points at. `streaming`: whether searches may bypass
    ldap3's decoder, which is correct and some twenty times slower.
    """

    def __init__(
        self,
        settings: LdapSource,
        secret: Callable[[str], str],
        *,
        max_answer_bytes: int = MAX_ANSWER_BYTES,
        streaming: bool = True,
    ) -> None:
        self._settings = settings
        self._max_answer_bytes = max_answer_bytes
        self._streaming = streaming
        self._stream: SearchStream | None = None
        self._pace = Pace(settings.pages_per_second)
        self._secret = secret
        self._connection: Any = None
        self._tls: Any = None
        self._guard: _GuardedSocket | None = None

    @property
    def target(self) -> str:
        """Host and port."""
        return f"{self._settings.host}:{self._port}"

    def open(self) -> str:
        """Connect, protect, bind; returns the bound user. Raises SourceError."""
        password = self._password()
        self._connect(password)
        mode = self._settings.tls.mode
        if mode == "starttls":
            started = self._attempt(lambda: self._connection.start_tls(read_server_info=False), "StartTLS")
            self._watch()
            if not started:
                self.close()
                raise SourceError(
                    GapCause.UNSUPPORTED, f"{self.target}: StartTLS was not begun", "set tls.mode to ldaps"
                )
        if password is not None and mode == "none" and not self._on_this_host():
            self.close()
            raise SourceError(
                GapCause.DENIED,
                f"refused to send a password in clear text to {self.target}",
                "set tls.mode to ldaps or starttls; without TLS a password is sent to this host's own servers only",
            )
        user = self._settings.bind.user or self._settings.bind.method
        self._attempt(lambda: self._connection.bind(read_server_info=False), "bind")
        result = self._connection.result
        if result["result"] != 0:
            self.close()
            raise bind_failure(result["result"], _text(result["message"]), user)
        if self._settings.bind.method == "gssapi":
            user = kerberos.principal() or user
        if self._streaming and not self._may_be_wrapped():
            import ldap3

            self._stream = SearchStream(
                self._connection.socket,
                self._settings.timeout_seconds,
                ldap3.Server.next_message_id,
                self._pace.may_ask,
            )
        return user

    def page(self, search: Search, cookie: bytes = b"") -> Page:
        """Issue a search or ask for its next page; see `LdapConnection.page`."""
        if self._connection is None or self._connection.closed:
            raise ConnectionLostError(GapCause.UNREACHABLE, f"{self.target}: the connection is closed")
        stream = self._stream
        if stream is None or not stream.has_asked(search, cookie):
            self._pace.wait()
        if stream is not None:
            return self._attempt(lambda: stream.page(search, cookie), "search")
        return self._attempt(lambda: self._page_by_ldap3(search, cookie), "search")

    def close(self) -> None:
        """Say goodbye if the connection still stands; never raises."""
        connection, self._connection, self._stream = self._connection, None, None
        if connection is None:
            return
        left = connection.socket
        with contextlib.suppress(Exception):  # leaving a server that may have gone: nothing more is wanted of it
            if not connection.closed:
                connection.unbind()
        with contextlib.suppress(OSError):
            if left is not None:
                left.close()  # ldap3 leaves it open where connecting failed

    def _page_by_ldap3(self, search: Search, cookie: bytes) -> Page:
        scope = {"base": "BASE", "one": "LEVEL", "subtree": "SUBTREE"}[search.scope]
        self._connection.search(
            search.base,
            search.filter,
            search_scope=scope,
            dereference_aliases="NEVER",
            attributes=list(search.attributes),
            time_limit=self._settings.timeout_seconds,
            paged_size=search.page_size,
            paged_criticality=True,
            paged_cookie=cookie or None,
        )
        return _page(self._connection.response, self._connection.result)

    def _may_be_wrapped(self) -> bool:
        """Whether a SASL layer may sign or seal what is sent: then only ldap3 can read the connection."""
        layer = getattr(self._connection, "session_security", None)
        return layer is not None or (self._settings.bind.method == "gssapi" and self._settings.tls.mode == "none")

    @property
    def _port(self) -> int:
        return self._settings.port or (636 if self._settings.tls.mode == "ldaps" else 389)

    def _password(self) -> str | None:
        bind = self._settings.bind
        if bind.method != "simple":
            return None
        if not bind.user or bind.password is None:
            raise SourceError(
                GapCause.DENIED,
                "a simple bind needs a user and a password",
                "give bind.user and bind.password, or choose another bind.method",
            )
        password = self._secret(bind.password)
        if not password:
            raise SourceError(
                GapCause.DENIED,
                f"the password that {bind.password} points at is empty: a server would take that for an anonymous bind",
                "store the password there",
            )
        return password

    def _connect(self, password: str | None) -> None:
        import ldap3

        settings = self._settings
        self._tls = wrapper(settings)
        methods: dict[str, dict[str, Any]] = {
            "simple": {"authentication": ldap3.SIMPLE, "user": settings.bind.user, "password": password},
            "anonymous": {"authentication": ldap3.ANONYMOUS},
            "external": {
                "authentication": ldap3.SASL,
                "sasl_mechanism": ldap3.EXTERNAL,
                "sasl_credentials": settings.bind.user or "",
            },
            "gssapi": {
                "authentication": ldap3.SASL,
                "sasl_mechanism": ldap3.KERBEROS,
                "sasl_credentials": (settings.tls.server_name,) if settings.tls.server_name else None,
            },
        }
        bind = methods[settings.bind.method]

        def connect() -> None:
            server = ldap3.Server(
                settings.host,
                port=self._port,
                use_ssl=settings.tls.mode == "ldaps",
                get_info=ldap3.NONE,
                tls=self._tls,
                connect_timeout=min(CONNECT_SECONDS, settings.timeout_seconds),
            )
            self._connection = ldap3.Connection(
                server,
                **bind,
                auto_bind=ldap3.AUTO_BIND_NONE,
                auto_referrals=False,
                auto_range=False,
                check_names=False,
                read_only=True,
                raise_exceptions=False,
                return_empty_attributes=False,
                receive_timeout=settings.timeout_seconds,
            )
            self._connection.open(read_server_info=False)

        self._attempt(connect, "connect", opening=True)
        self._watch()

    def _watch(self) -> None:
        self._connection.strategy.socket_size = READ_SIZE
        self._guard = _GuardedSocket(self._connection.socket)
        self._connection.socket = self._guard

    def _on_this_host(self) -> bool:
        try:
            peer = self._connection.socket.getpeername()[0]
            return ipaddress.ip_address(peer.partition("%")[0]).is_loopback
        except (OSError, ValueError):
            return False

    def _attempt(self, action: Callable[[], T], what: str, *, opening: bool = False) -> T:
        """Run one exchange with the server; whatever ldap3 raises becomes a SourceError."""
        if self._guard is not None:
            self._guard.allow(self._max_answer_bytes, self._settings.timeout_seconds)
        try:
            return action()
        except SourceError:
            raise
        except Exception as error:
            # BerError is our decoder's. ldap3 raises, beside its own errors, whatever hostile bytes provoke in its
            # decoder, and gssapi's errors.
            failure = self._explain(error, what, opening=opening)
            self.close()
            raise failure from error

    def _explain(self, error: Exception, what: str, *, opening: bool) -> SourceError:
        import ldap3.core.exceptions as ldap3_errors

        refusal = None if self._tls is None else self._tls.failure
        if refusal is not None:
            return tls_failure(refusal, self.target, self._settings.tls.server_name or self._settings.host)
        where, words = f"{self.target}: {what}", str(error) or type(error).__name__
        cause = None if self._guard is None else self._guard.failure
        if isinstance(cause, AnswerTooLargeError):
            return ConnectionLostError(GapCause.TRUNCATED, f"{where}: {cause}", "lower page_size")
        if isinstance(cause, TimeoutError) or ("timed out" in words and not opening):
            return ConnectionLostError(
                GapCause.TIMED_OUT,
                f"{where}: no complete answer within {self._settings.timeout_seconds} s",
                "raise timeout_seconds or lower page_size",
            )
        if opening:
            detail = _reason(error)
            return SourceError(
                GapCause.UNREACHABLE, f"{where}: {detail}", "check host, port, route and that the server listens there"
            )
        if isinstance(error, (ldap3_errors.LDAPPackageUnavailableError, ImportError)):
            return kerberos.missing(where, error)
        if type(error).__module__.startswith("gssapi"):
            return kerberos.failure(error, where)
        if isinstance(error, ldap3_errors.LDAPStartTLSError):
            return SourceError(
                GapCause.UNSUPPORTED, f"{where}: {words}", "set tls.mode to ldaps, or let the server offer StartTLS"
            )
        if isinstance(error, (ldap3_errors.LDAPInvalidFilterError, ldap3_errors.LDAPInvalidDnError)):
            return SourceError(GapCause.ABSENT, f"{where}: {words}", "correct the names in the source's settings")
        if isinstance(error, (ldap3_errors.LDAPCommunicationError, OSError)):
            return ConnectionLostError(GapCause.UNREACHABLE, f"{where}: the connection was lost: {words}", "scan again")
        return ConnectionLostError(
            GapCause.MALFORMED, f"{where}: the answer could not be understood: {type(error).__name__}: {words}"
        )


class Pace:
    """Keeps requests apart in time, so that a directory in use has time for others; None: as fast as answers come."""

    def __init__(
        self,
        per_second: float | None,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._apart = 0.0 if per_second is None else 1 / per_second
        self._clock = clock
        self._sleep = sleep
        self._next = 0.0

    def may_ask(self) -> bool:
        """Whether a request may go out now; if so, it counts as sent."""
        now = self._clock()
        if now < self._next:
            return False
        self._next = now + self._apart
        return True

    def wait(self) -> None:
        """Sleep until a request may go out."""
        while not self.may_ask():
            self._sleep(max(0.0, self._next - self._clock()))


class _GuardedSocket:
    """A socket whose answers are bounded in size and in total time; ldap3 bounds neither."""

    def __init__(self, inner: Any) -> None:
        self.inner: Any = inner.inner if isinstance(inner, _GuardedSocket) else inner
        self.failure: OSError | None = None
        self._left = MAX_ANSWER_BYTES
        self._deadline: float | None = None

    def allow(self, octets: int, seconds: float) -> None:
        """Start the count for one answer."""
        self._left, self._deadline = octets, time.monotonic() + seconds

    def recv(self, size: int) -> bytes:
        """As socket.recv; raises TimeoutError or AnswerTooLargeError."""
        try:
            if self._deadline is not None:
                self.inner.settimeout(max(0.001, self._deadline - time.monotonic()))
            data: bytes = self.inner.recv(size)
            self._left -= len(data)
            if self._left < 0:
                message = "the answer is larger than any that was asked for"
                raise AnswerTooLargeError(message)
        except OSError as error:
            self.failure = TimeoutError(str(error)) if isinstance(error, BlockingIOError) else error
            raise
        return data

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


def _page(response: list[dict[str, Any]] | None, result: dict[str, Any]) -> Page:
    entries, referrals = [], []
    for item in response or ():
        if item["type"] == "searchResEntry":
            attributes = {
                name.lower(): tuple(values) for name, values in item["raw_attributes"].items() if values is not None
            }
            entries.append(Entry(item["dn"], attributes))
        elif item["type"] == "searchResRef":
            referrals += item["uri"]
    control = (result.get("controls") or {}).get(_PAGED_RESULTS) or {}
    cookie = (control.get("value") or {}).get("cookie") or b""
    return Page(
        tuple(entries), int(result["result"]), _text(result.get("message")), bytes(cookie), tuple(map(_text, referrals))
    )


def _text(value: object) -> str:
    text = value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else str(value or "")
    return text.rstrip("\0\n ")


def _reason(error: Exception) -> str:
    """The inmost reason: ldap3 hides it in a history of tried addresses."""
    for argument in error.args:
        if isinstance(argument, list) and argument:
            history = argument[-1]
            return str(history[2] if isinstance(history, tuple) and len(history) > 2 else history)
    if isinstance(error, socket.gaierror):
        return error.strerror or str(error)
    return str(error) or type(error).__name__

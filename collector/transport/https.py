"""JSON over HTTPS, read only: the certificate checked, sizes and times bounded, a busy server waited for within bounds.

One interface, `JsonApi.get`. Nothing is taken from the environment (no proxy, no .netrc), no redirect is followed and
the token goes to one host only.
"""

from __future__ import annotations

import email.utils
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from collector.evidence import GapCause
from collector.source import SourceError

if TYPE_CHECKING:
    import requests

MAX_ANSWER_BYTES = 64 * 1024 * 1024
"""One answer; 999 users with every attribute that is asked for are some 1 MB."""
ATTEMPTS = 6
"""Tries of one request while the server is busy."""
MAX_WAIT_SECONDS = 120
"""Longest single wait; a server that asks for more is given up."""
MAX_WAITED_SECONDS = 600
"""All waits of one source together."""
_BUSY = {429, 500, 502, 503, 504}
_CHUNK = 64 * 1024


class AnswerError(SourceError):
    """The server answered, and refused: `status` is its HTTP status, `code` and `words` what its body says."""

    def __init__(self, status: int, code: str, words: str, where: str) -> None:
        causes = {401: GapCause.DENIED, 403: GapCause.DENIED, 404: GapCause.ABSENT, 429: GapCause.TIMED_OUT}
        said = ": ".join(each for each in (code, words) if each)
        super().__init__(
            causes.get(status, GapCause.UNREACHABLE if status >= 500 else GapCause.UNSUPPORTED),
            f"{where} answered {status}{f' ({said})' if said else ''}",
        )
        self.status = status
        self.code = code
        self.words = words


class Token(Protocol):
    """What opens the server; renewed when it has run out."""

    def current(self) -> str:
        """A token that has not run out; raises SourceError."""
        ...

    def renewed(self) -> str:
        """A new one, whatever the old one's time; raises SourceError."""
        ...


@dataclass(frozen=True, slots=True)
class JsonAnswer:
    """One answer in JSON."""

    body: dict[str, Any]
    raw: bytes
    sent: datetime | None
    """The server's clock, by its Date header."""


@dataclass(frozen=True, slots=True)
class HttpsSettings:
    """How a server is reached."""

    timeout_seconds: int = 60
    """For connecting, and for each piece of the answer."""
    ca_file: Path | None = None
    proxy: str | None = None
    max_answer_bytes: int = MAX_ANSWER_BYTES
    max_answer_seconds: int = 300


class JsonApi:
    """Reads JSON from one server, with one token.

    `scheme` stands before the token; `wait` sleeps, and tests give their own. Raises SourceError, and AnswerError
    where the server refuses.
    """

    def __init__(
        self,
        base: str,
        token: Token,
        settings: HttpsSettings,
        *,
        scheme: str = "Bearer ",
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self.base = base.rstrip("/")
        self._token = token
        self._scheme = scheme
        self._settings = settings
        self._wait = wait
        self._waited = 0.0
        self._session: requests.Session | None = None

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> JsonAnswer:
        """The answer to one GET; `path` begins with / or is a whole address on the same server."""
        address = path if "://" in path else f"{self.base}{path}"
        if _origin(address) != _origin(self.base):
            raise SourceError(
                GapCause.MALFORMED, f"{self._name} points to another server, which is not asked: {_origin(address)}"
            )
        token, fresh = self._token.current(), False
        for attempt in range(1, ATTEMPTS + 1):
            response = send(
                self._open_session(),
                "GET",
                address,
                self._settings,
                headers={**(headers or {}), "Authorization": f"{self._scheme}{token}", "Accept": "application/json"},
            )
            if response.status == 401 and not fresh:
                token, fresh = self._token.renewed(), True
            elif response.status in _BUSY:
                self._pause(response, attempt)
            elif response.status == 200:
                return JsonAnswer(_json(response.data, self._name), response.data, response.sent)
            else:
                raise refusal(response, self._name)
        raise SourceError(
            GapCause.TIMED_OUT, f"{self._name} refused the same request {ATTEMPTS} times", "scan again when it is calm"
        )

    def close(self) -> None:
        """Let the connection go."""
        if self._session is not None:
            self._session.close()
            self._session = None

    @property
    def _name(self) -> str:
        return urlsplit(self.base).netloc

    def _open_session(self) -> requests.Session:
        if self._session is None:
            self._session = open_session(self._settings)
        return self._session

    def _pause(self, response: Response, attempt: int) -> None:
        """Wait as long as the server asks, within bounds; raises SourceError when it has been too long."""
        asked = _retry_after(response.headers.get("Retry-After"))
        seconds = min(2.0**attempt, 30.0) if asked is None else max(asked, 0.0)
        refused = refusal(response, self._name)
        if seconds > MAX_WAIT_SECONDS or self._waited + seconds > MAX_WAITED_SECONDS or attempt == ATTEMPTS:
            raise SourceError(
                GapCause.TIMED_OUT if response.status == 429 else GapCause.UNREACHABLE,
                f"{refused.detail}, after {attempt} tries; the next was to be in {round(seconds)} s"
                f" and {round(self._waited)} s had been waited",
                "scan again when the server is less busy, at night for example",
            )
        self._waited += seconds
        self._wait(seconds)


@dataclass(frozen=True, slots=True)
class Response:
    """An answer as received, read to its end."""

    status: int
    headers: Mapping[str, str]
    data: bytes

    @property
    def sent(self) -> datetime | None:
        """The server's clock."""
        return _http_date(self.headers.get("Date"))


def open_session(settings: HttpsSettings) -> requests.Session:
    """A session that takes nothing from the environment and tries nothing twice by itself."""
    import requests

    session = requests.Session()
    session.trust_env = False
    if settings.proxy:
        session.proxies = {"https": settings.proxy}
    session.headers["User-Agent"] = "styrk"
    return session


def send(
    session: requests.Session,
    method: str,
    address: str,
    settings: HttpsSettings,
    *,
    headers: Mapping[str, str],
    form: Mapping[str, str] | None = None,
) -> Response:
    """Send one request and read the answer to its end, within bounds; raises SourceError."""
    import requests

    name = urlsplit(address).netloc
    if urlsplit(address).scheme != "https":
        raise SourceError(GapCause.DENIED, f"{name} is not asked without TLS", "write the address with https://")
    verify: str | bool = True if settings.ca_file is None else str(settings.ca_file)
    try:
        with session.request(
            method,
            address,
            headers=dict(headers),
            data=form,
            timeout=settings.timeout_seconds,
            verify=verify,
            allow_redirects=False,
            stream=True,
        ) as response:
            data = _read(response, settings, name)
            return Response(response.status_code, response.headers, data)
    except requests.exceptions.SSLError as error:
        remedy = "give the CA's certificate as ca_file, and use the name that the certificate carries"
        raise SourceError(GapCause.DENIED, f"{name}: the certificate is not accepted", remedy) from error
    except requests.exceptions.Timeout as error:
        raise SourceError(
            GapCause.TIMED_OUT, f"{name} did not answer within {settings.timeout_seconds} s", "raise timeout_seconds"
        ) from error
    except requests.exceptions.ProxyError as error:
        raise SourceError(GapCause.UNREACHABLE, f"the proxy does not lead to {name}", "check proxy") from error
    except requests.exceptions.ChunkedEncodingError as error:
        raise SourceError(GapCause.TRUNCATED, f"{name} ended the answer before its end", "scan again") from error
    except requests.exceptions.ConnectionError as error:
        if "Read timed out" in str(error):
            raise SourceError(
                GapCause.TIMED_OUT, f"{name} stopped in the middle of an answer", "raise timeout_seconds"
            ) from error
        raise SourceError(
            GapCause.UNREACHABLE, f"no connection to {name}", "check the name, the route and the proxy"
        ) from error
    except (requests.exceptions.RequestException, OSError) as error:
        # Without the library's own words: they may hold the whole address.
        raise SourceError(GapCause.MALFORMED, f"{name}: {type(error).__name__}") from error


def refusal(response: Response, name: str) -> AnswerError:
    """The error that a refusing answer stands for, with the server's own words."""
    code, words = "", ""
    try:
        body = json.loads(response.data)
        error = body.get("error") or body.get("result", {}).get("error")  # JSON-RPC: privacyIDEA
        if isinstance(error, dict):
            code, words = str(error.get("code", "")), str(error.get("message", ""))
    except (ValueError, AttributeError, RecursionError):
        pass  # a refusal need not be JSON: its status says enough
    return AnswerError(response.status, code[:100], words.partition("\n")[0][:300], name)


def _read(response: requests.Response, settings: HttpsSettings, name: str) -> bytes:
    deadline = time.monotonic() + settings.max_answer_seconds
    held = bytearray()
    for piece in response.iter_content(_CHUNK):
        held += piece
        if len(held) > settings.max_answer_bytes:
            raise SourceError(
                GapCause.TRUNCATED, f"{name} sent more than {settings.max_answer_bytes} bytes in one answer"
            )
        if time.monotonic() > deadline:
            raise SourceError(GapCause.TIMED_OUT, f"{name} took more than {settings.max_answer_seconds} s to answer")
    return bytes(held)


def _json(data: bytes, name: str) -> dict[str, Any]:
    try:
        body = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise SourceError(GapCause.MALFORMED, f"{name} answered something that is not JSON") from error
    if not isinstance(body, dict):
        raise SourceError(GapCause.MALFORMED, f"{name} answered JSON that is no object")
    return body


def _origin(address: str) -> tuple[str, str | None, int | None]:
    try:
        parts = urlsplit(address)
        port = parts.port or 443
    except ValueError:
        return "", None, None
    return parts.scheme, parts.hostname, port


def _retry_after(value: str | None) -> float | None:
    """Seconds by a Retry-After header: a number or a date (RFC 9110, 10.2.3)."""
    if value is None:
        return None
    if value.strip().isdigit():
        return float(value.strip()[:9])
    when = _http_date(value)
    return None if when is None else (when - datetime.now(UTC)).total_seconds()


def _http_date(value: str | None) -> datetime | None:
    try:
        return None if value is None else email.utils.parsedate_to_datetime(value).astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return None

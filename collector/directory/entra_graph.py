"""Microsoft Graph, read page by page: which GETs there are, the least permission of each, and what a refusal means."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from collector.evidence import GapCause
from collector.records.record import Record
from collector.source import Recorder, SourceError
from collector.transport.https import AnswerError, JsonAnswer, JsonApi

MAX_PAGES = 20_000
EVENTUAL = {"ConsistencyLevel": "eventual"}
"""Without it Graph does not count (advanced query capabilities)."""
_CREDENTIALS = ("passwordCredentials", "keyCredentials")
_OTHERWISE_WRITTEN = re.compile(rb"\\u00[4-7]|\x00")
"""Letters by escapes (RFC 8259, section 7), or UTF-16 or -32: so written, a name is not seen among the bytes."""
_NO_LICENCE = ("NonPremium", "AadPremiumLicense", "not licensed", "premium license", "doesn't have premium")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One GET: `path` may hold `{id}`."""

    path: str
    permissions: tuple[str, ...]
    """The least application permissions by the endpoint's page in the Graph v1.0 reference."""
    licence: str = ""
    """The licence that the directory needs for it; empty for none."""
    counted: bool = False
    """Whether the first page carries the source's own count."""

    def of(self, identifier: str) -> str:
        """The path for one object; raises SourceError for what is no identifier."""
        if not identifier or not all(each.isalnum() or each in "-_" for each in identifier):
            raise SourceError(GapCause.MALFORMED, f"not an object's id: {identifier[:60]!r}")
        return self.path.replace("{id}", identifier)


class MissingPermissionError(SourceError):
    """The application lacks a permission; the remedy tells which, and how to grant just that."""


class MissingLicenceError(SourceError):
    """The directory has no licence for what was asked."""


class Graph:
    """Pages of one directory; every problem becomes a SourceError that says what to do."""

    def __init__(self, api: JsonApi, recorder: Recorder, client_id: str) -> None:
        self._api = api
        self._recorder = recorder
        self._client_id = client_id

    def items(
        self,
        endpoint: Endpoint,
        kinds: Iterable[type[Record]],
        *,
        identifier: str | None = None,
        counted: Callable[[int], None] | None = None,
        keep: str | None = None,
    ) -> Iterator[dict[str, Any]]:
        """Every item of every page, as it comes; `keep` names the raw answers that are kept.

        Raises SourceError: as such for the first page, TRUNCATED for a later one.
        """
        held = tuple(kinds)
        address = endpoint.path if identifier is None else endpoint.of(identifier)
        self._recorder.ran(f"GET {self._api.base}{address}", held)
        seen: set[str] = set()
        for page in range(1, MAX_PAGES + 1):
            seen.add(address)
            try:
                answer = self._get(endpoint, address)
                items, address = _page(answer, seen)
            except SourceError as error:
                if page == 1:
                    raise
                raise SourceError(
                    GapCause.TRUNCATED, f"page {page}: {error.detail}", error.remedy or "scan again"
                ) from error
            if keep is not None:
                self._recorder.raw(f"{keep}-{page}.json", without_credentials(answer), held)
            if counted is not None and page == 1 and isinstance(answer.body.get("@odata.count"), int):
                counted(answer.body["@odata.count"])
            yield from items
            if not address:
                return
        raise SourceError(GapCause.TRUNCATED, f"more than {MAX_PAGES} pages")

    def one(
        self,
        endpoint: Endpoint,
        kinds: Iterable[type[Record]],
        *,
        identifier: str | None = None,
        keep: str | None = None,
    ) -> dict[str, Any]:
        """One object. Raises SourceError."""
        held = tuple(kinds)
        address = endpoint.path if identifier is None else endpoint.of(identifier)
        self._recorder.ran(f"GET {self._api.base}{address}", held)
        answer = self._get(endpoint, address)
        if keep is not None:
            self._recorder.raw(f"{keep}.json", without_credentials(answer), held)
        return answer.body

    def _get(self, endpoint: Endpoint, address: str) -> JsonAnswer:
        answer = get(self._api, endpoint, address, self._client_id)
        if answer.sent is not None:
            self._recorder.clock(answer.sent, datetime.now(UTC))
        return answer


def without_credentials(answer: JsonAnswer) -> bytes:
    """An answer as received; written anew where it holds an application's credentials, and then without them.

    A passwordCredential tells the first three characters of the secret (`hint`), and an expanded principal brings it.
    Raises SourceError.
    """
    if not (any(name.encode() in answer.raw for name in _CREDENTIALS) or _OTHERWISE_WRITTEN.search(answer.raw)):
        return answer.raw
    try:
        written = json.dumps(_stripped(answer.body), ensure_ascii=False, sort_keys=True)
    except RecursionError as error:
        raise SourceError(GapCause.MALFORMED, "Graph answered JSON that is nested too deep") from error
    return written.encode(errors="backslashreplace")  # half of a pair of surrogates is written so in JSON too


def _stripped(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _stripped(held) for name, held in value.items() if name not in _CREDENTIALS}
    return [_stripped(each) for each in value] if isinstance(value, list) else value


def get(api: JsonApi, endpoint: Endpoint, address: str, client_id: str) -> JsonAnswer:
    """One GET; raises SourceError, for a missing permission or licence one that says so."""
    try:
        return api.get(address, EVENTUAL if endpoint.counted else None)
    except AnswerError as error:
        raise _explained(error, endpoint, client_id) from error


def _explained(error: AnswerError, endpoint: Endpoint, client_id: str) -> SourceError:
    if any(each in error.code or each in error.words for each in _NO_LICENCE):
        licence = endpoint.licence or "a premium licence"
        return MissingLicenceError(GapCause.UNSUPPORTED, error.detail, f"the directory needs {licence} for this")
    if error.status == 403:
        needed = " and ".join(endpoint.permissions)
        return MissingPermissionError(
            GapCause.DENIED, f"{error.detail}; {needed} is needed", grant(endpoint.permissions, client_id)
        )
    return error


def grant(permissions: Iterable[str], client_id: str) -> str:
    """How to grant an application these permissions, and only these."""
    return (
        f"Entra admin centre, App registrations, {client_id}, API permissions: add Microsoft Graph, application"
        f" permissions, {', '.join(permissions)}; then Grant admin consent. Nothing more is needed"
    )


def _page(answer: JsonAnswer, seen: Container[str]) -> tuple[list[dict[str, Any]], str]:
    """The items of one page, and the next one's address or an empty text; raises SourceError, also for a circle."""
    items, following = answer.body.get("value"), answer.body.get("@odata.nextLink", "")
    if not isinstance(items, list) or not all(isinstance(each, dict) for each in items):
        raise SourceError(GapCause.MALFORMED, "Graph answered a page without a list of objects")
    if following is not None and not isinstance(following, str):
        raise SourceError(GapCause.MALFORMED, "Graph answered a next page that is no address")
    if following in seen:
        raise SourceError(GapCause.MALFORMED, "Graph leads back to a page that was read already")
    return items, following or ""

"""Restore points and jobs of Veeam Backup & Replication, by its REST API v1; read only.

The forms are those of Veeam's reference and of recorded answers (tests/collector/recordings/job_reports/README.md); no
real server was at hand when this was written.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from collector.backup.job_line import job_result
from collector.backup.json_answers import Api, listed, malformed, number_of, text_of
from collector.evidence import GapCause
from collector.records.backup import BackupRepository, BackupRun, Snapshot
from collector.records.record import Record
from collector.source import Diagnosis, Query, Recorder, SourceError
from collector.transport.https import HttpsSettings, JsonApi, open_session, refusal, send
from config.sources import VeeamSource

MAX_PAGES = 5000
_POINTS = "/api/v1/objectRestorePoints"
_STATES = "/api/v1/jobs/states"


class VeeamServer:
    """One backup server; implements `collector.source.Source`. `connect` gives the connection; tests give theirs."""

    provides: frozenset[type[Record]] = frozenset({Snapshot, BackupRun, BackupRepository})

    def __init__(
        self, settings: VeeamSource, secret: Callable[[str], str], *, connect: Callable[[], Api] | None = None
    ) -> None:
        self.id = settings.id
        self._settings = settings
        self._secret = secret
        self._connect = connect or self._over_https

    def plan(self, wanted: frozenset[type[Record]]) -> Iterable[Query]:
        """The log-on, and every page."""
        rights = "the role Veeam Backup Viewer"
        kinds = tuple(kind for kind in (Snapshot, BackupRun, BackupRepository) if kind in wanted)
        if kinds:
            yield Query(self._settings.url, f"POST /api/oauth2/token as {self._settings.user}", kinds, rights)
        if Snapshot in wanted:
            yield Query(self._settings.url, f"GET {self._page(_POINTS, '<n>')}", (Snapshot,), rights)
        if BackupRun in wanted:
            yield Query(self._settings.url, f"GET {self._page(_STATES, '<n>')}", (BackupRun,), rights)

    def collect(self, wanted: frozenset[type[Record]], recorder: Recorder) -> None:
        """Read every page of the wanted kinds."""
        wanted &= self.provides
        if not wanted:
            return
        recorder.identity(self._settings.user)
        recorder.ran(f"POST /api/oauth2/token as {self._settings.user}", wanted)
        api = self._connect()
        try:
            if Snapshot in wanted:
                self._read(api, _POINTS, Snapshot, parse_point, recorder)
            if BackupRun in wanted:
                self._read(api, _STATES, BackupRun, parse_state, recorder)
        finally:
            api.close()
        if BackupRepository in wanted:
            recorder.add(BackupRepository(name=self.id, tool="veeam", host=urlsplit(self._settings.url).hostname))
            recorder.complete(BackupRepository, source_count=1)

    def diagnose(self) -> Iterable[Diagnosis]:
        """Log on and ask for one restore point."""
        try:
            api = self._connect()
            try:
                body = api.get(f"{_POINTS}?skip=0&limit=1", self._headers).body
                listed(body, _POINTS)
            finally:
                api.close()
        except SourceError as error:
            yield Diagnosis(self._settings.url, ok=False, text=error.detail, remedy=error.remedy)
        else:
            total = number_of(body.get("pagination"), "total")
            yield Diagnosis(self._settings.url, ok=True, text=f"{total if total is not None else '?'} restore points")

    def _read(
        self,
        api: Api,
        path: str,
        kind: type[Record],
        parse: Callable[[Any, int], Record | None],
        recorder: Recorder,
    ) -> None:
        recorder.ran(f"GET {self._page(path, '<n>')}", (kind,))
        seen, total = 0, None
        for _ in range(MAX_PAGES):
            body = api.get(self._page(path, str(seen)), self._headers).body
            items = listed(body, path)
            total = number_of(body.get("pagination"), "total")
            for number, item in enumerate(items, start=seen + 1):
                record = parse(item, number)
                if record is not None:
                    recorder.add(record)
                elif total is not None:
                    total -= 1  # a job that has not run yet is no run
            seen += len(items)
            if not items or total is None or seen >= (number_of(body.get("pagination"), "total") or 0):
                break
        else:
            raise SourceError(GapCause.TRUNCATED, f"{path} had more than {MAX_PAGES} pages", "raise page_size")
        recorder.complete(kind, source_count=total)

    def _page(self, path: str, skip: str) -> str:
        return f"{path}?skip={skip}&limit={self._settings.page_size}"

    @property
    def _headers(self) -> dict[str, str]:
        return {"x-api-version": self._settings.api_version}

    def _over_https(self) -> Api:
        https = HttpsSettings(timeout_seconds=self._settings.timeout_seconds, ca_file=self._settings.ca_file)
        return JsonApi(self._settings.url, _Login(self._settings, self._secret, https), https)


class _Login:
    """POST /api/oauth2/token; implements `collector.transport.https.Token`."""

    def __init__(self, settings: VeeamSource, secret: Callable[[str], str], https: HttpsSettings) -> None:
        self._settings = settings
        self._secret = secret
        self._https = https
        self._token: str | None = None

    def current(self) -> str:
        """The token; it lives a quarter of an hour by default."""
        return self._token or self.renewed()

    def renewed(self) -> str:
        """Log on; raises SourceError, never with the password or the token in it."""
        session = open_session(self._https)
        try:
            response = send(
                session,
                "POST",
                f"{self._settings.url}/api/oauth2/token",
                self._https,
                headers={"Accept": "application/json", "x-api-version": self._settings.api_version},
                form={
                    "grant_type": "password",
                    "username": self._settings.user,
                    "password": self._secret(self._settings.password),
                },
            )
        finally:
            session.close()
        if response.status != 200:
            raise refusal(response, self._settings.url)
        try:
            token = json.loads(response.data).get("access_token")
        except (ValueError, AttributeError, RecursionError):
            token = None
        if not isinstance(token, str) or not token:
            raise malformed("the log-on", "no access_token")
        self._token = token
        return token


def parse_point(item: Any, number: int) -> Snapshot:
    """One restore point of one object; raises SourceError malformed."""
    identifier, name, time = text_of(item, "id"), text_of(item, "name"), _time(item, "creationTime")
    if identifier is None or name is None or time is None:
        raise malformed(_POINTS, f"entry {number} lacks id, name or creationTime")
    return Snapshot(identifier=identifier, time=time, host=name)


def parse_state(item: Any, number: int) -> BackupRun | None:
    """The last run of one job; None for a job that has never run. Raises SourceError malformed."""
    name = text_of(item, "name")
    if name is None:
        raise malformed(_STATES, f"entry {number} lacks a name")
    begun = _time(item, "lastRun")
    if begun is None:
        return None
    running = text_of(item, "status") == "Running"
    result = "running" if running else job_result(text_of(item, "lastResult") or "")
    size = number_of(item.get("sessionProgress"), "processedSize")
    return BackupRun(job=name, started=begun, result=result, size_bytes=size)


def _time(item: Any, name: str) -> datetime | None:
    text = text_of(item, name)
    if text is None:
        return None
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if time.tzinfo is None else time.astimezone(UTC)

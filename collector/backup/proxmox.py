"""The restore points of one datastore of a Proxmox Backup Server, with its own verification of each; REST, read only.

The form of the answer is that of the server's API viewer (`/admin/datastore/{store}/snapshots`); no real server was at
hand when this was written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import quote, urlsplit

from collector.backup.json_answers import Api, listed, malformed, number_of, text_of
from collector.records.backup import BackupRepository, Snapshot
from collector.records.record import Record
from collector.source import Diagnosis, Query, Recorder, SourceError
from collector.transport.https import HttpsSettings, JsonApi
from config.sources import ProxmoxBackupSource

_VERIFIED: dict[str | None, Literal["passed", "failed"]] = {"ok": "passed", "failed": "failed"}


class ProxmoxDatastore:
    """One datastore; implements `collector.source.Source`. `connect` gives the connection; tests give theirs."""

    provides: frozenset[type[Record]] = frozenset({Snapshot, BackupRepository})

    def __init__(
        self,
        settings: ProxmoxBackupSource,
        secret: Callable[[str], str],
        *,
        connect: Callable[[], Api] | None = None,
    ) -> None:
        self.id = settings.id
        self._settings = settings
        self._secret = secret
        self._connect = connect or self._over_https
        self._path = f"/api2/json/admin/datastore/{quote(settings.datastore)}/snapshots"
        if settings.namespace:
            self._path += f"?ns={quote(settings.namespace, safe='')}"

    def plan(self, wanted: frozenset[type[Record]]) -> Iterable[Query]:
        """The one request."""
        kinds = tuple(kind for kind in (Snapshot, BackupRepository) if kind in wanted)
        if kinds:
            yield Query(self._settings.url, f"GET {self._path}", kinds, "the role DatastoreAudit on the datastore")

    def collect(self, wanted: frozenset[type[Record]], recorder: Recorder) -> None:
        """Read every restore point of the datastore, or of its namespace."""
        wanted &= self.provides
        if not wanted:
            return
        recorder.identity(self._settings.token_id)
        recorder.ran(f"GET {self._path}", wanted)
        api = self._connect()
        try:
            items = listed(api.get(self._path).body, self._path)
        finally:
            api.close()
        encrypted = None
        if Snapshot in wanted:
            for snapshot in parse_snapshots(items, self._path):
                recorder.add(snapshot)
            recorder.complete(Snapshot, source_count=len(items))
        if BackupRepository in wanted:
            modes = {mode for item in items for mode in _crypt_modes(item)}
            encrypted = modes == {"encrypt"} if modes else None
            host = urlsplit(self._settings.url).hostname
            recorder.add(BackupRepository(name=self.id, tool="proxmox-backup", host=host, encrypted=encrypted))
            recorder.complete(BackupRepository, source_count=1)

    def diagnose(self) -> Iterable[Diagnosis]:
        """Try to list the restore points."""
        api = self._connect()
        try:
            count = len(listed(api.get(self._path).body, self._path))
        except SourceError as error:
            yield Diagnosis(self._settings.url, ok=False, text=error.detail, remedy=error.remedy)
        else:
            yield Diagnosis(self._settings.url, ok=True, text=f"{count} restore points")
        finally:
            api.close()

    def _over_https(self) -> Api:
        https = HttpsSettings(timeout_seconds=self._settings.timeout_seconds, ca_file=self._settings.ca_file)
        token = _ApiToken(self._settings, self._secret)
        return JsonApi(self._settings.url, token, https, scheme="PBSAPIToken=")


class _ApiToken:
    """A token that does not run out; implements `collector.transport.https.Token`."""

    def __init__(self, settings: ProxmoxBackupSource, secret: Callable[[str], str]) -> None:
        self._settings = settings
        self._secret = secret

    def current(self) -> str:
        """The token's id and its secret."""
        return f"{self._settings.token_id}:{self._secret(self._settings.secret)}"

    def renewed(self) -> str:
        """The same: there is no other."""
        return self.current()


def parse_snapshots(items: Iterable[Any], where: str) -> Iterator[Snapshot]:
    """The restore points; raises SourceError malformed for one without type, id or time."""
    for number, item in enumerate(items, start=1):
        kind, name, seconds = text_of(item, "backup-type"), text_of(item, "backup-id"), number_of(item, "backup-time")
        if kind is None or name is None or seconds is None or seconds > 1 << 37:
            raise malformed(where, f"entry {number} lacks backup-type, backup-id or backup-time")
        time = datetime.fromtimestamp(seconds, UTC)
        verification = item.get("verification")
        comment = text_of(item, "comment")
        yield Snapshot(
            identifier=f"{kind}/{name}/{time:%Y-%m-%dT%H:%M:%SZ}",
            time=time,
            host=_host(kind, name, comment),
            tags=tuple(dict.fromkeys(tag for tag in (f"{kind}/{name}", comment) if tag)),
            size_bytes=number_of(item, "size"),
            verification=_VERIFIED.get(text_of(verification, "state")),
        )


def _host(kind: str, name: str, comment: str | None) -> str:
    """A guest is known by a number; its comment is the name that Proxmox VE gives it (`{{guestname}}`)."""
    return (comment or "").partition("\n")[0].strip() or name if kind in {"vm", "ct"} else name


def _crypt_modes(item: Any) -> Iterator[str]:
    files = item.get("files") if isinstance(item, Mapping) else None
    for file in files if isinstance(files, list) else []:
        mode = text_of(file, "crypt-mode")
        if mode is not None and text_of(file, "filename") != "index.json.blob":
            yield mode

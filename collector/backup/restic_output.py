"""What restic prints, parsed; pure, and tested with recordings of real repositories."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from collector.evidence import GapCause
from collector.records.backup import Snapshot
from collector.source import SourceError

_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)")
_IDENTIFIER = re.compile(r"[0-9a-f]{64}")
_ELSEWHERE = re.compile(r"(sftp|rest|s3|swift|b2|azure|gs|rclone):")
_NOT_LOADED = re.compile(r"could not load snapshot ([0-9a-f]{6,64}): (.*)")
_DAMAGED = re.compile(
    r"\b(pack|tree|blob|data|snapshot)\s(?:ID\s)?(?:does not match, want\s)?<?([0-9a-f]{8,64})", re.IGNORECASE
)
MAX_DAMAGED = 100
_ADDRESS_CREDENTIALS = re.compile(r"(://)[^/@\s]*:[^/\s]*@")

_PASSWORD_REMEDY = "check that the password reference in the settings holds this repository's password"  # noqa: S105
_FAILURES: tuple[tuple[str, GapCause, str], ...] = (
    ("wrong password or no key found", GapCause.DENIED, _PASSWORD_REMEDY),
    ("an empty password is not a password", GapCause.DENIED, _PASSWORD_REMEDY),
    ("connection refused", GapCause.UNREACHABLE, "check that the backup server runs and that its port is open"),
    ("no such host", GapCause.UNREACHABLE, "check the server's name in the repository address"),
    ("could not resolve hostname", GapCause.UNREACHABLE, "check the server's name in the repository address"),
    ("no route to host", GapCause.UNREACHABLE, "check the network between this host and the backup server"),
    ("network is unreachable", GapCause.UNREACHABLE, "check the network between this host and the backup server"),
    ("i/o timeout", GapCause.TIMED_OUT, "check the network between this host and the backup server"),
    ("host key verification failed", GapCause.DENIED, "put the backup server's key in known_hosts"),
    ("permission denied", GapCause.DENIED, "let the collector's user read the repository's files"),
    ("unable to start the sftp session", GapCause.UNREACHABLE, "check that ssh logs on to it without a question"),
    ("certificate", GapCause.DENIED, "let this host trust the backup server's certificate"),
    ("401 unauthorized", GapCause.DENIED, "check the log-on of the backup server"),
    ("403 forbidden", GapCause.DENIED, "check the rights of the log-on on the backup server"),
    ("no such file or directory", GapCause.ABSENT, "check the repository address; no repository is there"),
    ("repository does not exist", GapCause.ABSENT, "check the repository address; no repository is there"),
    ("404 not found", GapCause.ABSENT, "check the repository address; no repository is there"),
    ("unable to open config file", GapCause.ABSENT, "check the repository address; no repository is there"),
    ("unknown flag", GapCause.UNSUPPORTED, "install restic 0.14 or later"),
    ("invalid data returned", GapCause.MALFORMED, "run `restic check` on the repository"),
)


@dataclass(frozen=True, slots=True)
class Lock:
    """One lock in a repository (restic's design document, "Locks")."""

    identifier: str
    exclusive: bool
    host: str
    time: str
    since: datetime | None = None
    """The same, where it is a time."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """One restore point that the repository lists and restic could not read."""

    identifier: str
    detail: str


def parse_snapshots(output: bytes) -> Iterator[Snapshot]:
    """The restore points of `restic snapshots --json`, in restic's order.

    Raises SourceError malformed for output that is cut off or is no list of snapshots (restic-snapshots(1)).
    """
    value = _json(output, "restic snapshots")
    if not isinstance(value, list):
        raise _malformed("restic snapshots", "no list")
    for number, item in enumerate(value, start=1):
        yield _snapshot(item, number)


def trees(output: bytes) -> tuple[str | None, ...]:
    """The id of what each restore point holds, in restic's order: those of equal content have the same."""
    value = _json(output, "restic snapshots")
    items = value if isinstance(value, list) else []
    return tuple(tree if isinstance(tree := item.get("tree"), str) else None for item in items)


def parse_size(output: bytes) -> int:
    """Bytes by `restic stats --json --mode restore-size`; raises SourceError malformed."""
    value = _json(output, "restic stats")
    size = value.get("total_size") if isinstance(value, dict) else None
    if not isinstance(size, int) or isinstance(size, bool) or size < 0:
        raise _malformed("restic stats", "no `total_size`")
    return size


def parse_check(status: int, errors: str, secret: str = "") -> tuple[bool, tuple[str, ...]]:
    """Whether `restic check` found the repository whole, and the damaged parts that it named, each once, sorted.

    restic says of a failing repository «repository contains errors», and of a check that it could not make anything
    else: raises SourceError for that.
    """
    if status == 0:
        return True, ()
    if "repository contains errors" not in errors:
        raise failure("restic check", status, errors, secret)
    damaged = {f"{match[1].lower()} {match[2][:16]}" for match in _DAMAGED.finditer(errors)}
    return False, tuple(sorted(damaged))[:MAX_DAMAGED]


def address_host(repository: str) -> str | None:
    """The host of a repository address; None for a path on this host and for stores that are no host of ours.

    `sftp:user@host:/path`, `sftp://user@host:22/path`, `rest:https://host:8000/`, `ssh://host/path`.
    """
    text = repository.removeprefix("rest:")
    if text.startswith("sftp:") and not text.startswith("sftp://"):
        return text[5:].partition(":")[0].rpartition("@")[2] or None
    if "://" in text:
        try:
            return urlsplit(text).hostname
        except ValueError:
            return None
    return None


def local_folder(repository: str) -> Path | None:
    """The folder of a repository in this host's file system; None for one that is elsewhere."""
    if _ELSEWHERE.match(repository):
        return None
    return Path(repository.removeprefix("local:"))


def is_identifier(text: str) -> bool:
    """Whether a text is an id as restic writes it in full."""
    return _IDENTIFIER.fullmatch(text) is not None


def parse_identifiers(output: bytes) -> tuple[str, ...]:
    """The ids that `restic list` printed, one a line; raises SourceError malformed for anything else."""
    lines = output.decode("ascii", "replace").split()
    for line in lines:
        if not _IDENTIFIER.fullmatch(line):
            raise _malformed("restic list", f"no id: {line!r:.80}")
    return tuple(lines)


def parse_lock(identifier: str, output: bytes) -> Lock:
    """The lock that `restic cat lock` printed; raises SourceError malformed."""
    value = _json(output, "restic cat lock")
    if not isinstance(value, dict) or not isinstance(value.get("exclusive"), bool):
        raise _malformed("restic cat lock", "no `exclusive`")
    time = str(value.get("time", "?"))
    try:
        since = _time(time, 1)
    except SourceError:
        since = None
    return Lock(identifier, value["exclusive"], str(value.get("hostname", "?")), time, since)


def parse_unreadable(errors: str) -> tuple[Unreadable, ...]:
    """Restore points that `restic snapshots` could not load: it says so and still ends with status 0."""
    found = {match[1]: Unreadable(match[1], match[2].strip()) for match in _NOT_LOADED.finditer(errors)}
    return tuple(found.values())


def failure(command: str, status: int, errors: str, secret: str = "") -> SourceError:
    """Why restic ended with a failing status, from its own words on standard error; the secret is not in them."""
    words = " ".join(errors.split())
    shown = masked(words.replace(secret, "***") if secret else words)[-1000:]
    for sign, cause, remedy in _FAILURES:
        if sign in words.lower():
            return SourceError(cause, f"{command}: {shown}", remedy)
    return SourceError(GapCause.MALFORMED, f"{command} ended with status {status}: {shown or 'no message'}")


def masked(text: str) -> str:
    """The text without the user and password of any address in it."""
    return _ADDRESS_CREDENTIALS.sub(r"\1***@", text)


def _snapshot(item: Any, number: int) -> Snapshot:
    if not isinstance(item, dict):
        raise _malformed("restic snapshots", f"entry {number} is no object")
    identifier, host, time = item.get("short_id") or item.get("id"), item.get("hostname"), item.get("time")
    if not (isinstance(identifier, str) and isinstance(host, str) and isinstance(time, str)):
        raise _malformed("restic snapshots", f"entry {number} lacks id, hostname or time")
    return Snapshot(
        identifier=identifier,
        time=_time(time, number),
        host=host,
        paths=_texts(item.get("paths"), number),
        tags=_texts(item.get("tags"), number),
        excludes=_texts(item.get("excludes"), number),
        parent=_shortened(item.get("parent")),
        size_bytes=_noted(item, "total_bytes_processed"),
        files=_noted(item, "total_files_processed"),
    )


def _shortened(identifier: Any) -> str | None:
    """An id as the restore points' own are given."""
    return identifier[:8] if isinstance(identifier, str) else None


def _noted(item: dict[str, Any], name: str) -> int | None:
    """A figure of the summary that restic 0.17 and later keep with a restore point."""
    summary = item.get("summary")
    value = summary.get(name) if isinstance(summary, dict) else None
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _texts(value: Any, number: int) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise _malformed("restic snapshots", f"entry {number} has paths or tags that are no text")
    return tuple(value)


def _time(text: str, number: int) -> datetime:
    """RFC 3339 with up to nanoseconds, as Go writes it."""
    match = _TIME.fullmatch(text)
    if match is None:
        raise _malformed("restic snapshots", f"entry {number} has no time: {text!r:.60}")
    fraction = (match[2] or "0")[:6].ljust(6, "0")
    zone = "+00:00" if match[3] == "Z" else match[3]
    try:
        return datetime.fromisoformat(f"{match[1]}.{fraction}{zone}").astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise _malformed("restic snapshots", f"entry {number} has no time: {text!r:.60}") from error


def _json(output: bytes, command: str) -> Any:
    try:
        return json.loads(output)
    except (ValueError, RecursionError) as error:
        raise _malformed(command, f"{error}") from error


def _malformed(command: str, detail: str) -> SourceError:
    return SourceError(
        GapCause.MALFORMED,
        f"the answer of {command} could not be understood, or is cut off: {detail}",
        "run the command by hand and compare; restic 0.14 and later are supported",
    )

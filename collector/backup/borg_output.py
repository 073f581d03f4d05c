"""What borg prints, parsed; pure, and tested with recordings of real repositories (borg 1.2)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from collector.backup.restic_output import masked
from collector.evidence import GapCause
from collector.records.backup import Snapshot
from collector.source import SourceError

MAX_DAMAGED = 100
_DATED = re.compile(r"(.+?)[-_.:@]?\d{4}-?\d\d-?\d\d(?:[T_ -]?\d\d[:.-]?\d\d(?:[:.-]?\d\d(?:\.\d+)?)?)?")
_SIZE = re.compile(rb"([-a-z]) (\d+)")
_TROUBLE = re.compile(
    r"segment (\d+), offset (\d+)|ID: ([0-9a-f]{16})[0-9a-f]*|(?:missing|corrupt)\D{0,40}([0-9a-f]{16})", re.IGNORECASE
)

_PASSPHRASE_REMEDY = "check that the passphrase reference in the settings holds this repository's passphrase"  # noqa: S105
_FAILURES: tuple[tuple[str, GapCause, str], ...] = (
    ("is incorrect", GapCause.DENIED, _PASSPHRASE_REMEDY),
    ("passphrase", GapCause.DENIED, _PASSPHRASE_REMEDY),
    ("no key file for repository", GapCause.DENIED, "give the collector's user the key file (borg key export)"),
    ("does not exist", GapCause.ABSENT, "check the repository address; no repository is there"),
    ("is not a valid repository", GapCause.ABSENT, "check the repository address; no repository is there"),
    ("permission denied", GapCause.DENIED, "let the collector's user read the repository's files"),
    ("host key verification failed", GapCause.DENIED, "put the backup server's key in known_hosts"),
    ("connection refused", GapCause.UNREACHABLE, "check that the backup server runs and that its port is open"),
    ("could not resolve hostname", GapCause.UNREACHABLE, "check the server's name in the repository address"),
    ("connection timed out", GapCause.TIMED_OUT, "check the network between this host and the backup server"),
    ("connection closed by remote host", GapCause.UNREACHABLE, "check that borg is installed on the backup server"),
    ("failed to create/acquire the lock", GapCause.DENIED, "scan again when whatever holds the lock has ended"),
    ("data integrity error", GapCause.MALFORMED, "run `borg check` on the repository"),
    ("inconsistency detected", GapCause.MALFORMED, "run `borg check` on the repository"),
)


def parse_archives(output: bytes) -> Iterator[Snapshot]:
    """The archives of `borg list --json`, run with TZ=UTC: borg writes times without a zone.

    The archive's name without its date is a tag (`{name}-{now}` is how archives are usually called), and so is its
    comment. Raises SourceError malformed for output that is cut off or is no list of archives.
    """
    archives = _object(output, "borg list").get("archives")
    if not isinstance(archives, list):
        raise _malformed("borg list", "no `archives`")
    for number, item in enumerate(archives, start=1):
        yield _archive(item, number)


def parse_encryption(output: bytes) -> bool | None:
    """Whether the repository is encrypted, by the same answer; None where it does not say."""
    encryption = _object(output, "borg list").get("encryption")
    mode = encryption.get("mode") if isinstance(encryption, dict) else None
    if not isinstance(mode, str):
        return None
    return not (mode == "none" or mode.startswith("authenticated"))


def parse_sizes(output: bytes) -> tuple[int, int]:
    """Bytes and number of files by `borg list --format '{type} {size}{NL}'`; raises SourceError malformed."""
    size = files = 0
    for line in output.splitlines():
        match = _SIZE.fullmatch(line)
        if match is None:
            raise _malformed("borg list", "no type and size")
        if match[1] in b"-h":  # a link's size is its target's name
            size += int(match[2][:18])
            files += 1
    return size, files


def parse_check(status: int, errors: str, secret: str = "") -> tuple[bool, tuple[str, ...]]:
    """Whether `borg check` found the repository whole, and the damaged parts that it named, each once, sorted.

    Raises SourceError for a check that could not be made.
    """
    if status == 0:
        return True, ()
    if "errors found" not in errors and "integrity error" not in errors.lower():
        raise failure("borg check", status, errors, secret)
    damaged = set()
    for match in _TROUBLE.finditer(errors):
        identifier = match[3] or match[4]
        damaged.add(f"chunk {identifier}" if identifier else f"segment {match[1]} offset {match[2]}")
    return False, tuple(sorted(damaged))[:MAX_DAMAGED]


def failure(command: str, status: int, errors: str, secret: str = "") -> SourceError:
    """Why borg ended with a failing status, from its own words on standard error; the secret is not in them."""
    words = " ".join(errors.split())
    shown = masked(words.replace(secret, "***") if secret else words)[-1000:]
    for sign, cause, remedy in _FAILURES:
        if sign in words.lower():
            return SourceError(cause, f"{command}: {shown}", remedy)
    return SourceError(GapCause.MALFORMED, f"{command} ended with status {status}: {shown or 'no message'}")


def _archive(item: Any, number: int) -> Snapshot:
    if not isinstance(item, dict):
        raise _malformed("borg list", f"entry {number} is no object")
    name, host, time = item.get("name"), item.get("hostname"), item.get("start") or item.get("time")
    if not (isinstance(name, str) and isinstance(host, str) and isinstance(time, str)):
        raise _malformed("borg list", f"entry {number} lacks name, hostname or time")
    return Snapshot(
        identifier=name,
        time=_time(time, number),
        host=host,
        paths=_paths(item.get("command_line"), name),
        tags=_tags(name, item.get("comment")),
    )


def _tags(name: str, comment: Any) -> tuple[str, ...]:
    tags = []
    if match := _DATED.fullmatch(name):
        tags.append(match[1])
    if isinstance(comment, str) and comment.strip():
        tags.append(" ".join(comment.split())[:200])
    return tuple(tags)


def _paths(command: Any, name: str) -> tuple[str, ...]:
    """The paths that `borg create` was called with: what comes after the archive, up to the next option."""
    if not isinstance(command, list) or not all(isinstance(each, str) for each in command):
        return ()
    for place, word in enumerate(command):
        if word.partition("::")[2] and (word.endswith(f"::{name}") or "{" in word):
            rest = command[place + 1 :]
            end = next((index for index, each in enumerate(rest) if each.startswith("-")), len(rest))
            return tuple(rest[:end])
    return ()


def _time(text: str, number: int) -> datetime:
    """ISO 8601; without a zone it is UTC, for borg was told to write that."""
    try:
        time = datetime.fromisoformat(text)
        return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise _malformed("borg list", f"entry {number} has no time: {text!r:.60}") from error


def _object(output: bytes, command: str) -> dict[str, Any]:
    try:
        value = json.loads(output)
    except (ValueError, RecursionError) as error:
        raise _malformed(command, f"{error}") from error
    if not isinstance(value, dict):
        raise _malformed(command, "no object")
    return value


def _malformed(command: str, detail: str) -> SourceError:
    return SourceError(
        GapCause.MALFORMED,
        f"the answer of {command} could not be understood, or is cut off: {detail}",
        "check that borg is version 1.1 to 1.4, and run the command by hand",
    )

"""The report of a restore drill: an in-toto statement with figures and hashes, and no content; pure."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from collector.evidence import GapCause
from collector.records.backup import RestoreDrill
from collector.records.codec import JsonValue, encode
from collector.source import SourceError

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "urn:styrk:restore-drill:v1"


class Trouble(StrEnum):
    """Why a drill failed."""

    RESTORE_FAILED = "restore-failed"
    NOTHING_RESTORED = "nothing-restored"
    FILES_DIFFER = "files-differ"
    CANARY_WRONG = "canary-wrong"
    TOO_LARGE = "too-large"


@dataclass(frozen=True, slots=True)
class DrillReport:
    """How one drill went; sizes in bytes, times in UTC."""

    source: str
    host: str
    system: str | None
    snapshot: str
    snapshot_time: datetime
    started: datetime
    finished: datetime
    milliseconds: int
    """The restore alone."""
    files: int
    size_bytes: int
    compared: int
    """Files whose hash was known beforehand."""
    differing: int
    canary: bool | None
    tree_sha256: str
    paths: tuple[str, ...]
    trouble: tuple[Trouble, ...]
    words: str
    """The tool's own words where the restore failed."""

    @property
    def result(self) -> str:
        """`passed` or `failed`."""
        return "failed" if self.trouble else "passed"

    @property
    def bytes_per_second(self) -> int:
        """Throughput of the restore."""
        return self.size_bytes * 1000 // max(1, self.milliseconds)

    def statement(self, version: str) -> dict[str, JsonValue]:
        """The in-toto statement: the restore point's content as its subject, the figures as its predicate."""
        return {
            "_type": STATEMENT_TYPE,
            "subject": [{"name": f"{self.source}:{self.snapshot}", "digest": {"sha256": self.tree_sha256}}],
            "predicateType": PREDICATE_TYPE,
            "predicate": {
                "repository": self.source,
                "host": self.host,
                "system": self.system,
                "snapshot": self.snapshot,
                "snapshot_time": encode(self.snapshot_time),
                "time": encode(self.started),
                "finished": encode(self.finished),
                "milliseconds": self.milliseconds,
                "bytes_per_second": self.bytes_per_second,
                "files": self.files,
                "size_bytes": self.size_bytes,
                "compared": self.compared,
                "differing": self.differing,
                "canary": self.canary,
                "paths": list(self.paths),
                "result": self.result,
                "trouble": [each.value for each in self.trouble],
                "words": self.words,
                "producer": f"styrk {version}",
            },
        }


def parse_report(data: bytes) -> RestoreDrill:
    """The drill of one report: an in-toto statement, bare or in a DSSE envelope, or the predicate's fields alone.

    Needed: `host` or `system`, `time` (RFC 3339 with its zone), and `result` (passed, failed). Fields that are not
    known are left out. An envelope's signature is not looked at: what someone hands over is *provided*, signed or
    not. Raises SourceError malformed.
    """
    value = _object(data)
    if isinstance(value.get("payload"), str):
        try:
            value = _object(base64.b64decode(value["payload"], validate=True))
        except (binascii.Error, ValueError) as error:
            raise _malformed("the envelope's payload cannot be read") from error
    producer = None
    if "predicate" in value:
        kind = value.get("predicateType")
        producer = kind if isinstance(kind, str) else None
        value = value["predicate"]
        if not isinstance(value, dict):
            raise _malformed("the statement has no predicate")
    result, host = value.get("result"), _text(value, "host") or _text(value, "system")
    if result not in {"passed", "failed"}:
        raise _malformed("no `result` that is passed or failed")
    if host is None:
        raise _malformed("neither `host` nor `system`")
    begun = _time(value, "time")
    if begun is None:
        raise _malformed("no `time`")
    canary = value.get("canary")
    return RestoreDrill(
        repository=_text(value, "repository") or "?",
        host=host,
        time=begun,
        result=result,
        system=_text(value, "system"),
        snapshot=_text(value, "snapshot"),
        snapshot_time=_time(value, "snapshot_time"),
        files=_number(value, "files"),
        size_bytes=_number(value, "size_bytes"),
        differing=_number(value, "differing"),
        canary=canary if isinstance(canary, bool) else None,
        milliseconds=_number(value, "milliseconds"),
        producer=_text(value, "producer") or producer,
    )


def _text(value: dict[str, Any], name: str) -> str | None:
    held = value.get(name)
    return held[:300] if isinstance(held, str) and held.strip() else None


def _number(value: dict[str, Any], name: str) -> int | None:
    held = value.get(name)
    return held if isinstance(held, int) and not isinstance(held, bool) and 0 <= held < 1 << 63 else None


def _time(value: dict[str, Any], name: str) -> datetime | None:
    held = value.get(name)
    if held is None:
        return None
    try:
        time = datetime.fromisoformat(held)
        if time.tzinfo is None:
            raise _malformed(f"`{name}` has no zone: {held!r:.60}")
        return time.astimezone(UTC)
    except (TypeError, ValueError, OverflowError) as error:
        raise _malformed(f"`{name}` is no time: {held!r:.60}") from error


def _object(data: bytes) -> dict[str, Any]:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise _malformed(f"not JSON: {error}") from error
    if not isinstance(value, dict):
        raise _malformed("no JSON object")
    return value


def _malformed(detail: str) -> SourceError:
    return SourceError(
        GapCause.MALFORMED,
        f"no report of a restore drill: {detail}",
        "give host or system, time, and result (passed, failed), as docs/registers.md says",
    )

"""The statement of a run: in-toto Statement v1 with our predicate; docs/bundle.md, section 5."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from collector.evidence_file import canonical, parse_json
from collector.records.codec import JsonValue, decode_time
from reporters.bundle.errors import BundleError, NewerFormatError
from reporters.bundle.layout import MANIFEST, is_path, is_segment

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "urn:styrk:run:v1"
"""A name and no address; a change that a verifier must know of gets a new one."""

_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Statement:
    """What the signer says of a run."""

    manifest_sha256: str
    """SHA-256 (hex) of `manifest-sha256.txt`, the statement's subject."""
    predicate: Mapping[str, JsonValue]
    """The run: see `FIELDS`; other fields may stand beside them."""

    @property
    def run(self) -> str:
        """The run's id."""
        return str(self.predicate["run"])

    @property
    def finished(self) -> datetime:
        """The end of the run by the collector's clock, UTC."""
        match self.predicate:
            case {"clock": {"finished": str(text)}}:
                return decode_time(text)
        raise BundleError("the statement has no clock")

    def encode(self) -> bytes:
        """The statement as canonical JSON."""
        return canonical(
            {
                "_type": STATEMENT_TYPE,
                "predicate": dict(self.predicate),
                "predicateType": PREDICATE_TYPE,
                "subject": [{"digest": {"sha256": self.manifest_sha256}, "name": MANIFEST}],
            }
        )


def parse(payload: bytes) -> Statement:
    """The statement in an envelope; raises BundleError for anything but the one form that `encode` gives."""
    try:
        match parse_json(payload):
            case {
                "subject": [{"digest": {"sha256": str(digest)}}],
                "predicate": dict(predicate),
                "predicateType": str(predicate_type),
            }:
                statement = Statement(digest, predicate)
            case _:
                raise BundleError("not an in-toto statement with one subject")
        same = statement.encode() == payload
    except (ValueError, RecursionError) as error:
        raise BundleError(f"not an in-toto statement: {error}") from error
    if predicate_type != PREDICATE_TYPE:
        raise NewerFormatError(
            f"the statement is of type {predicate_type!r:.80}, this verifier knows {PREDICATE_TYPE}",
            "verify with a newer version",
        )
    if not same:
        raise BundleError("not an in-toto Statement v1 about the manifest, in canonical JSON")
    check_predicate(predicate)
    return statement


def check_predicate(predicate: Mapping[str, JsonValue]) -> None:
    """Raise BundleError, naming every field that is missing or not as section 5 says."""
    wrong = [name for name, fits in FIELDS.items() if name not in predicate or not fits(predicate[name])]
    if wrong:
        raise BundleError(f"the statement's fields are missing or not as they should be: {', '.join(wrong)}")


def _is_digest(value: JsonValue) -> bool:
    return isinstance(value, str) and _SHA256.fullmatch(value) is not None


def _is_time(value: JsonValue) -> bool:
    try:
        return isinstance(value, str) and bool(decode_time(value))
    except ValueError:
        return False


def _is_clock(value: JsonValue) -> bool:
    match value:
        case {"started": started, "finished": finished}:
            return _is_time(started) and _is_time(finished)
    return False


def _has_text(*names: str) -> Callable[[JsonValue], bool]:
    return lambda value: isinstance(value, dict) and all(isinstance(value.get(name), str) for name in names)


def _are_digests(is_name: Callable[[str], bool]) -> Callable[[JsonValue], bool]:
    return lambda value: isinstance(value, dict) and all(is_name(k) and _is_digest(v) for k, v in value.items())


FIELDS: dict[str, Callable[[JsonValue], bool]] = {
    "as_of": _is_time,
    "catalogues": _are_digests(bool),
    "checks_code": _is_digest,
    "classification": lambda value: isinstance(value, str),
    "clock": _is_clock,
    "organisation": _has_text("name"),
    "policy": _are_digests(is_path),
    "previous": lambda value: value is None or _is_digest(value),
    "run": lambda value: isinstance(value, str) and is_segment(value),
    "sources": lambda value: isinstance(value, list),
    "tool": _has_text("name", "version"),
}
"""The predicate's required fields, each with what makes its value fit."""

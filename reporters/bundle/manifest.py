"""Manifests in the form of `sha256sum`: docs/bundle.md, section 4."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from collector.evidence_file import sha256_of
from reporters.bundle.errors import BundleError
from reporters.bundle.layout import is_path

_LINE = re.compile(r"([0-9a-f]{64})  ([!-~]{1,240})")


def format_manifest(digests: Mapping[str, str]) -> bytes:
    """One line a file: SHA-256 in lower-case hex, two blanks, path; sorted by path in ASCII order."""
    return "".join(f"{digests[path]}  {path}\n" for path in sorted(digests)).encode("ascii")


def parse_manifest(data: bytes, name: str) -> dict[str, str]:
    """Path to SHA-256 (hex); raises BundleError for anything that `format_manifest` would not have written."""
    digests: dict[str, str] = {}
    previous = ""
    text = _ascii(data, name)
    if text and not text.endswith("\n"):
        raise BundleError(f"{name} ends in the middle of a line")
    for number, line in enumerate(text.split("\n")[:-1], start=1):
        match = _LINE.fullmatch(line)
        if match is None or not is_path(match[2]):
            raise BundleError(f"{name}:{number} is not `SHA-256, two blanks, path`")
        if match[2] in digests:
            raise BundleError(f"{name}:{number} lists {match[2]} twice")
        if match[2] < previous:
            raise BundleError(f"{name}:{number} is not in order of path")
        digests[match[2]] = match[1]
        previous = match[2]
    return digests


def digests_of(root: Path, paths: Mapping[str, int] | tuple[str, ...]) -> dict[str, str]:
    """Path to SHA-256 (hex) of files below `root`; raises OSError."""
    return {path: sha256_of(root / path) for path in paths}


def _ascii(data: bytes, name: str) -> str:
    try:
        return data.decode("ascii")
    except UnicodeDecodeError as error:
        raise BundleError(f"{name} holds a byte that is not ASCII") from error

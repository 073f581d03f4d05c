"""Names and places of a bundle's files: docs/bundle.md, sections 2 and 3."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from reporters.bundle.errors import BundleError

DECLARATION = "bagit.txt"
BAG_INFO = "bag-info.txt"
MANIFEST = "manifest-sha256.txt"
ATTESTATION = "attestation.dsse.json"
TAG_MANIFEST = "tagmanifest-sha256.txt"
SIGNATURE = "tagmanifest-sha256.txt.sig"
TIMESTAMP = "tagmanifest-sha256.txt.sig.tsr"

PAYLOAD = "data"
EVIDENCE = "data/evidence"
EVIDENCE_INDEX = "data/evidence/index.json"
RAW = "data/raw"
POLICY = "data/policy"
RESULTS = "data/results"
REPORTS = "data/reports"

TAGGED = (ATTESTATION, BAG_INFO, DECLARATION, MANIFEST)
"""The files that the tag manifest lists, in its order."""
REQUIRED = (*TAGGED, TAG_MANIFEST, SIGNATURE)
"""The files that stand beside `data/` in every sealed bundle."""
OPTIONAL = (TIMESTAMP,)
"""Files that may stand there."""

SEALING = (*REQUIRED, *OPTIONAL)

MAX_TAG_FILE = 64 << 20
"""Bytes of a file beside `data/` at most: a manifest of some 400,000 files."""
MAX_PATH = 240
"""Characters of a path inside the bundle at most, so that it can be unpacked on Windows."""

_SEGMENT = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9_-])?")


def is_segment(name: str) -> bool:
    """Whether this may name a file or folder: 1 to 100 ASCII letters, digits, `_`, and inside also `.` and `-`."""
    return _SEGMENT.fullmatch(name) is not None


def is_path(path: str) -> bool:
    """Whether this is a path that a bundle may hold: segments joined by `/`, never absolute, no `..`."""
    return len(path) <= MAX_PATH and all(is_segment(segment) for segment in path.split("/"))


@dataclass(frozen=True, slots=True)
class Oddity:
    """Something in a folder that no bundle may hold."""

    code: str
    """`name`, `symlink`, `special`, `empty-folder` or `case`."""
    path: str
    """Relative to the bundle; unprintable characters escaped."""


@dataclass(frozen=True, slots=True)
class Tree:
    """What is in a bundle's folder: regular files by path with their size in bytes, and what should not be there."""

    files: dict[str, int]
    oddities: tuple[Oddity, ...]


def scan(root: Path) -> Tree:
    """Everything below a folder, links not followed; raises OSError for a folder that cannot be listed."""
    files: dict[str, int] = {}
    oddities: list[Oddity] = []
    for path, status in _walk(root, ""):
        if isinstance(status, Oddity):
            oddities.append(status)
        else:
            files[path] = status.st_size
    oddities += (Oddity("case", path) for path in case_collisions(files))
    return Tree(dict(sorted(files.items())), tuple(oddities))


def case_collisions(paths: dict[str, int]) -> list[str]:
    """Paths that differ from another (in a file's or a folder's name) by case alone: two names, one file on Windows."""
    seen: dict[str, str] = {}
    collisions = []
    for path in sorted(paths):
        parts = path.split("/")
        for depth in range(1, len(parts) + 1):
            prefix = "/".join(parts[:depth])
            if seen.setdefault(prefix.lower(), prefix) != prefix:
                collisions.append(path)
                break
    return collisions


def read_small(root: Path, name: str, limit: int = MAX_TAG_FILE) -> bytes:
    """A whole file of a bundle; raises BundleError when it is missing, not regular, or longer than `limit` bytes."""
    try:
        descriptor = os.open(root / name, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except FileNotFoundError as error:
        raise BundleError(f"{name} is missing") from error
    except OSError as error:
        raise BundleError(f"{name} cannot be read: {error.strerror}") from error
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise BundleError(f"{name} is no regular file")
        data = file.read(limit + 1)
    if len(data) > limit:
        raise BundleError(f"{name} is longer than {limit} bytes")
    return data


def _walk(root: Path, prefix: str) -> Iterator[tuple[str, os.stat_result | Oddity]]:
    with os.scandir(root / prefix) as entries:
        listed = sorted(entries, key=lambda entry: entry.name)
    if prefix and not listed:
        yield prefix, Oddity("empty-folder", prefix)
    for entry in listed:
        path = f"{prefix}/{entry.name}" if prefix else entry.name
        status = entry.stat(follow_symlinks=False)
        if not is_path(path):
            yield path, Oddity("name", ascii(path)[1:-1])
        elif stat.S_ISLNK(status.st_mode):
            yield path, Oddity("symlink", path)
        elif stat.S_ISDIR(status.st_mode):
            yield from _walk(root, path)
        elif stat.S_ISREG(status.st_mode):
            yield path, status
        else:
            yield path, Oddity("special", path)

"""The hash of the code that judges: two bundles with the same hash were judged by the same rules."""

from __future__ import annotations

import hashlib
import importlib
import pkgutil
from collections.abc import Iterator
from importlib.util import decode_source, find_spec
from pathlib import Path
from types import ModuleType

import assessment
import checks
import collector.records
from checks.discovery import discover

_ALONE = ("collector.evidence", "collector.evidence_file")


def check_code_hash() -> str:
    """SHA-256 (hex) over the names and source texts of every module that a judgement runs, in order of names.

    Covers `assessment`, `checks`, the record types, and checks that other packages register. Works from files and from
    a zip archive alike.
    """
    names = {*_ALONE, *(check.module for check in discover())}
    for package in (assessment, checks, collector.records):
        names |= {package.__name__, *_modules(package)}
    total = hashlib.sha256()
    for name in sorted(names):
        total.update(f"{name}:{hashlib.sha256(_source(name)).hexdigest()}\n".encode())
    return total.hexdigest()


def _modules(package: ModuleType) -> Iterator[str]:
    for item in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        yield item.name
        if item.ispkg:
            yield from _modules(importlib.import_module(item.name))


def _source(name: str) -> bytes:
    spec = find_spec(name)
    loader = None if spec is None else spec.loader
    text = loader.get_source(name) if loader is not None and hasattr(loader, "get_source") else None
    if text is None and spec is not None and spec.has_location and spec.origin:
        text = decode_source(Path(spec.origin).read_bytes())  # a loader of another's, such as a test runner's
    if text is None:
        raise RuntimeError(f"the source of {name} is not there to be hashed; install Styrk from its source or wheel")
    return str(text).replace("\r\n", "\n").encode()

"""Opens a bundle, folder or .zip, for reading: docs/bundle.md, section 10."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from collector.evidence import EvidenceSet
from collector.evidence_file import parse_json
from collector.records.codec import JsonValue
from reporters.bundle import dsse, statement
from reporters.bundle.archive import LIMITS, Limits, unpack
from reporters.bundle.errors import BundleError
from reporters.bundle.evidence_index import read_evidence
from reporters.bundle.layout import ATTESTATION, TAG_MANIFEST, is_path, read_small

MAX_DOCUMENT = 1 << 30
"""Bytes of a document read whole at most."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle's folder. Reading verifies nothing: call `verify` first."""

    path: Path

    @property
    def identity(self) -> str:
        """SHA-256 (hex) of the tag manifest: the bundle's identity; raises BundleError."""
        return hashlib.sha256(read_small(self.path, TAG_MANIFEST)).hexdigest()

    def read(self, name: str) -> bytes:
        """A file by its path in the bundle, whole; raises BundleError."""
        if not is_path(name):
            raise BundleError(f"no bundle holds a file named {ascii(name)[:80]}")
        return read_small(self.path, name, MAX_DOCUMENT)

    def read_json(self, name: str) -> JsonValue:
        """A JSON document by its path in the bundle; raises BundleError, also for duplicate keys and floats."""
        try:
            return parse_json(self.read(name))
        except ValueError as error:
            raise BundleError(f"{name}: {error}") from error

    def statement(self) -> statement.Statement:
        """What the signer says of the run; raises BundleError."""
        return statement.parse(dsse.parse(read_small(self.path, ATTESTATION)).payload)

    def evidence(self) -> EvidenceSet:
        """The evidence, with its records read from the bundle's files; raises BundleError."""
        return read_evidence(self.path)


@contextmanager
def open_bundle(path: Path, limits: Limits = LIMITS) -> Iterator[Bundle]:
    """A bundle from its folder or its .zip, which is unpacked to a private folder for as long as the context lasts.

    Raises BundleError when there is none, or the archive is damaged or hostile.
    """
    if path.is_dir():
        yield Bundle(path)
    elif path.is_file():
        with tempfile.TemporaryDirectory(prefix="styrk-") as folder:
            yield Bundle(unpack(path, Path(folder), limits))
    else:
        raise BundleError(f"{path} is no bundle: there is no such folder or .zip file")

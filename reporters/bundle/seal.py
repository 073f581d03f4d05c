"""Seals a staged run: docs/bundle.md, sections 4 to 6, in their order."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

from collector.records.codec import JsonValue
from reporters.bundle import dsse, sshsig
from reporters.bundle.bag import DATE, DECLARATION_TEXT, OXUM, format_info, oxum
from reporters.bundle.errors import BundleError
from reporters.bundle.evidence_index import disagreements, parse_index, summary
from reporters.bundle.keys import Signer
from reporters.bundle.layout import (
    ATTESTATION,
    BAG_INFO,
    DECLARATION,
    EVIDENCE_INDEX,
    MANIFEST,
    PAYLOAD,
    POLICY,
    SIGNATURE,
    TAG_MANIFEST,
    TAGGED,
    read_small,
    scan,
)
from reporters.bundle.manifest import digests_of, format_manifest
from reporters.bundle.statement import Statement, check_predicate


def seal(stage_path: Path, predicate: Mapping[str, JsonValue], signer: Signer, bag_info: Mapping[str, str]) -> str:
    """Write the files that make a staged run a bundle; returns its identity, the SHA-256 (hex) of the tag manifest.

    `predicate` holds the fields of docs/bundle.md section 5 less `policy` and `sources`, which are read from the stage;
    `bag_info` holds labels of bag-info.txt less Payload-Oxum and Bagging-Date. The signature is written last: a folder
    without it is no bundle. Raises BundleError for a stage that would not verify, OSError when writing fails.
    """
    _remove_empty_folders(stage_path / PAYLOAD)
    files = _payload(stage_path)
    digests = digests_of(stage_path, files)
    statement_fields = {**predicate, **_read_from_stage(stage_path, digests)}
    _refuse(set(predicate) & {"policy", "sources"}, "the statement's")
    _refuse(set(bag_info) & {OXUM, DATE}, "bag-info.txt's")
    check_predicate(statement_fields)

    manifest = format_manifest(digests)
    statement = Statement(hashlib.sha256(manifest).hexdigest(), statement_fields)
    info = format_info({**bag_info, OXUM: oxum(files), DATE: statement.finished.date().isoformat()})
    _write(stage_path, DECLARATION, DECLARATION_TEXT)
    _write(stage_path, BAG_INFO, info)
    _write(stage_path, MANIFEST, manifest)
    _write(stage_path, ATTESTATION, dsse.seal_payload(signer, statement.encode()).encode())
    tag_manifest = format_manifest(digests_of(stage_path, TAGGED))
    _write(stage_path, TAG_MANIFEST, tag_manifest)
    _write(stage_path, SIGNATURE, sshsig.sign(signer, tag_manifest).encode())
    return hashlib.sha256(tag_manifest).hexdigest()


def _payload(stage_path: Path) -> dict[str, int]:
    tree = scan(stage_path)
    unfit = [f"{oddity.path} ({oddity.code})" for oddity in tree.oddities]
    unfit += [f"{path} (outside {PAYLOAD}/)" for path in tree.files if not path.startswith(f"{PAYLOAD}/")]
    if unfit:
        raise BundleError(f"the run left files that no bundle may hold: {', '.join(unfit)}")
    return tree.files


def _read_from_stage(stage_path: Path, digests: Mapping[str, str]) -> dict[str, JsonValue]:
    evidence = parse_index(read_small(stage_path, EVIDENCE_INDEX))
    differing = [f"{path} ({code})" for code, path in disagreements(evidence, digests)]
    if differing:
        raise BundleError(f"the evidence files are not those of the index: {', '.join(differing)}")
    policy: dict[str, JsonValue] = {path: digest for path, digest in digests.items() if path.startswith(f"{POLICY}/")}
    return {"policy": policy, "sources": summary(evidence)}


def _refuse(names: set[str], whose: str) -> None:
    if names:
        raise BundleError(f"{whose} {', '.join(sorted(names))} is written by the seal and cannot be given")


def _remove_empty_folders(folder: Path) -> None:
    for path, _folders, _files in os.walk(folder, topdown=False):
        if not os.listdir(path):  # noqa: PTH208  # os.walk gives str
            os.rmdir(path)  # noqa: PTH106  # as above


def _write(root: Path, name: str, data: bytes) -> None:
    with (root / name).open("xb") as file:
        file.write(data)

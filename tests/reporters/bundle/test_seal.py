"""What the seal refuses, and the forms of the files that it writes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.evidence import EvidenceSet
from reporters.bundle.bag import format_info, parse_info
from reporters.bundle.errors import BundleError
from reporters.bundle.evidence_index import read_evidence, write_index
from reporters.bundle.keys import Signer
from reporters.bundle.layout import SEALING, is_path
from reporters.bundle.manifest import format_manifest, parse_manifest
from reporters.bundle.seal import seal
from tests.reporters.bundle.made import BAG_INFO, collected, fill, predicate


def refused(stage: Path, signer: Signer, reason: str, **changes: object) -> None:
    given_predicate = {name: value for name, value in {**predicate(), **changes}.items() if value is not ...}
    with pytest.raises(BundleError, match=reason):
        seal(stage, given_predicate, signer, BAG_INFO)  # type: ignore[arg-type]
    assert not any((stage / name).exists() for name in SEALING)


@pytest.mark.parametrize(
    ("name", "reason"),
    [("data/a b", "a b"), ("data/å", r"\\xe5"), ("notes.txt", "outside data/"), ("bagit.txt", "bagit.txt")],
)
def test_a_file_that_no_bundle_may_hold(tmp_path: Path, signer: Signer, name: str, reason: str) -> None:
    fill(tmp_path)
    (tmp_path / name).write_bytes(b"")

    with pytest.raises(BundleError, match=reason):
        seal(tmp_path, predicate(), signer, BAG_INFO)


def test_a_link(tmp_path: Path, signer: Signer) -> None:
    fill(tmp_path)
    (tmp_path / "data/link").symlink_to("results/findings.json")

    refused(tmp_path, signer, "symlink")


@pytest.mark.parametrize("name", ["run", "as_of", "clock", "previous", "organisation", "checks_code", "catalogues"])
def test_a_statement_without_a_field(tmp_path: Path, signer: Signer, name: str) -> None:
    fill(tmp_path)

    refused(tmp_path, signer, f"missing or not as they should be: {name}", **{name: ...})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("run", "../x"),
        ("as_of", "2026-11-20"),
        ("previous", "AB" * 32),
        ("clock", {"started": "2026-11-20T22:15:00Z"}),
        ("organisation", "Exempelkommun"),
        ("catalogues", {"x": "1"}),
        ("sources", []),
        ("policy", {}),
    ],
)
def test_a_statement_with_a_field_of_another_form(tmp_path: Path, signer: Signer, name: str, value: object) -> None:
    fill(tmp_path)

    refused(tmp_path, signer, name, **{name: value})


def test_evidence_that_the_index_does_not_name(tmp_path: Path, signer: Signer) -> None:
    fill(tmp_path)
    (tmp_path / "data/evidence/ad/host.jsonl.gz").write_bytes(b"")

    refused(tmp_path, signer, "evidence-not-in-index")


def test_no_index(tmp_path: Path, signer: Signer) -> None:
    fill(tmp_path)
    (tmp_path / "data/evidence/index.json").unlink()

    refused(tmp_path, signer, "index.json is missing")


def test_empty_folders_are_left_out(tmp_path: Path, signer: Signer) -> None:
    fill(tmp_path)
    (tmp_path / "data/raw/empty/deep").mkdir(parents=True)

    seal(tmp_path, predicate(), signer, BAG_INFO)

    assert not (tmp_path / "data/raw/empty").exists()


def test_the_index_takes_only_the_files_that_were_counted(tmp_path: Path) -> None:
    evidence = collected(tmp_path)
    (tmp_path / "data/evidence/index.json").unlink()
    changed = replace(evidence.populations[0], digest="0" * 64)

    with pytest.raises(BundleError, match="not the file that the collection wrote"):
        write_index(tmp_path, EvidenceSet((changed,), evidence.gaps))


def test_a_kind_of_a_newer_version_is_named(tmp_path: Path) -> None:
    evidence = collected(tmp_path)
    (tmp_path / "data/evidence/index.json").unlink()
    newer = replace(evidence.populations[0], kind="quantum-key")
    (tmp_path / "data/evidence/ad/account.jsonl.gz").rename(tmp_path / "data/evidence/ad/quantum-key.jsonl.gz")
    write_index(tmp_path, EvidenceSet((newer,)))

    with pytest.raises(BundleError, match=r"does not know: quantum-key.*newer"):
        read_evidence(tmp_path)


@pytest.mark.parametrize(
    "damage",
    [lambda data: data[:-9], lambda data: data[:30], lambda data: b"no gzip", lambda data: data[:12] + b"\xff" * 30],
)
def test_damaged_records_are_an_error_and_no_shorter_population(
    tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    collected(tmp_path)
    path = tmp_path / "data/evidence/ad/account.jsonl.gz"
    path.write_bytes(damage(path.read_bytes()))
    (accounts, _) = read_evidence(tmp_path).populations

    with pytest.raises(BundleError, match=r"account.jsonl.gz of ad is damaged.*verify the bundle"):
        list(accounts.records)


def test_an_index_of_a_newer_format_is_named(tmp_path: Path) -> None:
    collected(tmp_path)
    index = tmp_path / "data/evidence/index.json"
    index.write_bytes(index.read_bytes().replace(b'"format":1', b'"format":2'))

    with pytest.raises(BundleError, match=r"format 2.*newer"):
        read_evidence(tmp_path)


SEGMENTS = st.from_regex(r"[A-Za-z0-9_]([A-Za-z0-9._-]{0,8}[A-Za-z0-9_-])?", fullmatch=True)
PATHS = st.lists(SEGMENTS, min_size=1, max_size=4).map("/".join)


@settings(max_examples=50, deadline=None)
@given(st.dictionaries(PATHS, st.binary(min_size=32, max_size=32).map(bytes.hex)))
def test_a_manifest_reads_back(digests: dict[str, str]) -> None:
    assert parse_manifest(format_manifest(digests), "manifest") == digests


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"  ../x\n", "1 is not"),
        (b"  /x\n", "1 is not"),
        (b"  data//x\n", "1 is not"),
        (b" *data/x\n", "1 is not"),
        (b"  data/x", "middle of a line"),
        (b"  data/x\r\n", "1 is not"),
        (b"  data/\xe5\n", "not ASCII"),
        (b"  data/x\n\n", "2 is not"),
    ],
)
def test_a_manifest_of_another_form(line: bytes, reason: str) -> None:
    with pytest.raises(BundleError, match=reason):
        parse_manifest(b"0" * 64 + line, "manifest")


@settings(deadline=None)
@given(st.text(max_size=30))
def test_only_portable_names_are_paths(name: str) -> None:
    if is_path(name):
        assert name.isascii()
        assert name.isprintable()
        assert not set(name.split("/")) & {"", ".", ".."}
        assert not set(name) & set(' \\:*?"<>|')


@settings(deadline=None)
@given(st.dictionaries(st.from_regex(r"[A-Za-z][A-Za-z0-9-]{0,10}", fullmatch=True), st.text(max_size=40)))
def test_bag_info_holds_one_line_a_label(fields: dict[str, str]) -> None:
    try:
        data = format_info(fields)
    except UnicodeEncodeError:
        return
    read = parse_info(data)

    assert len(data.decode().splitlines()) == len(read)
    assert read == {label: " ".join(value.split()) for label, value in fields.items() if value.split()} or any(
        not character.isprintable() for value in fields.values() for character in value
    )

"""A sealed bundle verifies with tools that are not ours."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from pathlib import Path

import bagit  # type: ignore[import-untyped]  # the package has no types
import pytest

from reporters.bundle.keys import FileSigner
from reporters.bundle.trust import allowed_signers_line

VERIFY = ("ssh-keygen", "-Y", "verify", "-I", "styrk@example.test", "-n", "styrk", "-s", "tagmanifest-sha256.txt.sig")


@pytest.fixture
def allowed_signers(tmp_path: Path, signer: FileSigner) -> Path:
    path = tmp_path / "allowed_signers"
    path.write_text(allowed_signers_line("styrk@example.test", signer.public_key) + "\n", encoding="utf-8")
    return path


def test_ssh_keygen_takes_the_seal(sealed: Path, allowed_signers: Path) -> None:
    tag_manifest = (sealed / "tagmanifest-sha256.txt").read_bytes()

    good = subprocess.run(
        [*VERIFY, "-f", allowed_signers], cwd=sealed, input=tag_manifest, capture_output=True, check=False
    )
    other = subprocess.run(
        [*VERIFY, "-f", allowed_signers], cwd=sealed, input=tag_manifest + b"\n", capture_output=True, check=False
    )

    assert good.returncode == 0, good.stderr
    assert good.stdout.startswith(b'Good "styrk" signature for styrk@example.test with ED25519 key SHA256:')
    assert other.returncode != 0


@pytest.mark.parametrize("manifest", ["manifest-sha256.txt", "tagmanifest-sha256.txt"])
def test_sha256sum_takes_the_manifests(sealed: Path, manifest: str) -> None:
    subprocess.run(["sha256sum", "--strict", "--quiet", "-c", manifest], cwd=sealed, check=True)


def test_find_counts_what_the_manifest_lists(sealed: Path) -> None:
    found = subprocess.run(
        ["find", "data", "-type", "f"], cwd=sealed, check=True, capture_output=True
    ).stdout.splitlines()

    assert len(found) == len((sealed / "manifest-sha256.txt").read_bytes().splitlines()) > 5


def test_bagit_takes_the_bag(sealed: Path) -> None:
    bag = bagit.Bag(str(sealed))

    bag.validate()

    assert bag.info["Source-Organization"] == "Exempelkommun Ö"
    assert bag.info["Bagging-Date"] == "2026-11-20"
    assert bag.info["Internal-Sender-Description"] == "Klassning: intern Payload-Oxum: 0.0"


def test_openssl_takes_the_attestation(sealed: Path, signer: FileSigner, tmp_path: Path) -> None:
    envelope = json.loads((sealed / "attestation.dsse.json").read_bytes())
    payload = base64.b64decode(envelope["payload"])
    kind = envelope["payloadType"].encode()
    (tmp_path / "pae").write_bytes(b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload))
    (tmp_path / "sig").write_bytes(base64.b64decode(envelope["signatures"][0]["sig"]))
    # RFC 8410: the 12 bytes before every Ed25519 key in DER
    (tmp_path / "key").write_bytes(bytes.fromhex("302a300506032b6570032100") + signer.public_key.raw)

    subprocess.run(
        [
            *("openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-keyform", "DER"),
            *("-inkey", tmp_path / "key", "-sigfile", tmp_path / "sig", "-in", tmp_path / "pae"),
        ],
        check=True,
        capture_output=True,
    )
    statement = json.loads(payload)
    assert statement["predicate"]["organisation"]["name"] == "Exempelkommun Ö"
    assert envelope["signatures"][0]["keyid"] == signer.public_key.fingerprint


def test_ssh_keygen_reads_the_key_that_we_make(key_file: Path, signer: FileSigner) -> None:
    public = subprocess.run(["ssh-keygen", "-y", "-f", key_file], check=True, capture_output=True, text=True).stdout

    assert public.split()[:2] == signer.public_key.text.split()


def test_we_take_what_ssh_keygen_signs(sealed: Path, key_file: Path, signer: FileSigner, tmp_path: Path) -> None:
    ours = (sealed / "tagmanifest-sha256.txt.sig").read_bytes()
    copy = shutil.copy(sealed / "tagmanifest-sha256.txt", tmp_path / "tm")

    subprocess.run(["ssh-keygen", "-q", "-Y", "sign", "-n", "styrk", "-f", key_file, copy], check=True)

    assert (tmp_path / "tm.sig").read_bytes() == ours

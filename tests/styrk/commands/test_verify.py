from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.styrk.runs import Styrk


def test_ones_own_bundle_is_confirmed(styrk: Styrk, bundle: Path) -> None:
    run = styrk("verify", bundle, "--json")
    assert (run.status, run.json()["overall"]) == (0, "ok")


def test_a_bundle_of_an_unknown_signer_is_whole_and_not_confirmed(styrk: Styrk, bundle: Path, tmp_path: Path) -> None:
    run = styrk("verify", bundle, XDG_CONFIG_HOME=str(tmp_path / "nobody"))
    assert run.status == 3
    assert "not confirmed" in run.out


def test_a_named_key_confirms_or_refuses(styrk: Styrk, bundle: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(other)], check=True, timeout=30)
    assert styrk("verify", bundle, "--trust", styrk.public_key).status == 0
    refused = styrk("verify", bundle, "--trust", f"{other}.pub")
    assert refused.status == 4
    assert "FAIL signer" in refused.out


@pytest.mark.parametrize(
    "name",
    ["data/results/findings.json", "data/policy/run.json", "bag-info.txt", "attestation.dsse.json"],
)
def test_a_changed_byte_fails(styrk: Styrk, bundle: Path, name: str) -> None:
    path = bundle / name
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))
    run = styrk("verify", bundle)
    assert run.status == 4
    assert "THE BUNDLE FAILED" in run.out


def test_a_removed_signature_fails(styrk: Styrk, bundle: Path) -> None:
    (bundle / "tagmanifest-sha256.txt.sig").unlink()
    assert styrk("verify", bundle).status == 4


def test_an_added_file_fails(styrk: Styrk, bundle: Path) -> None:
    (bundle / "data" / "reports" / "more.html").write_text("x")
    assert styrk("verify", bundle).status == 4

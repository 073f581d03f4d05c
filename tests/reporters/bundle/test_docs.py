"""The commands in docs/bundle.md do what it says, and its tables name what the code names."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from reporters.bundle import layout
from reporters.bundle.rules import RULES
from reporters.bundle.statement import FIELDS, PREDICATE_TYPE
from reporters.bundle.trust import TrustedKey, allowed_signers_line
from tests.reporters.bundle.made import new_signer

PAGE = (Path(__file__).resolve().parents[3] / "docs/bundle.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^```sh\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
SEAL, ATTESTATION = COMMANDS


def run(script: str, bundle: Path, key: TrustedKey, folder: Path) -> subprocess.CompletedProcess[str]:
    signers = folder / "allowed_signers"
    signers.write_text(allowed_signers_line("styrk@example.test", key.key) + "\n", encoding="utf-8")
    environment = {**os.environ, "SIGNERS": str(signers), "SIGNER": "styrk@example.test", "TMPDIR": str(folder)}
    return subprocess.run(
        ["bash", "-c", script], cwd=bundle, env=environment, check=False, capture_output=True, text=True
    )


@pytest.mark.parametrize("script", COMMANDS, ids=["seal", "attestation"])
def test_the_commands_take_a_bundle(script: str, bundle: Path, trust: tuple[TrustedKey, ...], tmp_path: Path) -> None:
    result = run(script, bundle, trust[0], tmp_path)

    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("script", COMMANDS, ids=["seal", "attestation"])
def test_the_commands_refuse_another_key(script: str, bundle: Path, tmp_path: Path) -> None:
    assert run(script, bundle, TrustedKey(new_signer().public_key), tmp_path).returncode != 0


@pytest.mark.parametrize(
    "name", ["bagit.txt", "bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt", "data/results/findings.json"]
)
def test_the_commands_refuse_a_changed_file(
    name: str, bundle: Path, trust: tuple[TrustedKey, ...], tmp_path: Path
) -> None:
    data = bytearray((bundle / name).read_bytes())
    data[20] ^= 1
    (bundle / name).write_bytes(data)

    assert run(SEAL, bundle, trust[0], tmp_path).returncode != 0


@pytest.mark.parametrize("name", ["added.txt", "data/added.txt", "data/results/.hidden"])
def test_the_commands_refuse_an_added_file(
    name: str, bundle: Path, trust: tuple[TrustedKey, ...], tmp_path: Path
) -> None:
    (bundle / name).write_bytes(b"x")

    assert run(SEAL, bundle, trust[0], tmp_path).returncode != 0


def test_the_page_names_every_file_field_and_rule() -> None:
    files = set(re.findall(r"^\| `([a-z0-9.-]+)` \| .* \| \d+ \|$", PAGE, re.MULTILINE))
    fields = set(re.findall(r"^\| `([a-z_]+)` \| [^|]+ \|$", PAGE, re.MULTILINE))
    rules = re.findall(r"^\d+\. \*\*([a-z-]+)\*\*:", PAGE, re.MULTILINE)

    assert files == set(layout.SEALING)
    assert fields == set(FIELDS)
    assert rules == list(RULES)
    assert f"Format `{PREDICATE_TYPE}`" in PAGE

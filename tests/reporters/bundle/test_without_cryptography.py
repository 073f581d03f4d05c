"""Verification needs the standard library and ssh-keygen; `cryptography` only where it is there."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from reporters.bundle.keys import Signer
from reporters.bundle.trust import TrustedKey, allowed_signers_line
from tests.reporters.bundle.test_tampering import Forger

ROOT = Path(__file__).resolve().parents[3]

# -I -S: no site-packages at all; the finder makes sure of it, and that nothing but the standard library is asked for.
PROGRAM = """
import json, sys
from pathlib import Path

class OnlyStandard:
    def find_spec(self, name, path=None, target=None):
        top = name.split(".")[0]
        if top not in sys.stdlib_module_names and top not in {"reporters", "collector"}:
            raise ImportError(f"{name} is not of the standard library")

sys.meta_path.insert(0, OnlyStandard())
sys.path.insert(0, sys.argv[1])
from reporters.bundle.trust import load_trust
from reporters.bundle.verify import verify
from reporters.bundle.reader import open_bundle

verification = verify(Path(sys.argv[2]), load_trust(Path(sys.argv[3])))
with open_bundle(Path(sys.argv[2])) as bundle:
    count = sum(1 for p in bundle.evidence().populations for _ in p.records)
print(json.dumps([verification.overall, {s.name: s.status for s in verification.steps}, count]))
"""


def run(bundle: Path, trust: Path, path: str | None = None) -> tuple[str, dict[str, str], int]:
    result = subprocess.run(
        [sys.executable, "-I", "-S", "-c", PROGRAM, ROOT, bundle, trust],
        check=True,
        capture_output=True,
        text=True,
        env={"PATH": os.environ["PATH"] if path is None else path},
    )
    overall, steps, count = json.loads(result.stdout)
    return overall, steps, count


@pytest.fixture
def trust_file(tmp_path: Path, trust: tuple[TrustedKey, ...]) -> Path:
    path = tmp_path / "allowed_signers"
    path.write_text(allowed_signers_line("styrk@example.test", trust[0].key), encoding="utf-8")
    return path


def test_ssh_keygen_is_enough(sealed: Path, trust_file: Path) -> None:
    overall, steps, count = run(sealed, trust_file)

    assert overall == "ok"
    assert [name for name, status in steps.items() if status == "not-checked"] == ["attestation", "timestamp"]
    assert count == 5


def test_ssh_keygen_refuses_a_changed_tag_manifest(bundle: Path, trust_file: Path, signer: Signer) -> None:
    forger = Forger(bundle, signer, bundle.parent)
    forger.edit("data/results/findings.json", b"satisfied", b"Satisfied")
    forger.recompute()

    overall, steps, _ = run(bundle, trust_file)

    assert overall == "failed"
    assert steps["seal"] == "failed"
    assert steps["signer"] == "not-checked"


def test_with_neither_nothing_is_confirmed(sealed: Path, trust_file: Path, tmp_path: Path) -> None:
    overall, steps, _ = run(sealed, trust_file, path=str(tmp_path))

    assert overall == "signer-not-confirmed"
    assert steps["seal"] == steps["signer"] == "not-checked"


def test_an_ssh_keygen_that_knows_no_signatures_confirms_nothing(
    sealed: Path, trust_file: Path, tmp_path: Path
) -> None:
    old = tmp_path / "ssh-keygen"
    old.write_text("#!/bin/sh\necho 'unknown option -- Y' >&2\nexit 1\n", encoding="ascii")
    old.chmod(0o700)

    overall, steps, _ = run(sealed, trust_file, path=f"{tmp_path}:{Path(shutil.which('sh') or '').parent}")

    assert overall == "signer-not-confirmed"
    assert steps["seal"] == "not-checked"

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from styrk.archive import build
from tests.styrk.runs import Styrk

BASE = getattr(sys, "_base_executable", sys.executable)
"""The Python that the environment was made from, which has none of our packages."""


@pytest.fixture(scope="module")
def verifier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("dist") / "styrk-verify.pyz")


def run(verifier: Path, *words: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [BASE, "-I", "-S", str(verifier), *map(str, words)],
        capture_output=True,
        text=True,
        env={"PATH": os.environ["PATH"], "HOME": str(cwd)},
        cwd=cwd,
        timeout=120,
        check=False,
    )


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="without `cryptography`, signatures need ssh-keygen")
def test_it_verifies_with_nothing_installed(verifier: Path, bundle: Path, styrk: Styrk, tmp_path: Path) -> None:
    unconfirmed = run(verifier, "verify", bundle, cwd=tmp_path)
    assert unconfirmed.returncode == 3, unconfirmed.stderr
    assert run(verifier, "verify", bundle, "--trust", styrk.public_key, cwd=tmp_path).returncode == 0
    (bundle / "data" / "results" / "claims.json").write_bytes(b"[]")
    assert run(verifier, "verify", bundle, "--trust", styrk.public_key, cwd=tmp_path).returncode == 4


def test_it_reperforms_by_the_same_rules_with_nothing_installed(verifier: Path, bundle: Path, tmp_path: Path) -> None:
    done = run(verifier, "reperform", bundle, "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert '"identical": true, "same_code": true' in done.stdout


def test_it_explains_its_checks(verifier: Path, tmp_path: Path) -> None:
    done = run(verifier, "checks", "accounts-stale", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "stale_days" in done.stdout


def test_it_offers_what_it_has(verifier: Path, tmp_path: Path) -> None:
    assert "scan" not in run(verifier, "--help", cwd=tmp_path).stdout
    refused = run(verifier, "scan", cwd=tmp_path)
    assert refused.returncode == 2
    assert "Traceback" not in refused.stderr


def test_the_same_sources_give_the_same_bytes(verifier: Path, tmp_path: Path) -> None:
    assert build(tmp_path / "again.pyz").read_bytes() == verifier.read_bytes()


def test_it_holds_every_check_and_no_source_of_evidence(verifier: Path) -> None:
    names = set(zipfile.ZipFile(verifier).namelist())
    assert {"LICENSE", "NOTICE", "checks/identity/accounts_stale.py"} <= names
    assert not {name for name in names if name.startswith(("config/", "collector/host/", "collector/transport/"))}

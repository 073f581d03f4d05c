from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.styrk.runs import Styrk


@pytest.fixture
def fresh(tmp_path: Path) -> Styrk:
    return Styrk(tmp_path / "home")


def test_it_writes_settings_that_load_their_schema_and_a_key(fresh: Styrk, tmp_path: Path) -> None:
    folder = tmp_path / "etc"
    run = fresh("init", folder, "--json")
    assert run.status == 0, run.err
    assert run.json()["settings_written"]
    assert run.json()["signing_key_made"]
    json.loads((folder / "styrk.schema.json").read_bytes())
    key = Path(run.json()["signing_key"])
    assert key.stat().st_mode & 0o077 == 0
    assert Path(run.json()["public_key"]).read_text().startswith("ssh-ed25519 ")
    assert fresh("plan", "-c", folder / "styrk.yaml").status == 0


def test_nothing_is_overwritten(fresh: Styrk, tmp_path: Path) -> None:
    folder = tmp_path / "etc"
    key = Path(fresh("init", folder, "--json").json()["signing_key"])
    before = key.read_bytes()
    (folder / "styrk.yaml").write_text("mine: true\n")
    again = fresh("init", folder)
    assert again.status == 0
    assert "kept" in again.out
    assert (folder / "styrk.yaml").read_text() == "mine: true\n"
    assert key.read_bytes() == before


def test_it_says_what_comes_next(fresh: Styrk, tmp_path: Path) -> None:
    told = fresh("init", "etc", cwd=tmp_path).out
    for words in ("styrk doctor -c etc/styrk.yaml", "styrk scan -c etc/styrk.yaml", "SHA256:", "signing-key.pub"):
        assert words in told


def test_a_folder_that_cannot_be_is_told(fresh: Styrk, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    run = fresh("init", tmp_path / "file")
    assert run.status == 2
    assert "another folder" in run.err

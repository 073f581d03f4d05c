"""Secrets are fetched from where the settings say, and never show in a message."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from collector.evidence import GapCause
from collector.secrets import MAX_BYTES, resolve
from collector.source import SourceError

SECRET = "hunter2 åäö"


def keep(path: Path, content: bytes, mode: int = 0o600) -> Path:
    path.write_bytes(content)
    path.chmod(mode)
    return path


def refused(reference: str) -> SourceError:
    with pytest.raises(SourceError) as caught:
        resolve(reference)
    error = caught.value
    told = f"{error} {error.detail} {error.remedy} {error.__cause__!r}"
    assert "hunter2" not in told
    assert error.remedy
    return error


def test_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STYRK_TEST_SECRET", SECRET)
    assert resolve("env:STYRK_TEST_SECRET") == SECRET


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_from_a_file_without_its_line_end(end: str, tmp_path: Path) -> None:
    assert resolve(f"file:{keep(tmp_path / 's', (SECRET + end).encode())}") == SECRET


def test_spaces_and_further_line_ends_belong_to_the_secret(tmp_path: Path) -> None:
    path = keep(tmp_path / "s", b" a \n\n")
    assert resolve(f"file:{path}") == " a \n"


def test_from_a_systemd_credential(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(tmp_path / "ad-password", SECRET.encode(), 0o400)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert resolve("cred:ad-password") == SECRET


def test_a_file_for_the_group_is_taken(tmp_path: Path) -> None:
    assert resolve(f"file:{keep(tmp_path / 's', SECRET.encode(), 0o640)}") == SECRET


@pytest.mark.parametrize("mode", [0o604, 0o644, 0o602, 0o601])
def test_a_file_that_others_can_reach_is_refused_with_the_remedy(mode: int, tmp_path: Path) -> None:
    path = keep(tmp_path / "s", SECRET.encode(), mode)
    error = refused(f"file:{path}")
    assert error.cause is GapCause.DENIED
    assert f"chmod 600 {path}" in error.remedy


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_that_may_not_be_read_is_denied(tmp_path: Path) -> None:
    assert refused(f"file:{keep(tmp_path / 's', b'x', 0)}").cause is GapCause.DENIED


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        (b"", GapCause.ABSENT),
        (b"\n", GapCause.ABSENT),
        (b"hunter2 \xe5", GapCause.MALFORMED),
        (b"x" * (MAX_BYTES + 1), GapCause.MALFORMED),
    ],
    ids=["empty", "a line end", "not UTF-8", "too large"],
)
def test_a_file_that_holds_no_secret_is_refused(content: bytes, cause: GapCause, tmp_path: Path) -> None:
    assert refused(f"file:{keep(tmp_path / 's', content)}").cause is cause


def test_what_is_not_there_is_absent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STYRK_TEST_SECRET", raising=False)
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    os.mkfifo(tmp_path / "pipe", 0o600)
    for reference in (
        "env:STYRK_TEST_SECRET",
        f"file:{tmp_path / 'no'}",
        f"file:{tmp_path}",
        f"file:{tmp_path / 'pipe'}",
        "cred:ad-password",
        "hunter2",
    ):
        assert refused(reference).cause is GapCause.ABSENT, reference
    monkeypatch.setenv("STYRK_TEST_SECRET", "")
    assert "is empty" in refused("env:STYRK_TEST_SECRET").detail


def test_a_credential_is_a_name_and_no_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(tmp_path / "s", b"x")
    (tmp_path / "credentials").mkdir()
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path / "credentials"))
    for name in ("../s", "..", ""):
        assert refused(f"cred:{name}").cause is GapCause.ABSENT

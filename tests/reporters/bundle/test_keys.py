"""The signing key, and whose key is trusted."""

from __future__ import annotations

import stat
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reporters.bundle.errors import BundleError
from reporters.bundle.keys import PublicKey, create_key, load_key
from reporters.bundle.trust import TrustedKey, load_trust, parse_allowed_signers
from tests.reporters.bundle.made import new_signer

KEY = new_signer(1).public_key  # part of the tests' names, which must be the same in every process
OTHER = new_signer(2).public_key


def test_a_new_key_is_for_its_owner_alone_and_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "key"
    signer = create_key(path)
    before = path.read_bytes()

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load_key(path).public_key == signer.public_key
    with pytest.raises(BundleError, match="exists and is not overwritten"):
        create_key(path)
    assert path.read_bytes() == before


def test_the_fingerprint_is_the_one_that_ssh_keygen_shows(tmp_path: Path) -> None:
    signer = create_key(tmp_path / "key")
    (tmp_path / "key.pub").write_text(f"{signer.public_key.text} styrk\n", encoding="utf-8")

    shown = subprocess.run(
        ["ssh-keygen", "-l", "-f", tmp_path / "key.pub"], check=True, capture_output=True, text=True
    ).stdout

    assert shown.split()[1] == signer.public_key.fingerprint


def test_a_passphrase_protects_the_key(tmp_path: Path) -> None:
    signer = create_key(tmp_path / "key", b"secret words")

    assert load_key(tmp_path / "key", b"secret words").public_key == signer.public_key
    with pytest.raises(BundleError, match="passphrase") as none_given:
        load_key(tmp_path / "key")
    with pytest.raises(BundleError, match="passphrase") as wrong:
        load_key(tmp_path / "key", b"wrong words")
    assert "words" not in f"{none_given.value}{wrong.value}"


def test_a_passphrase_for_a_key_without_one(tmp_path: Path) -> None:
    create_key(tmp_path / "key")

    with pytest.raises(BundleError, match="leave the passphrase out"):
        load_key(tmp_path / "key", b"words")


@pytest.mark.parametrize("mode", [0o604, 0o620, 0o666])
def test_a_key_open_to_others_is_refused(tmp_path: Path, mode: int) -> None:
    create_key(tmp_path / "key")
    (tmp_path / "key").chmod(mode)

    with pytest.raises(BundleError, match="chmod 600"):
        load_key(tmp_path / "key")


def test_a_missing_key(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"cannot be read: No such file.*styrk init"):
        load_key(tmp_path / "key")


def test_another_type_of_key(tmp_path: Path) -> None:
    subprocess.run(["ssh-keygen", "-q", "-t", "ecdsa", "-N", "", "-f", tmp_path / "key"], check=True)

    with pytest.raises(BundleError, match="not an Ed25519 key"):
        load_key(tmp_path / "key")


def test_no_key_at_all(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"hemligt innehall")
    (tmp_path / "key").chmod(0o600)

    with pytest.raises(BundleError, match="no private key") as caught:
        load_key(tmp_path / "key")

    assert "hemligt" not in str(caught.value)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (f"styrk {KEY.text}", TrustedKey(KEY, "styrk")),
        (f'a@example.test,b namespaces="styrk" {KEY.text} comment here', TrustedKey(KEY, "a@example.test,b", "styrk")),
        (f'"Anna Ek" {KEY.text}', TrustedKey(KEY, "Anna Ek")),
        (
            f'x namespaces="git,styrk",valid-after="20260101Z",valid-before="20270101120000Z" {KEY.text}',
            TrustedKey(KEY, "x", "git,styrk", datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, 12, tzinfo=UTC)),
        ),
        (
            f'x valid-after="202601010830Z" {KEY.text}',
            TrustedKey(KEY, "x", valid_after=datetime(2026, 1, 1, 8, 30, tzinfo=UTC)),
        ),
        (f"{KEY.text} anna@example.test", TrustedKey(KEY)),
    ],
)
def test_a_trusted_key(line: str, expected: TrustedKey) -> None:
    text = f"# keys\n\n{line}\r\n"

    assert parse_allowed_signers(text, "allowed_signers") == (expected,)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("styrk", "not `principals"),
        (f"styrk {KEY.text[:-6]}", "not a public key|not an Ed25519"),
        (f"styrk ssh-ed25519 {'A' * 68}", "not an Ed25519"),
        (f'x namespace="styrk" {KEY.text}', "unknown option namespace"),
        (f'x namespaces="a",namespaces="styrk" {KEY.text}', "twice"),
        (f'x valid-after="2026" {KEY.text}', "not a time"),
        (f'x valid-after="20261301Z" {KEY.text}', "not a time"),
        (f"x namespaces=styrk {KEY.text}", "not `principals"),
    ],
)
def test_a_line_that_is_none(line: str, reason: str) -> None:
    with pytest.raises(BundleError, match=reason) as caught:
        parse_allowed_signers(f"# keys\n{line}\n", "signers")

    assert caught.value.detail.startswith("signers:2:")


def test_other_types_and_authorities_are_passed_over() -> None:
    text = f"a ssh-rsa AAAAB3NzaC1yc2E=\nb cert-authority {OTHER.text}\nc {KEY.text}\n"

    assert [trusted.principals for trusted in parse_allowed_signers(text, "signers")] == ["c"]


def test_a_file_without_keys_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "signers").write_text("# nobody\n", encoding="utf-8")

    with pytest.raises(BundleError, match="holds no Ed25519 key"):
        load_trust(tmp_path / "signers")


def test_a_local_time_is_taken_as_local(monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    monkeypatch.setenv("TZ", "Europe/Stockholm")
    time.tzset()
    try:
        (trusted,) = parse_allowed_signers(f'x valid-after="20260101" {KEY.text}', "signers")
    finally:
        monkeypatch.undo()
        time.tzset()

    assert trusted.valid_after == datetime(2025, 12, 31, 23, tzinfo=UTC)


@pytest.mark.parametrize("wire", [b"", KEY.wire[:-1], KEY.wire + b"x", KEY.wire.replace(b"ssh-", b"sss-")])
def test_a_key_in_another_form_is_none(wire: bytes) -> None:
    with pytest.raises(BundleError):
        PublicKey.from_wire(wire)


def test_a_trust_file_that_is_not_there_says_what_to_give(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"no file .*allowed_signers; give the \.pub file"):
        load_trust(tmp_path / "allowed_signers")

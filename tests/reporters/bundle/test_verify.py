"""What verification says of a bundle as it was sealed."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from reporters.bundle import sshsig
from reporters.bundle.archive import pack
from reporters.bundle.errors import BundleError
from reporters.bundle.keys import FileSigner
from reporters.bundle.reader import Bundle, open_bundle
from reporters.bundle.trust import TrustedKey
from reporters.bundle.verify import Overall, StepStatus, verify
from tests.reporters.bundle.made import make_bundle, new_signer


def test_a_sealed_bundle_is_ok(sealed: Path, trust: tuple[TrustedKey, ...]) -> None:
    verification = verify(sealed, trust)

    assert verification.overall is Overall.OK, verification
    assert verification.identity == Bundle(sealed).identity
    assert verification.signer == trust[0].key.fingerprint
    assert verification.principals == "styrk@example.test"
    unchecked = [step.name for step in verification.steps if step.status is not StepStatus.OK]
    assert unchecked == ["timestamp"]


def test_a_zip_is_ok_and_has_the_same_identity(sealed: Path, trust: tuple[TrustedKey, ...], tmp_path: Path) -> None:
    pack(sealed, tmp_path / "bundle.zip")

    verification = verify(tmp_path / "bundle.zip", trust)

    assert verification.overall is Overall.OK
    assert verification.identity == Bundle(sealed).identity


def test_nothing_to_verify_is_an_error(tmp_path: Path, trust: tuple[TrustedKey, ...]) -> None:
    with pytest.raises(BundleError, match="no such folder"):
        verify(tmp_path / "missing", trust)


def test_no_zip_fails(tmp_path: Path, trust: tuple[TrustedKey, ...]) -> None:
    (tmp_path / "bundle.zip").write_bytes(b"no zip")

    verification = verify(tmp_path / "bundle.zip", trust)

    assert verification.overall is Overall.FAILED
    assert [step.name for step in verification.failed] == ["archive"]


def test_another_bundle_of_the_same_key_is_ok(tmp_path: Path) -> None:
    signer = new_signer()
    first = make_bundle(tmp_path, signer, "first")
    second = make_bundle(tmp_path, signer, "second", previous=Bundle(first).identity)

    verification = verify(second, [TrustedKey(signer.public_key)])

    assert verification.overall is Overall.OK
    assert any(Bundle(first).identity in step.message for step in verification.steps if step.name == "previous")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"valid_after": datetime(2026, 11, 21, tzinfo=UTC)}, "valid from"),
        ({"valid_before": datetime(2026, 11, 20, 22, 17, tzinfo=UTC)}, "valid until"),
        ({"namespaces": "git,file"}, "not for styrk"),
        ({"namespaces": "*,!styrk"}, "not for styrk"),
    ],
)
def test_a_key_is_trusted_for_a_time_and_a_purpose(
    sealed: Path, signer: FileSigner, changes: dict[str, datetime], reason: str
) -> None:
    verification = verify(sealed, [TrustedKey(signer.public_key, "x", **changes)])  # type: ignore[arg-type]

    assert verification.overall is Overall.FAILED
    assert [step.name for step in verification.failed] == ["signer"]
    assert reason in verification.failed[0].message


def test_the_validity_counts_at_the_time_of_the_run_not_of_the_verification(sealed: Path, signer: FileSigner) -> None:
    key = TrustedKey(
        signer.public_key,
        valid_after=datetime(2026, 11, 20, 22, 18, tzinfo=UTC),
        valid_before=datetime(2026, 11, 20, 22, 18, tzinfo=UTC),
    )

    assert verify(sealed, [key]).overall is Overall.OK


def test_one_line_of_several_for_a_key_is_enough(sealed: Path, signer: FileSigner) -> None:
    lines = [TrustedKey(signer.public_key, "old", namespaces="git"), TrustedKey(signer.public_key, "new")]

    assert verify(sealed, lines).principals == "new"


def test_a_time_stamp_file_is_allowed_and_said_to_be_unchecked(bundle: Path, trust: tuple[TrustedKey, ...]) -> None:
    (bundle / "tagmanifest-sha256.txt.sig.tsr").write_bytes(b"token")

    verification = verify(bundle, trust)

    assert verification.overall is Overall.OK
    assert verification.steps[-1].status is StepStatus.NOT_CHECKED
    assert "openssl ts -verify" in verification.steps[-1].message


def test_what_is_read_back_is_what_was_collected(sealed: Path) -> None:
    with open_bundle(sealed) as opened:
        evidence = opened.evidence()
        names = {p.source: [record.subject for record in p.records] for p in evidence.populations}
        again = [record.subject for record in evidence.populations[0].records]
        statement = opened.statement()

    assert names == {"ad": ["anna", "bo", "åsa"], "servers": ["root", "backup"]}
    assert again == names["ad"]
    assert [gap.subject for gap in evidence.populations[1].missing] == ["srv2.example.test"]
    assert [(gap.source, gap.kind, gap.cause) for gap in evidence.gaps] == [
        ("ad", "host", "denied"),
        ("servers", "host", "denied"),
    ]
    assert statement.predicate["sources"] == [
        {
            "count": 3,
            "gaps": 0,
            "kind": "account",
            "outcome": "population",
            "sha256": evidence.populations[0].digest,
            "source": "ad",
            "source_count": 3,
        },
        {
            "count": 2,
            "gaps": 1,
            "kind": "account",
            "outcome": "population",
            "sha256": evidence.populations[1].digest,
            "source": "servers",
            "source_count": 3,
        },
        {"cause": "denied", "kind": "host", "outcome": "gap", "source": "ad"},
        {"cause": "denied", "kind": "host", "outcome": "gap", "source": "servers"},
    ]


def test_the_same_run_sealed_again_gives_the_same_bytes(sealed: Path, signer: FileSigner, tmp_path: Path) -> None:
    again = make_bundle(tmp_path, signer)

    for path in sealed.rglob("*"):
        if path.is_file():
            assert (again / path.relative_to(sealed)).read_bytes() == path.read_bytes(), path


def test_a_signature_made_for_something_else_is_named_as_such(bundle: Path, signer: FileSigner) -> None:
    tag_manifest = (bundle / "tagmanifest-sha256.txt").read_bytes()
    text = sshsig.sign(signer, tag_manifest, "git")
    (bundle / "tagmanifest-sha256.txt.sig").write_text(text, encoding="ascii")

    verification = verify(bundle, [TrustedKey(signer.public_key)])

    assert [problem.code for step in verification.failed for problem in step.problems] == ["namespace"]
    assert sshsig.verify(sshsig.parse(text.encode()), tag_manifest) is False

"""Whatever stands in a bundle's files, verification gives an outcome; it never breaks, and never says OK."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collector.evidence_file import canonical
from collector.records.codec import JsonValue
from reporters.bundle import sshsig
from reporters.bundle.errors import BundleError
from reporters.bundle.keys import Signer
from reporters.bundle.reader import Bundle
from reporters.bundle.statement import FIELDS
from reporters.bundle.trust import TrustedKey
from reporters.bundle.verify import Overall, verify
from tests.reporters.bundle.test_byte_flips import FILES
from tests.reporters.bundle.test_tampering import INDEX, Forger, with_larger_s

WORDS: list[JsonValue] = ["", "x", "../x", "2026-13-01T00:00:00Z", "\u202e\x1b[2J"]
LISTS: list[JsonValue] = [[], [None], [[]], {}, {"x": None}, {"sha256": "x"}, {"started": 1, "finished": []}]
ODD: list[JsonValue] = [None, True, 0, -1, 10**30, *WORDS, *LISTS]

FITTING: dict[str, list[JsonValue]] = {"previous": [None], "run": ["x"], "catalogues": [{}], "classification": WORDS}
"""Those of the odd values that are none in their field."""


@pytest.mark.parametrize("field", [*FIELDS, "_type", "subject", "predicateType", "predicate"])
def test_a_signed_statement_with_an_odd_field(
    field: str, bundle: Path, signer: Signer, trust: tuple[TrustedKey, ...], tmp_path: Path
) -> None:
    forger = Forger(bundle, signer, tmp_path)
    original = Bundle(bundle).statement().encode()
    for odd in ODD:
        value = json.loads(original)
        (value["predicate"] if field in FIELDS else value)[field] = odd
        forger.attest(canonical(value))

        expected = Overall.OK if odd in FITTING.get(field, []) else Overall.FAILED
        assert verify(bundle, trust).overall is expected, odd


@pytest.mark.parametrize("part", ["populations", "gaps", "provenance", "missing"])
def test_a_signed_index_with_an_odd_value(
    part: str, bundle: Path, signer: Signer, trust: tuple[TrustedKey, ...], tmp_path: Path
) -> None:
    forger = Forger(bundle, signer, tmp_path)
    original = (bundle / INDEX).read_bytes()
    path: list[str | int] = {
        "populations": ["populations", 1],
        "gaps": ["gaps", 0],
        "provenance": ["populations", 1, "provenance"],
        "missing": ["populations", 1, "missing", 0],
    }[part]  # type: ignore[assignment]
    for name in [*_at(json.loads(original), path), "\x1b[2Jnew"]:
        for odd in ODD:
            value = json.loads(original)
            _at(value, path)[name] = odd
            (bundle / INDEX).write_bytes(canonical(value))
            forger.forge()

            for step in verify(bundle, trust).steps:
                assert step.message
                assert "\x1b" not in step.message


@pytest.mark.parametrize("depth", [500, 900, *range(960, 1000, 3), 5000, 100_000])
def test_a_signed_statement_nested_too_deep(
    depth: int, bundle: Path, signer: Signer, trust: tuple[TrustedKey, ...], tmp_path: Path
) -> None:
    forger = Forger(bundle, signer, tmp_path)
    original = Bundle(bundle).statement().encode()
    nested = b'"classification":' + b"[" * depth + b"]" * depth
    forger.attest(original.replace(b'"classification":"intern"', nested))

    assert verify(bundle, trust).overall is Overall.FAILED


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(FILES), content=st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
def test_any_content_in_any_file(bundle: Path, trust: tuple[TrustedKey, ...], name: str, content: bytes) -> None:
    data = (bundle / name).read_bytes()
    (bundle / name).write_bytes(content)
    try:
        assert verify(bundle, trust).overall is Overall.FAILED
    finally:
        (bundle / name).write_bytes(data)


def _at(value: JsonValue, path: list[str | int]) -> dict[str, JsonValue]:
    for part in path:
        value = value[part]  # type: ignore[index]
    assert isinstance(value, dict)
    return value


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"payloadType":', b'"payloadType": '),
        (b"application/vnd.in-toto+json", b"application/json"),
        (b'{"payload":', b'{"a":1,"payload":'),
        (b'"signatures":[', b'"signatures":[{"keyid":"x","sig":"eA=="},'),
        (b"}]}", b"}]}\n"),
    ],
)
def test_a_sealed_envelope_of_another_form(
    old: bytes, new: bytes, bundle: Path, signer: Signer, trust: tuple[TrustedKey, ...], tmp_path: Path
) -> None:
    forger = Forger(bundle, signer, tmp_path)
    forger.edit("attestation.dsse.json", old, new)
    forger.recompute()
    forger.sign()

    assert "attestation" in [step.name for step in verify(bundle, trust).failed]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"_type":"https://in-toto.io/Statement/v1"', b'"_type":"https://in-toto.io/Statement/v2"'),
        (b'"predicateType":', b'"predicateType": '),
        (b'{"_type":', b'{"A":1,"_type":'),
        (b'"name":"manifest-sha256.txt"', b'"name":"other.txt"'),
    ],
)
def test_a_sealed_statement_of_another_form(
    old: bytes, new: bytes, bundle: Path, signer: Signer, trust: tuple[TrustedKey, ...], tmp_path: Path
) -> None:
    payload = Bundle(bundle).statement().encode()
    assert old in payload
    Forger(bundle, signer, tmp_path).attest(payload.replace(old, new))

    assert [step.name for step in verify(bundle, trust).failed] == ["statement"]


def test_the_other_form_of_a_signature_is_none(bundle: Path, signer: Signer, tmp_path: Path) -> None:
    """OpenSSH takes it and `cryptography` does not: both must come to the same outcome."""
    with_larger_s(Forger(bundle, signer, tmp_path))

    with pytest.raises(BundleError, match="S is out of range"):
        sshsig.parse((bundle / "tagmanifest-sha256.txt.sig").read_bytes())


def test_a_newer_format_is_said_to_be_one(bundle: Path, signer: Signer, tmp_path: Path) -> None:
    payload = Bundle(bundle).statement().encode()
    Forger(bundle, signer, tmp_path).attest(payload.replace(b"urn:styrk:run:v1", b"urn:styrk:run:v2"))

    with pytest.raises(BundleError, match=r"of type 'urn:styrk:run:v2'.*newer version"):
        Bundle(bundle).statement()

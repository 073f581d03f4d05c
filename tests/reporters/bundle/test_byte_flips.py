"""Any single byte changed in any file of a bundle fails verification."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reporters.bundle.trust import TrustedKey
from reporters.bundle.verify import Overall, verify

FILES = (
    *("bagit.txt", "bag-info.txt", "manifest-sha256.txt", "attestation.dsse.json", "tagmanifest-sha256.txt"),
    *("tagmanifest-sha256.txt.sig", "data/evidence/index.json", "data/evidence/ad/account.jsonl.gz"),
    *("data/evidence/servers/account.jsonl.gz", "data/raw/ad/answer.ldif", "data/results/findings.json"),
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(FILES), place=st.integers(0, 1 << 20), mask=st.integers(1, 255))
def test_a_changed_byte_fails(bundle: Path, trust: tuple[TrustedKey, ...], name: str, place: int, mask: int) -> None:
    path = bundle / name
    data = path.read_bytes()
    changed = bytearray(data)
    changed[place % len(data)] ^= mask
    path.write_bytes(changed)
    try:
        assert verify(bundle, trust).overall is Overall.FAILED
    finally:
        path.write_bytes(data)


@pytest.mark.parametrize("mask", [0x01, 0x20, 0x80])
def test_every_byte_of_the_signature_counts(bundle: Path, trust: tuple[TrustedKey, ...], mask: int) -> None:
    path = bundle / "tagmanifest-sha256.txt.sig"
    data = path.read_bytes()
    for place in range(len(data)):
        changed = bytearray(data)
        changed[place] ^= mask
        path.write_bytes(changed)

        assert verify(bundle, trust).overall is Overall.FAILED, place

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from checks.finding import Status
from collector.records.statements import ClaimVerdict
from tests.checks.made import finding, reasons, seen

RECENT, OLD = date(2026, 5, 25), date(2026, 5, 24)
"""180 and 181 days before the judgement."""


def verdict(reference: str, status: Any, as_of: date = RECENT) -> ClaimVerdict:
    return ClaimVerdict(reference=reference, supplier="Driften", control="backup-daily", status=status, as_of=as_of)


CASES = {
    "confirmed": (verdict("1", "confirmed"), None),
    "confirmed, of long ago": (verdict("1", "confirmed", OLD), "?claim-too-old"),
    "contradicted": (verdict("1", "contradicted"), "!contradicted"),
    "contradicted, of long ago": (verdict("1", "contradicted", OLD), "!contradicted"),
    "in part": (verdict("1", "partly-confirmed"), "?partly-confirmed"),
    "not verifiable": (verdict("1", "not-verifiable"), "?not-verifiable"),
}


@pytest.mark.parametrize("name", CASES)
def test_one_claim(name: str) -> None:
    claim, expected = CASES[name]
    found = finding("supplier-claim-verified", seen(ClaimVerdict, claim))
    assert reasons(found) == ({"Driften: 1": expected} if expected else {})


def test_one_claim_of_many_is_named() -> None:
    claims = [verdict(str(number), "confirmed") for number in range(20)]
    found = finding("supplier-claim-verified", seen(ClaimVerdict, *claims, verdict("x", "contradicted")))
    assert found.status is Status.NOT_SATISFIED
    assert [each.subject for each in found.exceptions] == ["Driften: x"]


def test_without_claims_nothing_is_said() -> None:
    assert finding("supplier-claim-verified", seen(ClaimVerdict)).status is Status.NOT_DETERMINED

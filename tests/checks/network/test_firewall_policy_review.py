from __future__ import annotations

from datetime import date

import pytest

from collector.records.documents import Document
from collector.records.network import FirewallChain, FirewallReview
from tests.checks.made import finding, reasons, seen

CHECK = "firewall-policy-review"
CHAIN = FirewallChain(device="fw", family="inet", table="t", name="forward", hook="forward", policy="drop")
POLICY = seen(Document, Document(title="Riktlinje för brandväggar", decided=date(2026, 1, 1)), source="documents")
DECIDED = "brandväggspolicy"


def review(day: date, device: str = "fw") -> FirewallReview:
    return FirewallReview(device=device, date=day)


@pytest.mark.parametrize(
    ("reviews", "said"),
    [
        ([review(date(2025, 11, 21))], {}),
        ([review(date(2025, 11, 20))], {"fw": "!review-old"}),
        ([review(date(2026, 11, 22))], {"fw": "!never-reviewed"}),
        ([review(date(2026, 1, 1), "*")], {}),
        ([review(date(2026, 1, 1), " FW ")], {}),
        ([review(date(2026, 1, 1), "other")], {"fw": "!never-reviewed"}),
    ],
)
def test_a_review_holds_for_a_year(reviews: list[FirewallReview], said: dict[str, str]) -> None:
    log = seen(FirewallReview, *reviews, source="log")
    assert reasons(finding(CHECK, seen(FirewallChain, CHAIN), log, POLICY)) == said


def test_without_log_and_register_nothing_is_known() -> None:
    found = reasons(finding(CHECK, seen(FirewallChain, CHAIN)))
    assert found == {"fw": "?no-review-log", DECIDED: "?no-document-register"}
    draft = seen(Document, Document(title="Brandväggspolicy", status="draft"), source="documents")
    assert reasons(finding(CHECK, seen(FirewallChain, CHAIN), draft))[DECIDED] == "!policy-not-decided"

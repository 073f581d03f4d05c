from __future__ import annotations

import pytest

from checks.finding import Status
from collector.records.directory import Domain, Trust
from tests.checks.made import finding, gap, reasons, seen

CHECK = "privileged-restricted--trusts"


def trust(**facts: object) -> Trust:
    values = {"name": "t", "direction": "outbound", "within_forest": False, "sid_filtering": False}
    return Trust(**values | facts)  # type: ignore[arg-type]


CASES = {
    "filtered": (trust(sid_filtering=True), None),
    "not filtered": (trust(), "!not-filtered"),
    "both ways, not filtered": (trust(direction="both"), "!not-filtered"),
    "only lets ours out": (trust(direction="inbound"), None),
    "switched off": (trust(direction="disabled"), None),
    "within the forest": (trust(within_forest=True), None),
    "decided": (trust(name="partner"), None),
    "flags hidden": (trust(within_forest=None, sid_filtering=None), "?filtering-unknown"),
    "direction hidden": (trust(direction=None), "?filtering-unknown"),
}


@pytest.mark.parametrize("name", CASES)
def test_one_trust(name: str) -> None:
    made, expected = CASES[name]
    found = finding(CHECK, seen(Domain, Domain(name="d")), seen(Trust, made), parameters={"approved": ["partner"]})
    assert reasons(found).get(made.subject) == expected


def test_a_domain_without_trusts_is_satisfied_and_one_with_unread_trusts_is_not() -> None:
    domain = seen(Domain, Domain(name="d"))
    assert finding(CHECK, domain, seen(Trust)).status is Status.SATISFIED
    assert reasons(finding(CHECK, domain, gap(Trust))) == {"d": "?trusts-unread"}
    elsewhere = seen(Trust, trust(), source="other")
    assert reasons(finding(CHECK, domain, elsewhere)) == {"d": "?trusts-unread"}

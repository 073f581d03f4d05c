from __future__ import annotations

import pytest

from checks.finding import Status
from collector.records.directory import CollectorIdentity, Computer, Domain, Trust
from collector.records.identity import Account
from tests.checks.made import AS_OF, finding, gap, reasons, seen

ACCOUNTS = "privileged-restricted--delegation"
COMPUTERS = "privileged-restricted--computers"
TRUSTS = "privileged-restricted--trusts"
COLLECTOR = "privileged-restricted--collector"


def account(*exposures: str, **facts: object) -> Account:
    return Account(**{"name": "a", "enabled": True, "exposures": exposures} | facts)  # type: ignore[arg-type]


CASES = {
    "none": (account(), None),
    "anywhere": (account("unconstrained-delegation"), "!unconstrained-delegation"),
    "in anyone's name": (account("protocol-transition", "constrained-delegation"), "!protocol-transition"),
    "to named services": (account("constrained-delegation"), None),
    "decided": (account("unconstrained-delegation", name="Boss"), None),
    "disabled": (account("unconstrained-delegation", enabled=False), None),
    "expired": (account("unconstrained-delegation", expires=AS_OF), None),
    "hidden": (account(enabled=None, exposures=None), "?state-unknown"),
}


@pytest.mark.parametrize("name", CASES)
def test_one_account(name: str) -> None:
    made, expected = CASES[name]
    found = finding(ACCOUNTS, seen(Account, made), parameters={"approved": ["boss"]})
    assert reasons(found).get(made.subject) == expected


def computer(*exposures: str, **facts: object) -> Computer:
    values = {"name": "c", "enabled": True, "domain_controller": False, "exposures": exposures}
    return Computer(**values | facts)  # type: ignore[arg-type]


COMPUTER_CASES = {
    "none": (computer(), None),
    "anywhere": (computer("unconstrained-delegation"), "!unconstrained-delegation"),
    "a domain controller": (computer("unconstrained-delegation", domain_controller=True), None),
    "disabled": (computer("unconstrained-delegation", enabled=False), None),
    "decided": (computer("unconstrained-delegation", name="BOSS"), None),
    "hidden": (computer(enabled=None, domain_controller=None, exposures=None), "?state-unknown"),
}


@pytest.mark.parametrize("name", COMPUTER_CASES)
def test_one_computer(name: str) -> None:
    made, expected = COMPUTER_CASES[name]
    found = finding(COMPUTERS, seen(Computer, made), parameters={"approved": ["boss"]})
    assert reasons(found).get(made.subject) == expected


def trust(**facts: object) -> Trust:
    values = {"name": "t", "direction": "outbound", "within_forest": False, "sid_filtering": False}
    return Trust(**values | facts)  # type: ignore[arg-type]


TRUST_CASES = {
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


@pytest.mark.parametrize("name", TRUST_CASES)
def test_one_trust(name: str) -> None:
    made, expected = TRUST_CASES[name]
    found = finding(TRUSTS, seen(Domain, Domain(name="d")), seen(Trust, made), parameters={"approved": ["partner"]})
    assert reasons(found).get(made.subject) == expected


def test_a_domain_without_trusts_is_satisfied_and_one_with_unread_trusts_is_not() -> None:
    domain = seen(Domain, Domain(name="d"))
    assert finding(TRUSTS, domain, seen(Trust)).status is Status.SATISFIED
    assert reasons(finding(TRUSTS, domain, gap(Trust))) == {"d": "?trusts-unread"}
    elsewhere = seen(Trust, trust(), source="other")
    assert reasons(finding(TRUSTS, domain, elsewhere)) == {"d": "?trusts-unread"}


@pytest.mark.parametrize(
    ("roles", "expected"),
    [((), {}), (("domain-admins",), {"svc": "!collector-overprivileged"}), (None, {"svc": "?rights-unknown"})],
)
def test_the_reading_account(roles: tuple[str, ...] | None, expected: dict[str, str]) -> None:
    found = finding(COLLECTOR, seen(CollectorIdentity, CollectorIdentity(name="svc", roles=roles)))
    assert reasons(found) == expected

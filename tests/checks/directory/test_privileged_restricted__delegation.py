from __future__ import annotations

import pytest

from collector.records.identity import Account
from tests.checks.made import AS_OF, finding, reasons, seen

CHECK = "privileged-restricted--delegation"


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
    found = finding(CHECK, seen(Account, made), parameters={"approved": ["boss"]})
    assert reasons(found).get(made.subject) == expected

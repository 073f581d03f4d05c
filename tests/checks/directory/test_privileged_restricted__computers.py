from __future__ import annotations

import pytest

from collector.records.directory import Computer
from tests.checks.made import finding, reasons, seen

CHECK = "privileged-restricted--computers"


def computer(*exposures: str, **facts: object) -> Computer:
    values = {"name": "c", "enabled": True, "domain_controller": False, "exposures": exposures}
    return Computer(**values | facts)  # type: ignore[arg-type]


CASES = {
    "none": (computer(), None),
    "anywhere": (computer("unconstrained-delegation"), "!unconstrained-delegation"),
    "a domain controller": (computer("unconstrained-delegation", domain_controller=True), None),
    "disabled": (computer("unconstrained-delegation", enabled=False), None),
    "decided": (computer("unconstrained-delegation", name="BOSS"), None),
    "hidden": (computer(enabled=None, domain_controller=None, exposures=None), "?state-unknown"),
}


@pytest.mark.parametrize("name", CASES)
def test_one_computer(name: str) -> None:
    made, expected = CASES[name]
    found = finding(CHECK, seen(Computer, made), parameters={"approved": ["boss"]})
    assert reasons(found).get(made.subject) == expected

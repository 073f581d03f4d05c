from __future__ import annotations

from datetime import timedelta

import pytest

from checks.finding import Severity
from collector.records.directory import Computer
from tests.checks.made import AS_OF, finding, reasons, seen

CHECK = "local-admin-restricted--laps"
DAY = timedelta(days=1)


def computer(name: str = "c", **facts: object) -> Computer:
    values = {"name": name, "enabled": True, "domain_controller": False, "system": "Windows 11 Enterprise"}
    return Computer(**values | {"managed_password": True} | facts)  # type: ignore[arg-type]


CASES = {
    "managed": (computer(), None),
    "not managed": (computer(managed_password=False), "!no-managed-password"),
    "not managed, for all one can see": (computer(managed_password=None), "?not-visible"),
    "a domain controller": (computer(managed_password=False, domain_controller=True), None),
    "disabled": (computer(managed_password=False, enabled=False), None),
    "another system": (computer(managed_password=False, system="Samba"), None),
    "system not told": (computer(managed_password=False, system=None), "?system-unknown"),
    "state hidden": (computer(enabled=None), "?state-unknown"),
    "due, and away since": (computer(managed_password_expires=AS_OF - 90 * DAY, last_used=AS_OF - 80 * DAY), None),
    "due, and in use since": (
        computer(managed_password_expires=AS_OF - 90 * DAY, last_used=AS_OF - 59 * DAY),
        "!rotation-stopped",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_one_computer(name: str) -> None:
    made, expected = CASES[name]
    assert reasons(finding(CHECK, seen(Computer, made))).get("c") == expected


@pytest.mark.parametrize(("covered", "low"), [(95, False), (94, True)])
def test_every_computer_is_listed_whatever_the_share(covered: int, low: bool) -> None:  # a case
    made = [computer(f"c{number}", managed_password=number < covered) for number in range(100)]
    found = finding(CHECK, seen(Computer, *made))
    expected = {f"c{number}": "!no-managed-password" for number in range(covered, 100)}
    assert reasons(found) == expected | ({"test": "!coverage-too-low"} if low else {})
    assert (found.exceptions[0].severity is Severity.HIGH) is low

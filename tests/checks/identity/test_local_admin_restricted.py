from __future__ import annotations

import pytest

from checks.finding import Severity, Status
from collector.records.identity import LocalPrivilege
from tests.checks.made import finding, reasons, seen

CHECK = "local-admin-restricted"


def held(name: str = "anna", **facts: object) -> LocalPrivilege:
    defaults = {"holder": name, "host": "app1", "role": "sudo", "role_name": "ALL=(ALL) ALL", "enabled": True}
    return LocalPrivilege(**defaults | {"holder_category": "person"} | facts)  # type: ignore[arg-type]


CASES = {
    "root itself": (held("root", role="uid-0"), None),
    "sudo for root": (held("root"), None),
    "another user id 0": (held("toor", role="uid-0"), "!extra-uid-0"),
    "approved everywhere": (held("bo"), None),
    "approved on this host": (held("cilla"), None),
    "approved on another host": (held("dan"), "!not-approved"),
    "not approved": (held(), "!not-approved"),
    "without a password": (held(without_password=True), "!without-password"),
    "without a password, approved": (held("bo", without_password=True), None),
    "in a group that is root": (held(role="root-group", without_password=True), "!root-by-group"),
    "in such a group, approved": (held("bo", role="root-group", without_password=True), None),
    "disabled": (held(enabled=False), None),
    "a service nobody logs on as, without a password": (
        held("www-data", enabled=False, holder_category="system", without_password=True),
        "!without-password",
    ),
    "such a service, approved": (held("bo", enabled=False, without_password=True), None),
    "a group that the host cannot read": (held("%drift", holder_category="group"), "?members-unknown"),
    "such a group, without a password": (
        held("%drift", holder_category="group", without_password=True),
        "!without-password",
    ),
}
APPROVED = ["bo", "cilla@app1", "dan@db1"]


@pytest.mark.parametrize("name", CASES)
def test_one_holder(name: str) -> None:
    made, expected = CASES[name]
    found = finding(CHECK, seen(LocalPrivilege, made), parameters={"approved": APPROVED})
    assert reasons(found).get(made.subject) == expected


def test_without_a_list_holders_are_named_and_only_the_worst_deviate() -> None:
    found = finding(CHECK, seen(LocalPrivilege, held(), held("eva", without_password=True)))
    assert reasons(found) == {"anna@app1": "?no-approved-list", "eva@app1": "!without-password"}
    assert found.exceptions[0].severity is Severity.HIGH


def test_only_root_is_satisfied() -> None:
    assert finding(CHECK, seen(LocalPrivilege, held("root", role="uid-0"))).status is Status.SATISFIED

from __future__ import annotations

import pytest

from checks.finding import Status
from collector.records.identity import Privilege
from tests.checks.made import finding, reasons, seen

CHECK = "mfa-admin-enforced"


def admin(name: str = "a", **facts: object) -> Privilege:
    defaults = {"holder": name, "role": "domain-admins", "enabled": True, "holder_category": "person"}
    return Privilege(**defaults | facts)  # type: ignore[arg-type]


CASES = {
    "smart card": (admin(smartcard_required=True), None),
    "password is enough": (admin(smartcard_required=False), "!password-enough"),
    "the source does not say": (admin(smartcard_required=None), "?factor-unknown"),
    "disabled": (admin(enabled=False, smartcard_required=False), None),
    "break-glass": (admin("glas", smartcard_required=False), None),
    "service account": (admin(holder_category="service", smartcard_required=False), None),
    "built-in Administrator": (admin(holder_category="built-in", smartcard_required=False), "!password-enough"),
    "group not read": (admin(holder_category="group"), "?members-unknown"),
}


@pytest.mark.parametrize("name", CASES)
def test_one_administrator(name: str) -> None:
    made, expected = CASES[name]
    found = finding(CHECK, seen(Privilege, made), parameters={"break_glass": ["glas"]})
    assert reasons(found).get(made.holder) == expected


def test_no_more_break_glass_accounts_than_allowed() -> None:
    found = finding(
        CHECK, seen(Privilege, admin("g1"), admin("x")), parameters={"break_glass": ["g1", "g2"], "break_glass_max": 1}
    )
    assert reasons(found)["g1"] == "!too-many-break-glass"


def test_roles_in_a_cloud_directory_are_judged_by_its_own_policies() -> None:
    found = finding(CHECK, seen(Privilege, admin("anna", directory="entra")))
    assert (found.status, found.out_of_scope) == (Status.NOT_APPLICABLE, {"other-directory": 1})

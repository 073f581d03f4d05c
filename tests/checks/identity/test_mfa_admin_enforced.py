from __future__ import annotations

from typing import Any

import pytest

from checks.finding import Status
from collector.records.identity import LocalPrivilege, Privilege, SshAccess
from tests.checks.made import finding, gap, reasons, seen

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


SSH = f"{CHECK}--ssh"
KEY: dict[str, Any] = {"public_key": True, "password": False, "keyboard_interactive": False}
WEAK = SshAccess(host="app1", authentication_methods=("any",), **KEY)
STRONG = SshAccess(
    host="app1", user="bo", public_key=True, password=True, authentication_methods=("publickey,password",)
)


def local(name: str, **facts: object) -> LocalPrivilege:
    return LocalPrivilege(**{"holder": name, "host": "app1", "role": "sudo", "enabled": True} | facts)  # type: ignore[arg-type]


def test_a_user_with_a_match_block_is_held_against_it_and_others_against_the_rest() -> None:
    holders = seen(LocalPrivilege, local("anna"), local("bo"), local("off", enabled=False))
    assert reasons(finding(SSH, holders, seen(SshAccess, WEAK, STRONG))) == {"anna@app1": "!single-factor"}


def test_a_host_whose_ssh_was_not_read_is_undetermined() -> None:
    holders = seen(LocalPrivilege, local("anna"))
    assert reasons(finding(SSH, holders, gap(SshAccess))) == {"anna@app1": "?factors-unknown"}
    assert reasons(finding(SSH, holders)) == {"anna@app1": "?factors-unknown"}


def test_root_that_may_not_log_on_is_out_of_scope() -> None:
    root = SshAccess(host="app1", user="root", permit_root_login="no", **KEY)
    found = finding(SSH, seen(LocalPrivilege, local("root", role="uid-0")), seen(SshAccess, root, WEAK))
    assert (found.status, found.out_of_scope) == (Status.NOT_APPLICABLE, {"no-login": 1})


def test_break_glass_on_one_host() -> None:
    found = finding(
        SSH, seen(LocalPrivilege, local("g")), seen(SshAccess, WEAK), parameters={"break_glass": ["g@app1"]}
    )
    assert found.out_of_scope == {"break-glass": 1}


def test_roles_in_a_cloud_directory_are_judged_by_its_own_policies() -> None:
    found = finding(CHECK, seen(Privilege, admin("anna", directory="entra")))
    assert (found.status, found.out_of_scope) == (Status.NOT_APPLICABLE, {"other-directory": 1})

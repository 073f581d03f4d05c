from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from checks.finding import Status
from collector.records.identity import LocalPrivilege, SshAccess
from tests.checks.made import finding, gap, reasons, seen

CHECK = "mfa-admin-enforced--ssh"
KEY: dict[str, Any] = {"public_key": True, "password": False, "keyboard_interactive": False}
WEAK = SshAccess(host="app1", authentication_methods=("any",), **KEY)
STRONG = SshAccess(
    host="app1", user="bo", public_key=True, password=True, authentication_methods=("publickey,password",)
)


def local(name: str, **facts: object) -> LocalPrivilege:
    return LocalPrivilege(**{"holder": name, "host": "app1", "role": "sudo", "enabled": True} | facts)  # type: ignore[arg-type]


def test_a_user_with_a_match_block_is_held_against_it_and_others_against_the_rest() -> None:
    holders = seen(LocalPrivilege, local("anna"), local("bo"), local("off", enabled=False))
    assert reasons(finding(CHECK, holders, seen(SshAccess, WEAK, STRONG))) == {"anna@app1": "!single-factor"}


def test_a_host_whose_ssh_was_not_read_is_undetermined() -> None:
    holders = seen(LocalPrivilege, local("anna"))
    assert reasons(finding(CHECK, holders, gap(SshAccess))) == {"anna@app1": "?factors-unknown"}
    assert reasons(finding(CHECK, holders)) == {"anna@app1": "?factors-unknown"}


def test_root_that_may_not_log_on_is_out_of_scope() -> None:
    root = SshAccess(host="app1", user="root", permit_root_login="no", **KEY)
    found = finding(CHECK, seen(LocalPrivilege, local("root", role="uid-0")), seen(SshAccess, root, WEAK))
    assert (found.status, found.out_of_scope) == (Status.NOT_APPLICABLE, {"no-login": 1})


def test_break_glass_on_one_host() -> None:
    found = finding(
        CHECK, seen(LocalPrivilege, local("g")), seen(SshAccess, WEAK), parameters={"break_glass": ["g@app1"]}
    )
    assert found.out_of_scope == {"break-glass": 1}


@pytest.mark.parametrize("backwards", [False, True])
def test_of_several_addresses_the_weakest_counts(backwards: bool) -> None:  # a case
    inside = replace(STRONG, address="10.1.1.1")
    outside = replace(WEAK, user="bo", address="203.0.113.10")
    ways = (outside, inside) if backwards else (inside, outside)
    found = finding(CHECK, seen(LocalPrivilege, local("bo")), seen(SshAccess, *ways))
    assert reasons(found) == {"bo@app1": "!single-factor"}


def test_one_address_that_was_not_read_leaves_the_user_undetermined() -> None:
    unread = SshAccess(host="app1", user="bo", address="10.1.1.1")
    found = finding(CHECK, seen(LocalPrivilege, local("bo")), seen(SshAccess, STRONG, unread))
    assert reasons(found) == {"bo@app1": "?factors-unknown"}

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from checks.finding import Status
from collector.records.identity import LocalPrivilege, SshAccess
from tests.checks.made import ASKED, finding, gap, reasons, seen

CHECK = "mfa-admin-enforced--ssh"
KEY: dict[str, Any] = {"public_key": True, "password": False, "keyboard_interactive": False, **ASKED}
WEAK = SshAccess(host="app1", authentication_methods=("any",), **KEY)
STRONG = SshAccess(
    host="app1", user="bo", public_key=True, password=True, authentication_methods=("publickey,password",), **ASKED
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


def test_a_holder_whom_sshd_was_not_asked_about_is_not_taken_for_anyone() -> None:
    holders = seen(LocalPrivilege, local("anna"))
    for line in ("Group admins", "User a*", "Group admins Address 10.0.0.0/8", "canonical"):
        for anyone in (replace(STRONG, user=None), WEAK):
            found = finding(CHECK, holders, seen(SshAccess, replace(anyone, matches=(line,))))
            assert reasons(found) == {"anna@app1": "?other-rules"}
    for line in ("User bo", "User !anna,*", "all"):
        found = finding(CHECK, holders, seen(SshAccess, replace(WEAK, matches=(line,))))
        assert reasons(found) == {"anna@app1": "!single-factor"}


def test_a_network_inside_is_no_factor() -> None:
    holders = seen(LocalPrivilege, local("bo"))
    for line in ("Address 10.0.0.0/8", "Group admins Address 10.0.0.0/8", "LocalPort 2222", "User bo Address 10.1.1.1"):
        found = finding(CHECK, holders, seen(SshAccess, replace(STRONG, matches=(line,))))
        assert reasons(found) == {"bo@app1": "?other-rules"}
    for line in ("User styrk Address 10.1.1.1", "User styrk", "Group admins"):
        assert finding(CHECK, holders, seen(SshAccess, replace(STRONG, matches=(line,)))).status is Status.SATISFIED
    weak = replace(WEAK, user="bo", matches=("Address 10.0.0.0/8",))
    assert reasons(finding(CHECK, holders, seen(SshAccess, weak))) == {"bo@app1": "!single-factor"}


def test_match_lines_that_were_not_read() -> None:
    holders = seen(LocalPrivilege, local("bo"))
    assert reasons(finding(CHECK, holders, seen(SshAccess, replace(STRONG, matches=None)))) == {
        "bo@app1": "?matches-unread"
    }


def test_one_whom_the_lists_of_users_leave_out_is_not_accused() -> None:
    holders = seen(LocalPrivilege, local("bo"), local("anna"))
    ways = (replace(WEAK, user="bo", let_in=False), replace(WEAK, let_in=None))
    found = finding(CHECK, holders, seen(SshAccess, *ways))
    assert (reasons(found), found.out_of_scope) == ({"anna@app1": "?factors-unknown"}, {"no-login": 1})


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

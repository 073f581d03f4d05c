from __future__ import annotations

import pytest

from checks.directory.services_unneeded__group_policy import EXPECTED
from checks.finding import Status
from collector.records.directory import PolicySetting
from tests.checks.made import finding, reasons, seen

CHECK = "services-unneeded--group-policy"


def setting(name: str, value: str, **facts: object) -> PolicySetting:
    values = {"policy": "GPO", "name": name, "value": value, "linked_to": ("DC=x",)}
    return PolicySetting(**values | facts)  # type: ignore[arg-type]


GOOD = [setting(name, expected) for name, (expected, _) in EXPECTED.items()]
CASES = {
    "signing asked for, not demanded": (setting("ldap-server-signing", "1"), "!weak-setting"),
    "SMB 1": (setting("smb1-server", "1"), "!weak-setting"),
    "NTLM, all of it": (setting("ntlm-level", "2"), "!weak-setting"),
    "by decision": (setting("llmnr", "1"), None),
    "linked nowhere": (setting("smb1-server", "1", linked_to=()), None),
    "not a number": (setting("smb1-server", "x"), "?not-understood"),
    "another setting": (setting("event-audit: AuditLogonEvents", "0"), None),
}


@pytest.mark.parametrize("name", CASES)
def test_one_setting(name: str) -> None:
    made, expected = CASES[name]
    found = finding(CHECK, seen(PolicySetting, *GOOD, made), parameters={"approved": ["GPO: llmnr"]})
    assert reasons(found) == ({} if expected is None else {made.subject: expected})


def test_what_nobody_sets_is_not_known() -> None:
    found = finding(CHECK, seen(PolicySetting, *GOOD[1:], setting(GOOD[0].name, "2", linked_to=())))
    assert reasons(found) == {GOOD[0].name: "?not-set"}
    assert finding(CHECK, seen(PolicySetting, *GOOD)).status is Status.SATISFIED

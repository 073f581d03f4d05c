"""Names in the settings meet accounts as the system itself compares them: directories without case, hosts with it."""

from __future__ import annotations

import pytest

from checks.identity.account_reasons import in_directory, is_named
from collector.records.identity import Account, Privilege
from collector.records.record import Record
from tests.checks.made import AS_OF, finding, reasons, seen


@pytest.mark.parametrize(("name", "known"), [("anna", True), ("ANNA", True), ("ÅSA", True), ("", False)])
def test_directories_know_no_case(name: str, known: bool) -> None:  # a case
    assert in_directory(name, ("Anna", "åsa")) is known
    assert is_named(Account(name=name), ("Anna", "åsa")) is known


@pytest.mark.parametrize(("name", "known"), [("anna", True), ("Anna", False), ("root", True)])
def test_hosts_know_case_and_a_name_may_be_of_one_host(name: str, known: bool) -> None:  # a case
    names = ("anna", "root@app1")
    assert is_named(Account(name=name, host="app1"), names) is known
    assert not is_named(Account(name="root", host="app2"), names)


OLD = {"enabled": True, "category": "person", "created": AS_OF.replace(year=2020), "never_used": True}
ADMIN = {"role": "domain-admins", "enabled": True, "holder_category": "person", "smartcard_required": False}
WHERE: dict[str, tuple[str, Record]] = {
    "accounts-stale": ("exempt", Account(name="Anna", **OLD)),  # type: ignore[arg-type]
    "privileged-restricted": ("approved", Privilege(holder="Anna", **ADMIN)),  # type: ignore[arg-type]
    "mfa-admin-enforced": ("break_glass", Privilege(holder="Anna", **ADMIN)),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("check", WHERE)
def test_a_decision_holds_however_the_name_is_written(check: str) -> None:
    parameter, record = WHERE[check]
    for written in ("anna", "ANNA", "Anna"):
        assert reasons(finding(check, seen(type(record), record), parameters={parameter: [written]})) == {}
    assert "Anna" in reasons(finding(check, seen(type(record), record), parameters={parameter: ["someone"]}))

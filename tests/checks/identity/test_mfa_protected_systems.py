from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from checks.finding import Status
from collector.records.backup import ProtectedSystem
from collector.records.factors import EntryPoint, EntryPointRule
from collector.records.identity import SshAccess
from tests.checks.made import ASKED, finding, gap, reasons, seen

CHECK = "mfa-protected-systems"
ENTRIES = (
    EntryPoint(name="VPN", external=True, factors="two"),
    EntryPoint(name="Portal", external=False, factors="one"),
    EntryPoint(name="Webb", external=True, factors="two"),
)
RULES = (EntryPointRule(entry_point="vpn", rule="all", factors="two"),)
WAYS = (
    SshAccess(host="app1", authentication_methods=("publickey,password",), public_key=True, password=True, **ASKED),
    SshAccess(host="app2", authentication_methods=("password",), public_key=True, password=True, **ASKED),
)


def system(*login: str, **said: Any) -> ProtectedSystem:
    return ProtectedSystem(**{"name": "s", "needs_extra_protection": True, "login": login, **said})


def word(made: ProtectedSystem, **parameters: Any) -> str:
    found = finding(
        CHECK,
        seen(ProtectedSystem, made, source="register"),
        seen(EntryPoint, *ENTRIES, source="ways"),
        seen(EntryPointRule, *RULES, source="nps"),
        seen(SshAccess, *WAYS),
        parameters=parameters,
    )
    return reasons(found).get("s", found.status.value)


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (system("vpn"), "satisfied"),
        (system("vpn", "ssh", hosts=("app1",)), "satisfied"),
        (system("vpn", "ssh", hosts=("app1", "app2")), "!single-factor"),
        (system("vpn", "Lösenord"), "!single-factor"),
        (system("portal"), "!single-factor"),
        (system("webb"), "?factors-not-shown"),
        (system("vpn", "webb"), "?factors-not-shown"),
        (system("vpn", "klient"), "?login-not-described"),
        (system("klient", "portal"), "!single-factor"),
        (system("ssh"), "?factors-not-shown"),
        (system("ssh", hosts=("app3",)), "?factors-not-shown"),
        (system(), "?login-unknown"),
        (system(needs_extra_protection=None), "?protection-unknown"),
        (system(needs_extra_protection=False), "not-applicable"),
        (system("portal", needs_extra_protection=None, confidentiality=2), "not-applicable"),
        (system("portal", needs_extra_protection=None, confidentiality=3), "!single-factor"),
        (system("portal", needs_extra_protection=False, confidentiality=4), "!single-factor"),
    ],
)
def test_systems(made: ProtectedSystem, expected: str) -> None:
    assert word(made) == expected


def test_the_level_is_a_parameter() -> None:
    made = system("portal", needs_extra_protection=None, confidentiality=2)
    assert word(made, confidentiality_min=2) == "!single-factor"


def test_without_the_other_evidence_nothing_passes() -> None:
    found = finding(CHECK, seen(ProtectedSystem, system("vpn")), gap(EntryPoint))
    assert reasons(found) == {"s": "?login-not-described"}
    assert found.status is Status.NOT_DETERMINED
    assert found.gaps


def test_a_network_inside_is_no_factor() -> None:
    way = replace(WAYS[0], address="203.0.113.10", matches=("Address 10.0.0.0/8",))
    found = finding(
        CHECK, seen(ProtectedSystem, system("ssh", hosts=("app1",)), source="register"), seen(SshAccess, way)
    )
    assert reasons(found) == {"s": "?factors-not-shown"}

from __future__ import annotations

from collector.records.backup import ProtectedSystem
from tests.checks.made import seen
from tests.checks.registers import said, without

CHECK = "password-policy--systems"
RULED, OPEN = ProtectedSystem(name="Lön", password_rule="KS 2026/12"), ProtectedSystem(name="Skola")


def test_a_system_without_a_rule_is_named() -> None:
    assert said(CHECK, seen(ProtectedSystem, RULED, OPEN)) == {"Skola": "!no-rule"}
    assert said(CHECK, seen(ProtectedSystem, RULED)) == {}


def test_a_register_that_does_not_tell_blames_nobody() -> None:
    untold = without(seen(ProtectedSystem, OPEN), "password_rule")
    assert said(CHECK, untold) == {"Skola": "?no-column"}

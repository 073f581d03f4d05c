from __future__ import annotations

from typing import Any

from collector.records.backup import ProtectedSystem
from collector.records.host import Host
from tests.checks.made import seen
from tests.checks.registers import said, without

CHECK = "system-register-complete"
GOOD: dict[str, Any] = {
    "software": ("pg",),
    "dependencies": ("inga",),
    "needs_extra_protection": False,
    "central": False,
    "hosts": ("s1",),
}
HOST = seen(Host, Host(name="S1"), source="hosts")


def test_each_part_is_told() -> None:
    assert said(CHECK, seen(ProtectedSystem, ProtectedSystem(name="x", **GOOD)), HOST) == {}
    for field in ("software", "dependencies", "needs_extra_protection", "central"):
        empty: Any = () if field in {"software", "dependencies"} else None
        rows = seen(ProtectedSystem, ProtectedSystem(name="x", **(GOOD | {field: empty})))
        assert said(CHECK, rows, HOST) == {"x": "!incomplete"}
        assert said(CHECK, without(rows, field), HOST) == {"x": "?no-column"}
    few = seen(ProtectedSystem, ProtectedSystem(name="x", hosts=("s1",), central=False))
    assert said(CHECK, few, HOST, parameters={"required_parts": ["central-systems"]}) == {}
    assert said(CHECK, few, HOST, parameters={"required_parts": ["x"]}) == {"test": "?unknown-part"}


def test_hosts_that_the_register_does_not_know_and_hosts_that_nobody_saw() -> None:
    rows = seen(ProtectedSystem, ProtectedSystem(name="x", **(GOOD | {"hosts": ("s1", "s2")})))
    two = seen(Host, Host(name="s1"), Host(name="s3"), source="hosts")
    assert said(CHECK, rows, two) == {"x": "?not-observed", "s3": "!not-in-register"}
    assert said(CHECK, rows, two, parameters={"match_min_percent": 50}) == {"x": "?not-observed"}
    assert said(CHECK, rows) == {"x": "?no-register"}

from __future__ import annotations

from datetime import timedelta

import pytest

from collector.records.host import TimeSync
from tests.checks.made import AS_OF, finding, reasons, seen


def host(name: str = "a", *configured: str, **facts: object) -> TimeSync:
    defaults = {"host": name, "daemon": "chrony", "running": True, "configured": configured}
    return TimeSync(**defaults | facts)  # type: ignore[arg-type]


OFFSETS = {
    "right": (host("a", offset_us=3, stratum=3, leap="normal"), None),
    "at the limit": (host("a", offset_us=-1_000_000, stratum=3), None),
    "over it": (host("a", offset_us=1_000_001, stratum=3), "!offset"),
    "95 s behind though «normal»": (host("a", offset_us=-95_000_015, stratum=3, leap="normal"), "!offset"),
    "collects logs": (host("a", offset_us=150_000, stratum=3, collects_logs=True), "!offset"),
    "follows nothing": (host("a", offset_us=0, stratum=16), "!unsynchronised"),
    "stratum 0": (host("a", offset_us=0, stratum=0), "!unsynchronised"),
    "state not read": (host("a", offset_us=0), "?state-unknown"),
    "leap says so": (host("a", offset_us=0, stratum=0, leap="not-synchronised"), "!unsynchronised"),
    "not read": (host("a"), "?offset-unknown"),
    "not running": (host("a", running=False), "!no-time-service"),
    "old measurement": (host("a", offset_us=1, stratum=3, last_update=AS_OF - timedelta(days=2)), "!stale"),
    "container": (host("a", shares_clock=True), None),
}


@pytest.mark.parametrize("name", OFFSETS)
def test_how_right_the_clock_is(name: str) -> None:
    made, expected = OFFSETS[name]
    assert reasons(finding("time-sync-offset", seen(TimeSync, made))).get("a") == expected

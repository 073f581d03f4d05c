from __future__ import annotations

from datetime import timedelta

from collector.evidence import Population
from collector.records.host import Host, TimeSync
from collector.records.monitoring import MonitoredHost
from tests.checks.made import AS_OF, seen
from tests.checks.registers import said, without

CHECK = "log-central-comparable"
HOST = seen(Host, Host(name="S1"))
CLOCK = seen(TimeSync, TimeSync(host="s1", offset_us=100), source="clocks")


def store(hours: int = 24, days: int | None = 90) -> Population[MonitoredHost]:
    row = MonitoredHost(
        host="s1", last_event=AS_OF - timedelta(hours=hours), retention_days=days, service="central-log"
    )
    return seen(MonitoredHost, row, source="store")


def test_heard_kept_and_comparable() -> None:
    assert said(CHECK, HOST, store(), CLOCK) == {}
    assert said(CHECK, HOST, store(25), CLOCK) == {"S1": "!silent"}
    assert said(CHECK, HOST, store(days=89), CLOCK) == {"S1": "!short-retention"}
    assert said(CHECK, HOST, store(days=None), CLOCK) == {"S1": "!incomplete"}
    for off in (
        TimeSync(host="s1", offset_us=1_000_001),
        TimeSync(host="s1", stratum=16),
        TimeSync(host="s1", running=False),
    ):
        assert said(CHECK, HOST, store(), seen(TimeSync, off, source="clocks")) == {"S1": "!clock-off"}
    shared = seen(TimeSync, TimeSync(host="s1", shares_clock=True, running=False), source="clocks")
    assert said(CHECK, HOST, store(), shared) == {}


def test_thin_evidence() -> None:
    assert said(CHECK, HOST, CLOCK) == {"S1": "?no-register"}
    assert said(CHECK, HOST, store()) == {"S1": "?clock-unknown"}
    assert said(CHECK, HOST, seen(MonitoredHost, source="store"), CLOCK) == {"S1": "!not-central"}
    never = seen(MonitoredHost, MonitoredHost(host="s1", retention_days=90), source="store")
    assert said(CHECK, HOST, never, CLOCK) == {"S1": "!no-event"}
    assert said(CHECK, HOST, without(never, "last_event"), CLOCK) == {"S1": "?no-column"}


def test_silence_is_held_against_the_time_of_the_export() -> None:
    three_days_ago = AS_OF - timedelta(days=3)
    assert said(CHECK, HOST, seen(MonitoredHost, *store(80).records, started=three_days_ago), CLOCK) == {
        "S1": "?export-older"
    }
    assert said(CHECK, HOST, seen(MonitoredHost, *store(97).records, started=three_days_ago), CLOCK) == {
        "S1": "!silent"
    }
    assert said(CHECK, HOST, store(-400 * 24), CLOCK) == {"S1": "?dated-in-future"}


def test_a_row_that_does_not_say_which_service_it_is_of() -> None:
    row = MonitoredHost(host="s1", last_event=AS_OF, retention_days=90)
    assert said(CHECK, HOST, seen(MonitoredHost, row, source="store"), CLOCK) == {"S1": "?service-unknown"}

from __future__ import annotations

from datetime import timedelta

from assessment.performance import finding_document
from checks.finding import Status
from collector.evidence import Population
from collector.records.host import Host
from collector.records.monitoring import Alert, MonitoredHost
from tests.checks.made import AS_OF, finding, seen
from tests.checks.registers import partly, said, without

CHECK = "monitoring-active"
HOST = seen(Host, Host(name="S1"))
THERE = seen(MonitoredHost, MonitoredHost(host="s1", service="monitoring"), source="console")


def alert(minutes: int | None = 60, *, days: int = 1, test: bool = True) -> Population[Alert]:
    raised = AS_OF - timedelta(days=days)
    taken = None if minutes is None else raised + timedelta(minutes=minutes)
    return seen(Alert, Alert(reference="1", raised=raised, acknowledged=taken, test=test), source="alerts")


def test_every_host_and_every_test_alert() -> None:
    assert said(CHECK, HOST, THERE, alert()) == {}
    assert said(CHECK, HOST, THERE, alert(61)) == {"1": "!not-acknowledged"}
    assert said(CHECK, HOST, THERE, alert(None)) == {"1": "!not-acknowledged"}
    assert said(CHECK, HOST, THERE, alert(None, days=400)) == {"test": "?no-test-alert"}
    assert said(CHECK, HOST, THERE, alert(test=False)) == {"test": "?no-test-alert"}
    other = seen(MonitoredHost, MonitoredHost(host="s2", service="monitoring"), source="console")
    assert said(CHECK, HOST, other, alert()) == {"S1": "!not-monitored"}
    central = seen(MonitoredHost, MonitoredHost(host="s1", service="central-log"), source="console")
    assert said(CHECK, HOST, central, alert()) == {"S1": "!not-monitored"}


def test_the_least_share() -> None:
    hosts = seen(Host, *(Host(name=f"s{each}") for each in range(20)))
    rows = (MonitoredHost(host=f"s{each}", service="monitoring") for each in range(19))
    console = seen(MonitoredHost, *rows, source="console")
    assert said(CHECK, hosts, console, alert()) == {}
    assert said(CHECK, hosts, console, alert(), parameters={"coverage_min_percent": 96}) == {"s19": "!not-monitored"}


def test_thin_evidence() -> None:
    assert said(CHECK, HOST) == {"S1": "?no-register", "test": "?no-register"}
    assert said(CHECK, HOST, partly(MonitoredHost), alert()) == {"S1": "?register-incomplete"}
    assert said(CHECK, HOST, THERE, without(alert(None), "acknowledged")) == {"1": "?no-column"}


def test_a_row_that_does_not_say_which_service_it_is_of() -> None:
    untold = seen(MonitoredHost, MonitoredHost(host="s1"), source="console")
    assert said(CHECK, HOST, untold, alert()) == {"S1": "?service-unknown"}
    assert said(CHECK, HOST, without(untold, "service"), alert()) == {"S1": "?no-column"}


def test_an_alert_that_was_acknowledged_before_it_was_raised() -> None:
    assert said(CHECK, HOST, THERE, alert(-5)) == {"1": "?acknowledged-before"}


def test_a_host_within_the_accepted_share_is_named() -> None:
    hosts = seen(Host, *(Host(name=f"s{each}") for each in range(20)))
    rows = (MonitoredHost(host=f"s{each}", service="monitoring") for each in range(19))
    found = finding(CHECK, hosts, seen(MonitoredHost, *rows, source="console"), alert())
    assert found.status is Status.SATISFIED
    assert [each.subject for each in found.tolerated] == ["s19"]
    document = finding_document("x", found)
    assert document["tolerated"] == [{"subject": "s19", "reason": "within-share", "facts": {}}]
    assert "tolerated" not in finding_document("x", finding(CHECK, HOST, THERE, alert()))

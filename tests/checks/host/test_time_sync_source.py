from __future__ import annotations

import pytest

from collector.records.host import Interface, TimeSync
from tests.checks.made import finding, reasons, seen


def host(name: str = "a", *configured: str, **facts: object) -> TimeSync:
    defaults = {"host": name, "daemon": "chrony", "running": True, "configured": configured}
    return TimeSync(**defaults | facts)  # type: ignore[arg-type]


SOURCES = {
    "the Swedish service": (host("a", "ntp.se", "sth1.ntp.se"), None),
    "NTS names": (host("a", "nts.netnod.se", "gbg1.nts.netnod.se"), None),
    "one source": (host("a", "ntp.se"), "!too-few-sources"),
    "another service": (host("a", "ntp.se", "pool.ntp.org"), "!other-source"),
    "a name that only ends alike": (host("a", "ntp.se", "evilntp.se"), "!other-source"),
    "none": (host("a"), "!no-source"),
    "not running": (host("a", "ntp.se", running=False), "!no-time-service"),
    "settings not read": (host("a", configured=None), "?configuration-unread"),
    "container": (host("a", shares_clock=True), None),
    "own server, good": (host("a", "time1", "ntp.se"), None),
    "own server, by address": (host("a", "10.77.2.1", "ntp.se"), None),
    "own server, bad": (host("a", "time2", "ntp.se"), "!other-source"),
    "own server, not read": (host("a", "time9.intern", "ntp.se"), "?chain-not-read"),
    "the same source twice": (host("a", "ntp.se", "NTP.se"), "!too-few-sources"),
    "itself": (host("a", "a", "ntp.se"), "!other-source"),
}
SERVERS = (host("time1", "ntp.se", "gbg1.ntp.se"), host("time2", "time.example.com", "ntp.se"))


@pytest.mark.parametrize("name", SOURCES)
def test_where_time_comes_from(name: str) -> None:
    made, expected = SOURCES[name]
    address = Interface(host="time1", name="eth0", addresses=("10.77.2.1/24",))
    found = finding("time-sync-source", seen(TimeSync, made, *SERVERS), seen(Interface, address))
    assert reasons(found).get("a") == expected


def test_two_servers_that_follow_each_other_lead_nowhere() -> None:
    found = finding("time-sync-source", seen(TimeSync, host("a", "b"), host("b", "a")))
    assert reasons(found) == {"a": "!other-source", "b": "!other-source"}


def test_peers_that_also_follow_the_service_are_good() -> None:
    found = finding("time-sync-source", seen(TimeSync, host("a", "ntp.se", "b"), host("b", "ntp.se", "a")))
    assert reasons(found) == {}


def test_hosts_that_all_name_each_other_cost_no_more_than_their_number() -> None:
    names = [f"h{number}" for number in range(60)]
    found = finding("time-sync-source", seen(TimeSync, *(host(name, *names) for name in names)))
    assert len(found.exceptions) == len(names)

from __future__ import annotations

from typing import Any

import pytest

from checks.finding import Finding
from collector.records.host import Host, Interface, Route
from collector.records.network import FirewallChain, Zone
from tests.checks.made import finding, gap, reasons, seen

CHECK = "segmentation-zones--bridges"
ZONES = (Zone(name="a", networks=("10.1.0.0/24",)), Zone(name="b", networks=("10.2.0.0/24",)))
FIREWALL = (
    seen(FirewallChain, FirewallChain(device="fw", family="inet", table="t", name="f", hook="forward"), source="fw"),
    seen(Interface, Interface(host="fw", name="e", addresses=("10.1.0.1/24",)), source="fw"),
)


def card(name: str, address: str, **facts: Any) -> Interface:
    fields: dict[str, Any] = {"host": "h", "name": name, "addresses": (address,), "kind": "ethernet", "up": True}
    return Interface(**fields | facts)


def judge(*cards: Interface, forwarding: bool | None = False, routes: tuple[Route, ...] = ()) -> Finding:
    return finding(
        CHECK,
        seen(Host, Host(name="h", forwarding=forwarding)),
        seen(Interface, *cards),
        seen(Route, *routes),
        seen(Zone, *ZONES, source="declared"),
        *FIREWALL,
    )


A, B = card("e0", "10.1.0.5/24"), card("e1", "10.2.0.5/24")
VPN = card("tun0", "10.9.0.1/24", kind="tunnel")
RADIO = card("wlan0", "192.168.1.5/24", kind="wireless")


@pytest.mark.parametrize(
    ("cards", "forwarding", "said"),
    [
        ((A,), False, []),
        ((A, B), False, ["!stands-in-several-zones"]),
        ((A, B), True, ["!routes-between-zones"]),
        ((A, card("e1", "10.2.0.5/24", up=False)), True, ["!forwards"]),
        ((A,), True, ["!forwards"]),
        ((A,), None, ["?forwarding-unknown"]),
        ((A, VPN), False, ["!tunnel"]),
        ((A, RADIO), False, ["!wireless-and-wired"]),
        ((RADIO,), False, []),
    ],
)
def test_hosts_that_join_zones(cards: tuple[Interface, ...], forwarding: bool | None, said: list[str]) -> None:
    assert list(reasons(judge(*cards, forwarding=forwarding)).values()) == said


@pytest.mark.parametrize(
    ("route", "said"),
    [
        (Route(host="h", destination="0.0.0.0/0", gateway="10.1.0.1"), []),
        (Route(host="h", destination="0.0.0.0/0", gateway="10.1.0.7"), ["!route-around"]),
        (Route(host="h", destination="10.2.0.0/24", gateway="10.1.0.7"), ["!route-around"]),
        (Route(host="h", destination="192.0.2.0/24", gateway="10.1.0.7"), []),
        (Route(host="h", destination="10.2.0.0/24", interface="e0"), []),
    ],
)
def test_routes_around_the_firewall(route: Route, said: list[str]) -> None:
    assert list(reasons(judge(A, routes=(route,))).values()) == said


def test_the_firewall_itself_is_set_aside_and_unread_hosts_are_undetermined() -> None:
    aside = finding(CHECK, seen(Host, Host(name="fw")), seen(Zone, *ZONES, source="declared"), *FIREWALL)
    assert (aside.out_of_scope, reasons(aside)) == ({"firewall": 1}, {})
    missing = seen(Interface, missing=[gap(Interface, subject="h")])
    unread = finding(CHECK, seen(Host, Host(name="h")), missing, seen(Zone, *ZONES, source="declared"))
    assert reasons(unread) == {"h": "?interfaces-unread"}


def test_a_zone_of_all_other_addresses_hides_no_leg() -> None:
    """Whatever it is called: an address is of the zone with the narrowest network that holds it."""
    for name in ("0-outside", "z-outside"):
        outside = Zone(name=name, networks=("0.0.0.0/0",), roles=("internet",))
        found = finding(
            CHECK,
            seen(Host, Host(name="h", forwarding=False)),
            seen(Interface, A, B),
            seen(Route),
            seen(Zone, *ZONES, outside, source="declared"),
        )
        assert reasons(found) == {"h": "!stands-in-several-zones"}
        assert found.exceptions[0].facts["zones"] == "a, b"


def test_a_host_with_rules_for_itself_alone_is_no_firewall() -> None:
    own = [FirewallChain(device="h", family="inet", table="t", name=each, hook=each) for each in ("input", "output")]
    parts = (seen(Host, Host(name="h", forwarding=False)), seen(Interface, A, B), seen(Route))
    found = finding(CHECK, *parts, seen(Zone, *ZONES, source="declared"), seen(FirewallChain, *own, source="export"))
    assert reasons(found) == {"h": "!stands-in-several-zones"}


def test_a_firewall_that_was_not_read_may_be_the_router_that_a_route_names() -> None:
    way = Route(host="h", destination="0.0.0.0/0", gateway="10.1.0.254")
    parts = (seen(Host, Host(name="h", forwarding=False)), seen(Interface, A), seen(Zone, *ZONES, source="declared"))
    unread = gap(FirewallChain, source="fw")
    assert reasons(finding(CHECK, *parts, seen(Route, way), unread)) == {"h": "?firewalls-unread"}
    assert reasons(finding(CHECK, *parts, seen(Route), unread)) == {}
    assert reasons(finding(CHECK, *parts, seen(Route, way))) == {}


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (card("docker0", "172.17.0.1/16", kind="bridge"), {}),
        (card("br-0123456789ab", "10.2.0.1/24", kind="bridge"), {}),
        (card("br0", "10.2.0.5/24", kind="bridge"), {"h": "!stands-in-several-zones"}),
        (card("e1", "10.99.0.5/24"), {}),  # no zone declares it: segmentation-zones says so
        (card("e1", "203.0.113.5/24"), {"h": "!stands-in-several-zones"}),
    ],
)
def test_what_is_no_leg_in_another_zone(more: Interface, said: dict[str, str]) -> None:
    outside = Zone(name="outside", networks=("0.0.0.0/0",), roles=("internet",))
    found = finding(
        CHECK,
        seen(Host, Host(name="h", forwarding=False)),
        seen(Interface, A, more),
        seen(Route),
        seen(Zone, *ZONES, outside, source="declared"),
    )
    assert reasons(found) == said

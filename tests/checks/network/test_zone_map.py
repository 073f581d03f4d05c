"""Where addresses and networks lie among declared zones that may lie within each other."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest

from checks.network.addresses import zone_of
from checks.network.zone_map import ZoneMap
from collector.records.network import Zone

OUT = Zone(name="out", networks=("0.0.0.0/0", "::/0"))
OFFICE = Zone(name="office", networks=("10.0.0.0/8",))
SERVERS = Zone(name="servers", networks=("10.2.0.0/24", "2001:db8:2::/64"))
MAP = ZoneMap((OUT, OFFICE, SERVERS))


@pytest.mark.parametrize(
    ("address", "zone"),
    [("10.2.0.5", SERVERS), ("10.3.0.5", OFFICE), ("192.0.2.1", OUT), ("2001:db8:2::1", SERVERS), ("2001:db8::1", OUT)],
)
def test_an_address_is_of_the_narrowest(address: str, zone: Zone) -> None:
    assert MAP.narrowest(ip_address(address)) == zone
    assert ZoneMap((SERVERS,)).narrowest(ip_address("10.3.0.5")) is None


@pytest.mark.parametrize(
    ("network", "zone"),
    [("10.2.0.0/25", SERVERS), ("10.2.0.0/24", SERVERS), ("10.2.0.0/23", OFFICE), ("9.0.0.0/7", OUT)],
)
def test_a_network_is_of_the_narrowest_that_holds_all_of_it(network: str, zone: Zone) -> None:
    assert MAP.around(ip_network(network, strict=False)) == zone
    assert ZoneMap((SERVERS,)).around(ip_network("10.2.0.0/23")) is None


def test_a_network_of_all_addresses_declares_none_in_particular() -> None:
    assert not MAP.is_within(ip_address("192.0.2.1"), OUT)
    assert MAP.is_within(ip_address("10.3.0.5"), OFFICE)
    assert not MAP.is_within(ip_address("10.2.0.5"), OFFICE)


def test_a_network_of_two_zones_is_the_same_ones_in_every_check() -> None:
    twins = (Zone(name="b", networks=("10.2.0.0/24",)), Zone(name="a", networks=("10.2.0.0/24",)))
    for zones in (twins, twins[::-1]):
        assert zone_of("10.2.0.5", zones) == ZoneMap(zones).narrowest(ip_address("10.2.0.5")) == twins[1]
        assert ZoneMap(zones).around(ip_network("10.2.0.0/25")) == twins[1]

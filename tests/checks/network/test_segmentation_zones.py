from __future__ import annotations

from checks.finding import Status
from collector.records.host import Interface
from collector.records.network import Zone
from tests.checks.made import finding, reasons, seen

CHECK = "segmentation-zones"
ZONES = (
    Zone(name="klienter", roles=("user-clients",), networks=("10.77.1.0/24",)),
    Zone(name="admin", roles=("admin-clients",), networks=("10.77.2.0/24", "2001:db8:2::/64")),
    Zone(name="servrar", roles=("servers",), networks=("10.77.3.0/24",)),
    Zone(name="trådlöst", roles=("wireless",), networks=("10.77.4.0/24",)),
)


def interface(address: str, kind: str = "ethernet") -> Interface:
    return Interface(host=f"h{address}", name="eth0", addresses=(address,), kind=kind)


SEEN = tuple(interface(f"10.77.{third}.10/24") for third in (1, 2, 3, 4))


def test_apart_and_seen() -> None:
    assert finding(CHECK, seen(Zone, *ZONES), seen(Interface, *SEEN)).status is Status.SATISFIED


def test_a_declared_zone_that_nobody_saw_is_undetermined() -> None:
    found = finding(CHECK, seen(Zone, *ZONES), seen(Interface, *SEEN[:3]))
    assert reasons(found) == {"trådlöst": "?nothing-observed"}
    assert finding(CHECK, seen(Zone, *ZONES)).status is Status.NOT_DETERMINED


def test_a_role_without_a_zone_and_roles_in_one_zone() -> None:
    shared = Zone(name="kontor", roles=("user-clients", "wireless"), networks=("10.77.1.0/24",))
    found = finding(CHECK, seen(Zone, shared, ZONES[1], ZONES[2]), seen(Interface, *SEEN[:3]))
    assert reasons(found) == {"kontor": "!roles-share-zone"}
    found = finding(CHECK, seen(Zone, *ZONES[:3]), seen(Interface, *SEEN[:3]))
    assert reasons(found) == {"wireless": "!role-without-zone"}


def test_overlapping_zones_are_both_named() -> None:
    wide = Zone(name="alla", roles=(), networks=("10.77.0.0/16",))
    found = reasons(finding(CHECK, seen(Zone, *ZONES, wide), seen(Interface, *SEEN)))
    assert set(found) == {"klienter", "admin", "servrar", "trådlöst", "alla"}


def test_an_interface_outside_every_zone() -> None:
    stray = (interface("192.0.2.7/24"), interface("2001:db8:2::7/64"), interface("127.0.0.1/8", "loopback"))
    found = finding(CHECK, seen(Zone, *ZONES), seen(Interface, *SEEN, *stray, interface("169.254.3.4/16")))
    assert reasons(found) == {"h192.0.2.7/24 eth0": "!network-not-declared"}


def test_what_lies_outside_is_around_the_zones_and_not_over_them() -> None:
    outside = Zone(name="internet", roles=("internet",), networks=("0.0.0.0/0",))
    found = finding(CHECK, seen(Zone, *ZONES, outside), seen(Interface, *SEEN, interface("192.0.2.7/24")))
    assert reasons(found) == {}
    narrow = Zone(name="extern", roles=("external",), networks=("10.77.1.128/25",))
    assert reasons(finding(CHECK, seen(Zone, *ZONES, narrow), seen(Interface, *SEEN))) == {
        "klienter": "!networks-overlap",
        "extern": "!networks-overlap",
    }


def test_a_zone_of_all_other_addresses_declares_no_internal_network() -> None:
    outside = Zone(name="internet", roles=("internet",), networks=("0.0.0.0/0", "::/0"))
    uplink, strange = interface("203.0.113.5/24"), interface("10.99.0.5/24")
    docker = Interface(host="h", name="docker0", addresses=("172.17.0.1/16",), kind="bridge")
    found = finding(CHECK, seen(Zone, *ZONES, outside), seen(Interface, *SEEN, uplink, docker))
    assert reasons(found) == {}
    found = finding(
        CHECK, seen(Zone, *ZONES, outside), seen(Interface, *SEEN, uplink, strange, interface("fd00::5/64"))
    )
    assert set(reasons(found).values()) == {"!network-not-declared"}
    assert len(found.exceptions) == 2
    alone = finding(CHECK, seen(Zone, *ZONES, outside), seen(Interface, *SEEN))
    assert reasons(alone) == {"internet": "?nothing-observed"}

from __future__ import annotations

from typing import Any

import pytest

from checks.finding import Status
from collector.records.assets import RegisteredHost
from collector.records.backup import ProtectedSystem
from collector.records.directory import Computer
from collector.records.host import Interface
from collector.records.network import FirewallChain, Zone
from tests.checks.made import finding, gap, reasons, seen

CHECK = "segmentation-zones--roles"
ZONES = (
    Zone(name="klienter", roles=("user-clients",), networks=("10.77.1.0/24",)),
    Zone(name="admin", roles=("admin-clients",), networks=("10.77.2.0/24",)),
    Zone(name="servrar", roles=("servers",), networks=("10.77.3.0/24", "2001:db8:3::/64")),
    Zone(name="gäst", roles=("wireless",), networks=("10.77.4.0/24",)),
    Zone(name="skrivare", roles=("printers",), networks=("10.77.5.0/24",)),
    Zone(name="gamla", networks=("10.77.9.0/24",)),
)
ADMIN = RegisteredHost(host="paw1", role="adminklient", addresses=("10.77.2.5",))


def host(name: str, role: str | None, *addresses: str) -> RegisteredHost:
    return RegisteredHost(host=name, role=role, addresses=addresses)


def interface(name: str, address: str, kind: str = "ethernet", **facts: Any) -> Interface:
    return Interface(host=name, name="e0", addresses=(address,), kind=kind, **facts)


def judged(*rows: RegisteredHost, **others: Any) -> dict[str, str]:
    """What is said of registered hosts, beside what others give."""
    parts = [seen(type(each[0]), *each, source=name) for name, each in others.items() if each]
    return reasons(finding(CHECK, seen(Zone, *ZONES), seen(RegisteredHost, *rows, source="cmdb"), *parts))


@pytest.mark.parametrize(
    ("role", "address", "said"),
    [
        ("Server", "10.77.3.5", None),
        ("server", "2001:db8:3::5", None),
        ("servrar", "10.77.1.5", "!wrong-zone"),
        ("användarklient", "10.77.1.5", None),
        ("användarklient", "10.77.4.5", None),
        ("användarklient", "10.77.2.5", "!wrong-zone"),
        ("Användarklient", "10.77.3.5/24", "!wrong-zone"),
        ("adminklient", "10.77.4.5", "!wrong-zone"),
        ("trådlöst", "10.77.4.5", None),
        ("trådlöst", "10.77.1.5", "!wrong-zone"),
        ("printers", "10.77.5.5", None),
        ("kaffekokare", "10.77.5.5", "?role-not-understood"),
        (None, "10.77.3.5", "?role-unknown"),
        ("server", "192.0.2.9", "?no-zone"),
        ("server", "10.77.3.555", "?address-not-understood"),
    ],
)
def test_a_host_by_the_registers_word(role: str | None, address: str, said: str | None) -> None:
    assert judged(host("x", role, address)).get("x") == said


def test_hosts_of_the_right_roles_are_satisfied_and_routers_and_printers_set_aside() -> None:
    found = finding(
        CHECK,
        seen(Zone, *ZONES),
        seen(RegisteredHost, ADMIN, host("s", "server", "10.77.3.5"), host("p", "printers", "10.77.5.1")),
        seen(Interface, interface("fw", "10.77.3.1/24")),
        seen(FirewallChain, FirewallChain(device="fw", family="inet", table="f", name="f", hook="forward")),
    )
    assert (found.status, found.out_of_scope) == (Status.SATISFIED, {"other-role": 1})


def test_a_server_by_the_system_register() -> None:
    systems = [ProtectedSystem(name="Journal", hosts=("APP1",))]
    seen_at = [interface("app1", "10.77.1.7/24"), interface("app2", "10.77.3.7/24")]
    assert judged(ADMIN, systems=systems, hosts=seen_at) == {"app1": "!wrong-zone", "app2": "?role-unknown"}


@pytest.mark.parametrize(
    ("system", "said"),
    [
        ("Windows Server 2022 Standard", "!wrong-zone"),
        ("Windows 11 Enterprise", None),
        ("Windows 11 Enterprise multi-session", "?role-unknown"),
        ("Samba", "?role-unknown"),
        (None, "?role-unknown"),
    ],
)
def test_a_computer_by_its_operating_system(system: str | None, said: str | None) -> None:
    computers = [Computer(name="PC1", system=system)]
    assert judged(ADMIN, host("pc1.example.test", None, "10.77.1.5"), ad=computers) == (
        {"pc1.example.test": said} if said else {}
    )


def test_whose_a_client_is_is_known_only_where_somebody_names_the_administrators() -> None:
    computers = [Computer(name="PC1", system="Windows 11"), Computer(name="PC2", system="Windows 11")]
    rows = (host("pc1", None, "10.77.1.5"), host("pc2", None, "10.77.3.5"))
    assert judged(*rows, ad=computers) == {"pc1": "?client-of-whom", "pc2": "!wrong-zone"}
    assert judged(*rows, ADMIN, ad=computers) == {"pc2": "!wrong-zone"}
    assert judged(rows[0], host("pc9", "adminklient", "10.77.2.9"), host("pc2", None, "10.77.2.5"), ad=computers) == {
        "pc2": "!wrong-zone"
    }


def test_contradicting_words_are_told_and_no_side_is_taken() -> None:
    systems = [ProtectedSystem(name="Larm", hosts=("pc1",))]
    found = judged(host("pc1", None, "10.77.3.5"), systems=systems, ad=[Computer(name="PC1", system="Windows 10")])
    assert found == {"pc1": "?role-disputed"}


def test_two_hosts_of_one_short_name_are_not_taken_for_each_other() -> None:
    rows = (host("app.a.example.test", None, "10.77.1.5"), host("app.b.example.test", None, "10.77.3.5"))
    found = judged(*rows, ad=[Computer(name="APP", system="Windows Server 2019")])
    assert found["app.a.example.test"] == found["app.b.example.test"] == "?role-unknown"


def test_roles_in_one_zone_that_is_for_none_of_them_are_all_named() -> None:
    rows = [host("s", "server", "10.77.9.5"), host("k", "användarklient", "10.77.9.6"), host("o", None, "10.77.9.7")]
    found = finding(CHECK, seen(Zone, *ZONES), seen(RegisteredHost, *rows))
    assert reasons(found) == {"gamla": "!roles-mixed", "o": "?role-unknown"}
    assert found.exceptions[0].facts["hosts"] == ["k (user-clients)", "s (servers)"]
    assert judged(rows[0], host("s2", "server", "10.77.9.8")) == {}


def test_a_wireless_interface_in_a_wired_zone() -> None:
    rows = (host("lap", "användarklient"), ADMIN)
    wireless = [interface("lap", "10.77.1.9/24", "wireless")]
    assert judged(*rows, hosts=wireless) == {"lap": "!wireless-in-zone"}
    assert judged(*rows, hosts=[interface("lap", "10.77.4.9/24", "wireless")]) == {}
    assert judged(*rows, hosts=[interface("lap", "10.77.1.9/24")]) == {}


def test_one_subnet_over_two_zones_has_no_firewall_between() -> None:
    zones = (
        Zone(name="a", roles=("servers",), networks=("10.8.0.0/25",)),
        Zone(name="b", roles=("user-clients",), networks=("10.8.0.128/25",)),
    )
    rows = (host("s", "server"), host("k", "användarklient"), ADMIN)

    def said(*addresses: str) -> dict[str, str]:
        held = [interface(name, each) for name, each in zip("sk", addresses, strict=True)]
        return reasons(finding(CHECK, seen(Zone, *zones), seen(RegisteredHost, *rows[:2]), seen(Interface, *held)))

    assert said("10.8.0.5/24", "10.8.0.200/24") == {"10.8.0.0/24": "!subnet-across-zones"}
    assert said("10.8.0.5/25", "10.8.0.200/25") == {}


def test_the_same_numbers_in_different_places_are_not_one_subnet() -> None:
    zones = (
        Zone(name="a", roles=("servers",), networks=("10.8.0.0/24",)),
        Zone(name="b", roles=("user-clients",), networks=("10.8.1.0/24",)),
    )
    rows = (host("s", "server"), host("t", "server"), host("k", "användarklient"))

    def said(*held: Interface) -> dict[str, str]:
        return reasons(finding(CHECK, seen(Zone, *zones), seen(RegisteredHost, *rows), seen(Interface, *held)))

    inner = (interface("s", "10.8.0.1/16"), interface("k", "10.8.1.5/16"))
    assert said(*inner, interface("t", "10.8.0.1/16")) == {}
    assert said(*inner, interface("t", "10.8.0.2/16")) == {"10.8.0.0/16": "!subnet-across-zones"}


def test_what_has_no_place_is_named_and_nothing_is_satisfied_without_it() -> None:
    rows = (ADMIN, host("lost", "server"))
    ad = [Computer(name="PC7", system="Windows 11"), Computer(name="OFF", system="Windows 11", enabled=False)]
    assert judged(*rows, ad=ad) == {"lost": "?address-unknown", "ad": "?computers-not-placed"}
    found = finding(
        CHECK,
        seen(Zone, *ZONES),
        seen(RegisteredHost, ADMIN, source="cmdb"),
        seen(Interface, source="hosts", missing=[gap(Interface, source="hosts", subject="h7")]),
    )
    assert reasons(found) == {"h7": "?hosts-unread"}
    assert finding(CHECK, seen(Zone, *ZONES)).status is Status.NOT_DETERMINED


def test_computers_and_hosts_that_were_not_obtained_are_never_in_order() -> None:
    placed = seen(RegisteredHost, host("s1", "server", "10.77.3.5"), source="cmdb")
    short = seen(RegisteredHost, host("s1", "server", "10.77.3.5"), source="cmdb", source_count=5)
    part = seen(Computer, source="ad", missing=[gap(Computer, source="ad", subject="OU=A")])
    zones = seen(Zone, *ZONES)
    assert reasons(finding(CHECK, zones, placed, gap(Computer, source="ad"))) == {"ad": "?computers-unread"}
    assert reasons(finding(CHECK, zones, placed, part)) == {"OU=A": "?computers-unread"}
    assert reasons(finding(CHECK, zones, short)) == {"cmdb": "?hosts-missing"}


def test_nobody_is_accused_by_a_word_that_a_register_that_was_not_read_may_contradict() -> None:
    zones, pc = seen(Zone, *ZONES), seen(Computer, Computer(name="PC1", system="Windows 10"), source="ad")
    at = seen(Interface, interface("pc1", "10.77.3.5/24"), source="hosts")
    assert reasons(finding(CHECK, zones, at, pc)) == {"pc1": "!wrong-zone"}
    lost = gap(ProtectedSystem, source="register")
    assert reasons(finding(CHECK, zones, at, pc, lost)) == {"pc1": "?role-not-confirmed"}
    stated = seen(RegisteredHost, host("pc1", "användarklient", "10.77.3.5"), source="cmdb")
    assert reasons(finding(CHECK, zones, at, pc, stated, lost)) == {"pc1": "!wrong-zone"}
    systems = seen(ProtectedSystem, ProtectedSystem(name="Brandvägg", hosts=("fw1",)), source="register")
    wall = seen(Interface, interface("fw1", "10.77.1.1/24"), source="hosts")
    assert reasons(finding(CHECK, zones, wall, systems)) == {"fw1": "!wrong-zone"}
    said = reasons(finding(CHECK, zones, wall, systems, gap(RegisteredHost, source="cmdb")))
    assert said == {"cmdb": "?hosts-unread", "fw1": "?role-not-confirmed"}


def test_roles_that_a_register_may_contradict_are_not_mixed() -> None:
    zones = seen(Zone, *ZONES)
    at = seen(Interface, interface("pc1", "10.77.9.5/24"), interface("s1", "10.77.9.6/24"), source="hosts")
    computers = (Computer(name="PC1", system="Windows 10"), Computer(name="S1", system="Windows Server 2022"))
    ad = seen(Computer, *computers, source="ad")
    assert reasons(finding(CHECK, zones, at, ad)) == {"gamla": "!roles-mixed"}
    said = reasons(finding(CHECK, zones, at, ad, gap(ProtectedSystem, source="register")))
    assert said == {"pc1": "?role-not-confirmed", "s1": "?role-not-confirmed"}


def test_a_host_in_several_zones_whose_firewall_was_not_read_may_stand_between_them() -> None:
    zones = seen(Zone, *ZONES)
    at = seen(Interface, interface("fw1", "10.77.1.1/24"), interface("fw1", "10.77.3.1/24"), source="hosts")
    systems = seen(ProtectedSystem, ProtectedSystem(name="Brandvägg", hosts=("fw1",)), source="register")
    assert reasons(finding(CHECK, zones, at, systems)) == {"fw1": "!wrong-zone"}
    for subject in (None, "fw1"):
        lost = gap(FirewallChain, source="hosts", subject=subject)
        assert reasons(finding(CHECK, zones, at, systems, lost)) == {"fw1": "?router-unknown"}

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from checks.finding import Finding, Status
from collector.evidence import Gap, Population
from collector.records.host import Host, Interface, Route
from collector.records.network import DeclaredFlow, FirewallChain, FirewallRule, Zone
from tests.checks.made import finding, gap, reasons, seen

CHECK = "segmentation-flows--rules"
ZONES = (
    Zone(name="clients", networks=("10.77.1.0/24",)),
    Zone(name="servers", networks=("10.77.2.0/24",)),
)
INTERFACES = tuple(
    Interface(host="fw", name=name, addresses=(address,))
    for name, address in (("c0", "10.77.1.1/24"), ("s0", "10.77.2.1/24"))
)
FORWARD = FirewallChain(
    device="fw", family="inet", table="filter", name="forward", hook="forward", priority=0, policy="drop"
)
FLOWS = (
    DeclaredFlow(source="clients", destination="servers", ports=("443",)),
    DeclaredFlow(source="clients", destination="servers", ports=("3389",), valid_until=date(2026, 11, 20)),
)


def rule(position: int, **facts: object) -> FirewallRule:
    defaults = {"device": "fw", "family": "inet", "table": "filter", "chain": "forward", "position": position}
    return FirewallRule(**defaults | {"handle": position, "verdict": "accept"} | facts)  # type: ignore[arg-type]


def tcp(position: int, *ports: str, **facts: object) -> FirewallRule:
    facts = {"sources": ("10.77.1.0/24",), "destinations": ("10.77.2.0/24",)} | facts
    return rule(position, protocols=("tcp",), ports=ports, **facts)


def judge(
    *rules: FirewallRule,
    chains: tuple[FirewallChain, ...] = (FORWARD,),
    zones: tuple[Zone, ...] = ZONES,
    flows: tuple[DeclaredFlow, ...] = FLOWS,
) -> Finding:
    return finding(
        CHECK,
        seen(FirewallChain, *chains),
        seen(FirewallRule, *rules),
        seen(Interface, *INTERFACES),
        seen(Zone, *zones, source="declared"),
        seen(DeclaredFlow, *flows, source="declared"),
    )


def test_just_the_declared_flow_is_satisfied() -> None:
    assert judge(rule(1, states=("established", "related")), tcp(2, "443")).status is Status.SATISFIED


def test_an_undeclared_port_is_named_with_its_rule() -> None:
    found = judge(tcp(1, "443"), tcp(2, "22"))
    assert reasons(found) == {"clients -> servers tcp/22": "!passes-undeclared"}
    assert found.exceptions[0].facts["rule"] == "filter forward handle 2"


def test_a_range_is_one_exception() -> None:
    assert reasons(judge(tcp(1, "443"), tcp(2, "8000-8010"))) == {
        "clients -> servers tcp/8000-8010": "!passes-undeclared"
    }


def test_any_any_is_open_in_both_directions_and_protocols_but_for_what_is_declared() -> None:
    found = reasons(judge(rule(1)))
    assert found == {
        "clients -> servers tcp/1-442": "!passes-undeclared",
        "clients -> servers tcp/444-3388": "!passes-undeclared",
        "clients -> servers tcp/3389": "!passes-after-expiry",
        "clients -> servers tcp/3390-65535": "!passes-undeclared",
        "clients -> servers udp/1-65535": "!passes-undeclared",
        "servers -> clients tcp/1-65535": "!passes-undeclared",
        "servers -> clients udp/1-65535": "!passes-undeclared",
    }


def test_an_expired_flow_that_is_still_open() -> None:
    assert reasons(judge(tcp(1, "443"), tcp(2, "3389"))) == {"clients -> servers tcp/3389": "!passes-after-expiry"}


def test_a_declared_flow_that_is_cut() -> None:
    found = judge(tcp(1, "443", verdict="drop"), tcp(2, "443"))
    assert reasons(found) == {FLOWS[0].subject: "!declared-but-blocked"}


def test_a_flow_that_is_open_to_some_addresses_of_the_zone_is_not_cut() -> None:
    assert judge(tcp(1, "443", destinations=("10.77.2.10/32",))).status is Status.SATISFIED


def test_one_address_that_passes_is_enough() -> None:
    found = judge(tcp(1, "443"), tcp(2, "22", destinations=("10.77.2.77/32",)))
    assert reasons(found) == {"clients -> servers tcp/22": "!passes-undeclared"}
    assert found.exceptions[0].facts["destination"] == "10.77.2.77"


def test_a_rule_that_is_not_understood_makes_its_ports_undetermined() -> None:
    found = judge(tcp(1, "443"), tcp(2, "22", not_understood=("meta time",)))
    assert reasons(found) == {"clients -> servers tcp/22": "?rule-not-understood"}
    assert found.status is Status.NOT_DETERMINED


def test_a_firewall_that_filters_nothing() -> None:
    assert reasons(judge(chains=())) == {"fw": "!no-filtering"}


def test_a_firewall_that_stands_between_nothing_proves_nothing() -> None:
    assert reasons(judge(tcp(1, "443"), zones=ZONES[:1], flows=())) == {"fw": "?stands-between-nothing"}


@pytest.mark.parametrize("kind", [FirewallChain, FirewallRule, Interface])
def test_what_was_not_read_of_a_firewall_neither_passes_nor_accuses_it(kind: type[Any]) -> None:
    def part(of: type[Any], *records: Any) -> Population[Any] | Gap:
        return seen(of, *records, missing=[gap(of, subject="fw")] if of is kind else [])

    found = finding(
        CHECK,
        part(FirewallChain, *(() if kind is FirewallChain else (FORWARD,))),
        part(FirewallRule),
        part(Interface, *INTERFACES),
        seen(Zone, *ZONES, source="declared"),
        seen(DeclaredFlow, source="declared"),
    )
    assert (found.status, reasons(found)) == (Status.NOT_DETERMINED, {"fw": "?rules-unread"})


@pytest.mark.parametrize("text", ["https", "443-", "70000", "90-80", "-1", "8000:8010"])
def test_a_flow_that_is_not_understood_touches_just_its_pair_and_protocol(text: str) -> None:
    strange = DeclaredFlow(source="clients", destination="servers", ports=(text,))
    back = tcp(4, "22", sources=("10.77.2.0/24",), destinations=("10.77.1.0/24",))
    dns = rule(3, protocols=("udp",), ports=("53",), sources=("10.77.1.0/24",), destinations=("10.77.2.0/24",))
    rules = (tcp(1, "443"), tcp(2, "22"), dns, back)
    found = judge(*rules, flows=(*FLOWS, strange))
    assert reasons(found) == {
        strange.subject: "?flow-illegible",
        "clients -> servers tcp/22": "?flow-not-understood",
        "clients -> servers udp/53": "!passes-undeclared",
        "servers -> clients tcp/22": "!passes-undeclared",
    }
    assert {each.facts.get("flow") for each in found.undetermined} == {None, strange.subject}
    found = judge(tcp(1, "443"), flows=(*FLOWS, strange))
    assert reasons(found) == {strange.subject: "?flow-illegible"}


@pytest.mark.parametrize(
    "facts",
    [
        {"destination_addresses": ("10.77.2.300",)},
        {"protocol": "any", "ports": ("x",)},
        {"valid_until": date(2026, 11, 21), "ports": ("x",)},
    ],
)
def test_what_a_flow_that_is_not_understood_may_declare(facts: Any) -> None:
    strange = DeclaredFlow(source="clients", destination="servers", **facts)
    found = reasons(judge(tcp(1, "443"), tcp(2, "22"), flows=(*FLOWS, strange)))
    assert found == {strange.subject: "?flow-illegible", "clients -> servers tcp/22": "?flow-not-understood"}


def test_a_flow_that_has_expired_declares_nothing_even_where_it_is_not_understood() -> None:
    strange = DeclaredFlow(source="clients", destination="servers", ports=("x",), valid_until=date(2026, 11, 20))
    found = reasons(judge(tcp(1, "443"), tcp(2, "22"), flows=(*FLOWS, strange)))
    assert found == {strange.subject: "?flow-illegible", "clients -> servers tcp/22": "!passes-undeclared"}


def test_flows_that_were_not_read_leave_only_what_passes_open() -> None:
    found = finding(
        CHECK,
        seen(FirewallChain, FORWARD),
        seen(FirewallRule, tcp(1, "22")),
        seen(Interface, *INTERFACES),
        seen(Zone, *ZONES, source="declared"),
        seen(DeclaredFlow, *FLOWS, source="declared", missing=[gap(DeclaredFlow, source="declared", subject="row 9")]),
    )
    assert reasons(found) == {
        "clients -> servers tcp/22": "?flow-list-incomplete",
        FLOWS[0].subject: "!declared-but-blocked",
        "test": "?flow-list-short",
    }


PING = DeclaredFlow(source="clients", destination="servers", protocol="icmp")


def icmp(position: int, **facts: object) -> FirewallRule:
    return rule(position, **{"protocols": ("icmp",), "destinations": ("10.77.2.0/24",)} | facts)


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ((icmp(2),), None),
        ((icmp(2, protocols=("1",)),), None),
        (
            (rule(2, destinations=("10.77.2.0/24",), sources=("10.77.1.0/24",), ports=("1-65535",)),),
            "?rule-not-understood",
        ),
        ((icmp(2, icmp_types=("echo-request", "echo-reply")),), None),
        ((icmp(2, icmp_types=("echo-reply",)),), "!declared-ping-blocked"),
        ((icmp(2, protocols=("ipv6-icmp",)),), "!declared-ping-blocked"),
        ((icmp(2, protocols=("tcp",), ports=("443",)),), "!declared-ping-blocked"),
        ((icmp(2, not_understood=("icmp code 0",)),), "?rule-not-understood"),
        ((icmp(2, verdict="drop", icmp_types=("echo-request",)), icmp(3)), "!declared-ping-blocked"),
        ((icmp(2, verdict="drop", icmp_types=("redirect",)), icmp(3)), None),
    ],
)
def test_a_flow_that_is_declared_by_icmp_is_judged_by_a_ping(rules: tuple[FirewallRule, ...], said: str | None) -> None:
    found = judge(tcp(1, "443"), *rules, flows=(*FLOWS, PING))
    assert reasons(found).get(PING.subject) == said


def test_a_ping_that_nobody_declared_is_not_looked_at_and_an_expired_one_may_be_cut() -> None:
    assert reasons(judge(tcp(1, "443"), icmp(2))) == {}
    assert reasons(judge(tcp(1, "443"), flows=(*FLOWS, replace(PING, valid_until=date(2026, 11, 20))))) == {}


OUTSIDE = Zone(name="out", networks=("198.51.100.0/24",), roles=("internet",))
PRE = FirewallChain(
    device="fw", family="inet", table="nat", name="pre", hook="prerouting", priority=-100, policy="accept"
)
INWARD = DeclaredFlow(source="out", destination="servers", ports=("443",), destination_addresses=("10.77.2.10",))


def moving(position: int, to: str = "10.77.2.10", **facts: object) -> FirewallRule:
    given = {"table": "nat", "chain": "pre", "protocols": ("tcp",), "ports": ("443",), "in_interfaces": ("u0",)}
    return rule(position, **given | {"translation": "dnat", "translated_to": (to,)} | facts)


def from_outside(*rules: FirewallRule, flows: tuple[DeclaredFlow, ...] = ()) -> dict[str, str]:
    """What is said of an uplink, the public address of which leads to a server within."""
    found = finding(
        CHECK,
        seen(FirewallChain, FORWARD, PRE),
        seen(FirewallRule, *rules),
        seen(Interface, *INTERFACES, Interface(host="fw", name="u0", addresses=("198.51.100.2/24",))),
        seen(Zone, *ZONES, OUTSIDE, source="declared"),
        seen(DeclaredFlow, *flows, source="declared"),
    )
    return reasons(found)


AFTER = rule(2, after_dnat=True)
PLAIN = moving(1, destinations=("198.51.100.2",))


@pytest.mark.parametrize(
    ("rules", "flows", "said"),
    [
        ((PLAIN, AFTER), (INWARD,), {}),
        ((PLAIN, AFTER), (), {"out -> servers tcp/443": "!passes-undeclared"}),
        ((moving(1), AFTER), (INWARD,), {}),
        ((PLAIN, rule(2, destinations=("10.77.2.10",), ports=("443",), protocols=("tcp",), in_interfaces=("u0",))),
         (INWARD,), {}),
        ((PLAIN,), (INWARD,), {INWARD.subject: "!declared-but-blocked"}),
        ((PLAIN, rule(2, after_dnat=True, verdict="drop"), rule(3, out_interfaces=("s0",), in_interfaces=("u0",),
          destinations=("10.77.2.10",), ports=("443",), protocols=("tcp",))), (INWARD,), {}),
        ((moving(1, "10.77.1.10"), AFTER), (), {"out -> clients tcp/443": "!passes-undeclared"}),
        ((moving(1, "10.77.2.10", disabled=True), AFTER), (INWARD,), {INWARD.subject: "!declared-but-blocked"}),
    ],
)  # fmt: skip
def test_packets_that_are_sent_to_an_inner_address_are_judged_there(
    rules: tuple[FirewallRule, ...], flows: tuple[DeclaredFlow, ...], said: dict[str, str]
) -> None:
    assert from_outside(*rules, flows=flows) == said


@pytest.mark.parametrize(
    "facts",
    [
        {"translated_port": "8443"},
        {"translated_to": ("10.77.2.10-10.77.2.19",)},
        {"translated_to": ()},
        {"to": "10.99.0.1"},
        {"to": "10.77.2.1"},
        {"not_understood": ("fib daddr",)},
    ],
)
def test_where_it_is_not_plain_where_packets_go_what_depends_on_it_is_undetermined(facts: dict[str, Any]) -> None:
    found = from_outside(moving(1, **facts), AFTER, flows=(INWARD,))
    assert found["out -> servers udp/1-65535"] == "?rule-not-understood"
    assert set(found.values()) == {"?rule-not-understood"}


def test_what_is_moved_away_is_no_opening_of_the_zone_that_it_was_addressed_to() -> None:
    away = moving(1, "10.77.1.10", in_interfaces=("c0",), destinations=("10.77.2.10",))
    found = from_outside(away, tcp(2, "443", destinations=("10.77.2.10",)), flows=())
    assert found == {}


INGRESS = FirewallChain(device="fw", family="netdev", table="n", name="in", hook="ingress", policy="accept")


@pytest.mark.parametrize(
    ("chain", "rules", "hosts", "said"),
    [
        (INGRESS, (rule(9, family="netdev", table="n", chain="in", verdict="drop"),), (), "netdev n in (ingress)"),
        (INGRESS, (), (), None),
        (replace(INGRESS, policy="drop"), (), (), "netdev n in (ingress)"),
        (replace(INGRESS, family="bridge", hook="forward", policy="drop"), (), (), "bridge n in (forward)"),
        (FORWARD, (), (Host(name="fw", policy_routing=True),), "ip rule"),
        (FORWARD, (), (Host(name="fw", policy_routing=False), Host(name="other", policy_routing=True)), None),
    ],
)
def test_what_is_not_followed_is_said_of_the_firewall_that_has_it(
    chain: FirewallChain, rules: tuple[FirewallRule, ...], hosts: tuple[Host, ...], said: str | None
) -> None:
    found = finding(
        CHECK,
        seen(FirewallChain, *dict.fromkeys((FORWARD, chain))),
        seen(FirewallRule, tcp(1, "443"), *rules),
        seen(Interface, *INTERFACES),
        seen(Host, *hosts),
        seen(Zone, *ZONES, source="declared"),
        seen(DeclaredFlow, *FLOWS, source="declared"),
    )
    assert reasons(found) == ({"fw": "?not-followed"} if said else {})
    assert [each.facts["what"] for each in found.undetermined] == ([[said]] if said else [])


def test_a_flow_of_a_zone_that_is_not_declared_is_named() -> None:
    lost = DeclaredFlow(source="clients", destination="cloud", ports=("443",))
    found = judge(tcp(1, "443"), flows=(*FLOWS, lost))
    assert (reasons(found), found.undetermined[0].facts["zone"]) == ({lost.subject: "?zone-not-declared"}, "cloud")


def test_jumps_that_double_at_every_step_are_followed_once() -> None:
    inner = [rule(n, chain=f"c{n % 20}", verdict="jump", target=f"c{n % 20 + 1}") for n in range(40)]
    found = judge(rule(1, verdict="jump", target="c0"), *inner, rule(50, chain="c20", ports=("22",)))
    assert "clients -> servers tcp/22" in reasons(found)


def test_two_thousand_rules_are_worked_through() -> None:
    rules = [tcp(n, str(2 * n), destinations=(f"10.77.2.{n % 250 + 2}/32",)) for n in range(1, 2000)]
    assert len(reasons(judge(*rules))) == 2000  # 443 is declared, and no rule passes it


def behind(*routes: Route | Gap, gateway: str = "10.77.2.9") -> dict[str, str]:
    """A zone that lies behind a router in the servers' network."""
    held = routes or (Route(host="fw", destination="10.77.3.0/24", gateway=gateway, interface="s0"),)
    found = finding(
        CHECK,
        seen(FirewallChain, FORWARD),
        seen(FirewallRule, tcp(1, "443"), tcp(2, "22", destinations=("10.77.3.0/24",))),
        seen(Interface, *INTERFACES),
        *(each for each in held if isinstance(each, Gap)),
        *([seen(Route, *(each for each in held if isinstance(each, Route)))] if isinstance(held[0], Route) else []),
        seen(Zone, *ZONES, Zone(name="beyond", networks=("10.77.3.0/24",)), source="declared"),
        seen(DeclaredFlow, *FLOWS, source="declared"),
    )
    assert found.status is not Status.SATISFIED
    return reasons(found)


def test_routes_that_could_not_be_read_leave_the_firewall_open() -> None:
    assert behind(gap(Route)) == {"fw": "?rules-unread"}


def test_a_way_past_a_router_that_was_not_read_is_not_known() -> None:
    pairs = {"clients -> beyond": "?way-unknown"}
    assert pairs.items() <= behind().items()


def test_a_router_within_the_destinations_zone_is_the_end_of_the_way() -> None:
    uplink = Interface(host="fw", name="u0", addresses=("198.51.100.2/30",))
    found = finding(
        CHECK,
        seen(FirewallChain, FORWARD),
        seen(FirewallRule, tcp(1, "443"), tcp(2, "25", destinations=("0.0.0.0/0",))),
        seen(Interface, *INTERFACES, uplink),
        seen(Route, Route(host="fw", destination="0.0.0.0/0", gateway="198.51.100.1", interface="u0")),
        seen(Zone, *ZONES, Zone(name="out", networks=("0.0.0.0/0",), roles=("internet",)), source="declared"),
        seen(DeclaredFlow, FLOWS[0], source="declared"),
    )
    assert reasons(found) == {
        "clients -> out tcp/25": "!passes-undeclared",
        "clients -> servers tcp/25": "!passes-undeclared",
    }


@pytest.mark.parametrize("everywhere", ["0.0.0.0/0", "198.51.100.0/24", "128.0.0.0/1"])
def test_what_comes_in_from_a_zone_of_all_other_addresses_is_seen(everywhere: str) -> None:
    uplink = Interface(host="fw", name="u0", addresses=("198.51.100.2/30",))
    found = finding(
        CHECK,
        seen(FirewallChain, FORWARD),
        seen(FirewallRule, tcp(1, "443"), rule(2, protocols=("tcp",), ports=("22",), in_interfaces=("u0",))),
        seen(Interface, *INTERFACES, uplink),
        seen(Route, Route(host="fw", destination="0.0.0.0/0", gateway="198.51.100.1", interface="u0")),
        seen(Zone, *ZONES, Zone(name="out", networks=(everywhere,), roles=("internet",)), source="declared"),
        seen(DeclaredFlow, FLOWS[0], source="declared"),
    )
    assert reasons(found) == {
        "out -> clients tcp/22": "!passes-undeclared",
        "out -> servers tcp/22": "!passes-undeclared",
    }


def test_what_comes_in_meets_the_outer_firewall_first() -> None:
    """The inner one lets everything in from the network between them, which no zone declares; the outer one nothing."""

    def device(name: str, *interfaces: tuple[str, str]) -> tuple[Interface, ...]:
        return tuple(Interface(host=name, name=each, addresses=(address,)) for each, address in interfaces)

    outer = device("outer", ("u0", "198.51.100.2/30"), ("t0", "10.99.0.1/30"))
    inner = device("inner", ("t0", "10.99.0.2/30"), ("c0", "10.77.1.1/24"), ("s0", "10.77.2.1/24"))
    rules = [rule(1, device="inner", in_interfaces=("t0",)), tcp(2, "443", device="inner")]
    routes = (
        Route(host="outer", destination="0.0.0.0/0", gateway="198.51.100.1", interface="u0"),
        Route(host="outer", destination="10.77.0.0/16", gateway="10.99.0.2", interface="t0"),
        Route(host="inner", destination="0.0.0.0/0", gateway="10.99.0.1", interface="t0"),
    )

    def judged(*more: FirewallRule) -> dict[str, str]:
        found = finding(
            CHECK,
            seen(FirewallChain, replace(FORWARD, device="outer"), replace(FORWARD, device="inner")),
            seen(FirewallRule, *rules, *more),
            seen(Interface, *outer, *inner),
            seen(Route, *routes),
            seen(Zone, *ZONES, Zone(name="out", networks=("0.0.0.0/0",), roles=("internet",)), source="declared"),
            seen(DeclaredFlow, FLOWS[0], source="declared"),
        )
        return reasons(found)

    assert judged() == {}
    opened = judged(rule(1, device="outer", protocols=("tcp",), ports=("25",), in_interfaces=("u0",)))
    assert opened == {f"out -> {zone} tcp/25": "!passes-undeclared" for zone in ("clients", "servers")}


def test_a_zone_that_no_firewall_stands_in_was_not_tested() -> None:
    away = Zone(name="wireless", networks=("10.77.9.0/24",))
    found = judge(tcp(1, "443"), zones=(*ZONES, away))
    assert (found.status, reasons(found)) == (Status.NOT_DETERMINED, {"wireless": "?no-firewall-in-zone"})


def test_a_firewall_without_routes_does_not_show_that_there_is_no_way() -> None:
    far = Interface(host="far", name="x0", addresses=("10.77.9.1/24",))
    parts: list[Population[Any]] = [
        seen(FirewallChain, FORWARD, replace(FORWARD, device="far")),
        seen(FirewallRule, tcp(1, "443")),
        seen(Interface, *INTERFACES, far),
        seen(Zone, *ZONES, Zone(name="x", networks=("10.77.9.0/24",)), source="declared"),
        seen(DeclaredFlow, *FLOWS, source="declared"),
    ]
    dark = dict.fromkeys(("clients", "servers", "x"), "?no-way-known")
    assert dark.items() <= reasons(finding(CHECK, *parts)).items()
    routes = [Route(host=name, destination="10.50.0.0/16", kind="blackhole") for name in ("fw", "far")]
    assert "?no-way-known" not in reasons(finding(CHECK, *parts, seen(Route, *routes))).values()


def test_what_is_for_the_firewall_itself_is_not_routed() -> None:
    own = DeclaredFlow(source="clients", destination="servers", ports=("22",), destination_addresses=("10.77.2.1",))
    assert reasons(judge(tcp(1, "443"), flows=(*FLOWS, own))) == {own.subject: "?to-the-firewall"}
    both = replace(own, destination_addresses=("10.77.2.1", "10.77.2.10"))
    assert reasons(judge(tcp(1, "443"), flows=(*FLOWS, both))) == {both.subject: "!declared-but-blocked"}
    assert reasons(judge(tcp(1, "443"), tcp(2, "22", destinations=("10.77.2.1",)))) == {}


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (datetime(2026, 11, 19, 12, tzinfo=UTC), "?expired-since-read"),
        (datetime(2026, 11, 20, 22, 59, tzinfo=UTC), "?expired-since-read"),
        (datetime(2026, 11, 20, 23, 1, tzinfo=UTC), "!passes-after-expiry"),  # the 21st in Sweden
    ],
)
def test_rules_that_were_read_while_a_flow_held_accuse_nobody_of_its_end(written: datetime, said: str) -> None:
    found = finding(
        CHECK,
        seen(FirewallChain, FORWARD, started=written),
        seen(FirewallRule, tcp(1, "443"), tcp(2, "3389"), started=written),
        seen(Interface, *INTERFACES),
        seen(Zone, *ZONES, source="declared"),
        seen(DeclaredFlow, *FLOWS, source="declared"),
    )
    assert reasons(found) == {"clients -> servers tcp/3389": said}


@pytest.mark.parametrize("kind", [FirewallChain, FirewallRule, Interface])
def test_a_source_that_counts_more_than_it_gave_was_not_read(kind: type[Any]) -> None:
    def part(of: type[Any], *records: Any) -> Population[Any]:
        return seen(of, *records, source_count=len(records) + (of is kind))

    found = finding(
        CHECK,
        part(FirewallChain, FORWARD),
        part(FirewallRule, tcp(1, "443")),
        part(Interface, *INTERFACES),
        seen(Zone, *ZONES, source="declared"),
        seen(DeclaredFlow, *FLOWS, source="declared"),
    )
    assert reasons(found)["fw"] == "?rules-unread"

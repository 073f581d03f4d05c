"""The symbolic evaluator against one that decides packet by packet, on any ruleset."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.network.estate import Estate
from checks.network.firewall import FirewallEvidence
from checks.network.symbolic import TooMuchError
from collector.records.host import Interface, Route
from collector.records.network import FirewallChain, FirewallRule, Zone
from tests.checks.network.packet_filter import Packet, PacketFilter

ZONES = (
    Zone(name="a", networks=("10.1.0.0/24", "fd00:1::/64")),
    Zone(name="b", networks=("10.2.0.0/24", "fd00:2::/64")),
)
INTERFACES = (
    Interface(host="fw", name="left", addresses=("10.1.0.1/24", "fd00:1::1/64")),
    Interface(host="fw", name="right", addresses=("10.2.0.1/24", "fd00:2::1/64")),
)
ADDRESSES = ("10.1.0.5", "10.1.0.0/25", "10.2.0.7-10.2.0.9", "10.0.0.0/8", "fd00:1::5", "fd00:2::/65", "::/0")
CHAINS = ("forward", "later", "one", "two")


def texts(*values: str) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), max_size=2, unique=True).map(tuple)


RULES: st.SearchStrategy[Any] = st.fixed_dictionaries(
    {
        "chain": st.sampled_from(CHAINS),
        "sources": texts(*ADDRESSES),
        "sources_negated": st.booleans(),
        "destinations": texts(*ADDRESSES),
        "destinations_negated": st.booleans(),
        "protocols": texts("tcp", "udp", "17", "icmp", "58"),
        "after_dnat": st.sampled_from([None, None, None, True, False]),
        "icmp_types": st.sampled_from([(), (), (), ("echo-request",), ("echo-reply", "3")]),
        "ports": texts("22", "80-90", "85-443", "1-65535"),
        "ports_negated": st.booleans(),
        "source_ports": st.sampled_from([(), (), (), ("1024-65535",), ("0-65535",)]),
        "in_interfaces": texts("left", "r*"),
        "in_interfaces_negated": st.booleans(),
        "out_interfaces": texts("left", "right"),
        "states": st.sampled_from([(), (), ("new",), ("established",)]),
        "verdict": st.sampled_from(["accept", "drop", "reject", "return", "continue", "jump", "goto"]),
        "target": st.sampled_from(["one", "two", "nowhere"]),
        "not_understood": st.sampled_from([(), (), (), ("meta time",)]),
    }
)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(RULES, max_size=14),
    st.sampled_from(["accept", "drop"]),
    st.sampled_from(["accept", "drop"]),
    st.sampled_from(["inet", "ip", "ip6"]),
    st.sampled_from(["prerouting", "forward", "postrouting"]),
)
def test_every_packet_meets_the_same_fate_by_both(
    drawn: list[dict[str, Any]], policy: Any, other: Any, family: str, hook: str
) -> None:
    bases = {"forward": ("forward", 0, policy), "later": (hook, 5, other)}
    chains = [
        FirewallChain(
            device="fw",
            family=family,
            table="t",
            name=name,
            hook=bases[name][0] if name in bases else None,
            priority=bases[name][1] if name in bases else None,
            policy=bases[name][2] if name in bases else None,
        )
        for name in CHAINS
    ]
    rules = [
        FirewallRule(device="fw", family=family, table="t", position=n, **each) for n, each in enumerate(drawn, start=1)
    ]
    estate = Estate([FirewallEvidence("s", "fw", tuple(chains), tuple(rules), INTERFACES)], ZONES)
    reference = PacketFilter("fw", chains, rules, INTERFACES)
    for protocol in ("tcp", "udp", "icmp"):
        for passage in estate.passages(ZONES[0], ZONES[1], protocol):
            named = "ipv6-icmp" if (protocol, passage.source.version) == ("icmp", 6) else protocol
            for end in ("passes", "stopped", "unknown"):
                for first, last in estate.ports.ranges(getattr(passage, end)):
                    for port in {first, last}:
                        aim = None if protocol == "icmp" else port
                        decision = reference.decide(Packet(passage.source, passage.destination, named, aim))
                        wanted = {"accept": "passes", "undetermined": "unknown"}.get(decision.verdict, "stopped")
                        assert wanted == end, (passage, port)
            assert passage.passes | passage.stopped | passage.unknown == estate.ports.all
            assert not passage.passes & (passage.stopped | passage.unknown)


@settings(max_examples=100, deadline=None)
@given(st.lists(RULES, max_size=8), st.integers(0, 255), st.integers(0, 255), st.sampled_from([22, 81, 443, 9000]))
def test_no_address_lies_outside_of_the_parts(drawn: list[dict[str, Any]], a: int, b: int, port: int) -> None:
    chain = FirewallChain(device="fw", family="inet", table="t", name="forward", hook="forward", policy="drop")
    rules = tuple(
        FirewallRule(device="fw", family="inet", table="t", position=n, **each | {"chain": "forward"})
        for n, each in enumerate(drawn)
    )
    estate = Estate([FirewallEvidence("s", "fw", (chain,), rules, INTERFACES)], ZONES)
    source, target = ip_address(f"10.1.0.{a}"), ip_address(f"10.2.0.{b}")
    (one,) = estate.between(source, ZONES[0], target, "tcp")
    decision = PacketFilter("fw", [chain], rules, INTERFACES).decide(Packet(source, target, "tcp", port))
    bit = estate.ports.all & one.passes
    passes = any(first <= port <= last for first, last in estate.ports.ranges(bit))
    assert passes is (decision.verdict == "accept")


FORWARD = {"family": "inet", "table": "t", "name": "forward", "hook": "forward", "policy": "drop"}


def test_a_way_through_two_firewalls_needs_both_and_a_hidden_source_meets_the_second_as_the_first() -> None:
    def firewall(name: str, near: str, far: str, beyond: str, *rules: FirewallRule) -> FirewallEvidence:
        gateway = "10.9.0.2" if name == "one" else "10.9.0.1"
        chains = (
            FirewallChain(device=name, **FORWARD),  # type: ignore[arg-type]  # the fields of a chain
            FirewallChain(device=name, family="inet", table="n", name="post", hook="postrouting", priority=100),
        )
        interfaces = (
            Interface(host=name, name="near", addresses=(near,)),
            Interface(host=name, name="far", addresses=(far,)),
        )
        routes = (Route(host=name, destination=beyond, gateway=gateway, interface="far"),)
        return FirewallEvidence("s", name, chains, rules, interfaces, routes)

    def rule(device: str, chain: str, **facts: Any) -> FirewallRule:
        table = "n" if chain == "post" else "t"
        return FirewallRule(
            device=device, family="inet", table=table, chain=chain, position=1, verdict="accept", **facts
        )

    hide = rule("one", "post", ports=("80",), protocols=("tcp",), translation="masquerade")
    one = firewall("one", "10.1.0.1/24", "10.9.0.1/30", "10.2.0.0/24", rule("one", "forward"), hide)
    two = firewall("two", "10.2.0.1/24", "10.9.0.2/30", "10.1.0.0/24", rule("two", "forward", sources=("10.9.0.1",)))
    estate = Estate([one, two], [Zone(name="a", networks=("10.1.0.0/24",)), Zone(name="b", networks=("10.2.0.0/24",))])
    (passage,) = estate.passages(estate.zones[0], estate.zones[1], "tcp")
    assert passage.hops == ("one", "two")
    assert estate.ports.ranges(passage.passes) == [(80, 80)]
    assert [(name, each.translation) for _, name, each in passage.hidden] == [("one", "masquerade")]
    (back,) = estate.passages(estate.zones[1], estate.zones[0], "tcp")
    assert not back.passes
    plain = firewall(
        "two", "10.2.0.1/24", "10.9.0.2/30", "10.1.0.0/24", rule("two", "forward", sources=("10.1.0.0/24",))
    )
    estate = Estate([one, plain], estate.zones)
    (passage,) = estate.passages(estate.zones[0], estate.zones[1], "tcp")
    assert estate.ports.ranges(passage.passes) == [(1, 79), (81, 65535)]


def test_an_estate_that_makes_too_much_work_is_not_judged() -> None:
    chain = FirewallChain(device="fw", **FORWARD)  # type: ignore[arg-type]  # the fields of a chain
    rules = tuple(FirewallRule(device="fw", family="inet", table="t", chain="forward", position=n) for n in range(99))
    estate = Estate([FirewallEvidence("s", "fw", (chain,), rules, INTERFACES)], ZONES, steps=50)
    with pytest.raises(TooMuchError):
        estate.passages(ZONES[0], ZONES[1], "tcp")

"""Deciding once for each part decides for every packet of it."""

from __future__ import annotations

from ipaddress import IPv4Address, ip_network
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from checks.network.parts import address_parts, port_parts
from collector.records.host import Interface
from collector.records.network import FirewallChain, FirewallRule
from tests.checks.network.packet_filter import Packet, PacketFilter

NETWORK = ip_network("10.77.1.0/28")
TARGET = IPv4Address("10.77.2.10")
CHAIN = FirewallChain(device="fw", family="ip", table="t", name="f", hook="forward", priority=0, policy="drop")
INTERFACES = (Interface(host="fw", name="eth1", addresses=("10.77.1.1/29",)), Interface(host="fw", name="eth2"))

ADDRESS = st.integers(0, 15).map(lambda each: f"10.77.1.{each}")
WRITTEN = ADDRESS | st.sampled_from(["10.77.1.4/30", "10.77.1.8-10.77.1.11", "10.77.0.0/16", "0.0.0.0/0", "::/0"])
RULES = st.lists(
    st.builds(
        FirewallRule,
        device=st.just("fw"),
        family=st.just("ip"),
        table=st.just("t"),
        chain=st.just("f"),
        position=st.integers(1, 9),
        sources=st.lists(WRITTEN, max_size=3).map(tuple),
        sources_negated=st.booleans(),
        ports=st.lists(st.sampled_from(["1", "3", "2-5", "5-9"]), max_size=2).map(tuple),
        in_interfaces=st.sampled_from([(), ("eth1",)]),
        verdict=st.sampled_from(["accept", "drop", "reject", "continue"]),
    ),
    max_size=6,
)


@given(RULES)
def test_every_address_and_port_of_a_part_meets_the_same_decision(rules: list[FirewallRule]) -> None:
    firewall = PacketFilter("fw", (CHAIN,), rules, INTERFACES)
    ports = [part for part in port_parts(rules) if part[0] <= 12]
    for first, last in address_parts(NETWORK, rules, INTERFACES):
        for low, high in ports:
            decisions = {
                firewall.decide(Packet(IPv4Address(address), TARGET, "tcp", port)).verdict
                for address in range(int(first), int(last) + 1)
                for port in range(low, min(high, 12) + 1)
            }
            assert len(decisions) == 1


@given(RULES)
def test_the_parts_cover_everything_once(rules: list[FirewallRule]) -> None:
    covered = [n for low, high in address_parts(NETWORK, rules, INTERFACES) for n in range(int(low), int(high) + 1)]
    assert covered == list(range(int(NETWORK[0]), int(NETWORK[-1]) + 1))
    ports = port_parts(rules)
    assert (ports[0][0], ports[-1][1]) == (1, 65535)
    assert all(before[1] + 1 == after[0] for before, after in pairwise(ports))

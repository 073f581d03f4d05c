"""First match through the chains of a ruleset; what is not understood makes undetermined only where it matters."""

from __future__ import annotations

import dataclasses
from ipaddress import ip_address
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.records.host import Interface
from collector.records.network import FirewallChain, FirewallRule
from tests.checks.network.packet_filter import Packet, PacketFilter, decide

INTERFACES = (
    Interface(host="fw1", name="eth1", addresses=("10.77.1.1/24", "fd00:77:1::1/64")),
    Interface(host="fw1", name="eth2", addresses=("10.77.2.1/24",)),
)
WEB = Packet(ip_address("10.77.1.5"), ip_address("10.77.2.10"), "tcp", 443)


def chain(name: str = "forward", hook: str | None = "forward", policy: Any = "drop", **more: Any) -> FirewallChain:
    return FirewallChain(
        device="fw1", table="filter", name=name, hook=hook, policy=policy, **{"family": "inet", "priority": 0, **more}
    )


def rule(verdict: Any, position: int = 1, **more: Any) -> FirewallRule:
    fields = {"family": "inet", "chain": "forward", **more}
    return FirewallRule(device="fw1", table="filter", position=position, verdict=verdict, **fields)


def verdict(*rules: FirewallRule, chains: tuple[FirewallChain, ...] = (chain(),), packet: Packet = WEB) -> str:
    return PacketFilter("fw1", chains, rules, INTERFACES).decide(packet).verdict


def test_the_first_rule_that_matches_decides() -> None:
    assert verdict(rule("drop", 1, ports=("80",)), rule("accept", 2), rule("drop", 3)) == "accept"


def test_without_a_match_the_policy_decides() -> None:
    assert verdict() == "drop"
    assert verdict(chains=(chain(policy="accept"),)) == "accept"


def test_without_a_forward_chain_everything_passes() -> None:
    firewall = PacketFilter("fw1", (chain(hook="input"),), (rule("drop"),), INTERFACES)
    assert not firewall.filters
    assert firewall.decide(WEB).verdict == "accept"


def test_accept_in_one_base_chain_goes_on_to_the_next_and_drop_is_final() -> None:
    later = chain("later", priority=10, policy="accept")
    closing = rule("drop", chain="later")
    assert verdict(rule("accept"), closing, chains=(later, chain())) == "drop"
    assert verdict(rule("accept"), chains=(later, chain())) == "accept"


@pytest.mark.parametrize(("kind", "after"), [("jump", "accept"), ("goto", "drop")])
def test_a_jump_comes_back_and_a_goto_does_not(kind: str, after: str) -> None:
    chains = (chain(), chain("extra", None, None))
    jump = rule(kind, 1, target="extra")
    assert verdict(jump, rule("return", chain="extra"), rule("accept", 2), chains=chains) == after


def test_interfaces_are_known_by_their_networks() -> None:
    assert verdict(rule("accept", in_interfaces=("eth1",), out_interfaces=("eth*",))) == "accept"
    assert verdict(rule("accept", in_interfaces=("eth2",))) == "drop"
    far = Packet(ip_address("192.0.2.1"), ip_address("10.77.2.10"), "tcp", 443)
    assert verdict(rule("accept", in_interfaces=("eth1",)), packet=far) == "undetermined"


def test_only_rules_for_new_connections_count() -> None:
    assert verdict(rule("accept", states=("established", "related"))) == "drop"
    assert verdict(rule("accept", states=("new",))) == "accept"


def test_a_negated_ipv4_address_says_nothing_of_ipv6() -> None:
    six = Packet(ip_address("fd00:77:1::5"), ip_address("fd00:77:2::5"), "tcp", 443)
    assert verdict(rule("accept", sources=("10.0.0.0/8",), sources_negated=True), packet=six) == "drop"
    assert verdict(rule("accept"), chains=(chain(family="ip"),), packet=six) == "accept"


def test_what_is_not_understood_is_undetermined_and_named() -> None:
    odd = rule("accept", not_understood=("meta mark 1",))
    decision = PacketFilter("fw1", (chain(),), (odd,), INTERFACES).decide(WEB)
    assert (decision.verdict, decision.rule) == ("undetermined", odd)
    assert verdict(rule("continue", not_understood=("queue",))) == "undetermined"


def test_what_is_not_understood_does_not_matter_where_both_ways_agree() -> None:
    assert verdict(rule("drop", not_understood=("x",))) == "drop"
    assert verdict(rule("accept", not_understood=("x",)), rule("accept", 2)) == "accept"
    assert verdict(rule("drop", not_understood=("x",), ports=("22",)), rule("accept", 2)) == "accept"


def test_chains_that_call_each_other_or_are_missing_end_undetermined() -> None:
    chains = (chain(policy="accept"), chain("a", None, None))
    assert verdict(rule("jump", target="a"), rule("jump", chain="a", target="a"), chains=chains) == "undetermined"
    assert verdict(rule("jump", target="gone"), chains=chains) == "undetermined"


def test_each_device_decides_for_itself() -> None:
    other = FirewallChain(device="fw2", family="inet", table="t", name="f", hook="forward", policy="accept")
    assert {name: each.verdict for name, each in decide((chain(), other), (), WEB).items()} == {
        "fw1": "drop",
        "fw2": "accept",
    }


RULES = st.lists(
    st.builds(
        rule,
        st.sampled_from(["accept", "drop", "reject", "return", "jump", "goto", "continue"]),
        st.integers(1, 9),
        chain=st.sampled_from(["forward", "a", "b"]),
        target=st.sampled_from(["a", "b", "gone"]),
        ports=st.sampled_from([(), ("443",), ("1-100",)]),
        sources=st.sampled_from([(), ("10.77.1.0/24",), ("::/0",)]),
        sources_negated=st.booleans(),
        in_interfaces=st.sampled_from([(), ("eth1",), ("eth9",)]),
        not_understood=st.sampled_from([(), ("something",)]),
    ),
    max_size=12,
)


@given(RULES)
def test_understanding_more_never_turns_a_decision_around(rules: list[FirewallRule]) -> None:
    chains = (chain(policy="accept"), chain("a", None, None), chain("b", None, None))
    cautious = verdict(*rules, chains=chains)
    for understood in (False, True):
        # Each doubtful rule either surely matches as written, or surely does not match at all.
        clear = [
            dataclasses.replace(each, not_understood=()) if understood else each
            for each in rules
            if understood or not each.not_understood
        ]
        if cautious in {"accept", "drop", "reject"}:
            known = verdict(*clear, chains=chains)
            assert known == "undetermined" or (known == "accept") == (cautious == "accept")

"""nftables' JSON to rules: on a recorded ruleset, and on anything."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.evidence import GapCause
from collector.network.addresses import parse_interfaces
from collector.network.ruleset import Ruleset, parse_ruleset
from collector.records.host import Interface
from collector.records.network import FirewallRule
from collector.source import SourceError

RECORDINGS = Path(__file__).parents[1] / "recordings" / "nftables"


@pytest.fixture(scope="module")
def ruleset() -> Ruleset:
    return parse_ruleset((RECORDINGS / "matches" / "ruleset.json").read_bytes(), "fw1")


@pytest.fixture(scope="module")
def by_handle(ruleset: Ruleset) -> Callable[[int], list[FirewallRule]]:
    return lambda handle: [r for r in ruleset.rules if r.table == "filter" and r.handle == handle]


def test_chains_keep_hook_priority_and_policy(ruleset: Ruleset) -> None:
    forward = next(chain for chain in ruleset.chains if (chain.table, chain.name) == ("filter", "forward"))
    assert (forward.hook, forward.priority, forward.policy) == ("forward", 0, "drop")
    extra = next(chain for chain in ruleset.chains if chain.name == "extra")
    assert (extra.hook, extra.priority, extra.policy) == (None, None, None)


@pytest.mark.parametrize(
    ("handle", "expected"),
    [
        (7, {"states": ("established", "related"), "verdict": "accept"}),
        (
            10,
            {
                "in_interfaces": ("eth1",),
                "out_interfaces": ("eth2",),
                "protocols": ("tcp",),
                "ports": ("80", "443", "8000-8010"),
                "comment": "web",
            },
        ),
        (13, {"sources": ("10.0.1.0/24", "10.0.9.5-10.0.9.9"), "ports": ("22", "443")}),
        (14, {"sources": ("10.0.0.0/8",), "sources_negated": True, "verdict": "drop"}),
        (17, {"protocols": ("tcp", "udp"), "ports": ("53",)}),
        (18, {"protocols": ("icmp",), "icmp_types": ("echo-request",)}),
        (19, {"protocols": ("icmp",), "sources": ("0.0.0.0/0",)}),
        (21, {"ports": ("53",), "ports_negated": True, "verdict": "drop"}),
        (26, {"verdict": "jump", "target": "extra"}),
        (27, {"verdict": "goto", "target": "extra"}),
        (32, {"destinations": ("10.3.0.0/24", "10.4.0.1-10.4.0.9"), "verdict": "reject"}),
        (37, {"in_interfaces": ("lo",)}),
    ],
)
def test_a_match_is_normalised(
    handle: int, expected: dict[str, Any], by_handle: Callable[[int], list[FirewallRule]]
) -> None:
    (rule,) = by_handle(handle)
    assert {name: getattr(rule, name) for name in expected} == expected
    assert rule.not_understood == ()


@pytest.mark.parametrize("handle", [22, 29, 30, 36, 40, 41, 42, 46, 48])
def test_what_is_not_modelled_is_named(handle: int, by_handle: Callable[[int], list[FirewallRule]]) -> None:
    (rule,) = by_handle(handle)
    assert rule.not_understood


def test_a_verdict_map_becomes_a_rule_per_entry(by_handle: Callable[[int], list[FirewallRule]]) -> None:
    assert [(rule.ports, rule.verdict) for rule in by_handle(25)] == [(("22",), "accept"), (("23",), "drop")]
    assert [(rule.states, rule.verdict) for rule in by_handle(35)] == [
        (("invalid",), "drop"),
        (("established",), "accept"),
        (("related",), "accept"),
    ]


def test_positions_count_from_one_in_every_chain(ruleset: Ruleset) -> None:
    for chain in ruleset.chains:
        own = [
            r.position for r in ruleset.rules if (r.family, r.table, r.chain) == (chain.family, chain.table, chain.name)
        ]
        assert own == list(range(1, len(own) + 1))


def test_no_rule_is_left_out(ruleset: Ruleset) -> None:
    items = json.loads((RECORDINGS / "matches" / "ruleset.json").read_bytes())["nftables"]
    handles = {(i["rule"]["table"], i["rule"]["handle"]) for i in items if "rule" in i}
    assert {(rule.table, rule.handle) for rule in ruleset.rules} == handles


def test_an_empty_ruleset_is_knowledge() -> None:
    assert parse_ruleset((RECORDINGS / "empty" / "ruleset.json").read_bytes(), "fw1") == Ruleset((), ())


def test_interfaces_are_read() -> None:
    interfaces = parse_interfaces((RECORDINGS / "matches" / "addresses.json").read_bytes(), "fw1")
    v0 = next(interface for interface in interfaces if interface.name == "v0")
    assert v0 == Interface(host="fw1", name="v0", addresses=("10.77.1.1/24", "fd00:77::1/64"), kind="virtual", up=True)


def rules_of(statements: Sequence[object], sets: Mapping[str, Mapping[str, object]]) -> tuple[FirewallRule, ...]:
    items: list[object] = [{"metainfo": {"json_schema_version": 1}}]
    items += [{"set": {"family": "inet", "table": "t", "name": name, **body}} for name, body in sets.items()]
    items.append({"rule": {"family": "inet", "table": "t", "chain": "c", "handle": 1, "expr": statements}})
    return parse_ruleset(json.dumps({"nftables": items}).encode(), "fw1").rules


def one_rule(*statements: object, **sets: Mapping[str, object]) -> FirewallRule:
    (rule,) = rules_of(statements, sets)
    return rule


def saddr(right: object, operator: str = "==") -> object:
    return {"match": {"op": operator, "left": {"payload": {"protocol": "ip", "field": "saddr"}}, "right": right}}


def test_an_empty_set_matches_nothing_rather_than_anything() -> None:
    rule = one_rule(saddr("@nobody"), {"accept": None}, nobody={})
    assert rule.sources_negated
    assert rule.sources == ("0.0.0.0/0", "::/0")


CHANGING = [{"flags": ["dynamic"]}, {"flags": ["timeout"]}, {"elem": [{"elem": {"val": "10.0.0.1", "expires": 9}}]}]


@pytest.mark.parametrize("body", CHANGING)
def test_a_set_that_changes_by_itself_is_not_understood(body: Mapping[str, object]) -> None:
    assert one_rule(saddr("@blocked"), {"drop": None}, blocked=body).not_understood


@pytest.mark.parametrize(
    ("kind", "sources", "protocols"),
    [("icmp", ("0.0.0.0/0",), ()), ("icmpv6", ("::/0",), ()), ("icmpx", (), ()), ("tcp reset", (), ("tcp",))],
)
def test_a_reject_brings_the_family_that_nft_leaves_out(
    kind: str, sources: tuple[str, ...], protocols: tuple[str, ...]
) -> None:
    rule = one_rule({"reject": {"type": kind, "expr": "port-unreachable"}})
    assert (rule.verdict, rule.sources, rule.protocols) == ("reject", sources, protocols)


def test_a_statement_that_may_decide_is_never_lost() -> None:
    for statement in ({"queue": {"num": 1}}, {"xt": None}, {"notrack": None}, {"something new": 1}, "text", {}):
        rule = one_rule(statement)
        assert (rule.verdict, len(rule.not_understood)) == ("continue", 1)


def test_a_statement_that_decides_nothing_does_not_cloud_the_rule() -> None:
    mark = {"mangle": {"key": {"meta": {"key": "mark"}}, "value": 1}}
    assert one_rule(saddr({"weird": 1}), {"counter": {}}, mark).not_understood == ()


@pytest.mark.parametrize(
    "output",
    [b"", b"{", b"[]", b'{"nftables": 1}', b'{"nftables": [{"metainfo": {"json_schema_version": 2}}]}', b"null"],
)
def test_what_is_no_ruleset_is_malformed(output: bytes) -> None:
    with pytest.raises(SourceError) as caught:
        parse_ruleset(output, "fw1")
    assert caught.value.cause is GapCause.MALFORMED


def test_a_ruleset_that_is_cut_off_is_malformed() -> None:
    whole = (RECORDINGS / "matches" / "ruleset.json").read_bytes()
    for end in range(0, len(whole) - 2, 997):
        with pytest.raises(SourceError):
            parse_ruleset(whole[:end], "fw1")


VOCABULARY = """
    match op == != in left right payload protocol field ip saddr tcp dport meta key iifname l4proto nfproto ct state new
    set range prefix addr len vmap data jump target accept elem val @s 10.0.0.1 mangle xt limit
"""
WORDS = st.sampled_from(VOCABULARY.split())
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 70_000) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=15,
)


MATCHES = st.fixed_dictionaries(
    {"match": st.fixed_dictionaries({"op": WORDS, "left": JSON, "right": JSON})}
) | st.fixed_dictionaries({"vmap": st.fixed_dictionaries({"key": JSON, "data": JSON})})


@given(st.lists(JSON | MATCHES, max_size=4))
def test_any_expression_gives_rules(expressions: list[object]) -> None:
    rules = rules_of(expressions, {"s": {"elem": ["10.0.0.1"]}})
    assert rules
    assert all(rule.handle == 1 for rule in rules)


@pytest.mark.parametrize(
    ("operator", "states"), [("==", ()), ("!=", ("invalid", "established", "related", "untracked"))]
)
@pytest.mark.parametrize("mask", [["fin", "syn", "rst", "ack"], {"|": ["fin", "syn", "rst", "ack"]}])
def test_the_first_packet_of_a_connection_has_syn_alone(operator: str, states: tuple[str, ...], mask: Any) -> None:
    left = {"&": [{"payload": {"protocol": "tcp", "field": "flags"}}, mask]}
    expression = [{"match": {"op": operator, "left": left, "right": "syn"}}, {"drop": None}]
    items = [
        {"metainfo": {"json_schema_version": 1}},
        {"rule": {"family": "ip", "table": "t", "chain": "c", "expr": expression}},
    ]
    (rule,) = parse_ruleset(json.dumps({"nftables": items}).encode(), "fw").rules
    assert (rule.protocols, rule.states, rule.not_understood) == (("tcp",), states, ())


def dport(right: object, operator: str = "==") -> object:
    left = {"payload": {"protocol": "udp", "field": "dport"}}
    return {"match": {"op": operator, "left": left, "right": right}}


def test_two_conditions_on_the_port_leave_the_ports_that_meet_both() -> None:
    rule = one_rule(dport({"range": [20, 90]}), dport({"set": [22, {"range": [80, 100]}, 443]}), {"drop": None})
    assert (rule.ports, rule.not_understood) == (("22", "80-90"), ())
    never = one_rule(dport(22), dport(80), {"drop": None})
    assert (never.sources, never.sources_negated) == (("0.0.0.0/0", "::/0"), True)
    assert one_rule(dport(22), dport(80, "!="), {"drop": None}).not_understood


@pytest.mark.parametrize(
    ("left", "operator", "right", "types", "unknown"),
    [
        ("icmp", "==", "echo-request", ("echo-request",), 0),
        ("icmpv6", "==", {"set": ["echo-request", 143]}, ("echo-request", "143"), 0),
        ("icmp", "!=", "echo-request", (), 1),
        ("icmp", ">", 8, (), 1),
    ],
)
def test_which_message_of_icmp_a_rule_is_about(
    left: str, operator: str, right: Any, types: tuple[str, ...], unknown: int
) -> None:
    match = {"match": {"op": operator, "left": {"payload": {"protocol": left, "field": "type"}}, "right": right}}
    rule = one_rule(match, {"accept": None})
    assert (rule.icmp_types, len(rule.not_understood)) == (types, unknown)


def test_a_named_counter_stands_outside_of_the_rules_that_it_counts_for() -> None:
    output = (RECORDINGS / "counters" / "ruleset.json").read_bytes()
    read = parse_ruleset(output, "fw1")
    assert [(rule.ports, rule.packets) for rule in read.rules if rule.family == "inet"] == [(("80",), 7), (("82",), 0)]
    lost = output.replace(b'{"counter": {"family"', b'{"quota": {"family"')
    assert [rule.packets for rule in parse_ruleset(lost, "fw1").rules if rule.family == "inet"] == [None, 0]
    strange = output.replace(b'"name": "web"', b'"name": ["web"]')
    assert [rule.packets for rule in parse_ruleset(strange, "fw1").rules if rule.family == "inet"] == [None, 0]

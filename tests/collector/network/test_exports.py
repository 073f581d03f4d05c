"""Firewalls' configuration files to rules: on files of each shape, and on anything."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.collection import collect
from collector.evidence import GapCause
from collector.network.addresses import parse_routes
from collector.network.export import FirewallExport
from collector.network.exports import Export
from collector.network.fortigate import parse_fortigate
from collector.network.iptables import parse_iptables
from collector.network.palo_alto import parse_palo_alto
from collector.network.pfsense import parse_pfsense
from collector.network.ruleset import Ruleset
from collector.network.windows_firewall import parse_windows_firewall
from collector.recorder import ConfiguredSource
from collector.records.host import Interface
from collector.records.network import FirewallRule
from collector.source import SourceError
from config.sources import FirewallExportSource

RECORDINGS = Path(__file__).parents[1] / "recordings" / "firewall_exports"
FIELDS = (
    "sources", "sources_negated", "destinations", "destinations_negated", "protocols", "ports", "ports_negated",
    "in_interfaces", "out_interfaces", "states", "icmp_types", "verdict", "target", "disabled", "translation",
    "translated_to", "not_understood",
)  # fmt: skip


def read(name: str) -> bytes:
    return (RECORDINGS / name).read_bytes()


def shown(rule: FirewallRule) -> dict[str, Any]:
    """What a rule says beside its place."""
    return {name: value for name in FIELDS if (value := getattr(rule, name)) not in ((), None, False)}


def test_fortigate() -> None:
    found = parse_fortigate(read("fortigate.conf"), "fw")
    forward = [shown(rule) for rule in found.rules if rule.chain == "forward"]
    between: dict[str, Any] = {"in_interfaces": ("port1", "port3"), "out_interfaces": ("port2",), "verdict": "accept"}
    to = {"sources": ("0.0.0.0/0",), "destinations": ("10.20.2.10",), **between}
    six = {"sources": ("2001:db8:1::/64",), "destinations": ("::/0",), **between}
    web = ("443", "8000-8010", "9000", "53")
    back: dict[str, Any] = {"in_interfaces": ("port2",), "out_interfaces": ("port1",)}
    assert forward == [
        {**to, "protocols": ("tcp",), "ports": web},
        {**to, "protocols": ("udp",), "ports": ("53",)},
        {**six, "protocols": ("tcp",), "ports": web},
        {**six, "protocols": ("udp",), "ports": ("53",)},
        {
            "sources": ("10.20.1.50-10.20.1.59",),
            "sources_negated": True,
            "destinations": ("0.0.0.0/0",),
            "verdict": "accept",
            "disabled": True,
            "not_understood": ("schedule kontorstid",),
        },
        {
            **back,
            "sources": ("0.0.0.0/0",),
            "destinations": ("10.20.2.10",),
            "protocols": ("icmp",),
            "icmp_types": ("echo-request",),
            "verdict": "accept",
            "not_understood": ("address leverantor",),
        },
        {**back, "sources": ("0.0.0.0/0",), "destinations": ("0.0.0.0/0",), "verdict": "drop"},
    ]
    assert [rule.translation for rule in found.rules if rule.chain == "nat"] == ["masquerade"]
    assert [rule.handle for rule in found.rules if rule.chain == "forward"] == [1, 1, 1, 1, 2, 7, 8]
    assert [(each.name, each.addresses, each.up) for each in found.interfaces] == [
        ("port1", ("10.20.1.1/24", "2001:db8:1::1/64"), True),
        ("port2", ("10.20.2.1/24",), True),
        ("port3", (), False),
    ]
    assert [(each.destination, each.gateway) for each in found.routes] == [("0.0.0.0/0", "10.20.2.254")]


def test_palo_alto() -> None:
    found = parse_palo_alto(read("palo-alto.xml"), "fw")
    between = {"in_interfaces": ("ethernet1/1",), "out_interfaces": ("ethernet1/2.20",), "verdict": "accept"}
    to = {"destinations": ("10.20.2.10", "10.20.3.1-10.20.3.9"), **between}
    rules = [shown(rule) for rule in found.rules if rule.chain == "forward"]
    assert rules[:3] == [
        {**to, "protocols": ("tcp",), "ports": ("443", "8000-8010", "9000")},
        {**to, "protocols": ("udp",), "ports": ("123",)},
        {**between, "destinations": ("10.20.2.10",), "not_understood": ("application ms-rdp", "application-default")},
    ]
    assert rules[3]["verdict"] == "reject"
    assert rules[3]["sources_negated"] is True
    assert rules[3]["not_understood"] == ("address namn",)
    assert rules[4]["disabled"] is True
    assert [rule["in_interfaces"] for rule in rules[5:]] == [("ethernet1/1",), ("ethernet1/2.20",)]
    assert [(rule.chain, rule.translation) for rule in found.rules[-1:]] == [("nat", "masquerade")]
    assert {each.name: each.addresses for each in found.interfaces if each.addresses} == {
        "ethernet1/1": ("10.20.1.1/24",),
        "ethernet1/2.20": ("10.20.2.1/24",),
    }
    assert [(each.gateway, each.interface) for each in found.routes] == [("10.20.2.254", "ethernet1/2.20")]


def test_pfsense() -> None:
    found = parse_pfsense(read("pfsense.xml"), "fw")
    rules = [shown(rule) for rule in found.rules if rule.chain == "forward"]
    assert rules == [
        {
            "sources": ("0.0.0.0/0",), "destinations": ("0.0.0.0/0",), "protocols": ("tcp",), "ports": ("3389",),
            "in_interfaces": ("em1", "em2"), "verdict": "reject",
        },
        {
            "sources": ("10.20.1.0/24",), "destinations": ("10.20.2.10", "10.20.2.11"),
            "protocols": ("tcp",), "ports": ("80", "443", "8000-8010"), "in_interfaces": ("em1",), "verdict": "accept",
        },
        *(
            {
                "destinations": ("10.20.1.0/24", "2001:db8:1::/64"), "destinations_negated": True,
                "protocols": (protocol,), "ports": ("53",), "in_interfaces": ("em2",), "verdict": "accept",
            }
            for protocol in ("tcp", "udp")
        ),
        {
            "sources": ("0.0.0.0/0",), "destinations": ("0.0.0.0/0",), "in_interfaces": ("em2",), "verdict": "drop",
            "not_understood": ("alias lista of the type urltable",),
        },
        {
            "sources": ("0.0.0.0/0",), "destinations": ("0.0.0.0/0",), "in_interfaces": ("em1",),
            "verdict": "accept", "disabled": True,
        },
        {"sources": ("::/0",), "destinations": ("::/0",), "protocols": ("ipv6-icmp",), "verdict": "accept"},
    ]  # fmt: skip
    assert [(each.destination, each.gateway) for each in found.routes] == [("10.30.0.0/16", "10.20.2.254")]
    assert [rule.translation for rule in found.rules if rule.chain == "nat"] == ["masquerade"]


def test_opnsense() -> None:
    found = parse_pfsense(read("opnsense.xml"), "fw")
    (rule,) = found.rules
    assert rule.destinations == ("10.20.2.10", "10.20.2.11")
    assert (rule.ports, rule.disabled, rule.verdict) == (("443",), False, "accept")


def test_rules_of_opnsense_that_are_kept_elsewhere_leave_everything_open() -> None:
    added = b"<Filter><rules><rule uuid='9'/></rules></Filter></Firewall>"
    found = parse_pfsense(read("opnsense.xml").replace(b"</Firewall>", added), "fw")
    assert [bool(rule.not_understood) for rule in found.rules] == [True, True, False]


def test_windows_firewall() -> None:
    found = parse_windows_firewall(read("windows-firewall.json"), "host")
    assert [shown(rule) for rule in found.rules if rule.chain == "input"] == [
        {"protocols": ("tcp",), "ports": ("445",), "verdict": "drop"},
        {
            "sources": ("10.20.3.0/24", "10.20.4.1-10.20.4.9"),
            "protocols": ("tcp",),
            "ports": ("3389",),
            "verdict": "accept",
        },
        {"verdict": "accept", "not_understood": ("profile Domain", "address LocalSubnet", "LocalPort RPC")},
        {"verdict": "accept", "disabled": True},
    ]
    assert [(each.hook, each.policy) for each in found.chains] == [("input", "drop"), ("output", "accept")]


def test_iptables() -> None:
    found = parse_iptables(read("iptables.txt"), "fw", "ip")
    assert [shown(rule) for rule in found.rules] == [
        {"states": ("established", "related"), "verdict": "accept"},
        {
            "sources": ("10.0.0.0/8",), "sources_negated": True, "in_interfaces": ("eth0",),
            "out_interfaces": ("eth*",),
            "protocols": ("tcp",), "ports": ("80", "443", "8000-8010"), "verdict": "jump", "target": "web",
        },
        {"verdict": "continue"},
        {"verdict": "drop", "not_understood": ("--match-set bad src",)},
        {"verdict": "goto", "target": "web"},
        {"sources": ("10.1.1.1-10.1.1.9",), "protocols": ("tcp",), "ports": ("22",), "verdict": "reject"},
        {"protocols": ("icmp",), "icmp_types": ("echo-request",), "verdict": "accept"},
        {"protocols": ("tcp",), "states": ("invalid", "established", "related", "untracked"), "verdict": "drop"},
        {
            "destinations": ("1.2.3.4",), "protocols": ("tcp",), "ports": ("443",), "verdict": "accept",
            "translation": "dnat", "translated_to": ("10.0.0.5",),
        },
        {"sources": ("10.2.0.0/16",), "out_interfaces": ("eth1",), "verdict": "accept", "translation": "masquerade"},
        {"sources": ("10.3.0.0/16",), "verdict": "accept", "translation": "snat", "translated_to": ("10.9.9.9",)},
    ]  # fmt: skip
    assert (found.rules[0].packets, found.rules[1].comment) == (812, "web -j x")
    assert {(c.name, c.hook, c.priority, c.policy) for c in found.chains if c.hook in {"forward", "postrouting"}} == {
        ("FORWARD", "forward", 0, "drop"),
        ("POSTROUTING", "postrouting", 100, "accept"),
    }
    (six,) = parse_iptables(read("ip6tables.txt"), "fw", "ip6").rules
    assert (six.ports, six.ports_negated, six.verdict) == (("53",), True, "reject")


def test_routes() -> None:
    found = parse_routes(read("routes.txt"), "fw")
    assert [(each.destination, each.gateway, each.kind) for each in found] == [
        ("0.0.0.0/0", "10.4.4.9", "unicast"),
        ("10.5.0.0/16", "10.4.4.1", "unicast"),
        ("10.77.0.0/16", None, "blackhole"),
        ("10.4.4.0/24", None, "unicast"),
        ("fd00:4::/64", None, "unicast"),
        ("::/0", "fe80::1", "unicast"),
    ]


PARSERS: dict[str, Callable[[bytes], Export | Ruleset]] = {
    "fortigate.conf": lambda data: parse_fortigate(data, "fw"),
    "palo-alto.xml": lambda data: parse_palo_alto(data, "fw"),
    "pfsense.xml": lambda data: parse_pfsense(data, "fw"),
    "windows-firewall.json": lambda data: parse_windows_firewall(data, "fw"),
    "iptables.txt": lambda data: parse_iptables(data, "fw", "ip"),
}


@pytest.mark.parametrize("name", PARSERS)
@given(data=st.data())
def test_a_damaged_file_is_malformed_or_read_and_nothing_else(name: str, data: st.DataObject) -> None:
    whole = read(name)
    at = data.draw(st.integers(0, len(whole)))
    cut = data.draw(st.sampled_from([0, 1, 7, 100000]))
    put = data.draw(st.sampled_from([b"", b"\x00", b'"', b"any", b"-", b"\xff", b"</entry>", b"1.2.3.4/99"]))
    error = None
    try:
        PARSERS[name](whole[:at] + put + whole[at + cut :])
    except SourceError as raised:
        error = raised
    assert error is None or error.cause is GapCause.MALFORMED


@pytest.mark.parametrize("name", PARSERS)
def test_a_file_of_another_kind_is_malformed(name: str) -> None:
    for text in (b"", b"hello", b"{}", b"<html/>", b"[1]"):
        if name == "iptables.txt" and text == b"":
            continue  # a host without any table
        with pytest.raises(SourceError):
            PARSERS[name](text)


def test_a_file_as_a_source_tells_its_age_and_lack_of_interfaces(tmp_path: Path) -> None:
    file = tmp_path / "fw.txt"
    file.write_bytes(read("iptables.txt"))
    os.utime(file, (1_500_000_000, 1_500_000_000))
    settings = FirewallExportSource(id="fw", type="firewall-export", name="fw1", format="iptables", file=file)
    source = FirewallExport(settings)
    evidence = collect([ConfiguredSource(source, source.provides)], tmp_path / "run", "test")
    assert len(list(evidence.reading(FirewallRule).records)) == 11
    assert {gap.subject for gap in evidence.reading(Interface).all_gaps} == {"fw1", "export's age"}
    (rules,) = evidence.reading(FirewallRule).populations
    assert rules.provenance.speaks_of == datetime(2017, 7, 14, 2, 40, tzinfo=UTC)
    assert [each.ok for each in source.diagnose()] == [True]

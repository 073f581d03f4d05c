from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from checks.finding import Finding
from collector.records.host import Interface, Listener
from collector.records.network import FirewallChain, FirewallRule, Probe, Zone
from tests.checks.made import AS_OF, finding, gap, reasons, seen

CHECK = "segmentation-flows--agreement"
ZONES = (Zone(name="a", networks=("10.1.0.0/24",)), Zone(name="b", networks=("10.2.0.0/24",)))
INTERFACES = (
    Interface(host="fw", name="left", addresses=("10.1.0.1/24",)),
    Interface(host="fw", name="right", addresses=("10.2.0.1/24",)),
)
CHAIN = FirewallChain(device="fw", family="inet", table="f", name="forward", hook="forward", policy="drop")


def rule(position: int, **facts: Any) -> FirewallRule:
    return FirewallRule(device="fw", family="inet", table="f", chain="forward", position=position, **facts)


RULES = (
    rule(1, protocols=("tcp",), ports=("443",), verdict="accept"),
    rule(2, protocols=("tcp",), ports=("22",), verdict="accept", sources=("10.1.0.9",)),
    rule(3, protocols=("tcp",), ports=("25",), verdict="reject"),
    rule(4, protocols=("tcp",), ports=("80",), verdict="accept", not_understood=("meta time",)),
    rule(5, protocols=("udp",), ports=("53",), verdict="accept"),
)


def probe(port: int, outcome: Any, **facts: Any) -> Probe:
    return Probe(
        **{"vantage": "v", "zone": "a", "target": "10.2.0.5", "target_zone": "b"} | facts, port=port, outcome=outcome
    )


def judge(*probes: Probe, listeners: tuple[Listener, ...] = ()) -> Finding:
    return finding(
        CHECK,
        seen(Probe, *probes),
        seen(FirewallChain, CHAIN, source="fw"),
        seen(FirewallRule, *RULES, source="fw"),
        seen(Interface, *INTERFACES, source="fw"),
        seen(Zone, *ZONES, source="declared"),
        seen(Interface, Interface(host="b1", name="e", addresses=("10.2.0.5/24",)), source="hosts"),
        *([seen(Listener, *listeners, source="hosts")] if listeners else []),
    )


@pytest.mark.parametrize(
    ("met", "said"),
    [
        (probe(443, "open"), ""),
        (probe(443, "refused"), ""),
        (probe(443, "no-answer", target_alive=True), "!stopped-though-rules-pass"),
        (probe(443, "filtered"), "!stopped-though-rules-pass"),
        (probe(443, "no-answer"), "?target-dead"),
        (probe(3389, "open"), "!open-though-rules-stop"),
        (probe(3389, "refused"), "!refused-though-rules-drop"),
        (probe(3389, "no-answer"), ""),
        (probe(25, "refused"), ""),
        (probe(25, "filtered"), ""),
        (probe(25, "no-answer"), "!silent-though-rules-refuse"),
        (probe(80, "open"), "?rule-not-understood"),
        (probe(22, "open"), ""),  # some address of the zone may
        (probe(22, "open", source="10.1.0.9"), ""),
        (probe(22, "open", source="10.1.0.8"), "!open-though-rules-stop"),
        (probe(53, "no-answer", protocol="udp"), ""),
        (probe(53, "open", protocol="udp"), ""),
        (probe(54, "open", protocol="udp"), "!open-though-rules-stop"),
        (probe(443, "failed"), "?probe-failed"),
        (probe(443, "open", target="10.9.9.9"), "?no-way-known"),
        (probe(22, "open", target="10.2.0.1"), "?target-is-firewall"),
    ],
)
def test_what_is_met_is_held_against_the_rules(met: Probe, said: str) -> None:
    assert list(reasons(judge(met)).values()) == ([said] if said else [])


def test_a_target_that_was_read_as_a_host_is_alive() -> None:
    listening = Listener(host="b1", protocol="tcp", port=443, address="0.0.0.0")
    silent = judge(probe(443, "no-answer"), listeners=(listening,))
    assert list(reasons(silent).values()) == ["!stopped-though-rules-pass"]


def test_a_firewall_that_was_not_read_leaves_everything_open() -> None:
    found = finding(
        CHECK, seen(Probe, probe(443, "open")), gap(FirewallChain, source="fw"), seen(Zone, *ZONES, source="d")
    )
    assert list(reasons(found).values()) == ["?rules-unread"]


@pytest.mark.parametrize(("hours", "said"), [(6, "!open-though-rules-stop"), (7, "?read-apart"), (-7, "?read-apart")])
def test_rules_that_were_read_long_before_or_after_accuse_nobody(hours: int, said: str) -> None:
    read = AS_OF - timedelta(hours=hours)
    found = finding(
        CHECK,
        seen(Probe, probe(3389, "open"), probe(443, "open"), probe(3390, "open", time=read)),
        seen(FirewallChain, CHAIN, source="fw", started=read),
        seen(FirewallRule, *RULES, source="fw", started=read),
        seen(Interface, *INTERFACES, source="fw"),
        seen(Zone, *ZONES, source="declared"),
    )
    assert reasons(found) == {"a -> 10.2.0.5:3389/tcp": said, "a -> 10.2.0.5:3390/tcp": "!open-though-rules-stop"}


def test_the_export_of_a_hosts_own_firewall_leaves_the_rules_between_zones_to_be_held_against() -> None:
    own = FirewallChain(device="pc", family="inet", table="policy", name="input", hook="input", policy="drop")
    found = finding(
        CHECK,
        seen(Probe, probe(3389, "open")),
        seen(FirewallChain, CHAIN, source="fw"),
        seen(FirewallRule, *RULES, source="fw"),
        seen(Interface, *INTERFACES, source="fw"),
        seen(FirewallChain, own, source="pc"),
        seen(FirewallRule, source="pc"),
        seen(Interface, source="pc", missing=[gap(Interface, source="pc", subject="pc")]),
        seen(Zone, *ZONES, source="declared"),
    )
    assert list(reasons(found).values()) == ["!open-though-rules-stop"]


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (probe(25, "refused"), "?target-dead"),  # the firewall refuses this in the target's name
        (probe(22, "refused", source="10.1.0.9"), "!stopped-though-rules-pass"),
        (probe(53, "open", protocol="udp"), "!stopped-though-rules-pass"),
    ],
)
def test_a_refusal_by_the_firewall_is_no_sign_of_life(other: Probe, said: str) -> None:
    silent = probe(443, "no-answer", target_alive=True)
    assert reasons(judge(silent, probe(25, "refused"), other))["a -> 10.2.0.5:443/tcp"] == said

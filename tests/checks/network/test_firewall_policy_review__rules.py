from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from checks.finding import Status
from collector.records.host import Host
from collector.records.network import FirewallChain, FirewallRule
from tests.checks.made import finding, reasons, seen

CHECK = "firewall-policy-review--rules"
CHAIN = FirewallChain(device="fw", family="inet", table="t", name="forward", hook="forward", policy="drop")


def rule(position: int, **facts: Any) -> FirewallRule:
    fields: dict[str, Any] = {
        "device": "fw", "family": "inet", "table": "t", "chain": "forward", "position": position, "verdict": "accept",
        "comment": "c", "protocols": ("tcp",), "ports": ("443",), "sources": ("10.0.0.0/24",), **facts,
    }  # fmt: skip
    return FirewallRule(**fields)


def of_rules(*rules: FirewallRule, hosts: tuple[Host, ...] = ()) -> list[str]:
    found = finding(CHECK, seen(FirewallRule, *rules), seen(FirewallChain, CHAIN), seen(Host, *hosts))
    return [f"{subject.rpartition('#')[2]}{said}" for subject, said in sorted(reasons(found).items())]


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"sources": ("10.0.0.9",)}, ["2!redundant"]),
        ({"sources": ("10.0.0.9",), "verdict": "drop"}, ["2!shadowed"]),
        ({"sources": ("10.0.0.0/23",)}, []),
        ({"ports": ("443", "80")}, []),
        ({"protocols": ()}, []),
        ({"protocols": ("udp",)}, []),
        ({"in_interfaces": ("e0",)}, ["2!redundant"]),
        ({"states": ("new",)}, ["2!redundant"]),
        ({"not_understood": ("x",)}, ["2?rule-not-understood"]),
        ({"sources": ("0.0.0.0/0", "::/0"), "sources_negated": True}, ["2!never-matches"]),
        ({"family": "ip6", "sources": ("10.0.0.1",)}, ["2!never-matches"]),
        ({"ports": ("22",), "comment": None}, ["2!no-comment"]),
        ({"ports": ("22",), "comment": None, "verdict": "drop"}, []),
        ({"ports": (), "protocols": (), "sources": ()}, ["2!any-any"]),
        ({"ports": (), "protocols": (), "sources": (), "states": ("established",)}, []),
        ({"disabled": True, "comment": None}, []),
        ({"ports": ("22",), "packets": 0}, []),
        ({"sources": ("hej",)}, ["2?text-not-understood"]),
        ({"destinations": ("",)}, ["2?text-not-understood"]),
    ],
)
def test_the_second_rule_of_a_chain(facts: dict[str, Any], said: list[str]) -> None:
    up = Host(name="fw", boot_time=datetime(2026, 1, 1, tzinfo=UTC))
    assert of_rules(rule(1), rule(2, **facts), hosts=(up,)) == said


def test_two_rules_together_hide_a_third_and_one_that_may_not_match_hides_none() -> None:
    both = rule(3, ports=("80", "443"), verdict="drop")
    assert of_rules(rule(1), rule(2, ports=("80",)), both) == ["3!shadowed"]
    assert of_rules(rule(1), rule(2, ports=("80",), source_ports=("1024-65535",)), both) == []
    assert of_rules(rule(1, verdict="jump"), rule(2)) == []


UP, LATER = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 12, 24, tzinfo=UTC)
COUNTED = rule(1, packets=9)


@pytest.mark.parametrize(
    ("first", "packets", "hosts", "said"),
    [
        (COUNTED, 0, (Host(name="fw", boot_time=UP),), [("never-hit", "2026-01-01")]),
        (COUNTED, 0, (Host(name="fw", boot_time=datetime(2026, 11, 20, tzinfo=UTC)),), [("never-hit", "2026-11-20")]),
        (COUNTED, 0, (Host(name="fw"),), [("never-hit-since-unknown", None)]),
        (
            COUNTED,
            0,
            (Host(name="fw", boot_time=datetime(2026, 12, 24, tzinfo=UTC)),),
            [("never-hit-since-unknown", None)],
        ),
        (COUNTED, 1, (Host(name="fw", boot_time=UP),), []),
        (COUNTED, None, (Host(name="fw", boot_time=UP),), []),
        (rule(1, packets=0), 0, (Host(name="fw", boot_time=UP),), []),
        (rule(1, device="other", packets=9), 0, (Host(name="fw", boot_time=UP),), []),
    ],
)
def test_a_rule_that_never_counted_is_a_hint_and_no_exception(
    first: FirewallRule, packets: int | None, hosts: tuple[Host, ...], said: list[tuple[str, str | None]]
) -> None:
    second = rule(2, ports=("22",), packets=packets)
    found = finding(CHECK, seen(FirewallRule, first, second), seen(FirewallChain, CHAIN), seen(Host, *hosts))
    assert (reasons(found), found.status) == ({}, Status.SATISFIED)
    assert [(each.reason, each.facts.get("since")) for each in found.tolerated] == said


@pytest.mark.parametrize(
    ("boot", "said"), [(datetime(2026, 5, 21, tzinfo=UTC), {"!no-hits"}), (datetime(2026, 5, 22, tzinfo=UTC), set())]
)
def test_where_the_settings_say_so_it_is_one_after_the_months(boot: datetime, said: set[str]) -> None:
    second = rule(2, ports=("22",), packets=0)
    parts = (
        seen(FirewallRule, COUNTED, second),
        seen(FirewallChain, CHAIN),
        seen(Host, Host(name="fw", boot_time=boot)),
    )
    assert set(reasons(finding(CHECK, *parts, parameters={"zero_hits_deviate": True})).values()) == said
    assert reasons(finding(CHECK, *parts)) == {}

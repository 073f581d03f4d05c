"""Judges one firewall with many zones and rules: every pair of zones, every port. Arguments: zones, rules."""

from __future__ import annotations

import random
import sys
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from checks.network.segmentation_flows__rules import Parameters, judge
from collector.evidence import OWN, EvidenceSet, Obtained, Provenance, population_of
from collector.records.host import Interface
from collector.records.network import DeclaredFlow, FirewallChain, FirewallRule, Zone

NOW = datetime(2026, 11, 21, tzinfo=UTC)
PROVENANCE = Provenance((), "", NOW, NOW, Obtained.OBSERVED, OWN, "0")


def main() -> None:
    """Make the evidence, judge it, and print how many outcomes there were."""
    zones, rules = map(int, sys.argv[1:])
    chance = random.Random(1)  # noqa: S311  # the same estate every time
    declared = [Zone(name=f"z{n:02}", networks=(f"10.{n}.0.0/16", f"fd00:{n:x}::/64")) for n in range(zones)]
    interfaces = [
        Interface(host="fw", name=f"eth{n}", addresses=(f"10.{n}.0.1/16", f"fd00:{n:x}::1/64")) for n in range(zones)
    ]
    chain = FirewallChain(
        device="fw", family="inet", table="f", name="forward", hook="forward", priority=0, policy="drop"
    )
    flows, made = [], []
    for n in range(rules):
        a, b = chance.sample(range(zones), 2)
        port = str(chance.randrange(1, 60000))
        ports = (port,) if n % 3 else (f"{port}-{int(port) + 20}", "443")
        six = n % 5 == 0
        to = f"fd00:{b:x}::{n:x}" if six else f"10.{b}.{n % 200}.{n % 250}"
        made.append(
            FirewallRule(
                device="fw",
                family="inet",
                table="f",
                chain="forward",
                position=n + 1,
                handle=n + 1,
                sources=(f"fd00:{a:x}::/64",) if six else (f"10.{a}.{n % 256}.0/24",),
                destinations=() if n % 40 == 0 else (to,),
                protocols=("udp" if n % 7 == 0 else "tcp",),
                ports=ports,
                verdict="drop" if n % 11 == 0 else "accept",
                in_interfaces=(f"eth{a}",) if n % 2 else (),
            )
        )
        if n % 10 == 0:
            flows.append(DeclaredFlow(source=f"z{a:02}", destination=f"z{b:02}", ports=ports))
    evidence = EvidenceSet(
        tuple(
            population_of(kind, records, source="fw", provenance=PROVENANCE)
            for kind, records in (
                (FirewallChain, [chain]),
                (FirewallRule, made),
                (Interface, interfaces),
                (Zone, declared),
                (DeclaredFlow, flows),
            )
        )
    )
    outcomes = judge(evidence.reading(FirewallChain).populations[0], evidence, Parameters(), NOW)
    print(sum(1 for _ in outcomes))


if __name__ == "__main__":
    main()

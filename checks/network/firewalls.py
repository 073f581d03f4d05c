"""The firewalls of the evidence, each with all that was read of it, or with the reason why it cannot be judged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from checks.network.addresses import is_network, unreadable_addresses
from checks.network.firewall import FirewallEvidence
from checks.network.parts import illegible
from collector.evidence import EvidenceSet, R
from collector.records.host import Interface, Route
from collector.records.network import FirewallChain, FirewallRule


@dataclass(frozen=True, slots=True)
class Unread:
    """A firewall of which something is missing or not understood."""

    source: str
    name: str
    text: str | None = None
    """The first text that is no address and no port; None where something was not read."""


def firewalls_of(evidence: EvidenceSet) -> list[FirewallEvidence | Unread]:
    """Every firewall, by source and name: whatever has a chain, or an interface in a source that gives chains."""
    found: list[FirewallEvidence | Unread] = []
    chains_of = evidence.reading(FirewallChain)
    sources = {each.source for each in chains_of.populations} | {each.source for each in chains_of.gaps}
    for source in sorted(sources):
        chains = _by_device(chains_of.of(source).records, "device")
        rules = _by_device(evidence.reading(FirewallRule).of(source).records, "device")
        interfaces = _by_device(evidence.reading(Interface).of(source).records, "host")
        routes = _by_device(evidence.reading(Route).of(source).records, "host")
        readings = [evidence.reading(kind).of(source) for kind in (FirewallChain, FirewallRule, Interface)]
        ways = evidence.reading(Route).of(source)
        for name in sorted({*chains, *interfaces}):
            read = all(reading.covers(name) for reading in readings)
            if not read or ((ways.populations or ways.gaps) and not ways.covers(name)):
                found.append(Unread(source, name))
                continue
            strange = [text for _, text in unreadable_addresses(interfaces[name])]
            strange += [text for rule in rules[name] for text in illegible(rule)]
            strange += [text for route in routes[name] for text in _strange(route)]
            if strange:
                found.append(Unread(source, name, min(strange)))
            else:
                found.append(
                    FirewallEvidence(
                        source,
                        name,
                        tuple(chains[name]),
                        tuple(rules[name]),
                        tuple(interfaces[name]),
                        tuple(routes[name]),
                    )
                )
    return found


def _by_device(records: Iterator[R], field: str) -> defaultdict[str, list[R]]:
    found: defaultdict[str, list[R]] = defaultdict(list)
    for record in records:
        found[getattr(record, field)].append(record)
    return found


def _strange(route: Route) -> Iterator[str]:
    if not is_network(route.destination):
        yield route.destination
    if route.gateway is not None and ("/" in route.gateway or not is_network(route.gateway)):
        yield route.gateway

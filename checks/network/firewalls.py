"""The firewalls of the evidence, each with all that was read of it, or with the reason why it cannot be judged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from checks.ages import local_day
from checks.network.addresses import is_network, unreadable_addresses
from checks.network.firewall import FirewallEvidence
from checks.network.parts import illegible
from collector.evidence import EvidenceSet, R, Reading
from collector.records.host import Interface, Route
from collector.records.network import FirewallChain, FirewallRule


@dataclass(frozen=True, slots=True)
class Unread:
    """A firewall of which something is missing or not understood."""

    source: str
    name: str
    text: str | None = None
    """The first text that is no address and no port; None where something was not read."""


_OWN_TRAFFIC = frozenset({"input", "output"})
"""Hooks that routed packets do not pass."""


def firewalls_of(evidence: EvidenceSet) -> list[FirewallEvidence | Unread]:
    """Every firewall, by source and name: whatever has a chain, or an interface in a source that gives chains."""
    found: list[FirewallEvidence | Unread] = []
    chains_of = evidence.reading(FirewallChain)
    sources = {each.source for each in chains_of.populations} | {each.source for each in chains_of.gaps}
    for source in sorted(sources):
        chains = _by_device(chains_of.of(source).records, "device")
        routing = set(routing_firewalls(chains_of.of(source).records))
        rules = _by_device(evidence.reading(FirewallRule).of(source).records, "device")
        interfaces = _by_device(evidence.reading(Interface).of(source).records, "host")
        routes = _by_device(evidence.reading(Route).of(source).records, "host")
        readings = [evidence.reading(kind).of(source) for kind in (FirewallChain, FirewallRule, Interface)]
        ways = evidence.reading(Route).of(source)
        for name in sorted({*chains, *interfaces}):
            if name not in interfaces and name not in routing and _is_own_alone(chains[name]):
                continue  # a host's own rules, by an export that does not say where it stands
            read = all(reading.covers(name) and not _is_short(reading) for reading in readings)
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


def routing_firewalls(chains: Iterable[FirewallChain]) -> Iterator[str]:
    """Names of the devices that have rules for more than what they send and receive themselves."""
    for chain in chains:
        if chain.hook not in {None, *_OWN_TRAFFIC}:
            yield chain.device


def times_told(evidence: EvidenceSet) -> dict[str, datetime]:
    """The moment that the rules of each firewall, by name, speak of: when they were read, or the export was written."""
    found: dict[str, datetime] = {}
    for population in evidence.reading(FirewallChain).populations:
        time = population.provenance.speaks_of
        for chain in population.records:
            found[chain.device] = min(time, found.get(chain.device, time))
    return found


def days_told(evidence: EvidenceSet) -> dict[str, date]:
    """As `times_told`, by the day in Sweden."""
    return {name: local_day(time) for name, time in times_told(evidence).items()}


def _by_device(records: Iterator[R], field: str) -> defaultdict[str, list[R]]:
    found: defaultdict[str, list[R]] = defaultdict(list)
    for record in records:
        found[getattr(record, field)].append(record)
    return found


def _is_own_alone(chains: Iterable[FirewallChain]) -> bool:
    return any(chain.hook in _OWN_TRAFFIC for chain in chains)


def _is_short(reading: Reading[Any]) -> bool:
    """Whether a source counts more than it gave: whose records those are it does not say."""
    return any(each.source_count is not None and each.source_count > each.count for each in reading.populations)


def _strange(route: Route) -> Iterator[str]:
    if not is_network(route.destination):
        yield route.destination
    if route.gateway is not None and ("/" in route.gateway or not is_network(route.gateway)):
        yield route.gateway

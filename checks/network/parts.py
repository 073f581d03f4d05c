"""The parts of a network, and of the port range, that a ruleset tells apart; pure.

Every address of one part, and every port of one part, meets the same rules: deciding on one packet for each combination
of parts therefore decides on all packets between two networks, without a sample.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_interface, ip_network

from collector.records.host import Interface
from collector.records.network import FirewallRule

LAST_PORT = 65535


def address_parts(
    network: IPv4Network | IPv6Network,
    rules: Iterable[FirewallRule],
    interfaces: Iterable[Interface] = (),
    also: Iterable[str] = (),
) -> tuple[tuple[IPv4Address | IPv6Address, IPv4Address | IPv6Address], ...]:
    """First and last address of each part of the network, in order; `also` holds CIDRs that cut it further."""
    first, last = int(network.network_address), int(network.broadcast_address)
    starts = {first}
    written = {each for rule in rules for each in (*rule.sources, *rule.destinations)}
    written |= {str(ip_interface(each).network) for interface in interfaces for each in interface.addresses}
    for each in written | set(also):
        low, high = _ends(each)
        if low.version == network.version:
            starts |= {start for start in (int(low), int(high) + 1) if first < start <= last}
    kind = type(network.network_address)
    ordered = sorted(starts)
    return tuple((kind(start), kind(end - 1)) for start, end in zip(ordered, [*ordered[1:], last + 1], strict=True))


def port_parts(rules: Iterable[FirewallRule], also: Iterable[str] = ()) -> tuple[tuple[int, int], ...]:
    """First and last port of each part of 1 to 65535, in order; `also` holds ports and ranges that cut it further."""
    starts = {1}
    for written in [*(rule.ports for rule in rules), also]:
        for low, high in map(port_range, written):
            starts |= {start for start in (low, high + 1) if 1 < start <= LAST_PORT}
    ordered = sorted(starts)
    return tuple((start, end - 1) for start, end in zip(ordered, [*ordered[1:], LAST_PORT + 1], strict=True))


def illegible(rule: FirewallRule) -> Iterator[str]:
    """Each text of a rule that is no address and no range of them, or no port and no range."""
    for written in (*rule.sources, *rule.destinations):
        try:
            _ends(written)
        except ValueError:
            yield written
    for written in (*rule.ports, *rule.source_ports):
        try:
            port_range(written)
        except ValueError:
            yield written


def _ends(written: str) -> tuple[IPv4Address | IPv6Address, IPv4Address | IPv6Address]:
    """First and last address of `10.0.0.0/24`, `10.0.0.1` or `10.0.0.1-10.0.0.9`."""
    if "-" in written:
        low, _, high = written.partition("-")
        return ip_address(low), ip_address(high)
    network = ip_network(written, strict=False)
    return network.network_address, network.broadcast_address


def port_range(written: str) -> tuple[int, int]:
    """`443` -> (443, 443); `8000-8010` -> (8000, 8010)."""
    first, _, last = written.partition("-")
    return int(first), int(last or first)

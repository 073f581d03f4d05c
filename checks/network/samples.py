"""Picks the packets that tell a ruleset apart: one per piece into which its rules cut addresses and ports."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from ipaddress import ip_address, ip_network
from itertools import pairwise

from checks.network.addresses import Address, Network
from checks.network.packet_filter import port_range

LAST_PORT = 65535


def pieces_of_ports(written: Iterable[str]) -> tuple[tuple[int, int], ...]:
    """All ports from 1, cut at every edge of the written ports: first and last of each piece, in order."""
    edges = {1, LAST_PORT + 1}
    for text in written:
        first, last = port_range(text)
        edges |= {max(first, 1), min(last, LAST_PORT) + 1}
    cuts = sorted(edges)
    return tuple((first, after - 1) for first, after in pairwise(cuts))


def samples_of_networks(networks: Sequence[Network], written: Iterable[str]) -> tuple[Address, ...]:
    """An address of every piece into which the written addresses cut the networks, in order.

    `written` holds CIDRs and `first-last` ranges. The network's own and its broadcast address are never picked from an
    IPv4 network that has others.
    """
    edges = [edge for text in written for edge in _edges(text)]
    picked: set[Address] = set()
    for network in networks:
        first, last = _usable(network)
        own = type(network.network_address)
        starts = {first, *(n for version, n in edges if version == network.version and first < n <= last)}
        picked |= {own(start) for start in starts}
    return tuple(sorted(picked, key=lambda address: (address.version, int(address))))


def _usable(network: Network) -> tuple[int, int]:
    first, last = int(network.network_address), int(network.broadcast_address)
    if network.version == 4 and last - first >= 3:
        return first + 1, last - 1
    return (first + 1, last) if last > first else (first, last)


def _edges(text: str) -> tuple[tuple[int, int], ...]:
    """Version and number of the first address of the written piece, and of the first after it."""
    if "-" in text:
        first, _, last = text.partition("-")
        low, high = ip_address(first), ip_address(last)
        return (low.version, int(low)), (high.version, int(high) + 1)
    network = ip_network(text, strict=False)
    return (
        (network.version, int(network.network_address)),
        (network.version, int(network.broadcast_address) + 1),
    )

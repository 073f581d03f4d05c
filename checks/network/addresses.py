"""Addresses and networks in records, as `ipaddress` objects."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_interface,
    ip_network,
)

from collector.records.host import Interface
from collector.records.network import Zone

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


_INTERNAL = tuple(
    ip_network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
)
"""Networks within organisations and operators (RFC 1918, 6598, 4193): no address of theirs is on the Internet."""
_WITHIN_HOST = re.compile(r"(docker|virbr|lxcbr|lxdbr|podman|cni-podman|cni)\d+|br-[0-9a-f]{12}|docker_gwbridge")
"""Bridges that programs for containers and virtual machines make within one host, by their own names for them."""


def declares(network: Network, address: Address) -> bool:
    """Whether a zone's network declares an address; one of all addresses declares none that is internal."""
    if network.version != address.version or address not in network:
        return False
    return network.prefixlen > 0 or not any(address in each for each in _INTERNAL if each.version == address.version)


def networks_of(texts: Iterable[str]) -> tuple[Network, ...]:
    """CIDR texts as networks; raises ValueError for one that is none."""
    return tuple(ip_network(text, strict=False) for text in texts)


def is_network(text: str) -> bool:
    """Whether a text is an address or a CIDR."""
    try:
        ip_interface(text)
    except ValueError:
        return False
    return True


def observed_addresses(interfaces: Iterable[Interface]) -> Iterator[tuple[Interface, Address]]:
    """Each interface with each address that can be reached from another host: no loopback, no link-local.

    Nor those of networks within one host, between it and its containers or virtual machines.
    Texts that are no addresses are left out; `unreadable_addresses` gives them.
    """
    for interface in interfaces:
        within = interface.kind in {"bridge", "virtual", None} and _WITHIN_HOST.fullmatch(interface.name)
        if interface.kind == "loopback" or within:
            continue
        for text in interface.addresses:
            if not is_network(text):
                continue
            address = ip_interface(text).ip
            if not (address.is_loopback or address.is_link_local or address.is_multicast):
                yield interface, address


def unreadable_addresses(interfaces: Iterable[Interface]) -> Iterator[tuple[Interface, str]]:
    """Each interface with each of its texts that is no address."""
    for interface in interfaces:
        for text in interface.addresses:
            if not is_network(text):
                yield interface, text


def zone_of(address: Address | str, zones: Iterable[Zone]) -> Zone | None:
    """The zone with the narrowest network that holds this address, the first of them by name."""
    wanted = ip_address(address) if isinstance(address, str) else address
    held = [
        (-network.prefixlen, zone.name, zone)
        for zone in zones
        for network in networks_of(zone.networks)
        if declares(network, wanted)
    ]
    return min(held, key=lambda each: each[:2])[2] if held else None

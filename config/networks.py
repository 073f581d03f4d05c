"""Checks of zones, flows and probe targets: names, networks, addresses and ports."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from config.document import Document, DocumentPath, Node
from config.scopes import known

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def check_networks(document: Document) -> None:
    """Add a problem for each network that is none, or is in two zones, and for flows and targets outside the zones.

    A network within another zone's network is no mistake: the narrower one is meant. Where a register declares zones
    too, only what is said here is held against what is said here.
    """
    zones = _check_zones(document)
    here = not zones_elsewhere(document)
    for index, flow in enumerate(document.root.items("flows")):
        path: DocumentPath = ("flows", index)
        for end in ("source", "destination"):
            if here:
                known(document, (*path, end), zones, "zone")
        _check_ports(document, flow, path)
        inside = zones.get(flow.text("destination") or "")
        for at, network in _networks(document, flow, (*path, "destination_addresses")):
            if inside is not None and not any(_within(network, zone) for zone in inside):
                document.problem(at, f"is not in the zone {flow.text('destination')}")
    everywhere = [network for networks in zones.values() for network in networks]
    for index, source in enumerate(document.root.items("sources")):
        if source.text("type") == "probe":
            _check_targets(document, source, ("sources", index, "targets"), everywhere if here else None)


def zones_elsewhere(document: Document) -> bool:
    """Whether a register declares zones: which those are is known when it is read."""
    return any(register.text("holds") == "zone" for register in document.root.items("registers"))


def _check_zones(document: Document) -> dict[str, list[Network]]:
    zones: dict[str, list[Network]] = {}
    owners: dict[Network, str] = {}
    for index, zone in enumerate(document.root.items("zones")):
        name = zone.text("name") or ""
        networks = zones.setdefault(name, [])
        for path, network in _networks(document, zone, ("zones", index, "networks")):
            networks.append(network)
            if network in owners:
                document.problem(path, f"{network} is in the zone {owners[network]} already")
            owners.setdefault(network, name)
    return zones


def _networks(document: Document, owner: Node, path: DocumentPath) -> Iterator[tuple[DocumentPath, Network]]:
    for index, node in enumerate(owner.items(str(path[-1]))):
        if not isinstance(node.value, str):
            continue
        try:
            yield (*path, index), ipaddress.ip_network(node.value)
        except ValueError:
            suggestion = "for example 192.0.2.0/24 or 2001:db8::/32"
            message = "is no network"
            try:
                whole = ipaddress.ip_network(node.value, strict=False)
                message, suggestion = "is an address within a network", f"the network is {whole}"
            except ValueError:
                pass
            document.problem((*path, index), message, suggestion)


def _within(network: Network, zone: Network) -> bool:
    if isinstance(network, ipaddress.IPv4Network) and isinstance(zone, ipaddress.IPv4Network):
        return network.subnet_of(zone)
    if isinstance(network, ipaddress.IPv6Network) and isinstance(zone, ipaddress.IPv6Network):
        return network.subnet_of(zone)
    return False


def _check_ports(document: Document, flow: Node, path: DocumentPath) -> None:
    ports = flow.items("ports")
    if ports and flow.text("protocol") in ("icmp", "any"):
        document.problem((*path, "ports"), f"{flow.text('protocol')} has no ports", "remove them", key=True)
    for index, node in enumerate(ports):
        parts = node.value.split("-") if isinstance(node.value, str) else []
        if not 1 <= len(parts) <= 2 or not all(p.isascii() and p.isdigit() and len(p) <= 5 for p in parts):
            continue  # the model says so
        numbers = [int(part) for part in parts]
        if not all(1 <= number <= 65535 for number in numbers) or numbers != sorted(numbers):
            document.problem((*path, "ports", index), "ports go from 1 to 65535, the lower one first")


def _check_targets(document: Document, source: Node, path: DocumentPath, zones: list[Network] | None) -> None:
    for index, target in enumerate(source.items("targets")):
        address = target.text("address")
        if address is None:
            continue
        at = (*path, index, "address")
        try:
            host = ipaddress.ip_network(ipaddress.ip_address(address))
        except ValueError:
            document.problem(at, "is no IP address")
            continue
        if zones is not None and not any(_within(host, zone) for zone in zones):
            document.problem(at, "is in no declared zone", "declare its network under zones")

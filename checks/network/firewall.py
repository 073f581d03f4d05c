"""One firewall: what was read of it, its rules arranged for deciding, and where it sends packets."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_interface

from checks.network.addresses import Address, Network, networks_of
from checks.network.spaces import Addresses, Ports
from checks.network.symbolic import SymbolicFilter
from collector.records.host import Interface, Route
from collector.records.network import FirewallChain, FirewallRule


@dataclass(frozen=True, slots=True)
class FirewallEvidence:
    """What was read of one firewall."""

    source: str
    """Source of the evidence: firewalls of the same name in two sources are not the same."""
    name: str
    chains: tuple[FirewallChain, ...] = ()
    rules: tuple[FirewallRule, ...] = ()
    interfaces: tuple[Interface, ...] = ()
    routes: tuple[Route, ...] = ()


class Firewall:
    """One firewall, arranged for deciding."""

    def __init__(self, held: FirewallEvidence, ports: Ports, spaces: dict[int, Addresses], budget: list[int]) -> None:
        self.source, self.name = held.source, held.name
        self.rules = held.rules
        self.filter = SymbolicFilter(held.chains, held.rules, ports, spaces, budget)
        self.networks: list[tuple[Network, str]] = []
        self.addresses: dict[Address, str] = {}
        for interface in sorted(held.interfaces, key=repr):
            if interface.up is False or interface.kind == "loopback":
                continue
            for text in interface.addresses:
                own = ip_interface(text)
                self.networks.append((own.network, interface.name))
                self.addresses[own.ip] = interface.name
        self._spans = sorted(
            (
                (net.version, int(net.network_address), int(net.broadcast_address), net.prefixlen, name)
                for net, name in self.networks
            ),
            key=lambda span: (-span[3], span[4]),
        )
        """The networks, the narrowest first: version, first and last address, prefix length, interface."""
        self.routes = sorted(
            (
                (networks_of([route.destination])[0], route.metric or 0, route.gateway or "", route)
                for route in held.routes
                if route.gateway or route.interface or route.kind != "unicast"
            ),
            key=lambda each: (-each[0].prefixlen, each[1], each[2], repr(each[3])),
        )

    def interface_to(self, address: Address) -> str | None:
        """The interface whose network holds the address, or that a route to it names."""
        found = self._connected(address)
        if found is not None:
            return found[1]
        route = self.route_to(address)
        return route.interface if route else None

    def route_to(self, address: Address) -> Route | None:
        """The route that packets to an address take, where it is on none of the firewall's own networks."""
        own = self._connected(address)
        for network, _, _, route in self.routes:
            if network.version == address.version and address in network:
                if own is not None and own[0] >= network.prefixlen:
                    return None
                return route
        return None

    def is_connected(self, address: Address) -> bool:
        """Whether the address is on one of the firewall's own networks."""
        return self._connected(address) is not None

    def _connected(self, address: Address) -> tuple[int, str] | None:
        number, version = int(address), address.version
        for own, first, last, length, name in self._spans:
            if own == version and first <= number <= last:
                return length, name
        return None

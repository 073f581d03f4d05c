"""Which declared zone an address or a network lies in: the one with the narrowest network that holds it; pure.

Of several with the same network it is the first by name, as everywhere (`addresses.zone_of`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

from checks.network.addresses import Address, Network, networks_of
from collector.records.network import Zone


class ZoneMap:
    """All declared zones; raises ValueError for a text that is no network."""

    def __init__(self, zones: Sequence[Zone]) -> None:
        self._declared = [(zone, net) for zone in zones for net in networks_of(zone.networks)]
        self._places: dict[Address, Zone | None] = {}

    def networks_of(self, address: Address) -> Iterator[tuple[Zone, Network]]:
        """Each zone with each of its networks of the address's version."""
        return (each for each in self._declared if each[1].version == address.version)

    def narrowest(self, address: Address) -> Zone | None:
        """The zone that an address lies in: the one with the narrowest network that holds it."""
        if address not in self._places:
            held = [(-net.prefixlen, zone.name, zone) for zone, net in self.networks_of(address) if address in net]
            self._places[address] = min(held, key=lambda each: each[:2])[2] if held else None
        return self._places[address]

    def around(self, network: Network) -> Zone | None:
        """The zone that a whole network lies in, as `narrowest`."""
        held = [
            (-net.prefixlen, zone.name, zone)
            for zone, net in self.networks_of(network.network_address)
            if network.network_address in net and net.prefixlen <= network.prefixlen
        ]
        return min(held, key=lambda each: each[:2])[2] if held else None

    def is_within(self, address: Address, zone: Zone) -> bool:
        """Whether a zone declares the address: by a network of all addresses it declares none in particular."""
        named = any(address in net and net.prefixlen for one, net in self.networks_of(address) if one == zone)
        return named and self.narrowest(address) == zone

    @cached_property
    def narrower(self) -> dict[tuple[str, Network], list[Network]]:
        """For each network of each zone, the networks of other zones within it."""
        every = [(zone.name, net) for zone, net in self._declared]
        return {
            (name, net): [
                other
                for owner, other in every
                if owner != name
                and other.version == net.version
                and other.prefixlen > net.prefixlen
                and other.network_address in net
            ]
            for name, net in every
        }

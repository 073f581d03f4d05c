"""Where hosts stand: the addresses that were seen of each, within the declared zones; pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address, ip_interface

from checks.network.addresses import Address, Network, declares, is_network, networks_of, observed_addresses
from checks.record_rules.joins import key_of
from collector.evidence import EvidenceSet
from collector.records.assets import RegisteredHost
from collector.records.host import Interface
from collector.records.network import Zone


@dataclass(frozen=True, slots=True)
class Place:
    """One address of one host within a zone."""

    host: str
    zone: Zone
    address: Address
    network: Network | None
    """The subnet as the host itself has it; None where only an address is known."""
    interface: str | None = None
    wireless: bool = False


def places_of(evidence: EvidenceSet, zones: Iterable[Zone]) -> Mapping[str, list[Place]]:
    """Host, by the key of its name, to its places in an order that rests on them alone.

    By the interfaces that were read, tunnels and those that are down set aside, and by the register of hosts.
    """
    nets = [(net, zone) for zone in zones for net in networks_of(filter(is_network, zone.networks))]
    nets.sort(key=lambda each: (-each[0].prefixlen, each[1].name, repr(each)))
    found: defaultdict[str, list[Place]] = defaultdict(list)
    for place in sorted((*_observed(evidence, nets), *_registered(evidence, nets)), key=_order):
        found[key_of(place.host)].append(place)
    return found


def _observed(evidence: EvidenceSet, nets: Iterable[tuple[Network, Zone]]) -> Iterator[Place]:
    for interface, address in observed_addresses(evidence.reading(Interface).records):
        zone = _zone_of(address, nets)
        if zone is None or interface.kind == "tunnel" or interface.up is False:
            continue
        subnet = next(
            each for text in interface.addresses if is_network(text) and (each := ip_interface(text)).ip == address
        )
        yield Place(interface.host, zone, address, subnet.network, interface.name, interface.kind == "wireless")


def _registered(evidence: EvidenceSet, nets: Iterable[tuple[Network, Zone]]) -> Iterator[Place]:
    for row in evidence.reading(RegisteredHost).records:
        for text in filter(is_network, row.addresses):
            address = ip_address(ip_interface(text).ip)
            zone = _zone_of(address, nets)
            if zone is not None:
                yield Place(row.host, zone, address, None)


def _zone_of(address: Address, nets: Iterable[tuple[Network, Zone]]) -> Zone | None:
    """The zone with the narrowest network that holds the address."""
    return next((zone for net, zone in nets if declares(net, address)), None)


def _order(place: Place) -> tuple[str, int, int, str, str]:
    return place.zone.name, place.address.version, int(place.address), place.host, repr(place)

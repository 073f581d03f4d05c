"""User clients, administration clients, servers and wireless devices stand in network segments of their own.

Judged on the declared zones and on the interfaces that were seen. A required role without a zone, a zone with two
required roles, and zones whose networks overlap deviate; so does an interface in a network that no zone declares. That
a zone for what lies outside (role `internet` or `external`) holds all other networks is no overlap, and a network of
all addresses declares no internal one. A zone in which no interface was seen is undetermined: it exists on paper. So is
what bears an address that cannot be understood. Networks within a host, to its containers, are none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

from checks.finding import Outcome, Reason, Text, conforms, deviates, undetermined
from checks.network.addresses import (
    Address,
    Network,
    declares,
    is_network,
    networks_of,
    observed_addresses,
    unreadable_addresses,
)
from checks.network.pairs import OUTSIDE_ROLES
from collector.evidence import EvidenceSet, Population
from collector.records.host import Interface
from collector.records.network import Zone

CONTROL = "segmentation-zones"
READS = (Zone, Interface)


@dataclass(frozen=True, slots=True)
class Parameters:
    """Roles that must stand apart."""

    required_roles: tuple[str, ...] = ("user-clients", "admin-clients", "servers", "wireless")


REASONS = {
    "role-without-zone": Reason(
        Text("Ingen zon är angiven för {role}.", "No zone is declared for {role}."),
        Text(
            "Inrätta ett eget nätverkssegment, och ange det under zones.",
            "Set up a segment, and declare it under zones.",
        ),
    ),
    "roles-share-zone": Reason(
        Text(
            "Zonen rymmer flera roller som ska vara åtskilda: {roles}.",
            "The zone holds roles that must stand apart: {roles}.",
        ),
        Text("Flytta rollerna till var sitt segment.", "Move the roles to segments of their own."),
    ),
    "networks-overlap": Reason(
        Text("Överlappar zonen {other}: {networks}.", "Overlaps the zone {other}: {networks}."),
        Text(
            "Dela upp adresserna så att varje nät hör till en zon.",
            "Divide the addresses so that each network has one zone.",
        ),
    ),
    "network-not-declared": Reason(
        Text("Adressen {address} ligger inte i någon angiven zon.", "The address {address} lies in no declared zone."),
        Text("Ange nätet under zones, eller flytta värden.", "Declare the network under zones, or move the host."),
    ),
    "address-not-understood": Reason(
        Text("Adressen {address} kunde inte tolkas.", "The address {address} could not be understood."),
    ),
    "nothing-observed": Reason(
        Text(
            "Ingen läst värd står i zonen; den är bara angiven.",
            "No host that was read stands in the zone; it is only declared.",
        ),
        Text("Lägg till en värd i zonen bland källorna.", "Add a host in the zone to the sources."),
    ),
}


def judge(
    zones: Population[Zone], evidence: EvidenceSet, parameters: Parameters, _as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per zone, per required role without one, and per interface outside all zones."""
    held = sorted(zones.records, key=lambda zone: (zone.name, repr(zone)))
    strange = {zone: text for zone in held for text in zone.networks if not is_network(text)}
    declared = [zone for zone in held if zone not in strange]
    interfaces = evidence.reading(Interface)
    seen = list(observed_addresses(interfaces.records))
    nets = {zone: networks_of(zone.networks) for zone in declared}
    for zone in declared:
        yield _judge_zone(zone, declared, nets, [address for _, address in seen], parameters)
    for zone in held:
        if zone in strange:
            yield undetermined(zone, "address-not-understood", address=strange[zone])
    for role in parameters.required_roles:
        if not any(role in zone.roles for zone in held):
            yield deviates(role, "role-without-zone", role=role)
    for interface, address in seen:
        if not any(declares(network, address) for each in nets.values() for network in each):
            if strange:
                yield undetermined(interface, "address-not-understood", address=min(strange.values()))
            else:
                yield deviates(interface, "network-not-declared", address=str(address))
    for interface, text in unreadable_addresses(interfaces.records):
        yield undetermined(interface, "address-not-understood", address=text)


def _judge_zone(
    zone: Zone,
    declared: Sequence[Zone],
    nets: dict[Zone, tuple[Network, ...]],
    seen: Sequence[Address],
    parameters: Parameters,
) -> Outcome:
    shared = sorted(set(zone.roles) & set(parameters.required_roles))
    if len(shared) > 1:
        return deviates(zone, "roles-share-zone", roles=", ".join(shared))
    for one, other in combinations(declared, 2):
        if zone in (one, other):
            partner = other if zone is one else one
            common = [] if _is_around(zone, partner, nets) else _overlap(nets[zone], nets[partner])
            if common:
                return deviates(zone, "networks-overlap", other=partner.name, networks=", ".join(common))
    if not any(declares(network, address) for address in seen for network in nets[zone]):
        return undetermined(zone, "nothing-observed")
    return conforms(zone)


def _is_around(one: Zone, other: Zone, nets: dict[Zone, tuple[Network, ...]]) -> bool:
    """Whether one of the zones is what lies outside, and its networks are wider than those of the other."""
    outer, inner = (one, other) if OUTSIDE_ROLES & set(one.roles) else (other, one)
    if not OUTSIDE_ROLES & set(outer.roles) or OUTSIDE_ROLES & set(inner.roles):
        return False
    return all(
        a.prefixlen < b.prefixlen for a in nets[outer] for b in nets[inner] if a.version == b.version and a.overlaps(b)
    )


def _overlap(one: Sequence[Network], other: Sequence[Network]) -> list[str]:
    return [str(a) for a in one for b in other if a.version == b.version and a.overlaps(b)]

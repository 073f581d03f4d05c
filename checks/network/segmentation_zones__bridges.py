"""No host joins zones past the firewall.

Judged on the hosts that were read, firewalls set aside: those with rules for routed traffic, not such as have rules for
themselves alone. A host with addresses in several zones deviates, and more so
when it forwards packets; so does one with a tunnel (VPN) that is up, one that is on wireless and on wire at the same
time, one that forwards packets within a zone, and one whose route to another zone, or to everything, leads to a router
that is none of the firewalls in its zone. Where no zone is declared, nothing can be joined.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address, ip_interface

from checks.finding import Outcome, Reason, Severity, Text, conforms, deviates, out_of_scope, undetermined
from checks.network.addresses import Address, is_network, networks_of, observed_addresses, zone_of
from checks.network.firewalls import routing_firewalls
from collector.evidence import EvidenceSet, Population
from collector.records.host import Host, Interface, Route
from collector.records.network import FirewallChain, Zone

CONTROL = "segmentation-zones"
READS = (Host, Interface, Route, Zone, FirewallChain)


@dataclass(frozen=True, slots=True)
class Parameters:
    """None: the declared zones are the yardstick."""


REASONS = {
    "routes-between-zones": Reason(
        Text(
            "Värden står i zonerna {zones} och vidarebefordrar trafik mellan dem.",
            "The host stands in the zones {zones} and forwards traffic between them.",
        ),
        Text(
            "Stäng av vidarebefordran, och låt värden stå i en zon.",
            "Switch forwarding off, and let it stand in one zone.",
        ),
        Severity.HIGH,
    ),
    "stands-in-several-zones": Reason(
        Text("Värden står i flera zoner: {zones}.", "The host stands in several zones: {zones}."),
        Text(
            "Låt värden stå i en zon och nå andra genom brandväggen.",
            "Let it stand in one zone, and reach others through the firewall.",
        ),
    ),
    "forwards": Reason(
        Text("Värden vidarebefordrar paket.", "The host forwards packets."),
        Text(
            "Stäng av vidarebefordran (net.ipv4.ip_forward) om värden inte är en router.",
            "Switch forwarding off (net.ipv4.ip_forward) unless the host is a router.",
        ),
        Severity.LOW,
    ),
    "tunnel": Reason(
        Text("Tunneln {interface} är uppe.", "The tunnel {interface} is up."),
        Text("Avsluta tunneln i en brandvägg, eller besluta om den.", "End the tunnel at a firewall, or decide on it."),
    ),
    "wireless-and-wired": Reason(
        Text(
            "Värden är trådlöst ansluten ({interface}) och samtidigt trådbundet i {zone}.",
            "The host is on wireless ({interface}) and at the same time on wire in {zone}.",
        ),
        Text("Stäng av det trådlösa nätverkskortet.", "Switch the wireless interface off."),
    ),
    "route-around": Reason(
        Text(
            "Vägen till {destination} går genom {gateway}, som inte är en brandvägg i zonen {zone}.",
            "The route to {destination} leads through {gateway}, which is no firewall in the zone {zone}.",
        ),
        Text(
            "Ta bort vägen, eller låt den gå genom brandväggen.", "Remove the route, or lead it through the firewall."
        ),
        Severity.HIGH,
    ),
    "interfaces-unread": Reason(
        Text("Värdens nätverkskort kunde inte läsas.", "The host's interfaces could not be read."),
    ),
    "routes-unread": Reason(Text("Värdens vägar i nätet kunde inte läsas.", "The host's routes could not be read.")),
    "firewalls-unread": Reason(
        Text(
            "Vilka routrar som är brandväggar kunde inte läsas, så om värdens vägar går runt dem är okänt.",
            "Which routers are firewalls could not be read, so whether the host's routes go around them is not known.",
        ),
        Text("Åtgärda de brandväggar som inte kunde läsas.", "See to the firewalls that could not be read."),
    ),
    "forwarding-unknown": Reason(
        Text("Det är okänt om värden vidarebefordrar paket.", "Whether the host forwards packets is not known."),
    ),
    "zones-unread": Reason(
        Text(
            "Zonerna kunde inte läsas eller tolkas i sin helhet.", "The zones could not be read or understood in full."
        )
    ),
    "no-zones": Reason(Text("Inga zoner är angivna.", "No zones are declared.")),
    "firewall": Reason(Text("Värden är en brandvägg.", "The host is a firewall.")),
}


def judge(
    hosts: Population[Host], evidence: EvidenceSet, _parameters: Parameters, _as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per host that joins nothing, and one per way in which another does."""
    declared = evidence.reading(Zone)
    zones = sorted(declared.records, key=lambda zone: (zone.name, repr(zone)))
    sound = declared.complete and all(is_network(text) for zone in zones for text in zone.networks)
    chains = evidence.reading(FirewallChain)
    firewalls, unread = set(routing_firewalls(chains.records)), bool(chains.all_gaps)
    gateways = set(_gateways(evidence, firewalls))
    interfaces, routes = evidence.reading(Interface).of(hosts.source), evidence.reading(Route).of(hosts.source)
    for host in hosts.records:
        if host.name in firewalls:
            yield out_of_scope(host, "firewall")
        elif not declared.populations and not declared.gaps:
            yield out_of_scope(host, "no-zones")
        elif not sound:
            yield undetermined(host, "zones-unread")
        elif not interfaces.covers(host.name):
            yield undetermined(host, "interfaces-unread")
        else:
            own = sorted(
                (each for each in interfaces.records if each.host == host.name and each.up is not False), key=repr
            )
            found = list(_of_interfaces(host, own, zones))
            ways = sorted((each for each in routes.records if each.host == host.name), key=repr)
            found += _around(host, ways, zones, gateways)
            if found:
                yield from found
            elif unread and any(_leads_to_another(each, zones, gateways) for each in ways):
                yield undetermined(host, "firewalls-unread")
            elif not routes.covers(host.name):
                yield undetermined(host, "routes-unread")
            elif host.forwarding is None:
                yield undetermined(host, "forwarding-unknown")
            else:
                yield conforms(host)


def _gateways(evidence: EvidenceSet, firewalls: set[str]) -> Iterator[Address]:
    interfaces = [each for each in evidence.reading(Interface).records if each.host in firewalls]
    for _, address in observed_addresses(interfaces):
        yield address


def _of_interfaces(host: Host, interfaces: Iterable[Interface], zones: list[Zone]) -> Iterator[Outcome]:
    held = list(interfaces)
    standing: dict[str, Interface] = {}
    for interface, address in observed_addresses(held):
        zone = zone_of(address, zones)
        if zone is not None and interface.kind != "tunnel":
            standing.setdefault(zone.name, interface)
    if len(standing) > 1:
        reason = "routes-between-zones" if host.forwarding else "stands-in-several-zones"
        yield deviates(host, reason, zones=", ".join(sorted(standing)))
    elif host.forwarding:
        yield deviates(host, "forwards")
    for each in held:
        if each.kind == "tunnel" and each.up and each.addresses:
            yield deviates(host, "tunnel", interface=each.name)
    wired = sorted(name for name, each in standing.items() if each.kind != "wireless")
    for each in held:
        if each.kind == "wireless" and each.up and each.addresses and wired:
            yield deviates(host, "wireless-and-wired", interface=each.name, zone=wired[0])


def _leads_to_another(route: Route, zones: list[Zone], gateways: Container[Address]) -> bool:
    """Whether a route leads through a router of a declared zone that is none of the firewalls which were read."""
    if route.gateway is None or route.kind != "unicast" or not is_network(route.gateway):
        return False
    gateway = ip_address(ip_interface(route.gateway).ip)
    return gateway not in gateways and zone_of(gateway, zones) is not None


def _around(host: Host, routes: Iterable[Route], zones: list[Zone], gateways: set[Address]) -> Iterator[Outcome]:
    for route in routes:
        if route.gateway is None or route.kind != "unicast" or not is_network(route.destination):
            continue
        if not is_network(route.gateway):
            continue
        gateway = ip_address(ip_interface(route.gateway).ip)
        zone = zone_of(gateway, zones)
        if zone is None or gateway in gateways:
            continue
        nets = networks_of(zone.networks)
        if not any(each in net for each in gateways for net in nets if net.version == each.version):
            continue  # which of the zone's routers are firewalls was not read
        (target,) = networks_of([route.destination])
        others = [net for other in zones if other.name != zone.name for net in networks_of(other.networks)]
        if any(net.version == target.version and net.overlaps(target) for net in others):
            yield deviates(host, "route-around", destination=route.destination, gateway=route.gateway, zone=zone.name)

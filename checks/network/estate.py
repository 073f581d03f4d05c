"""The firewalls of the evidence and the ways between declared zones through them; pure.

A way starts at a firewall that stands in the source's zone and follows each firewall's networks and routes to the
next, until one has an interface on the destination's network, or hands on to a router within the destination's zone.
Where a firewall changes the source address, the next one is asked about the new address; where the first one plainly
changes the destination to an address on one of its networks, the packets are followed there, and are of that address's
zone. An address belongs to the zone with the narrowest network that holds it, so that a zone of all addresses is what
no other zone declares. All addresses of a zone and all ports are decided on, without a sample: one for each part that
rules, routes, interfaces and declared flows tell apart. What is addressed to a firewall itself is not routed, and not
judged.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import replace
from ipaddress import ip_address, ip_interface

from checks.network.addresses import Address, Network, is_network, networks_of
from checks.network.declared_flows import allows_address
from checks.network.firewall import Firewall, FirewallEvidence
from checks.network.passages import Hop, Part, Passage, passage_of
from checks.network.spaces import Addresses, Ports
from checks.network.symbolic import MAX_STEPS, End, TooMuchError
from checks.network.translated import Translations
from checks.network.zone_map import ZoneMap
from collector.records.host import Route
from collector.records.network import DeclaredFlow, FirewallRule, Zone

MAX_WAYS = 20_000_000
"""Pairs of parts of two zones that are decided on, over all zones."""
MAX_HOPS = 8
"""Firewalls on one way."""


class Estate:
    """All firewalls, zones and declared flows together. Raises ValueError for a text that is no address or port."""

    def __init__(
        self,
        firewalls: Sequence[FirewallEvidence],
        zones: Sequence[Zone],
        flows: Sequence[DeclaredFlow] = (),
        steps: int = MAX_STEPS,
    ) -> None:
        self.zones = tuple(zones)
        self.flows = tuple(flows)
        rules = [rule for each in firewalls for rule in each.rules]
        self.ports = Ports([text for rule in rules for text in rule.ports] + [p for flow in flows for p in flow.ports])
        written = {text for rule in rules for text in (*rule.sources, *rule.destinations)}
        written |= {text for zone in zones for text in zone.networks}
        written |= {text for flow in flows for text in flow.destination_addresses}
        written |= {text for rule in rules for text in rule.translated_to if is_network(text)}
        for each in firewalls:
            written |= {route.destination for route in each.routes}
            for interface in each.interfaces:
                for address in interface.addresses:
                    written |= {str(ip_interface(address).network), str(ip_interface(address).ip)}
        self.spaces = {version: Addresses(version, written) for version in (4, 6)}
        self._budget = [steps]
        self._ways_left = MAX_WAYS
        self.firewalls = [Firewall(each, self.ports, self.spaces, self._budget) for each in firewalls]
        self.own = frozenset(address for each in self.firewalls for address in each.addresses)
        """The firewalls' own addresses."""
        self._map = ZoneMap(self.zones)
        self._origins: dict[Zone, list[Part]] = {}
        self._targets: dict[Zone, list[Part]] = {}
        self._standing: dict[Zone, list[Firewall]] = {}
        self._known_ways: dict[tuple[int, str, int, int], tuple[Hop, ...] | None] = {}
        self._grouped: dict[tuple[int, str, int], list[tuple[str | None, list[Part]]]] = {}
        self._routed: dict[tuple[int, int, int], tuple[str | None, bool, Route | None]] = {}
        self._translations = Translations(self.firewalls, self.spaces, self._place)

    def flows_to(self, zone: Zone) -> tuple[DeclaredFlow, ...]:
        """The declared flows to a zone; `Passage.flows` numbers them by their place here."""
        return tuple(flow for flow in self.flows if flow.destination == zone.name)

    def standing_in(self, zone: Zone) -> list[Firewall]:
        """The firewalls with an address in a zone, or with an interface on a network within it."""
        if zone not in self._standing:
            self._standing[zone] = [
                each
                for each in self.firewalls
                if any(self._map.narrowest(address) == zone for address in each.addresses)
                or any(self._map.around(net) == zone for net, _ in each.networks)
            ]
        return self._standing[zone]

    def passages(self, source: Zone, destination: Zone, protocol: str) -> list[Passage]:
        """What becomes of packets from one zone to another, alike ones joined; empty where no way is known.

        Raises TooMuchError.
        """
        found: dict[object, Passage] = {}
        for first in self.standing_in(source):
            for target in self._targets_of(destination):
                way = self._way_to(first, source, target)
                if way is None:
                    continue
                for incoming, origins in self._by_interface(first, source, target.version):
                    hops = (Hop(first, incoming, way[0].outgoing), *way[1:])
                    self._spend(len(origins))
                    if len(hops) == 1:
                        self._one_hop(hops[0], origins, target, protocol, found)
                    else:
                        for origin in origins:
                            self._many_hops(hops, origin, target, protocol, found)
            self._translated(first, source, destination, protocol, found)
        return list(found.values())

    def ways(self, first: Firewall, source: Zone, destination: Zone) -> list[tuple[Hop, ...]]:
        """The ways from one firewall to the parts of a zone, those that are known."""
        found = {
            tuple((id(hop.firewall), hop.outgoing) for hop in way): way
            for target in self._targets_of(destination)
            if (way := self._way_to(first, source, target)) is not None
        }
        return list(found.values())

    def between(self, source: Address, zone: Zone, target: Address, protocol: str) -> list[Passage]:
        """What becomes of packets from one address of a zone to one other address."""
        found: dict[object, Passage] = {}
        origin = Part(source.version, self.spaces[source.version].part_of(source), source)
        aim = Part(target.version, self.spaces[target.version].part_of(target), target)
        for first in self.standing_in(zone):
            way = self.way(first, zone, target)
            if way is not None:
                hops = (Hop(first, first.interface_to(source), way[0].outgoing), *way[1:])
                reached: dict[object, Passage] = {}
                self._many_hops(hops, origin, aim, protocol, reached)
                for key, passage in reached.items():
                    found[key] = self._with_translated(passage, hops[0], origin, aim, protocol)
        return list(found.values())

    def origins_of(self, zone: Zone) -> list[Address]:
        """An address of each part of a zone that is told apart."""
        return [part.address for part in self._origins_of(zone)]

    def loses_sight(self, first: Firewall, source: Zone, destination: Zone) -> bool:
        """Whether a way from one firewall to some part of a zone leads to a router of which nothing was read."""
        return any(self._follow(first, source, target.address)[1] for target in self._targets_of(destination))

    def way(self, first: Firewall, zone: Zone, target: Address) -> tuple[Hop, ...] | None:
        """The firewalls from the first on; None where the way leads into the dark, in a circle or back to the zone."""
        return self._follow(first, zone, target)[0]

    def _follow(self, first: Firewall, zone: Zone, target: Address) -> tuple[tuple[Hop, ...] | None, bool]:
        """As `way`, and whether it leads to a router that is none of the firewalls and not in the source's zone."""
        if self._map.narrowest(target) == zone:
            return None, False
        hops: list[Hop] = []
        here, incoming = first, None
        while len(hops) < MAX_HOPS and here not in [hop.firewall for hop in hops]:
            if here.route_to(target) is None:
                if here.is_connected(target):
                    return (*hops, Hop(here, incoming, here.interface_to(target))), False
                stands = any(
                    target in net and here in self.standing_in(each) for each, net in self._map.networks_of(target)
                )
                return ((*hops, Hop(here, incoming, None)) if stands else None), False
            route = here.route_to(target)
            if route is None or route.kind != "unicast" or route.gateway is None:
                return None, False
            gateway = ip_address(route.gateway)
            following = next((each for each in self.firewalls if gateway in each.addresses and each is not here), None)
            if self._map.is_within(gateway, zone):
                return None, True
            if following is None and self._map.narrowest(gateway) is self._map.narrowest(target) is not None:
                return (*hops, Hop(here, incoming, here.interface_to(gateway))), False
            if following is None:
                return None, True
            hops.append(Hop(here, incoming, here.interface_to(gateway)))
            here, incoming = following, following.addresses[gateway]
        return None, False

    def _way_to(self, first: Firewall, zone: Zone, target: Part) -> tuple[Hop, ...] | None:
        """As `way`, remembered: all addresses of a part are routed alike."""
        key = (id(first), zone.name, target.version, target.number)
        if key not in self._known_ways:
            self._known_ways[key] = self.way(first, zone, target.address)
        return self._known_ways[key]

    def _place(self, address: Address) -> tuple[Zone, Part] | None:
        """The zone of an address, and its part with the flows to that zone that hold it."""
        zone = self._map.narrowest(address)
        if zone is None:
            return None
        flows = sum(1 << number for number, flow in enumerate(self.flows_to(zone)) if allows_address(flow, address))
        return zone, Part(address.version, self.spaces[address.version].part_of(address), address, flows)

    def _spend(self, ways: int) -> None:
        self._ways_left -= ways
        if self._ways_left < 0:
            raise TooMuchError

    def _by_interface(self, first: Firewall, zone: Zone, version: int) -> list[tuple[str | None, list[Part]]]:
        key = (id(first), zone.name, version)
        if key not in self._grouped:
            found: dict[str | None, list[Part]] = {}
            for origin in self._origins_of(zone):
                if origin.version == version and not self._comes_by_another(first, origin.address):
                    found.setdefault(first.interface_to(origin.address), []).append(origin)
            self._grouped[key] = list(found.items())
        return self._grouped[key]

    def _comes_by_another(self, firewall: Firewall, origin: Address) -> bool:
        """Whether packets from an address meet another firewall first: the one that the route back leads to."""
        route = firewall.route_to(origin)
        if route is None or route.gateway is None:
            return False
        gateway = ip_address(route.gateway)
        return any(gateway in each.addresses for each in self.firewalls if each is not firewall)

    def _one_hop(
        self, hop: Hop, origins: Iterable[Part], target: Part, protocol: str, found: dict[object, Passage]
    ) -> None:
        rules = hop.firewall.filter
        way = rules.way(hop.incoming, hop.outgoing, protocol, target.version)
        sources = rules.sources[target.version]
        may = rules.destinations[target.version][target.number] & way.any
        known = way.fates
        for origin in origins:
            candidates = sources[origin.number] & may
            fate = known.get(candidates) or rules.fate(way, candidates)
            if fate.moved:
                fate = self._translations.without_moved(hop.firewall, fate, target.version)
            key = (id(fate), target.flows)
            if key not in found:
                found[key] = passage_of(hop.firewall.name, fate, origin, target)

    def _many_hops(
        self, hops: Sequence[Hop], origin: Part, target: Part, protocol: str, found: dict[object, Passage]
    ) -> None:
        alive: list[tuple[int, int]] = [(self.ports.all, origin.number)]
        unsure = stopped = 0
        by: list[tuple[End, int, str, FirewallRule | None]] = []
        hidden: list[tuple[int, str, FirewallRule]] = []
        for hop in hops:
            rules = hop.firewall.filter
            way = rules.way(hop.incoming, hop.outgoing, protocol, target.version)
            may = rules.destinations[target.version][target.number] & way.any
            onward: list[tuple[int, int]] = []
            for ports, part in alive:
                fate = rules.fate(way, rules.sources[target.version][part] & may)
                if fate.moved and hop is hops[0]:
                    fate = self._translations.without_moved(hop.firewall, fate, target.version)
                by += [(end, held & ports, hop.firewall.name, rule) for end, held, rule in fate.by if held & ports]
                stopped |= ports & fate.stopped
                unsure |= ports & fate.unknown
                on = ports & (fate.passes | fate.unknown)
                for held, rule in fate.rewritten:
                    new = self._new_source(hop, rule, target.version)
                    hidden += [(held & on, hop.firewall.name, rule)] if held & on else []
                    if new is None:
                        unsure |= held & on
                    else:
                        onward += [(held & on, new)] if held & on else []
                        on &= ~held
                onward += [(on, part)] if on else []
            alive = onward
        reached = 0
        for ports, _ in alive:
            reached |= ports
        names = tuple(hop.firewall.name for hop in hops)
        unknown = reached & unsure
        key = (names, reached, unknown, stopped, tuple(by), target.flows)
        if key not in found:
            found[key] = Passage(
                origin.address,
                target.address,
                target.flows,
                names,
                reached & ~unknown,
                stopped & ~reached,
                unknown,
                tuple(by),
                tuple(hidden),
            )

    def _translated(
        self, first: Firewall, source: Zone, destination: Zone, protocol: str, found: dict[object, Passage]
    ) -> None:
        """Add what becomes of packets that the first firewall sends to a zone by another destination address."""
        to = {aim.part.version for aim in self._translations.aims(first) if aim.zone == destination}
        for version in sorted(to):
            for incoming, origins in self._by_interface(first, source, version):
                for origin in origins:
                    moves = self._translations.moves(first, incoming, origin, protocol)
                    self._spend(len(moves))
                    for move in moves:
                        if move.aim.zone == destination:
                            fate = self._translations.onward(first, incoming, origin, protocol, move)
                            key = id(fate), move.aim.part.flows
                            found.setdefault(key, passage_of(first.name, fate, origin, move.aim.part))

    def _with_translated(self, passage: Passage, hop: Hop, origin: Part, target: Part, protocol: str) -> Passage:
        """A passage to one address, with what becomes of the packets to it that go to another one."""
        rules = hop.firewall.filter
        way = rules.way(hop.incoming, hop.outgoing, protocol, target.version)
        may = rules.destinations[target.version][target.number] & way.any
        fate = rules.fate(way, rules.sources[target.version][origin.number] & may)
        for move in self._translations.moved(hop.firewall, fate, target.version, target.number):
            onward = self._translations.onward(hop.firewall, hop.incoming, origin, protocol, move)
            name = hop.firewall.name
            passage = replace(
                passage,
                passes=passage.passes | onward.passes,
                stopped=passage.stopped | onward.stopped,
                unknown=passage.unknown | onward.unknown,
                by=(*passage.by, *((end, ports, name, rule) for end, ports, rule in onward.by)),
            )
        return passage

    def _new_source(self, hop: Hop, rule: FirewallRule, version: int) -> int | None:
        """The part that the rewritten source address lies in; None where it cannot be told."""
        texts = rule.translated_to
        if rule.translation == "masquerade":
            own = [a for a, name in hop.firewall.addresses.items() if name == hop.outgoing and a.version == version]
            texts = tuple(str(each) for each in own)
        try:
            addresses = [ip_address(text) for text in texts]
        except ValueError:
            return None
        if len(addresses) != 1 or addresses[0].version != version:
            return None
        return self.spaces[version].part_of(addresses[0])

    def _origins_of(self, zone: Zone) -> list[Part]:
        if zone not in self._origins:

            def key(part: Part) -> object:
                return tuple(
                    (each.filter.sources[part.version][part.number], self._routing(n, part)[0])
                    for n, each in enumerate(self.firewalls)
                )

            self._origins[zone] = self._parts(zone, key)
        return self._origins[zone]

    def _targets_of(self, zone: Zone) -> list[Part]:
        if zone not in self._targets:

            def key(part: Part) -> object:
                return part.flows, tuple(
                    (each.filter.destinations[part.version][part.number], self._routing(n, part))
                    for n, each in enumerate(self.firewalls)
                )

            self._targets[zone] = self._parts(zone, key, self.flows_to(zone), without=self.own)
        return self._targets[zone]

    def _routing(self, number: int, part: Part) -> tuple[str | None, bool, Route | None]:
        """Where one firewall sends what is for a part: the interface, whether it is connected, the route."""
        place = (number, part.version, part.number)
        if place not in self._routed:
            firewall, address = self.firewalls[number], part.address
            self._routed[place] = (
                firewall.interface_to(address),
                firewall.is_connected(address),
                firewall.route_to(address),
            )
        return self._routed[place]

    def _parts(
        self,
        zone: Zone,
        key: Callable[[Part], object],
        flows: tuple[DeclaredFlow, ...] = (),
        without: Container[Address] = (),
    ) -> list[Part]:
        """The parts of a zone, alike ones joined; addresses of a narrower zone are not among them.

        `without`: single addresses that are left out; the space is cut at each of them.
        """
        held = {
            version: [
                (1 << n, networks_of(flow.destination_addresses))
                for n, flow in enumerate(flows)
                if flow.destination_addresses
            ]
            for version in (4, 6)
        }
        whole = sum(1 << n for n, flow in enumerate(flows) if not flow.destination_addresses)
        found: dict[object, Part] = {}
        for text in zone.networks:
            (network,) = networks_of([text])
            space = self.spaces[network.version]
            narrower = self._map.narrower[zone.name, network]
            for number in space.parts(text):
                first, last = space.first_of(number), space.last_of(number)
                if any(first in other for other in narrower) or (first == last and first in without):
                    continue
                address = space_address(first, last, network)
                bits = whole + sum(
                    bit
                    for bit, nets in held[network.version]
                    if any(first in net for net in nets if net.version == first.version)
                )
                part = Part(network.version, number, address, bits)
                found.setdefault((network.version, key(part)), part)
        return list(found.values())


def space_address(first: Address, last: Address, network: Network) -> Address:
    """An address to show for a part: not the network's own, where there is another."""
    return first + 1 if first == network.network_address and int(last) > int(first) else first

"""Packets that a firewall sends to another destination before it routes them (DNAT), followed where that is plain."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from ipaddress import ip_address

from checks.network.addresses import Address
from checks.network.firewall import Firewall
from checks.network.passages import Part
from checks.network.spaces import Addresses
from checks.network.symbolic import Fate
from collector.records.network import FirewallRule, Zone


@dataclass(frozen=True, slots=True)
class Aim:
    """Where a rule sends packets before they are routed."""

    zone: Zone
    part: Part
    outgoing: str | None


@dataclass(frozen=True, slots=True)
class Move:
    """Ports whose packets go to another destination."""

    ports: int
    aim: Aim
    changed: bool
    """Whether it is another one than they were addressed to."""


class Translations:
    """The rules of all firewalls that send packets to another destination; tells each filter whether all are followed.

    `place` gives the zone of an address and its part, with the declared flows that hold it; None outside all zones.
    """

    def __init__(
        self,
        firewalls: Sequence[Firewall],
        spaces: Mapping[int, Addresses],
        place: Callable[[Address], tuple[Zone, Part] | None],
    ) -> None:
        self._spaces, self._place = spaces, place
        self._aims: dict[int, dict[int, Aim | None]] = {}
        self._moves: dict[tuple[int, str | None, str, int, int], list[Move]] = {}
        self._kept: dict[tuple[int, int], tuple[Fate, Fate]] = {}
        self._apart: dict[tuple[int, int], list[tuple[int, int]]] = {}
        for firewall in firewalls:
            sending = [rule for rule in firewall.rules if rule.translation == "dnat" and not rule.disabled]
            aims = self._aims[id(firewall)] = {id(rule): self._aim(firewall, rule) for rule in sending}
            followed = None not in aims.values() and not firewall.filter.doubts_before_routing
            firewall.filter.follows_all = not sending or followed

    def aims(self, firewall: Firewall) -> list[Aim]:
        """Where a firewall plainly sends packets."""
        return [aim for aim in self._aims[id(firewall)].values() if aim is not None]

    def _aim(self, firewall: Firewall, rule: FirewallRule) -> Aim | None:
        """Where a rule plainly sends packets: one address, in a zone and on the firewall's network, the port kept."""
        plain = rule.translation == "dnat" and rule.translated_port is None and len(rule.translated_to) == 1
        try:
            address = ip_address(rule.translated_to[0]) if plain else None
        except ValueError:
            return None
        if address is None or address in firewall.addresses or firewall.route_to(address) is not None:
            return None
        place = self._place(address)
        if place is None or not firewall.is_connected(address):
            return None
        return Aim(*place, firewall.interface_to(address))

    def without_moved(self, firewall: Firewall, fate: Fate, version: int) -> Fate:
        """The fate without the ports whose packets are followed to another destination."""
        key = (id(fate), version)
        if key not in self._kept:
            gone = 0
            for ports, rule in fate.moved:
                aim = self._aims[id(firewall)].get(id(rule))
                gone |= ports if aim is not None and aim.part.version == version else 0
            by = tuple((end, ports & ~gone, rule) for end, ports, rule in fate.by if ports & ~gone)
            self._kept[key] = fate, replace(fate, unknown=fate.unknown & ~gone, by=by)
        return self._kept[key][1]

    def _told_apart(self, first: Firewall, version: int) -> list[tuple[int, int]]:
        """The parts that packets may be addressed to, one of each that rules before routing tell apart, with its rules.

        The parts that packets are sent to stand for themselves: to those, nothing is changed.
        """
        key = (id(first), version)
        if key in self._apart:
            return self._apart[key]
        aims = {aim.part.number for aim in self.aims(first) if aim.part.version == version}
        rules = first.filter
        columns = enumerate(rules.destinations[version][: len(self._spaces[version])])
        found: dict[object, tuple[int, int]] = {}
        for number, bits in columns:
            met = bits & rules.before_routing
            found.setdefault((met, number if number in aims else None), (number, met))
        self._apart[key] = list(found.values())
        return self._apart[key]

    def moves(self, first: Firewall, incoming: str | None, origin: Part, protocol: str) -> list[Move]:
        """Where packets from one part are surely sent, to whatever address they were addressed."""
        rules, version = first.filter, origin.version
        own = rules.sources[version][origin.number] & rules.before_routing
        key = (id(first), incoming, protocol, version, own)
        if key not in self._moves:
            way = rules.way(incoming, None, protocol, version)
            found: dict[object, Move] = {}
            for number, bits in self._told_apart(first, version):
                for move in self.moved(first, rules.fate(way, own & bits & way.any), version, number):
                    found.setdefault((move.ports, id(move.aim), move.changed), move)
            self._moves[key] = list(found.values())
        return self._moves[key]

    def moved(self, first: Firewall, fate: Fate, version: int, addressed: int) -> Iterator[Move]:
        """Where packets that are addressed to a part (its number) are surely sent instead."""
        for ports, rule in fate.moved:
            aim = self._aims[id(first)].get(id(rule))
            if aim is not None and aim.part.version == version:
                # Sent to where it was going anyway, a packet counts as not translated.
                yield Move(ports, aim, changed=aim.part.number != addressed)

    def onward(self, first: Firewall, incoming: str | None, origin: Part, protocol: str, move: Move) -> Fate:
        """What becomes of packets where they are sent."""
        rules, version, aim = first.filter, origin.version, move.aim
        way = rules.way(incoming, aim.outgoing, protocol, version, translated=move.changed)
        may = rules.destinations[version][aim.part.number] & way.any
        return rules.fate_of(way, rules.sources[version][origin.number] & may, move.ports)

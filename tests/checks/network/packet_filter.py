"""What a firewall's rules do with the first packet of a connection, packet by packet: the measure of `checks.network`.

Follows nft(8): base chains of a hook in order of priority; within a chain the first rule that matches and decides;
`accept` ends one base chain and the packet goes on to the next; `drop` and `reject` are final. Where a rule holds
something that was not understood, both ways are followed, and the decision is `undetermined` unless they agree.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_interface, ip_network
from typing import Literal

from checks.network.parts import port_range
from collector.records.host import Interface
from collector.records.network import FirewallChain, FirewallRule

MAX_DEPTH = 32
"""Jumps within jumps; the kernel allows 16 (NFT_JUMP_STACK_SIZE)."""

_HOOKS = ("prerouting", "forward", "postrouting")
"""The hooks that a routed packet passes, in this order."""
_FAMILIES = {4: frozenset({"inet", "ip"}), 6: frozenset({"inet", "ip6"})}

Address = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class Packet:
    """The first packet of a new connection (ct state new)."""

    source: Address
    destination: Address
    protocol: str
    """tcp, udp, icmp, ipv6-icmp."""
    port: int | None = None
    """Destination port; None for protocols without ports."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of a packet, and by which rule."""

    verdict: Literal["accept", "drop", "reject", "undetermined"]
    rule: FirewallRule | None = None
    """The rule that decided (for `undetermined`: the first that was not understood); None where a policy did."""


class _Match(Enum):
    NO = 0
    MAYBE = 1
    YES = 2


@dataclass(slots=True)
class _Outcomes:
    """The ends that are possible, each with the first rule that leads to it; `return` is the chain's end."""

    ends: dict[str, FirewallRule | None]
    doubt: FirewallRule | None = None

    def add(self, end: str, rule: FirewallRule | None) -> None:
        self.ends.setdefault(end, rule)


class PacketFilter:
    """The rules of one device, arranged for deciding on many packets."""

    def __init__(
        self,
        device: str,
        chains: Iterable[FirewallChain],
        rules: Iterable[FirewallRule],
        interfaces: Iterable[Interface] = (),
    ) -> None:
        self.device = device
        own = [chain for chain in chains if chain.device == device]
        self._base = sorted(
            (chain for chain in own if chain.hook in _HOOKS),
            key=lambda chain: (
                _HOOKS.index(chain.hook or ""),
                chain.priority or 0,
                chain.family,
                chain.table,
                chain.name,
            ),
        )
        self._rules: dict[tuple[str, str, str], list[FirewallRule]] = {
            (chain.family, chain.table, chain.name): [] for chain in own
        }
        for rule in sorted((each for each in rules if each.device == device), key=_place):
            self._rules.setdefault((rule.family, rule.table, rule.chain), []).append(rule)
        self._interfaces = [
            (ip_interface(address).network, interface.name)
            for interface in interfaces
            if interface.host == device
            for address in interface.addresses
        ]

    @property
    def filters(self) -> bool:
        """Whether any chain looks at routed packets; without one, everything that is routed passes."""
        return any(chain.hook == "forward" for chain in self._base)

    def decide(self, packet: Packet) -> Decision:
        """What becomes of the packet, if the device routes it."""
        ways = (self._interface(packet.source), self._interface(packet.destination))
        possible = _Outcomes({})
        passed: FirewallRule | None = None
        for chain in self._base:
            if chain.family not in _FAMILIES[packet.source.version]:
                continue
            out = None if chain.hook == "prerouting" else ways[1]
            seen = _Seen(packet, ways[0], out, routed=chain.hook != "prerouting")
            here = self._walk((chain.family, chain.table, chain.name), seen, 0)
            if "return" in here.ends:
                here.ends.pop("return")
                here.add(chain.policy or "accept", None)
            possible.doubt = possible.doubt or here.doubt
            for end, rule in here.ends.items():
                if end != "accept":
                    possible.add(end, rule)
            if "accept" not in here.ends:
                return _decision(possible)
            if chain.hook == "forward" and here.ends["accept"] is not None:
                passed = here.ends["accept"]
        possible.add("accept", passed)
        return _decision(possible)

    def _walk(self, place: tuple[str, str, str], seen: _Seen, depth: int) -> _Outcomes:
        """The possible ends of one chain."""
        result = _Outcomes({})
        if depth > MAX_DEPTH or place not in self._rules:
            for end in ("accept", "drop", "return"):
                result.add(end, None)
            return result
        for rule in self._rules[place]:
            match = _matches(rule, seen)
            if match is _Match.NO:
                continue
            if self._apply(rule, seen, depth, result) and match is _Match.YES:
                return result
            if match is _Match.MAYBE and (rule.verdict != "continue" or rule.not_understood):
                result.doubt = result.doubt or rule
        result.add("return", None)
        return result

    def _apply(self, rule: FirewallRule, seen: _Seen, depth: int, result: _Outcomes) -> bool:
        """Add the ends of a rule that matches; True where no packet goes on to the rule after it."""
        if rule.verdict in {"accept", "drop", "reject", "return"}:
            result.add(rule.verdict, rule)
            return True
        if rule.verdict == "continue":
            if rule.not_understood:
                result.doubt = result.doubt or rule
                result.add("accept", rule)
                result.add("drop", rule)
            return False
        inner = self._walk((rule.family, rule.table, rule.target or ""), seen, depth + 1)
        result.doubt = result.doubt or inner.doubt
        for end, by in inner.ends.items():
            if end != "return":
                result.add(end, by or rule)
        if "return" not in inner.ends:
            return True
        if rule.verdict == "goto":
            # After a goto the packet does not come back: what follows is the end of this chain.
            result.add("return", rule)
            return True
        return False

    def _interface(self, address: Address) -> str | None:
        """The interface whose network holds the address; None where no interface is on it."""
        found = [
            (net.prefixlen, name) for net, name in self._interfaces if address.version == net.version and address in net
        ]
        return max(found)[1] if found else None


@dataclass(frozen=True, slots=True)
class _Seen:
    """A packet at a hook, with the interfaces that are known there."""

    packet: Packet
    incoming: str | None
    outgoing: str | None
    routed: bool


def _place(rule: FirewallRule) -> tuple[int, int, str]:
    """Order within a chain; nothing but the record itself decides between rules that claim the same place."""
    return rule.position, -1 if rule.handle is None else rule.handle, repr(rule)


def _decision(possible: _Outcomes) -> Decision:
    if len(possible.ends) == 1 or "accept" not in possible.ends:
        end, rule = next(iter(possible.ends.items()))
        return Decision(end, rule)  # type: ignore[arg-type]  # the ends are verdicts once `return` is resolved
    return Decision("undetermined", possible.doubt)


def _matches(rule: FirewallRule, seen: _Seen) -> _Match:
    """Whether the rule's conditions hold for the packet; one that surely fails settles it."""
    packet = seen.packet
    results = [
        _address_matches(rule.sources, packet.source, negated=rule.sources_negated),
        _address_matches(rule.destinations, packet.destination, negated=rule.destinations_negated),
        _protocol_matches(rule.protocols, packet.protocol),
        _port_matches(rule.ports, packet.port, negated=rule.ports_negated),
        _source_port_matches(rule.source_ports, packet.port),
        _message_matches(rule.icmp_types, packet.protocol),
        _Match.NO if rule.after_dnat else _Match.YES,
        _interface_matches(rule.in_interfaces, seen.incoming, negated=rule.in_interfaces_negated),
        _Match.NO if rule.states and "new" not in rule.states else _Match.YES,
        _Match.MAYBE if rule.not_understood else _Match.YES,
    ]
    if seen.routed:
        results.append(_interface_matches(rule.out_interfaces, seen.outgoing, negated=rule.out_interfaces_negated))
    elif rule.out_interfaces:
        results.append(_Match.MAYBE)
    return min(results, key=lambda each: each.value)


def _address_matches(wanted: tuple[str, ...], address: Address, *, negated: bool) -> _Match:
    if not wanted:
        return _Match.YES
    version = 6 if ":" in wanted[0] else 4
    mixed = any((":" in each) != (":" in wanted[0]) for each in wanted)
    if address.version != version and not mixed:
        return _Match.NO  # `ip saddr != ...` is a condition on IPv4 packets only
    within = any(_holds(each, address) for each in wanted)
    return _Match.YES if within != negated else _Match.NO


def _holds(written: str, address: Address) -> bool:
    if "-" in written:
        first, _, last = written.partition("-")
        return first_to_last(ip_address(first), ip_address(last), address)
    network: IPv4Network | IPv6Network = ip_network(written, strict=False)
    return address.version == network.version and address in network


def first_to_last(first: Address, last: Address, address: Address) -> bool:
    """Whether an address lies in a range of its own version."""
    return first.version == address.version and int(first) <= int(address) <= int(last)


def _protocol_matches(wanted: tuple[str, ...], protocol: str) -> _Match:
    if not wanted or protocol in wanted:
        return _Match.YES
    number = {"icmp": "1", "tcp": "6", "udp": "17", "ipv6-icmp": "58"}.get(protocol)
    return _Match.YES if number in wanted else _Match.NO


def _port_matches(wanted: tuple[str, ...], port: int | None, *, negated: bool) -> _Match:
    if not wanted:
        return _Match.YES
    if port is None:
        return _Match.MAYBE  # other bytes stand where the rule looks for a port
    within = any(first <= port <= last for first, last in map(port_range, wanted))
    return _Match.YES if within != negated else _Match.NO


def _source_port_matches(wanted: tuple[str, ...], port: int | None) -> _Match:
    """The client chooses its port, so a condition on it may hold."""
    if not wanted:
        return _Match.YES
    if port is None:
        return _Match.MAYBE
    return _Match.YES if any(port_range(each) == (0, 65535) for each in wanted) else _Match.MAYBE


def _message_matches(wanted: tuple[str, ...], protocol: str) -> _Match:
    """A packet of ICMP is an echo request."""
    if not wanted or protocol not in {"icmp", "ipv6-icmp"}:
        return _Match.YES
    return _Match.YES if "echo-request" in wanted else _Match.NO


def _interface_matches(wanted: tuple[str, ...], name: str | None, *, negated: bool) -> _Match:
    if not wanted:
        return _Match.YES
    if name is None:
        return _Match.MAYBE
    within = any(name.startswith(each[:-1]) if each.endswith("*") else name == each for each in wanted)
    return _Match.YES if within != negated else _Match.NO


def decide(
    chains: Iterable[FirewallChain],
    rules: Iterable[FirewallRule],
    packet: Packet,
    interfaces: Iterable[Interface] = (),
) -> Mapping[str, Decision]:
    """What each device among the records does with one packet, by device name."""
    held_chains, held_rules, held_interfaces = tuple(chains), tuple(rules), tuple(interfaces)
    devices = sorted({chain.device for chain in held_chains} | {rule.device for rule in held_rules})
    return {device: PacketFilter(device, held_chains, held_rules, held_interfaces).decide(packet) for device in devices}

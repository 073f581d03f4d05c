"""What a firewall's rules do with the first packet of a connection, for all ports at once; pure.

Follows nft(8): base chains of a hook in order of priority; within a chain the first rule that matches and decides;
`accept` ends one base chain and the packet goes on to the next; `drop` and `reject` are final. Where a rule holds
something that was not understood, both ways are followed, and just the ports that it meets are unknown unless both ways
lead to the same end.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Literal

from checks.network.parts import port_range
from checks.network.spaces import Addresses, Ports
from collector.records.network import FirewallChain, FirewallRule

MAX_DEPTH = 32
"""Jumps within jumps; the kernel allows 16 (NFT_JUMP_STACK_SIZE)."""
MAX_STEPS = 5_000_000
"""Rules that are worked through for one estate; a hostile ruleset could ask for any number."""

_HOOKS = ("prerouting", "forward", "postrouting")
"""The hooks that a routed packet passes, in this order."""
_FAMILIES = {4: frozenset({"inet", "ip"}), 6: frozenset({"inet", "ip6"})}
_NAMES = {
    ("tcp", 4): {"tcp", "6"},
    ("tcp", 6): {"tcp", "6"},
    ("udp", 4): {"udp", "17"},
    ("udp", 6): {"udp", "17"},
    ("icmp", 4): {"icmp", "1"},
    ("icmp", 6): {"ipv6-icmp", "icmpv6", "58"},
}
"""Protocol and version to the names and numbers that rules have for it."""
PING = "echo-request"
"""The message of ICMP that is meant by the protocol `icmp`: the first packet of a ping."""

Place = tuple[str, str, str]
"""Family, table and name of a chain."""
End = Literal["accept", "drop", "reject", "unknown"]
By = list[tuple[int, FirewallRule | None]]
"""Ports, and the rule that decided on them; None where a policy did."""


class TooMuchError(Exception):
    """The rules make more work than MAX_STEPS."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of packets to a set of ports."""

    passes: int
    stopped: int
    unknown: int
    by: tuple[tuple[End, int, FirewallRule | None], ...]
    """The rules that decided, with the ports that each decided on; of `unknown`, the first that was not understood."""
    rewritten: tuple[tuple[int, FirewallRule], ...] = ()
    """Ports whose packets go on from another source address, with the rule that changes it."""
    moved: tuple[tuple[int, FirewallRule], ...] = ()
    """Of `unknown`, ports whose packets surely go to another destination, with the rule that sends them there."""

    def rule(self, end: End, ports: int) -> FirewallRule | None:
        """The rule that brought the first of these ports to this end."""
        return next((rule for way, held, rule in self.by if way == end and held & ports), None)


@dataclass
class _Walk:
    """The possible ends of the packets that entered a chain, each with the first rule that leads to it."""

    ends: dict[str, By] = field(default_factory=dict)
    held: dict[str, int] = field(default_factory=dict)
    """The ports of each end, all pieces together."""
    doubts: By = field(default_factory=list)
    doubted: int = 0
    moves: By = field(default_factory=list)
    """Ports that a rule may send to another destination."""

    def add(self, end: str, ports: int, rule: FirewallRule | None) -> None:
        """Count ports that come to an end by a rule, those that an earlier rule brought there set aside."""
        before = self.held.get(end, 0)
        if ports & ~before:
            self.ends.setdefault(end, []).append((ports & ~before, rule))
            self.held[end] = before | ports

    def doubt(self, ports: int, rule: FirewallRule | None) -> None:
        """Name the first rule that was not understood for some ports."""
        if ports & ~self.doubted:
            self.doubts.append((ports & ~self.doubted, rule))
            self.doubted |= ports

    def bits(self, end: str) -> int:
        """The ports that may come to an end."""
        return self.held.get(end, 0)


class SymbolicFilter:
    """The rules of one device, arranged for deciding on sets of packets."""

    def __init__(
        self,
        chains: Iterable[FirewallChain],
        rules: Iterable[FirewallRule],
        ports: Ports,
        spaces: Mapping[int, Addresses],
        budget: list[int],
    ) -> None:
        """`budget` holds the steps that are left, for all filters of an estate together."""
        held = list(chains)
        self._base = sorted((each for each in held if each.hook in _HOOKS), key=_order)
        self._routed = [each for each in self._base if each.hook != "prerouting"]
        self._rules = sorted((rule for rule in rules if not rule.disabled), key=_place)
        self._all_ports = ports
        self._budget = budget
        self._chains: dict[Place, int] = {(each.family, each.table, each.name): 0 for each in held}
        for number, rule in enumerate(self._rules):
            place = (rule.family, rule.table, rule.chain)
            self._chains[place] = self._chains.get(place, 0) | 1 << number
        self._ports = [
            ports.bits(rule.ports, negated=rule.ports_negated) if rule.ports else ports.all for rule in self._rules
        ]
        self.sources = {
            version: space.members([(rule.sources, rule.sources_negated) for rule in self._rules])
            for version, space in spaces.items()
        }
        self.destinations = {
            version: space.members([(rule.destinations, rule.destinations_negated) for rule in self._rules])
            for version, space in spaces.items()
        }
        self._doubtful = self._mask(lambda rule: bool(rule.not_understood) or _source_port_is_open(rule))
        self._new = self._mask(lambda rule: not rule.states or "new" in rule.states)
        self._protocol = {
            key: self._mask(lambda rule, names=names, ping=key[0] == "icmp": _of_protocol(rule, names, ping=ping))
            for key, names in _NAMES.items()
        }
        self._translated = self._mask(lambda rule: rule.after_dnat is True)
        self._untranslated = self._mask(lambda rule: rule.after_dnat is False)
        self._asks_for_ports = self._mask(lambda rule: bool(rule.ports or rule.source_ports))
        self._every_port = [ports.all] * len(self._rules)
        self._met = self._ports
        tables = {(chain.family, chain.table) for chain in self._base if chain.hook == "prerouting"}
        self.before_routing = self._mask(lambda rule: (rule.family, rule.table) in tables)
        """The rules (bits) that may meet packets before they are routed, and others of their tables."""
        self.follows_all = True
        """Whether all packets that are sent to another destination are followed there; else any packet may be one."""
        self._walked: dict[tuple[Place, int, int, int, int], _Walk] = {}
        self._interfaces: dict[tuple[str | None, str], tuple[int, int]] = {}
        self._ways: dict[tuple[str | None, str | None, str, int, bool], _Way] = {}

    @property
    def doubts_before_routing(self) -> bool:
        """Whether a rule that may decide before routing is not understood."""
        return bool(self._doubtful & self.before_routing)

    @property
    def filters(self) -> bool:
        """Whether any chain looks at routed packets; without one, everything that is routed passes."""
        return any(chain.hook == "forward" for chain in self._base)

    def way(
        self, incoming: str | None, outgoing: str | None, protocol: str, version: int, *, translated: bool = False
    ) -> _Way:
        """The rules that may meet packets from one interface to another; None where an interface is not known.

        `translated`: for packets whose destination a rule before routing has changed to another one.
        """
        key = (incoming, outgoing, protocol, version, translated)
        if key not in self._ways:
            self._ways[key] = self._arranged(incoming, outgoing, protocol, version, translated=translated)
        return self._ways[key]

    def fate(self, way: _Way, candidates: int) -> Fate:
        """What becomes of packets that meet the address conditions of just these rules (bits); TooMuchError."""
        known = way.fates.get(candidates)
        if known is None:
            known = way.fates[candidates] = self._decided(way, candidates, self._all_ports.all, self._base)
        return known

    def fate_of(self, way: _Way, candidates: int, ports: int) -> Fate:
        """As `fate`, of packets to some ports alone, from routing on."""
        key = (candidates, ports)
        known = way.fates_of.get(key)
        if known is None:
            known = way.fates_of[key] = self._decided(way, candidates, ports, self._routed)
        return known

    def _mask(self, holds: object) -> int:
        found = 0
        for number, rule in enumerate(self._rules):
            if holds(rule):  # type: ignore[operator]  # a predicate on rules
                found |= 1 << number
        return found

    def _arranged(
        self, incoming: str | None, outgoing: str | None, protocol: str, version: int, *, translated: bool
    ) -> _Way:
        may_come, surely_come = self._interface_masks(incoming, "in")
        may_go, surely_go = self._interface_masks(outgoing, "out")
        _, unasked = self._interface_masks(None, "out")  # before routing, nothing is known of the way out
        other = self._untranslated if translated else self._translated if self.follows_all else 0
        fits = self._protocol[protocol, version] & self._new & ~other
        # A packet without ports has other bytes where a rule looks for them.
        unsure = self._doubtful | (self._asks_for_ports if protocol == "icmp" else 0)
        unsure |= 0 if translated or self.follows_all else self._translated
        may, before = fits & may_come & may_go, fits & may_come
        return _Way(
            version,
            may,
            may & (unsure | ~(surely_come & surely_go)),
            before,
            before & (unsure | ~(surely_come & unasked)),
            portless=protocol == "icmp",
        )

    def _interface_masks(self, name: str | None, side: Literal["in", "out"]) -> tuple[int, int]:
        """The rules that may, and those that surely, match one incoming or outgoing interface."""
        key = (name, side)
        if key not in self._interfaces:
            may = surely = 0
            for number, rule in enumerate(self._rules):
                wanted = rule.in_interfaces if side == "in" else rule.out_interfaces
                negated = rule.in_interfaces_negated if side == "in" else rule.out_interfaces_negated
                matches = _interface(wanted, name, negated=negated)
                may |= 0 if matches is False else 1 << number
                surely |= 1 << number if matches else 0
            self._interfaces[key] = (may, surely)
        return self._interfaces[key]

    def _decided(self, way: _Way, candidates: int, alive: int, chains: Sequence[FirewallChain]) -> Fate:
        self._walked = {}
        self._met = self._every_port if way.portless else self._ports
        stopped, by, doubts = 0, [], []
        accepted: By = []
        moved: By = []
        elsewhere = 0
        settled = True  # whether no chain before routing looks at packets that an earlier one has moved
        rewritten: list[tuple[int, FirewallRule]] = []
        for chain in chains:
            if chain.family not in _FAMILIES[way.version]:
                continue
            before = chain.hook == "prerouting"
            if not before:
                alive &= ~elsewhere
            may, doubtful = (way.before, way.before_doubtful) if before else (way.may, way.doubtful)
            walk = self._walk((chain.family, chain.table, chain.name), alive, candidates & may, doubtful, 0)
            walk.add(chain.policy or "accept", walk.bits("return"), None)
            for end in ("drop", "reject"):
                stopped |= walk.bits(end)
                by += [(end, ports, rule) for ports, rule in walk.ends.get(end, ())]
            doubts += walk.doubts
            if before:
                settled = settled and not moved
                moved += walk.moves
            passed = [(ports, rule) for ports, rule in walk.ends.get("accept", ()) if rule is not None]
            if chain.hook == "forward":
                for ports, rule in passed:
                    accepted = [(held & ~ports, old) for held, old in accepted] + [(ports, rule)]
            if chain.hook == "postrouting":
                rewritten += [each for each in passed if each[1].translation in {"snat", "masquerade"}]
            alive = walk.bits("accept")
            if before:
                elsewhere = alive & _union(ports for ports, _ in moved)
            if not alive:
                break
        fate = self._summed(alive & ~elsewhere, stopped, by, accepted, doubts, moved, elsewhere, rewritten)
        return replace(fate, moved=_surely(moved, doubts, elsewhere)) if elsewhere and settled else fate

    def _summed(  # the parts of one sum
        self,
        alive: int,
        stopped: int,
        by: Sequence[tuple[str, int, FirewallRule | None]],
        accepted: By,
        doubts: By,
        moved: By,
        elsewhere: int,
        rewritten: Sequence[tuple[int, FirewallRule]],
    ) -> Fate:
        unknown = (alive & stopped) | elsewhere
        passes = alive & ~unknown
        stopped &= ~(alive | elsewhere)
        found: list[tuple[End, int, FirewallRule | None]] = []
        found += [("accept", ports & passes, rule) for ports, rule in reversed(accepted) if ports & passes]
        if any(True for _ in by):
            ends: list[tuple[End, int, FirewallRule | None]] = [
                (end, ports & stopped, rule)  # type: ignore[misc]  # drop or reject
                for end, ports, rule in by
            ]
            found += [each for each in ends if each[1]]
        found += [("unknown", ports & unknown, rule) for ports, rule in [*moved, *doubts] if ports & unknown]
        kept = tuple((ports & passes, rule) for ports, rule in rewritten if ports & passes)
        return Fate(passes, stopped, unknown, tuple(found), kept)

    def _walk(self, place: Place, ports: int, candidates: int, doubtful: int, depth: int) -> _Walk:
        """The possible ends of one chain for packets that enter it; those of a second jump to it are the same."""
        key = (place, ports, candidates, doubtful, min(depth, MAX_DEPTH + 1) if depth > MAX_DEPTH // 2 else 0)
        known = self._walked.get(key)
        if known is not None:
            return known
        result = self._walked[key] = self._walk_anew(place, ports, candidates, doubtful, depth)
        return result

    def _walk_anew(self, place: Place, ports: int, candidates: int, doubtful: int, depth: int) -> _Walk:
        result = _Walk()
        if depth > MAX_DEPTH or place not in self._chains:
            for end in ("accept", "drop", "return"):
                result.add(end, ports, None)
            return result
        here = candidates & self._chains[place]
        while here and ports:
            lowest = here & -here
            here ^= lowest
            number = lowest.bit_length() - 1
            self._budget[0] -= 1
            if self._budget[0] < 0:
                raise TooMuchError
            hit = ports & self._met[number]
            if hit:
                surely = not doubtful & lowest
                rule = self._rules[number]
                ends = self._apply(rule, hit, candidates, doubtful, depth, result)
                if surely:
                    ports &= ~ends
                elif rule.verdict != "continue" or rule.not_understood:
                    result.doubt(hit, rule)
        result.add("return", ports, None)
        return result

    def _apply(  # the state of one walk
        self, rule: FirewallRule, hit: int, candidates: int, doubtful: int, depth: int, result: _Walk
    ) -> int:
        """Add the ends of a rule that matches; the ports of which no packet goes on to the rule after it."""
        if rule.translation in {"dnat", "redirect"}:
            result.moves.append((hit, rule))
        if rule.verdict in {"accept", "drop", "reject", "return"}:
            result.add(rule.verdict, hit, rule)
            return hit
        if rule.verdict == "continue":
            if rule.not_understood:
                result.doubt(hit, rule)
                result.add("accept", hit, rule)
                result.add("drop", hit, rule)
            return 0
        inner = self._walk((rule.family, rule.table, rule.target or ""), hit, candidates, doubtful, depth + 1)
        result.moves += inner.moves
        for ports, doubtful_rule in inner.doubts:
            result.doubt(ports, doubtful_rule)
        for end, by in inner.ends.items():
            if end != "return":
                for ports, decided in by:
                    result.add(end, ports, decided or rule)
        back = inner.bits("return")
        if rule.verdict == "goto":
            # After a goto the packet does not come back: what follows is the end of this chain.
            result.add("return", back, rule)
            return hit
        return hit & ~back


@dataclass(slots=True)
class _Way:
    """Rules (bits) that may meet packets of one protocol between two interfaces."""

    version: int
    may: int
    doubtful: int
    """Of those, the ones that may or may not match a packet that meets their addresses and ports."""
    before: int
    """As `may`, before routing, where the outgoing interface is not known."""
    before_doubtful: int
    portless: bool = False
    """Whether its packets have no ports (ICMP): all bits of a set of ports share one fate."""
    fates: dict[int, Fate] = field(default_factory=dict)
    fates_of: dict[tuple[int, int], Fate] = field(default_factory=dict)

    @property
    def any(self) -> int:
        """Rules that matter at all."""
        return self.may | self.before


def _union(bits: Iterable[int]) -> int:
    found = 0
    for each in bits:
        found |= each
    return found


def _surely(moved: By, doubts: By, elsewhere: int) -> tuple[tuple[int, FirewallRule], ...]:
    """Of the ports that rules may send elsewhere those that one rule surely does."""
    seen = twice = 0
    for ports, _ in moved:
        twice |= seen & ports
        seen |= ports
    sure = elsewhere & ~twice & ~_union(ports for ports, _ in doubts)
    return tuple((ports & sure, rule) for ports, rule in moved if rule is not None and ports & sure)


def _order(chain: FirewallChain) -> tuple[int, int, str, str, str]:
    return _HOOKS.index(chain.hook or ""), chain.priority or 0, chain.family, chain.table, chain.name


def _place(rule: FirewallRule) -> tuple[str, str, str, int, int, str]:
    """Order within a chain; nothing but the record itself decides between rules that claim the same place."""
    handle = -1 if rule.handle is None else rule.handle
    return rule.family, rule.table, rule.chain, rule.position, handle, repr(rule)


def _of_protocol(rule: FirewallRule, names: AbstractSet[str], *, ping: bool) -> bool:
    if ping and rule.icmp_types and PING not in rule.icmp_types:
        return False
    return not rule.protocols or not names.isdisjoint(rule.protocols)


def _source_port_is_open(rule: FirewallRule) -> bool:
    """Whether the rule asks for some source ports: the client chooses its port, so the condition may hold."""
    return bool(rule.source_ports) and all(port_range(each) != (0, 65535) for each in rule.source_ports)


@lru_cache(maxsize=1 << 14)
def _interface(wanted: tuple[str, ...], name: str | None, *, negated: bool) -> bool | None:
    if not wanted:
        return True
    if name is None:
        return None
    within = any(name.startswith(each[:-1]) if each.endswith("*") else name == each for each in wanted)
    return within != negated

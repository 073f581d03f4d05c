"""One pair of zones: what the firewalls pass that is not declared, and what is declared and does not pass."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType

from checks.network.addresses import Address
from checks.network.declared_flows import Unclear
from checks.network.estate import Estate
from checks.network.passages import Passage
from checks.network.symbolic import End
from collector.records.network import DeclaredFlow, FirewallRule, Zone

PROTOCOLS = ("tcp", "udp")
PING_PROTOCOL = "icmp"
"""Looked at for the flows that are declared by it, and for nothing else."""
OUTSIDE_ROLES = frozenset({"internet", "external"})
"""Roles of zones towards which the sender's address is commonly replaced."""
UNSURE = frozenset({"rule-not-understood", "flow-not-understood", "flow-list-incomplete", "expired-since-read"})
"""Reasons of openings that may be none, or be declared."""


@dataclass(frozen=True, slots=True)
class Opening:
    """A run of ports that passes, or may pass, without a declared flow that holds."""

    protocol: str
    first: int
    last: int
    reason: str
    """passes-undeclared, passes-after-expiry, or one of UNSURE."""
    device: str
    rule: str
    source: Address
    destination: Address
    valid_until: date | None = None
    flow: str | None = None
    """The declared flow that may hold it, and was not understood."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A declared flow with ports on which no way of it passes."""

    flow: DeclaredFlow
    protocol: str
    ports: tuple[tuple[int, int], ...]
    device: str
    rule: str
    destination: Address

    @property
    def reason(self) -> str:
        """The reason's code."""
        return "declared-ping-blocked" if self.protocol == PING_PROTOCOL else "declared-but-blocked"


@dataclass(slots=True)
class PairVerdict:
    """Everything about one pair of zones."""

    openings: list[Opening] = field(default_factory=list)
    cuts: list[Cut] = field(default_factory=list)
    hidden: list[tuple[str, str]] = field(default_factory=list)
    """Firewall and rule that replace the sender's address on the way."""
    passing: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    """Protocol to the ports that pass for some addresses."""
    unknown: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    """Protocol to the ports of which that is not known, and of which none passes surely."""
    unsure_pings: list[tuple[DeclaredFlow, str, str]] = field(default_factory=list)
    """Declared flows by ICMP of which it is not known whether they pass, with the firewall and the rule."""
    judged: bool = False
    """Whether any way between the zones is known."""


@dataclass(slots=True)
class _Cover:
    """Declared flows of one pair and protocol, with the ports of each."""

    flows: list[tuple[int, DeclaredFlow, int]]
    """The flow's bit in `Passage.flows`, the flow, its ports."""
    today: date

    def holds(self, flow: DeclaredFlow) -> bool:
        return flow.valid_until is None or flow.valid_until >= self.today

    def declared(self, passage: Passage) -> int:
        found = 0
        for bit, flow, ports in self.flows:
            if passage.flows & bit and self.holds(flow):
                found |= ports
        return found

    def expired(self, passage: Passage) -> list[tuple[int, date]]:
        return [
            (ports, flow.valid_until)
            for bit, flow, ports in self.flows
            if passage.flows & bit and flow.valid_until is not None and not self.holds(flow)
        ]


def judge_pair(
    estate: Estate,
    source: Zone,
    destination: Zone,
    today: date,
    unclear: Unclear | None = None,
    told: Mapping[str, date] = MappingProxyType({}),
) -> PairVerdict:
    """What rules and declared flows make of one pair of zones; raises TooMuchError.

    `unclear`: what flows that are not among the estate's may declare; `told`: the day that each firewall's rules speak
    of, where that is not today: an opening may have been closed since.
    """
    verdict = PairVerdict()
    flows = list(enumerate(estate.flows_to(destination)))
    hidden: dict[tuple[str, str], None] = {}
    for protocol in PROTOCOLS:
        passages = estate.passages(source, destination, protocol)
        verdict.judged = verdict.judged or bool(passages)
        cover = _Cover(
            [
                (1 << number, flow, estate.ports.bits(flow.ports) if flow.ports else estate.ports.all)
                for number, flow in flows
                if flow.source == source.name and flow.protocol in {protocol, "any"}
            ],
            today,
        )
        doubt = unclear.about((source.name, destination.name), protocol) if unclear else None
        openings = (_as_told(each, told) for each in _openings(estate, protocol, passages, cover))
        verdict.openings += [_doubted(each, doubt) for each in openings]
        verdict.cuts += _cuts(estate, protocol, passages, cover)
        passing, unknown = _union(each.passes for each in passages), _union(each.unknown for each in passages)
        verdict.passing[protocol] = estate.ports.ranges(passing)
        verdict.unknown[protocol] = estate.ports.ranges(unknown & ~passing)
        if not OUTSIDE_ROLES & set(destination.roles):
            hidden |= {(name, rule_name(rule)): None for each in passages for _, name, rule in each.hidden}
    verdict.hidden = list(hidden)
    pings = [
        (1 << number, flow, estate.ports.all)
        for number, flow in flows
        if flow.source == source.name and flow.protocol == PING_PROTOCOL
    ]
    if pings:
        _judge_pings(estate, estate.passages(source, destination, PING_PROTOCOL), _Cover(pings, today), verdict)
    return verdict


def _judge_pings(estate: Estate, passages: Sequence[Passage], cover: _Cover, verdict: PairVerdict) -> None:
    verdict.cuts += _cuts(estate, PING_PROTOCOL, passages, cover)
    for bit, flow, _ in cover.flows:
        covered = [passage for passage in passages if passage.flows & bit]
        unsure = next((each for each in covered if each.unknown), None)
        if cover.holds(flow) and unsure is not None and not any(each.passes for each in covered):
            device, rule = unsure.decided("unknown", unsure.unknown)
            verdict.unsure_pings.append((flow, device, rule_name(rule)))


def _as_told(opening: Opening, told: Mapping[str, date]) -> Opening:
    """An opening whose flow held when the rules were read, and has expired since."""
    day = told.get(opening.device)
    if opening.reason != "passes-after-expiry" or opening.valid_until is None or day is None:
        return opening
    return replace(opening, reason="expired-since-read") if opening.valid_until >= day else opening


def _doubted(opening: Opening, doubt: tuple[str, str] | None) -> Opening:
    """An opening that may be declared after all."""
    if doubt is None or opening.reason in UNSURE:
        return opening
    return replace(opening, reason=doubt[0], flow=doubt[1])


def _openings(estate: Estate, protocol: str, passages: Sequence[Passage], cover: _Cover) -> list[Opening]:
    found: dict[tuple[object, ...], int] = {}
    seen = 0
    for end in ("accept", "unknown"):
        for passage in passages:
            wanted = passage.passes if end == "accept" else passage.unknown
            left = wanted & ~cover.declared(passage) & ~seen
            seen |= left
            if end == "accept":
                for ports, until in sorted(cover.expired(passage), key=lambda each: each[1], reverse=True):
                    _divide(found, passage, "accept", left & ports, "passes-after-expiry", until)
                    left &= ~ports
            reason = "passes-undeclared" if end == "accept" else "rule-not-understood"
            _divide(found, passage, "accept" if end == "accept" else "unknown", left, reason, None)
    openings = [
        Opening(protocol, first, last, reason, device, rule, source, destination, until)  # type: ignore[arg-type]  # as _divide keys them
        for (reason, device, rule, source, destination, until), ports in found.items()
        for first, last in estate.ports.ranges(ports)
    ]
    return sorted(openings, key=lambda each: (each.first, each.last))


def _divide(  # one opening's facts
    found: dict[tuple[object, ...], int],
    passage: Passage,
    end: End,
    ports: int,
    reason: str,
    until: date | None,
) -> None:
    """Add ports to the openings, by the rule that opens them."""
    while ports:
        device, rule = passage.decided(end, ports)
        same = _union(held for way, held, name, by in passage.by if way == end and name == device and by is rule)
        taken = ports & same or ports & ~_union(held for way, held, _, _ in passage.by if way == end) or ports
        key = (reason, device, rule_name(rule), passage.source, passage.destination, until)
        found[key] = found.get(key, 0) | taken
        ports &= ~taken


def _cuts(estate: Estate, protocol: str, passages: Sequence[Passage], cover: _Cover) -> list[Cut]:
    cuts: list[Cut] = []
    for bit, flow, ports in cover.flows:
        if not cover.holds(flow):
            continue
        covered = [passage for passage in passages if passage.flows & bit]
        missing = ports & ~_union(each.passes | each.unknown for each in covered)
        stopping = next((each for each in covered if each.stopped & missing), None)
        if stopping is None:
            continue
        ends: tuple[End, ...] = ("drop", "reject")
        by = [(name, rule) for way, held, name, rule in stopping.by if way in ends and held & missing]
        device, rule = by[0] if by else (stopping.hops[0], None)
        ranges = tuple(estate.ports.ranges(missing))
        cuts.append(Cut(flow, protocol, ranges, device, rule_name(rule), stopping.destination))
    return cuts


def _union(bits: Iterable[int]) -> int:
    found = 0
    for each in bits:
        found |= each
    return found


def rule_name(rule: FirewallRule | None) -> str:
    """How an administrator finds the rule: table, chain and handle."""
    if rule is None:
        return "policy"
    where = f"{rule.table} {rule.chain}"
    return f"{where} handle {rule.handle}" if rule.handle is not None else f"{where} #{rule.position}"


def ports_text(ranges: Iterable[tuple[int, int]]) -> str:
    """`22,8000-8010`."""
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in ranges)

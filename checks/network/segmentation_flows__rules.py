"""Firewalls let through the declared flows between zones, and nothing else.

For every firewall and every pair of zones that it stands between, the rules are followed for the first packet of a
connection: one for each piece into which rules and declared flows cut addresses and ports. Ports that pass without a
declared flow deviate, and so does a declared flow that a rule cuts. A firewall that filters no routed traffic
deviates as a whole. Where a rule holds an expression that is not understood, what depends on it is undetermined; so is
a firewall whose chains, rules or interfaces were not all read, or whose rules make more than MAX_DECISIONS pieces.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import permutations

from checks.finding import Outcome, Reason, Severity, Text, conforms, deviates, undetermined
from checks.network.addresses import Address, is_network, networks_of, observed_addresses, unreadable_addresses
from checks.network.declared_flows import cover, is_legible
from checks.network.packet_filter import Decision, Packet, PacketFilter
from checks.network.parts import address_parts, illegible, port_parts
from collector.evidence import EvidenceSet, Population, R
from collector.records.host import Interface
from collector.records.network import DeclaredFlow, FirewallChain, FirewallRule, Zone

CONTROL = "segmentation-flows"
READS = (FirewallChain, FirewallRule, Interface, Zone, DeclaredFlow)
EVERY_RECORD = False

PROTOCOLS = ("tcp", "udp")
MAX_DECISIONS = 5_000_000
"""Packets times rules that are worked through for one firewall; a hostile ruleset could ask for any number."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """None: the declared flows are the yardstick."""


_CLOSE = Text(
    "Stäng i brandväggen, eller besluta om flödet och ange det.",
    "Close it in the firewall, or decide on the flow and declare it.",
)
REASONS = {
    "no-filtering": Reason(
        Text(
            "Brandväggen filtrerar ingen trafik mellan zonerna {zones}.",
            "The firewall filters no traffic between the zones {zones}.",
        ),
        Text("Inför regler för vidarebefordrad trafik.", "Set up rules for forwarded traffic."),
        Severity.HIGH,
    ),
    "passes-undeclared": Reason(
        Text(
            "{device} släpper igenom, t.ex. till {destination}, utan angivet flöde ({rule}).",
            "{device} lets it through, e.g. to {destination}, without a declared flow ({rule}).",
        ),
        _CLOSE,
        Severity.HIGH,
    ),
    "passes-after-expiry": Reason(
        Text(
            "{device} släpper igenom, t.ex. till {destination}, fast flödet gällde till {valid_until} ({rule}).",
            "{device} lets it through, e.g. to {destination}, though the flow was valid until {valid_until} ({rule}).",
        ),
        Text(
            "Stäng den tillfälliga öppningen, eller förnya beslutet.",
            "Close the temporary opening, or renew the decision.",
        ),
        Severity.HIGH,
    ),
    "declared-but-blocked": Reason(
        Text(
            "Flödet är angivet, men {device} stoppar det, t.ex. till {destination} ({rule}).",
            "The flow is declared, but {device} blocks it, e.g. to {destination} ({rule}).",
        ),
        Text(
            "Öppna i brandväggen, eller ta bort flödet ur listan.",
            "Open it in the firewall, or remove the flow from the list.",
        ),
        Severity.LOW,
    ),
    "rule-not-understood": Reason(
        Text(
            "Om {device} släpper igenom beror på en regel som inte kunde tolkas ({rule}).",
            "Whether {device} lets it through depends on a rule that was not understood ({rule}).",
        ),
    ),
    "rules-unread": Reason(
        Text(
            "Kedjor, regler, gränssnitt, zoner eller flöden kunde inte läsas i sin helhet.",
            "Chains, rules, interfaces, zones or flows could not be read in full.",
        ),
        Text("Åtgärda det som inte kunde läsas.", "See to what could not be read."),
    ),
    "address-not-understood": Reason(
        Text("{text} kunde inte tolkas som adress eller port.", "{text} could not be understood as address or port."),
    ),
    "too-many-pieces": Reason(
        Text(
            "Reglerna ger {pieces} kombinationer att pröva; högst {limit} prövas.",
            "The rules make {pieces} combinations to test; at most {limit} are tested.",
        ),
    ),
    "no-flow-list": Reason(
        Text(
            "Det finns ingen lista över angivna flöden att jämföra med.",
            "There is no list of declared flows to compare with.",
        ),
        Text("Ange nödvändiga flöden under flows.", "Declare the necessary flows under flows."),
    ),
    "stands-between-nothing": Reason(
        Text(
            "Brandväggen står inte mellan två angivna zoner, så inget flöde kunde prövas.",
            "The firewall does not stand between two declared zones, so no flow could be tested.",
        ),
        Text("Ange zonernas nät under zones.", "Declare the networks of the zones under zones."),
    ),
}


@dataclass(frozen=True, slots=True)
class _Device:
    """One firewall with its rules and the zones that it has an interface in."""

    name: str
    filter: PacketFilter
    zones: tuple[Zone, ...]
    rules: tuple[FirewallRule, ...]
    interfaces: tuple[Interface, ...]


@dataclass(slots=True)
class _Open:
    """Consecutive ports with the same result."""

    reason: str
    first: int
    last: int
    facts: dict[str, str | date] = field(default_factory=dict)


class _Stopped:
    """Declared flows that no way gets through on one piece of ports; one open way is enough for a flow."""

    def __init__(self) -> None:
        self.flows: dict[DeclaredFlow, tuple[Address, Decision]] = {}
        self._open: set[DeclaredFlow] = set()

    def take(self, flows: Iterable[DeclaredFlow], target: Address, decision: Decision) -> None:
        """Count one way that the flows cover."""
        for flow in flows:
            if decision.verdict not in {"drop", "reject"}:
                self._open.add(flow)
                self.flows.pop(flow, None)
            elif flow not in self._open:
                self.flows.setdefault(flow, (target, decision))


def judge(
    chains: Population[FirewallChain], evidence: EvidenceSet, _parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """Outcomes per firewall, zone pair, protocol and range of ports, and per declared flow that is cut."""
    declared = evidence.reading(DeclaredFlow)
    flows = list(declared.records)
    readings = [evidence.reading(kind).of(chains.source) for kind in (FirewallChain, FirewallRule, Interface)]
    declarations = (evidence.reading(Zone), declared)
    whole = all(reading.complete or not reading.populations for reading in declarations)
    for name, strange in _device_names(chains, evidence):
        if not whole or not all(reading.covers(name) for reading in readings):
            yield undetermined(name, "rules-unread")
            continue
        if strange is not None:
            yield undetermined(name, "address-not-understood", text=strange)
            continue
        device = _device(name, chains, evidence)
        pieces = _pieces(device, flows)
        if len(device.zones) < 2:
            yield undetermined(device.name, "stands-between-nothing")
        elif pieces > MAX_DECISIONS:
            yield undetermined(device.name, "too-many-pieces", pieces=pieces, limit=MAX_DECISIONS)
        elif not device.filter.filters:
            yield deviates(device.name, "no-filtering", zones=", ".join(zone.name for zone in device.zones))
        else:
            for source, destination in permutations(device.zones, 2):
                if declared.populations:
                    yield from _judge_pair(device, source, destination, flows, as_of.date())
                else:
                    yield undetermined(f"{source.name} -> {destination.name}", "no-flow-list")


def _device_names(chains: Population[FirewallChain], evidence: EvidenceSet) -> Iterator[tuple[str, str | None]]:
    """Every firewall of the source, with the first text about it that is no address and no port."""
    rules = _of_source(evidence.reading(FirewallRule).populations, chains.source)
    interfaces = _of_source(evidence.reading(Interface).populations, chains.source)
    declared = [text for zone in evidence.reading(Zone).records for text in zone.networks if not is_network(text)]
    declared += [flow.subject for flow in evidence.reading(DeclaredFlow).records if not is_legible(flow)]
    for name in sorted({chain.device for chain in chains.records} | {each.host for each in interfaces}):
        own = [each for each in interfaces if each.host == name]
        strange = [text for _, text in unreadable_addresses(own)]
        strange += [text for rule in rules if rule.device == name for text in illegible(rule)]
        yield name, min(declared + strange, default=None)


def _device(name: str, chains: Population[FirewallChain], evidence: EvidenceSet) -> _Device:
    rules = _of_source(evidence.reading(FirewallRule).populations, chains.source)
    interfaces = _of_source(evidence.reading(Interface).populations, chains.source)
    own = tuple(rule for rule in rules if rule.device == name)
    held = tuple(each for each in interfaces if each.host == name)
    seen = [address for _, address in observed_addresses(held)]
    zones = sorted(evidence.reading(Zone).records, key=lambda zone: zone.name)
    return _Device(
        name=name,
        filter=PacketFilter(name, chains.records, own, held),
        zones=tuple(zone for zone in zones if _stands_in(zone, seen)),
        rules=own,
        interfaces=held,
    )


def _pieces(device: _Device, flows: Sequence[DeclaredFlow]) -> int:
    """How many rules are looked at to decide on every packet between the zones, at most."""
    also = [text for flow in flows for text in flow.destination_addresses]
    ports = len(port_parts(device.rules, [text for flow in flows for text in flow.ports]))
    origins = [len(_addresses(device, zone, ())) for zone in device.zones]
    targets = [len(_addresses(device, zone, also)) for zone in device.zones]
    ways = sum(a * b for i, a in enumerate(origins) for j, b in enumerate(targets) if i != j)
    return ways * ports * len(PROTOCOLS) * (len(device.rules) + 1)


def _of_source(populations: Iterable[Population[R]], source: str) -> list[R]:
    return [record for population in populations if population.source == source for record in population.records]


def _stands_in(zone: Zone, addresses: Iterable[Address]) -> bool:
    nets = networks_of(zone.networks)
    return any(address in net for address in addresses for net in nets if net.version == address.version)


def _judge_pair(
    device: _Device, source: Zone, destination: Zone, flows: Sequence[DeclaredFlow], today: date
) -> Iterator[Outcome]:
    pair = (source.name, destination.name)
    origins = _addresses(device, source, ())
    targets = _addresses(device, destination, [text for flow in flows for text in flow.destination_addresses])
    ways = [(a, b) for a in origins for b in targets if a.version == b.version]
    blocked: dict[DeclaredFlow, tuple[Address, Decision]] = {}
    ports = port_parts(device.rules, [text for flow in flows for text in flow.ports])
    for protocol in PROTOCOLS:
        found: list[_Open] = []
        for first, last in ports:
            openings: list[_Open] = []
            stopped = _Stopped()
            for a, b in ways:
                decision = device.filter.decide(Packet(a, b, protocol, first))
                covering = cover(flows, pair, b, protocol, first, today)
                if covering.valid:
                    stopped.take(covering.valid, b, decision)
                elif decision.verdict in {"accept", "undetermined"}:
                    ends = [flow.valid_until for flow in covering.expired]
                    openings.append(_opening(device, b, decision, (first, last), ends))
            blocked |= {flow: stop for flow, stop in stopped.flows.items() if flow not in blocked}
            if openings:
                _join(found, min(openings, key=lambda each: each.reason == "rule-not-understood"))
        for each in found:
            span = str(each.first) if each.first == each.last else f"{each.first}-{each.last}"
            make = undetermined if each.reason == "rule-not-understood" else deviates
            yield make(f"{source.name} -> {destination.name} {protocol}/{span}", each.reason, **each.facts)
        if not found:
            yield conforms(f"{source.name} -> {destination.name} {protocol}")
    for flow, (target, decision) in blocked.items():
        yield deviates(flow, "declared-but-blocked", device=device.name, destination=str(target), rule=_rule(decision))


def _addresses(device: _Device, zone: Zone, also: Sequence[str]) -> list[Address]:
    """One address of every part of the zone that the rules or the declared flows tell apart."""
    return [
        last if first == network.network_address else first
        for network in networks_of(zone.networks)
        for first, last in address_parts(network, device.rules, device.interfaces, also)
    ]


def _opening(
    device: _Device,
    target: Address,
    decision: Decision,
    ports: tuple[int, int],
    expired: Sequence[date | None],
) -> _Open:
    facts: dict[str, str | date] = {"device": device.name, "destination": str(target), "rule": _rule(decision)}
    if decision.verdict == "undetermined":
        return _Open("rule-not-understood", *ports, facts)
    if not expired:
        return _Open("passes-undeclared", *ports, facts)
    facts["valid_until"] = max(day for day in expired if day is not None)
    return _Open("passes-after-expiry", *ports, facts)


def _join(found: list[_Open], opening: _Open) -> None:
    """Append an opening, or lengthen the one before it where both are alike."""
    if found:
        before = found[-1]
        if before.last + 1 == opening.first and (before.reason, before.facts) == (opening.reason, opening.facts):
            before.last = opening.last
            return
    found.append(opening)


def _rule(decision: Decision) -> str:
    """How an administrator finds the rule: table, chain and handle."""
    rule = decision.rule
    if rule is None:
        return "policy"
    where = f"{rule.table} {rule.chain}"
    return f"{where} handle {rule.handle}" if rule.handle is not None else f"{where} #{rule.position}"

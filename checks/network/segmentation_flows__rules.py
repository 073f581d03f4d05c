"""Firewalls let through the declared flows between zones, and nothing else.

For every pair of zones with a firewall between them, the rules of all firewalls on the way are followed for the first
packet of a connection: for every port, and for every part into which rules, routes and declared flows cut the
addresses, IPv4 and IPv6, TCP and UDP; a flow that is declared by ICMP is judged by a ping. Ports that pass without a
declared flow deviate, and so does a declared flow that rules cut, and a firewall that puts its own address in the
sender's place between two zones, so that nobody behind it sees who connects (zones with the role `internet` set aside).
A firewall that filters no routed traffic deviates as a whole. Where a rule holds an expression that is not understood,
just the ports and addresses that it meets are undetermined; where a declared flow is not understood, just what else
passes between its two zones by its protocol; and while the list of flows is not whole, all that passes and is not
declared. So is a firewall whose chains, rules or interfaces were not all read, or whose rules make more work than is
done for one estate, and a pair of zones where the only way leads to a router of which nothing was read. Rules at a
device's ingress or egress or on a bridge, and routes by more than the main table, are not followed: a firewall that has
any is undetermined, whatever else is found of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import permutations

from checks.finding import Fact, Outcome, Reason, Severity, Text, conforms, deviates, undetermined
from checks.network.addresses import is_network
from checks.network.declared_flows import Unclear, illegible_text, is_legible
from checks.network.estate import Estate
from checks.network.firewall import Firewall, FirewallEvidence
from checks.network.firewalls import Unread, firewalls_of
from checks.network.pairs import PROTOCOLS, UNSURE, judge_pair, ports_text
from checks.network.symbolic import TooMuchError
from collector.evidence import EvidenceSet, Population
from collector.records.host import Host, Interface, Route
from collector.records.network import DeclaredFlow, FirewallChain, FirewallRule, Zone

CONTROL = "segmentation-flows"
READS = (FirewallChain, FirewallRule, Interface, Route, Zone, DeclaredFlow, Host)
EVERY_RECORD = False


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
            "{device} släpper igenom, t.ex. från {origin} till {destination}, utan angivet flöde ({rule}).",
            "{device} lets it through, e.g. from {origin} to {destination}, without a declared flow ({rule}).",
        ),
        _CLOSE,
        Severity.HIGH,
    ),
    "passes-after-expiry": Reason(
        Text(
            "{device} släpper igenom, t.ex. från {origin} till {destination}, fast flödet gällde till {valid_until} "
            "({rule}).",
            "{device} lets it through, e.g. from {origin} to {destination}, though the flow was valid until "
            "{valid_until} ({rule}).",
        ),
        Text(
            "Stäng den tillfälliga öppningen, eller förnya beslutet.",
            "Close the temporary opening, or renew the decision.",
        ),
        Severity.HIGH,
    ),
    "declared-but-blocked": Reason(
        Text(
            "Flödet är angivet, men {device} stoppar port {ports}, t.ex. till {destination} ({rule}).",
            "The flow is declared, but {device} blocks port {ports}, e.g. to {destination} ({rule}).",
        ),
        Text(
            "Öppna i brandväggen, eller ta bort flödet ur listan.",
            "Open it in the firewall, or remove the flow from the list.",
        ),
        Severity.LOW,
    ),
    "declared-ping-blocked": Reason(
        Text(
            "Flödet är angivet, men {device} stoppar ping, t.ex. till {destination} ({rule}).",
            "The flow is declared, but {device} blocks a ping, e.g. to {destination} ({rule}).",
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
    "flow-illegible": Reason(
        Text("{text} kunde inte tolkas som port eller adress.", "{text} could not be understood as port or address."),
        Text("Rätta portar och adresser i flödet.", "Correct the ports and addresses of the flow."),
    ),
    "flow-not-understood": Reason(
        Text(
            "{device} släpper igenom, t.ex. från {origin} till {destination} ({rule}); det kan vara angivet av {flow}, "
            "som inte kunde tolkas.",
            "{device} lets it through, e.g. from {origin} to {destination} ({rule}); it may be declared by {flow}, "
            "which could not be understood.",
        ),
        Text("Rätta portar och adresser i flödet.", "Correct the ports and addresses of the flow."),
    ),
    "flow-list-incomplete": Reason(
        Text(
            "{device} släpper igenom, t.ex. från {origin} till {destination} ({rule}); alla angivna flöden kunde inte "
            "läsas.",
            "{device} lets it through, e.g. from {origin} to {destination} ({rule}); not all declared flows could be "
            "read.",
        ),
        Text("Rätta de flöden som inte kunde läsas.", "Mend the flows that could not be read."),
    ),
    "zone-not-declared": Reason(
        Text(
            "Flödet går mellan {source} och {destination}, men zonen {zone} är inte angiven.",
            "The flow goes between {source} and {destination}, but the zone {zone} is not declared.",
        ),
        Text("Ange zonen under zones, eller rätta dess namn.", "Declare the zone under zones, or correct its name."),
    ),
    "rules-unread": Reason(
        Text(
            "Kedjor, regler, gränssnitt eller zoner kunde inte läsas i sin helhet.",
            "Chains, rules, interfaces or zones could not be read in full.",
        ),
        Text("Åtgärda det som inte kunde läsas.", "See to what could not be read."),
    ),
    "address-not-understood": Reason(
        Text("{text} kunde inte tolkas som adress eller port.", "{text} could not be understood as address or port."),
    ),
    "too-many-pieces": Reason(
        Text(
            "Reglerna ger fler kombinationer än som prövas.",
            "The rules make more combinations than are tested.",
        ),
    ),
    "source-hidden": Reason(
        Text(
            "{device} ersätter avsändarens adress med en annan ({rule}), så ingen bakom den ser vem som ansluter.",
            "{device} replaces the sender's address ({rule}), so nobody behind it sees who connects.",
        ),
        Text(
            "Ta bort adressöversättningen mellan zonerna, eller logga den i brandväggen.",
            "Remove the address translation between the zones, or log it in the firewall.",
        ),
    ),
    "way-unknown": Reason(
        Text(
            "Brandväggens rutt leder till en router som inte har lästs, så vägen dit kunde inte följas.",
            "The firewall's route leads to a router that was not read, so the way there could not be followed.",
        ),
        Text("Lägg till routern bland källorna.", "Add the router to the sources."),
    ),
    "not-followed": Reason(
        Text(
            "Brandväggen har också regler som inte följs: {what}. De kan stoppa, eller leda en annan väg, det som "
            "reglerna här släpper igenom.",
            "The firewall has rules besides that are not followed: {what}. They may stop, or send another way, what "
            "the rules here let through.",
        ),
        Text("Gå igenom dem för hand.", "Go through them by hand."),
        Severity.LOW,
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


def judge(
    chains: Population[FirewallChain], evidence: EvidenceSet, _parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """Outcomes per firewall, zone pair, protocol and range of ports, and per declared flow that is cut."""
    declared = evidence.reading(Zone)
    whole = declared.complete or not declared.populations
    found = firewalls_of(evidence)
    own = [each for each in found if each.source == chains.source]
    zones = sorted(evidence.reading(Zone).records, key=lambda zone: (zone.name, repr(zone)))
    strange = _strange(evidence)
    sound: list[FirewallEvidence] = []
    for each in own:
        if (isinstance(each, Unread) and each.text is None) or not whole:
            yield undetermined(each.name, "rules-unread")
        elif isinstance(each, Unread) or strange is not None:
            text = strange if strange is not None else each.text if isinstance(each, Unread) else None
            yield undetermined(each.name, "address-not-understood", text=text)
        else:
            sound.append(each)
    if chains.source == min(each.source for each in evidence.reading(FirewallChain).populations):
        yield from _of_flows(evidence, {zone.name for zone in zones}, whole=whole)
    if not sound:
        return
    flows = sorted(filter(is_legible, evidence.reading(DeclaredFlow).records), key=repr)
    readable = [each for each in found if isinstance(each, FirewallEvidence)]
    try:
        yield from _judge_estate(Estate(readable, zones, flows), sound, evidence, as_of)
    except TooMuchError:
        for each in sound:
            yield undetermined(each.name, "too-many-pieces")


def _strange(evidence: EvidenceSet) -> str | None:
    """The first text of the declared zones that is no network."""
    texts = [text for zone in evidence.reading(Zone).records for text in zone.networks if not is_network(text)]
    return min(texts, default=None)


def _of_flows(evidence: EvidenceSet, zones: set[str], *, whole: bool) -> Iterator[Outcome]:
    """The declared flows that are not understood, and, where all zones were read, those of zones that are not there."""
    for flow in sorted(evidence.reading(DeclaredFlow).records, key=repr):
        text = illegible_text(flow)
        if text is not None:
            yield undetermined(flow, "flow-illegible", text=text)
        elif whole and not {flow.source, flow.destination} <= zones:
            lost = min({flow.source, flow.destination} - zones)
            yield undetermined(flow, "zone-not-declared", source=flow.source, destination=flow.destination, zone=lost)


def _judge_estate(
    estate: Estate, own: list[FirewallEvidence], evidence: EvidenceSet, as_of: datetime
) -> Iterator[Outcome]:
    """The firewalls of one source, and each pair of zones whose first way begins at one of them."""
    declared = evidence.reading(DeclaredFlow)
    unclear = Unclear(declared.records, as_of.date(), whole=declared.complete)
    source = own[0].source
    open_wide = {(each.source, each.name) for each in estate.firewalls if not each.filter.filters}
    outcomes: list[Outcome] = []
    between: dict[str, set[str]] = {}
    for origin, destination in permutations(estate.zones, 2):
        firsts, names = _between(estate, origin, destination)
        for place, name in names:
            if place == source:
                between.setdefault(name, set()).update((origin.name, destination.name))
        if not firsts:
            outcomes += _lost(estate, source, origin, destination)
            continue
        if min(each.source for each in firsts) != source or names <= open_wide:
            continue
        if not declared.populations:
            outcomes.append(undetermined(f"{origin.name} -> {destination.name}", "no-flow-list"))
        else:
            outcomes += _judge_zones(estate, origin, destination, as_of, unclear)
    for each in own:
        if each.name not in between:
            yield undetermined(each.name, "stands-between-nothing")
        elif (each.source, each.name) in open_wide:
            yield deviates(each.name, "no-filtering", zones=", ".join(sorted(between[each.name])))
        what = _not_followed(each, evidence)
        if what and each.name in between:
            yield undetermined(each.name, "not-followed", what=what)
    yield from outcomes


def _not_followed(firewall: FirewallEvidence, evidence: EvidenceSet) -> tuple[str, ...]:
    """What the firewall has that may decide on routed packets and is not among what is followed."""
    used = {(rule.family, rule.table, rule.chain) for rule in firewall.rules if not rule.disabled}
    found = {
        f"{chain.family} {chain.table} {chain.name} ({chain.hook})"
        for chain in firewall.chains
        if (chain.hook in {"ingress", "egress"} or (chain.family == "bridge" and chain.hook))
        and (chain.policy == "drop" or (chain.family, chain.table, chain.name) in used)
    }
    hosts = evidence.reading(Host).of(firewall.source).records
    if any(host.name == firewall.name and host.policy_routing for host in hosts):
        found.add("ip rule")
    return tuple(sorted(found))


def _between(estate: Estate, origin: Zone, destination: Zone) -> tuple[list[Firewall], set[tuple[str, str]]]:
    """The firewalls at which the known ways begin, and source and name of all those on them."""
    firsts: list[Firewall] = []
    names: set[tuple[str, str]] = set()
    for first in estate.standing_in(origin):
        hops = [hop.firewall for way in estate.ways(first, origin, destination) for hop in way]
        if hops:
            firsts.append(first)
            names |= {(each.source, each.name) for each in hops}
    return firsts, names


def _lost(estate: Estate, source: str, origin: Zone, destination: Zone) -> Iterator[Outcome]:
    """Says so where no way is known, and one of the source's firewalls sends to a router that was not read."""
    standing = [each for each in estate.standing_in(origin) if each.source == source]
    if any(estate.loses_sight(first, origin, destination) for first in standing):
        yield undetermined(f"{origin.name} -> {destination.name}", "way-unknown")


def _judge_zones(
    estate: Estate, source: Zone, destination: Zone, as_of: datetime, unclear: Unclear
) -> Iterator[Outcome]:
    pair = f"{source.name} -> {destination.name}"
    verdict = judge_pair(estate, source, destination, as_of.date(), unclear)
    for protocol in PROTOCOLS:
        openings = [each for each in verdict.openings if each.protocol == protocol]
        for each in openings:
            make = undetermined if each.reason in UNSURE else deviates
            facts: dict[str, Fact] = {"valid_until": each.valid_until, "flow": each.flow}
            yield make(
                f"{pair} {protocol}/{ports_text([(each.first, each.last)])}",
                each.reason,
                device=each.device,
                origin=str(each.source),
                destination=str(each.destination),
                rule=each.rule,
                **facts,
            )
        if not openings:
            yield conforms(f"{pair} {protocol}")
    for cut in verdict.cuts:
        yield deviates(
            cut.flow,
            cut.reason,
            device=cut.device,
            ports=f"{ports_text(cut.ports)}/{cut.protocol}",
            destination=str(cut.destination),
            rule=cut.rule,
        )
    for flow, device, rule in verdict.unsure_pings:
        yield undetermined(flow, "rule-not-understood", device=device, rule=rule)
    for device, rule in verdict.hidden:
        yield deviates(pair, "source-hidden", device=device, rule=rule)

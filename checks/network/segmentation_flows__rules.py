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
done for one estate, and a pair of zones where the only way leads to a router of which nothing was read. A zone in which
no firewall that was read stands is undetermined: nothing that goes to it or from it was tested. So is a flow to a
firewall's own address, and an opening whose flow expired after the rules were read. Rules at a device's ingress or
egress or on a bridge, and routes by more than the main table, are not followed: a firewall that has any is
undetermined, whatever else is found of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from ipaddress import ip_interface
from itertools import permutations

from checks.ages import local_day
from checks.finding import Fact, Outcome, conforms, deviates, undetermined
from checks.network.addresses import is_network
from checks.network.declared_flows import Unclear, illegible_text, is_legible
from checks.network.estate import Estate
from checks.network.firewall import Firewall, FirewallEvidence
from checks.network.firewalls import Unread, days_told, firewalls_of
from checks.network.pairs import PROTOCOLS, UNSURE, judge_pair, ports_text
from checks.network.rules_reasons import RULES
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


REASONS = RULES


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
    unclear = Unclear(declared.records, local_day(as_of), whole=declared.complete)
    told = days_told(evidence)
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
            outcomes += _judge_zones(estate, origin, destination, (local_day(as_of), told), unclear)
    if source == min(each.source for each in estate.firewalls):
        yield from _untested(estate, source, short=bool(declared.populations) and not declared.complete)
    for each in own:
        if each.name not in between:
            yield undetermined(each.name, "stands-between-nothing")
        elif (each.source, each.name) in open_wide:
            yield deviates(each.name, "no-filtering", zones=", ".join(sorted(between[each.name])))
        what = _not_followed(each, evidence)
        if what and each.name in between:
            yield undetermined(each.name, "not-followed", what=what)
    yield from outcomes


def _untested(estate: Estate, source: str, *, short: bool) -> Iterator[Outcome]:
    """The zones to and from which no firewall that was read leads, flows to a firewall, and a list cut short."""
    if short:
        yield undetermined(source, "flow-list-short")
    for zone in estate.zones:
        standing = estate.standing_in(zone)
        if not standing:
            yield undetermined(zone, "no-firewall-in-zone")
        elif not any(each.routes for each in standing):
            others = (each for each in estate.zones if each != zone and estate.standing_in(each))
            dark = [each.name for each in others if not any(estate.ways(first, zone, each) for first in standing)]
            if dark:
                yield undetermined(zone, "no-way-known", zones=", ".join(sorted(dark)))
    for flow in estate.flows:
        own = [text for text in flow.destination_addresses if ip_interface(text).ip in estate.own]
        if own and len(own) == len(flow.destination_addresses):
            yield undetermined(flow, "to-the-firewall", address=min(own))


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
    estate: Estate, source: Zone, destination: Zone, days: tuple[date, Mapping[str, date]], unclear: Unclear
) -> Iterator[Outcome]:
    """`days`: today, and the day that the rules of each firewall speak of."""
    pair = f"{source.name} -> {destination.name}"
    today, told = days
    verdict = judge_pair(estate, source, destination, today, unclear, told)
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

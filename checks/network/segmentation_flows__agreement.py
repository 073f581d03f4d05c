"""What probes meet is what the firewalls' rules say.

For each probe, the rules of all firewalls between the two zones are followed for just its target, port and protocol:
from the vantage's own address where it is known, else from every address of its zone. A port that answers though the
rules stop it has a way around them: another router, a host with a leg in both zones, a translation, or rules that are
not in force. Silence or a router's refusal where the rules let through is stopped by something that was not read.
Silence where the rules refuse, or a refusal where they drop, shows that other rules are in force than those that were
read. A silent target that answered nothing at all proves nothing, nor one that only refused where a firewall refuses in
its name. Nor do rules that were read more than `rules_max_hours_apart` from the attempt: they may have been changed in
between. Rules for a firewall's own addresses are not followed, so what is met there has nothing to be held against.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address, ip_interface

from checks.ages import span
from checks.finding import Outcome, Reason, Severity, Text, Verdict, conforms, deviates, out_of_scope, undetermined
from checks.network.addresses import Address, is_network
from checks.network.estate import Estate
from checks.network.firewall import FirewallEvidence
from checks.network.firewalls import firewalls_of, times_told
from checks.network.hosts import Listeners
from checks.network.pairs import rule_name
from checks.network.passages import Passage
from checks.network.symbolic import TooMuchError
from collector.evidence import EvidenceSet, Population
from collector.records.host import Interface, Listener, Route
from collector.records.network import FirewallChain, FirewallRule, Probe, Zone

CONTROL = "segmentation-flows"
READS = (Probe, FirewallChain, FirewallRule, Interface, Route, Zone, Listener)

_READ_AGAIN = Text(
    "Jämför reglerna med dem som gäller i brandväggen, och sök efter vägar runt den.",
    "Compare the rules with those in force on the firewall, and look for ways around it.",
)


@dataclass(frozen=True, slots=True)
class Parameters:
    """Hours between the reading of rules and the attempt."""

    rules_max_hours_apart: int = 6


REASONS = {
    "open-though-rules-stop": Reason(
        Text(
            "{target} port {port}/{protocol} svarar från zonen {zone}, fast reglerna i {device} stoppar ({rule}).",
            "{target} port {port}/{protocol} answers from zone {zone}, though the rules of {device} stop it ({rule}).",
        ),
        _READ_AGAIN,
        Severity.HIGH,
    ),
    "refused-though-rules-drop": Reason(
        Text(
            "{target} port {port}/{protocol} avvisar från zonen {zone}, fast reglerna i {device} kastar ({rule}).",
            "{target} port {port}/{protocol} refuses from zone {zone}, though the rules of {device} drop it ({rule}).",
        ),
        _READ_AGAIN,
    ),
    "stopped-though-rules-pass": Reason(
        Text(
            "{target} port {port}/{protocol} nås inte från zonen {zone} ({outcome}), fast {device} släpper igenom "
            "({rule}).",
            "{target} port {port}/{protocol} is not reached from zone {zone} ({outcome}), though {device} lets it "
            "through ({rule}).",
        ),
        _READ_AGAIN,
    ),
    "silent-though-rules-refuse": Reason(
        Text(
            "{target} port {port}/{protocol} är tyst från zonen {zone}, fast reglerna i {device} avvisar ({rule}).",
            "{target} port {port}/{protocol} is silent from zone {zone}, though the rules of {device} refuse ({rule}).",
        ),
        _READ_AGAIN,
        Severity.LOW,
    ),
    "target-dead": Reason(
        Text(
            "Målet svarade inte på någon port, så tystnaden visar inget.",
            "The target answered on no port, so its silence shows nothing.",
        ),
    ),
    "probe-failed": Reason(Text("Försöket kunde inte göras.", "The probe could not be made.")),
    "rules-unread": Reason(
        Text(
            "Någon brandväggs regler kunde inte läsas eller tolkas i sin helhet.",
            "Some firewall's rules could not be read or understood in full.",
        ),
    ),
    "rule-not-understood": Reason(
        Text(
            "Vad {device} gör beror på en regel som inte kunde tolkas ({rule}).",
            "What {device} does depends on a rule that was not understood ({rule}).",
        ),
    ),
    "no-way-known": Reason(
        Text(
            "Ingen läst brandvägg leder mellan zonerna, så det finns inget att jämföra med.",
            "No firewall that was read leads between the zones, so there is nothing to compare with.",
        ),
    ),
    "read-apart": Reason(
        Text(
            "Det som möttes {probed} är inte vad reglerna i {device} säger, men de lästes {read} och kan ha ändrats "
            "däremellan.",
            "What was met {probed} is not what the rules of {device} say, but those were read {read} and may have been "
            "changed in between.",
        ),
        Text("Läs reglerna och gör försöken vid samma tid.", "Read the rules and make the attempts at the same time."),
    ),
    "target-is-firewall": Reason(
        Text(
            "Målet är en brandväggs egen adress; regler för den själv prövas inte.",
            "The target is a firewall's own address; rules for itself are not tested.",
        ),
    ),
    "same-zone": Reason(Text("Målet står i samma zon.", "The target stands in the same zone.")),
    "no-firewall": Reason(Text("Ingen brandväggs regler har lästs.", "No firewall's rules were read.")),
}


def judge(
    probes: Population[Probe], evidence: EvidenceSet, parameters: Parameters, _as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per probe."""
    read = times_told(evidence)
    limit = span(hours=parameters.rules_max_hours_apart)
    chains = evidence.reading(FirewallChain)
    found = firewalls_of(evidence)
    held = [each for each in found if isinstance(each, FirewallEvidence)]
    zones = sorted(evidence.reading(Zone).records, key=lambda zone: (zone.name, repr(zone)))
    legible = all(is_network(text) for zone in zones for text in zone.networks)
    whole = legible and len(held) == len(found) and not chains.all_gaps
    estate = Estate(held, zones) if whole else None
    listeners = Listeners(evidence)
    by_name = {zone.name: zone for zone in zones}
    unproved = _answered_by_firewalls(probes, estate, by_name) if estate is not None else frozenset[str]()
    for probe in probes.records:
        if probe.zone == probe.target_zone:
            yield out_of_scope(probe, "same-zone")
        elif not chains.populations and not chains.gaps:
            yield out_of_scope(probe, "no-firewall")
        elif estate is None:
            yield undetermined(probe, "rules-unread")
        elif probe.outcome == "failed":
            yield undetermined(probe, "probe-failed")
        else:
            alive = probe.target_alive and probe.target not in unproved
            alive = alive or listeners.listening(probe.target, probe.protocol, probe.port) is not None
            said = _compared(probe, estate, by_name.get(probe.zone), alive=bool(alive))
            device = str(said.facts.get("device"))
            told, probed = read.get(device), probe.time or probes.provenance.speaks_of
            if said.verdict is Verdict.DEVIATES and told is not None and abs(probed - told) > limit:
                said = undetermined(probe, "read-apart", device=device, probed=probed, read=told)
            yield said


def _answered_by_firewalls(probes: Population[Probe], estate: Estate, zones: Mapping[str, Zone]) -> frozenset[str]:
    """The targets that opened nothing, and refused nothing but what the rules refuse in their name."""
    lives: set[str] = set()
    refused: set[str] = set()
    for probe in probes.records:
        if probe.outcome == "open":
            lives.add(probe.target)
        elif probe.outcome == "refused" and probe.zone in zones:
            try:
                ends = [_said(estate, each, probe.port)[0] for each in _passages(probe, estate, zones[probe.zone])]
            except (ValueError, TooMuchError):
                ends = []
            (refused if ends and set(ends) == {"reject"} else lives).add(probe.target)
    return frozenset(refused - lives)


def _compared(probe: Probe, estate: Estate, zone: Zone | None, *, alive: bool) -> Outcome:
    if is_network(probe.target) and ip_interface(probe.target).ip in estate.own:
        return undetermined(probe, "target-is-firewall")
    try:
        passages = [] if zone is None else _passages(probe, estate, zone)
        said = [_said(estate, passage, probe.port) for passage in passages]
    except (ValueError, TooMuchError):
        return undetermined(probe, "rules-unread")
    if not said:
        return undetermined(probe, "no-way-known")
    reasons = [_disagreement(probe, end, alive=alive) for end, _ in said]
    if None in reasons:
        return conforms(probe)  # the rules allow for what was met
    place = min(range(len(said)), key=lambda number: (_WEAKEST.index(reasons[number] or ""), number))
    reason, device = reasons[place] or "", said[place][1]
    if reason == "target-dead":
        return undetermined(probe, reason)
    if reason == "rule-not-understood":
        return undetermined(probe, reason, device=device[0], rule=device[1])
    return deviates(
        probe,
        reason,
        zone=probe.zone,
        target=probe.target,
        port=probe.port,
        protocol=probe.protocol,
        outcome=probe.outcome,
        device=device[0],
        rule=device[1],
    )


_WEAKEST = (
    "rule-not-understood",
    "target-dead",
    "silent-though-rules-refuse",
    "refused-though-rules-drop",
    "stopped-though-rules-pass",
    "open-though-rules-stop",
)
"""What is said where several addresses of the zone meet different rules: what accuses least."""


def _passages(probe: Probe, estate: Estate, zone: Zone) -> list[Passage]:
    target = ip_address(probe.target)
    sources: list[Address] = [ip_address(probe.source)] if probe.source else estate.origins_of(zone)
    return [
        passage
        for source in sources
        if source.version == target.version
        for passage in estate.between(source, zone, target, probe.protocol)
    ]


def _said(estate: Estate, passage: Passage, port: int) -> tuple[str, tuple[str, str]]:
    """The end that the rules give a packet to a port, and the firewall and rule that give it."""
    bit = estate.ports.one(port)
    if passage.passes & bit:
        device, rule = passage.decided("accept", bit)
        return "pass", (device, rule_name(rule))
    if passage.unknown & bit:
        device, rule = passage.decided("unknown", bit)
        return "unknown", (device, rule_name(rule))
    for end in ("reject", "drop"):
        found = next((each for each in passage.by if each[0] == end and each[1] & bit), None)
        if found is not None:
            return end, (found[2], rule_name(found[3]))
    return "drop", (passage.hops[0], "policy")


def _disagreement(probe: Probe, end: str, *, alive: bool) -> str | None:
    """The reason why what was met is not what the rules say; None where it is."""
    if end == "unknown":
        return "rule-not-understood"
    if probe.outcome == "open":
        return None if end == "pass" else "open-though-rules-stop"
    if probe.outcome == "refused":
        return "refused-though-rules-drop" if end == "drop" else None
    if probe.outcome == "filtered":
        return {"pass": "stopped-though-rules-pass", "drop": "refused-though-rules-drop"}.get(end)
    if end == "drop":
        return None
    if end == "reject":
        return None if probe.protocol == "udp" else "silent-though-rules-refuse"
    if probe.protocol == "udp" and probe.outcome == "no-answer":
        return None
    return "stopped-though-rules-pass" if alive else "target-dead"

"""Only declared flows get through between zones, as probes from inside the zones show.

A probe that gets an answer through a port that no declared flow covers deviates; where only an expired flow covers it,
the opening has outlived its decision. A declared flow that gets no answer from a target that is alive is cut, and
deviates too. Silence from a target that answered nothing at all proves nothing, and a refusal may come from the target
itself or from a firewall in its name: both are undetermined where no flow is declared. Where the target was read as a
host, its open ports tell more: a refusal on a port that it listens on came from a firewall, and a declared flow to a
port that nothing listens on lacks its service and not its way. By UDP, silence shows nothing: an open port may be
silent. A vantage without a route has shown nothing unless the target answered it on another port. While the list of
flows is not whole, no opening is called undeclared and no silence in order; nor is one between two zones of which a
flow by its protocol is not understood.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from ipaddress import ip_interface

from checks.ages import local_day
from checks.finding import Outcome, Reason, Severity, Text, Verdict, conforms, deviates, out_of_scope, undetermined
from checks.network.addresses import is_network
from checks.network.declared_flows import Unclear, cover, is_legible
from checks.network.hosts import Listeners
from collector.evidence import EvidenceSet, Population
from collector.records.host import Interface, Listener
from collector.records.network import DeclaredFlow, Probe

CONTROL = "segmentation-flows"
READS = (Probe, DeclaredFlow, Interface, Listener)


@dataclass(frozen=True, slots=True)
class Parameters:
    """None: the declared flows are the yardstick."""


REASONS = {
    "open-not-declared": Reason(
        Text(
            "Öppet från zonen {zone} till {target} port {port}/{protocol}, men inget flöde är angivet.",
            "Open from zone {zone} to {target} port {port}/{protocol}, but no flow is declared.",
        ),
        Text(
            "Stäng i brandväggen, eller besluta om flödet och ange det.",
            "Close it in the firewall, or decide on the flow and declare it.",
        ),
        Severity.HIGH,
    ),
    "open-after-expiry": Reason(
        Text(
            "Öppet från zonen {zone} till {target} port {port}/{protocol}; flödet gällde till {valid_until}.",
            "Open from zone {zone} to {target} port {port}/{protocol}; the flow was valid until {valid_until}.",
        ),
        Text(
            "Stäng den tillfälliga öppningen, eller förnya beslutet.",
            "Close the temporary opening, or renew the decision.",
        ),
        Severity.HIGH,
    ),
    "declared-but-closed": Reason(
        Text(
            "Flödet till {target} port {port}/{protocol} är angivet men kommer inte fram ({outcome}).",
            "The flow to {target} port {port}/{protocol} is declared but does not get through ({outcome}).",
        ),
        Text(
            "Öppna i brandväggen, eller ta bort flödet ur listan.",
            "Open it in the firewall, or remove the flow from the list.",
        ),
        Severity.LOW,
    ),
    "nothing-listens": Reason(
        Text(
            "Flödet till {target} port {port}/{protocol} är angivet, men inget lyssnar där enligt värden själv.",
            "The flow to {target} port {port}/{protocol} is declared, but nothing listens there by the host's own "
            "account.",
        ),
        Text(
            "Starta tjänsten, eller ta bort flödet ur listan.", "Start the service, or remove the flow from the list."
        ),
        Severity.LOW,
    ),
    "udp-silent": Reason(
        Text(
            "Inget svar via UDP; en öppen port behöver inte svara, så det visar inget.",
            "No answer by UDP; an open port need not answer, so it shows nothing.",
        ),
    ),
    "refused": Reason(
        Text(
            "Försöket avvisades; det går inte att se om av målet eller av brandväggen.",
            "The attempt was refused; by the target or by a firewall cannot be told.",
        ),
    ),
    "target-dead": Reason(
        Text(
            "Målet svarade inte på någon port, så tystnaden visar inget.",
            "The target answered on no port, so its silence shows nothing.",
        ),
        Text("Låt försöket gå mot en port där målet svarar.", "Probe a port on which the target answers as well."),
        Severity.LOW,
    ),
    "probe-failed": Reason(Text("Försöket kunde inte göras.", "The probe could not be made.")),
    "no-flow-list": Reason(
        Text(
            "Det finns ingen lista över angivna flöden att jämföra med.",
            "There is no list of declared flows to compare with.",
        ),
        Text("Ange nödvändiga flöden under flows.", "Declare the necessary flows under flows."),
    ),
    "flow-list-incomplete": Reason(
        Text(
            "Listan över angivna flöden kunde inte läsas i sin helhet.",
            "The list of declared flows could not be read in full.",
        ),
        Text("Rätta de flöden som inte kunde läsas.", "Mend the flows that could not be read."),
    ),
    "flow-not-understood": Reason(
        Text(
            "Om det är angivet beror på flödet {flow}, som inte kunde tolkas.",
            "Whether it is declared depends on the flow {flow}, which could not be understood.",
        ),
        Text("Rätta portar och adresser i flödet.", "Correct the ports and addresses of the flow."),
    ),
    "target-not-understood": Reason(
        Text("Målets adress {target} kunde inte tolkas.", "The target's address {target} could not be understood."),
    ),
    "same-zone": Reason(Text("Målet står i samma zon.", "The target stands in the same zone.")),
}


def judge(
    probes: Population[Probe], evidence: EvidenceSet, _parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per probe."""
    declared = evidence.reading(DeclaredFlow)
    flows = [flow for flow in declared.records if is_legible(flow)]
    listeners = Listeners(evidence)
    today = local_day(as_of)
    unclear = Unclear(declared.records, today, whole=declared.complete)
    for probe in probes.records:
        if probe.zone == probe.target_zone:
            yield out_of_scope(probe, "same-zone")
        elif not declared.populations:
            yield undetermined(probe, "no-flow-list")
        elif not is_network(probe.target):
            yield undetermined(probe, "target-not-understood", target=probe.target)
        else:
            listening = listeners.listening(probe.target, probe.protocol, probe.port)
            said = _judge_probe(probe, flows, today, listening=listening, whole=declared.complete)
            doubt = unclear.about((probe.zone, probe.target_zone), probe.protocol)
            yield undetermined(probe, doubt[0], flow=doubt[1]) if doubt and _rests_on_flows(probe, said) else said


def _rests_on_flows(probe: Probe, said: Outcome) -> bool:
    """Whether what is said of a probe would be otherwise if another flow were declared that covers it."""
    if said.reason in {"open-not-declared", "open-after-expiry", "flow-list-incomplete"}:
        return True
    return said.verdict is Verdict.CONFORMS and probe.outcome != "open"


def _judge_probe(
    probe: Probe, flows: Sequence[DeclaredFlow], today: date, *, listening: bool | None, whole: bool
) -> Outcome:
    """`listening`: whether the target itself says that it does; None where it was not read."""
    target = ip_interface(probe.target).ip
    covering = cover(flows, (probe.zone, probe.target_zone), target, probe.protocol, probe.port, today)
    where: dict[str, str | int] = {"target": probe.target, "port": probe.port, "protocol": probe.protocol}
    if probe.outcome == "failed":
        return undetermined(probe, "probe-failed")
    if probe.outcome == "open":
        if covering.valid:
            return conforms(probe)
        if not whole:
            return undetermined(probe, "flow-list-incomplete")
        if covering.expired:
            last = max(flow.valid_until for flow in covering.expired if flow.valid_until is not None)
            return deviates(probe, "open-after-expiry", zone=probe.zone, valid_until=last, **where)
        return deviates(probe, "open-not-declared", zone=probe.zone, **where)
    alive = probe.target_alive or listening is not None
    if probe.outcome == "no-answer" and probe.protocol == "udp" and (covering.valid or listening is not False):
        return undetermined(probe, "udp-silent")
    if covering.valid:
        if listening is False and probe.outcome == "refused":
            return deviates(probe, "nothing-listens", **where)
        if alive or probe.outcome in ("refused", "filtered", "no-route"):
            return deviates(probe, "declared-but-closed", outcome=probe.outcome, **where)
        return undetermined(probe, "target-dead")
    if probe.outcome == "refused":
        return conforms(probe) if listening else undetermined(probe, "refused")
    if probe.outcome in {"no-answer", "no-route"} and not alive:
        return undetermined(probe, "target-dead")
    return conforms(probe)

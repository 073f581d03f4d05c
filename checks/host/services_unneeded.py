"""Every port that a host listens on is on the approved list.

`approved` names them as `443/tcp`, or `web1: 443/tcp` for one host; a register of services per role is the list's
origin. Ports that only the host itself can reach are left out. Without a list nobody knows what is needed: that is told
once for each host.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from checks.finding import Outcome, Severity, conforms, deviates, out_of_scope, undetermined
from checks.record_rules.joins import key_of
from checks.record_rules.reasons import COMMON, because
from collector.evidence import EvidenceSet, Population
from collector.records.host import Listener

CONTROL = "services-unneeded"
READS = (Listener,)
EVERY_RECORD = False


@dataclass(frozen=True, slots=True)
class Parameters:
    """Approved ports."""

    approved: tuple[str, ...] = ()


REASONS = COMMON | {
    "not-approved": because(
        "Lyssnar på {port} på {address}, som inte är godkänt.",
        "Listens on {port} at {address}, which is not approved.",
        "Stäng av tjänsten, eller pröva och godkänn den.",
        "Switch the service off, or examine and approve it.",
    ),
    "no-list": because(
        "Ingen lista över godkända tjänster finns ({count} portar).",
        "There is no list of approved services ({count} ports).",
        "Ange dem under controls: services-unneeded: parameters: approved, t.ex. 443/tcp.",
        "Name them under controls: services-unneeded: parameters: approved, e.g. 443/tcp.",
        Severity.LOW,
    ),
    "own": because("Nås bara från värden själv.", "Reached from the host itself only."),
}


def judge(
    listeners: Population[Listener], _evidence: EvidenceSet, parameters: Parameters, _as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per port that can be reached, or one per host while there is no list."""
    approved = {key_of(each) for each in parameters.approved}
    open_ports: Counter[str] = Counter()
    for row in listeners.records:
        if row.address is not None and row.address.startswith(("127.", "::1", "[::1]")):
            yield out_of_scope(row, "own")
            continue
        port = f"{row.port}/{row.protocol}"
        open_ports[row.host] += 1
        if not approved:
            continue
        if key_of(port) in approved or key_of(f"{row.host}: {port}") in approved:
            yield conforms(row)
        else:
            yield deviates(row, "not-approved", port=port, address=row.address or "*")
    if not approved:
        for host in sorted(open_ports):
            yield undetermined(host, "no-list", count=open_ports[host])

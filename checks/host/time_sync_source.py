"""Every host takes its time from the Swedish distributed time service, itself or through a server of one's own.

A configured source is good when its name matches `allowed`, or when it is another host in the evidence whose own
sources are good. A host with other sources, with none, or with fewer than `min_sources` deviates. An internal server
that was not read leaves the chain, and with it the host, undetermined. A container's clock is its host's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase

from checks.finding import Outcome, Reason, Severity, Text, conforms, deviates, out_of_scope, undetermined
from collector.evidence import EvidenceSet, Population
from collector.records.host import Interface, TimeSync

CONTROL = "time-sync-source"
READS = (TimeSync, Interface)


@dataclass(frozen=True, slots=True)
class Parameters:
    """`allowed`: name patterns of good sources; `min_sources`: how many a host should have."""

    allowed: tuple[str, ...] = ("ntp.se", "*.ntp.se", "*.netnod.se")
    min_sources: int = 2


_SET = Text(
    "Ange ntp.se och ytterligare en källa i samma tjänst, eller en egen tidsserver som gör det.",
    "Configure ntp.se and one more source of the same service, or a time server of your own that does.",
)
REASONS = {
    "no-time-service": Reason(Text("Ingen tidstjänst är igång.", "No time service is running."), _SET, Severity.HIGH),
    "no-source": Reason(Text("Ingen tidskälla är angiven.", "No time source is configured."), _SET),
    "other-source": Reason(
        Text(
            "Tar tid från {sources}, som inte leder till den svenska tidstjänsten.",
            "Takes time from {sources}, which does not lead to the Swedish time service.",
        ),
        _SET,
    ),
    "too-few-sources": Reason(
        Text(
            "Har {configured} tidskälla; minst {required} krävs.",
            "Has {configured} time source; at least {required} are required.",
        ),
        _SET,
        Severity.LOW,
    ),
    "chain-not-read": Reason(
        Text(
            "Tar tid från {sources}, vars egen källa inte har lästs.",
            "Takes time from {sources}, whose own source was not read.",
        ),
        Text("Lägg till tidsservern bland källorna.", "Add the time server to the sources."),
    ),
    "configuration-unread": Reason(
        Text("Tidstjänstens inställningar kunde inte läsas.", "The time service's configuration could not be read."),
    ),
    "shares-clock": Reason(Text("Klockan är värdmaskinens.", "The clock is the host machine's.")),
}


Servers = Mapping[str, Sequence[TimeSync]]


def judge(
    hosts: Population[TimeSync], evidence: EvidenceSet, parameters: Parameters, _as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per host."""
    servers = _servers(evidence)
    for host in hosts.records:
        yield _judge_host(host, servers, parameters)


def _servers(evidence: EvidenceSet) -> Servers:
    """Hosts of the evidence by every name and address that a configuration may call them by."""
    servers: defaultdict[str, list[TimeSync]] = defaultdict(list)
    for population in evidence.reading(TimeSync).populations:
        by_host: defaultdict[str, list[TimeSync]] = defaultdict(list)
        for host in population.records:
            by_host[host.host].append(host)
            servers[host.host.casefold()].append(host)
        for interface in evidence.reading(Interface).of(population.source).records:
            if interface.kind != "loopback":
                for address in interface.addresses:
                    servers[address.partition("/")[0].casefold()] += by_host.get(interface.host, [])
    return servers


def _judge_host(host: TimeSync, servers: Servers, parameters: Parameters) -> Outcome:
    if host.shares_clock:
        return out_of_scope(host, "shares-clock")
    if host.running is False:
        return deviates(host, "no-time-service")
    if host.daemon is None or host.configured is None:
        return undetermined(host, "configuration-unread")
    if not host.configured:
        return deviates(host, "no-source")
    names = tuple(dict.fromkeys(name.casefold() for name in host.configured))
    ends = {name: _ends(name, host.host, servers, parameters) for name in names}
    if other := [name for name, found in ends.items() if "other" in found or not found]:
        return deviates(host, "other-source", sources=", ".join(other))
    if unread := [name for name, found in ends.items() if "unread" in found]:
        return undetermined(host, "chain-not-read", sources=", ".join(unread))
    if len(names) < parameters.min_sources:
        return deviates(host, "too-few-sources", configured=len(names), required=parameters.min_sources)
    return conforms(host)


def _ends(name: str, host: str, servers: Servers, parameters: Parameters) -> set[str]:
    """How one source's chain ends: `allowed`, at another service (`other`), `unread`; not at all where it is a circle.

    Each server is visited once, so that hosts which name each other cost no more than their number.
    """
    found: set[str] = set()
    seen, waiting = {name}, [name]
    while waiting:
        each = waiting.pop()
        if any(fnmatchcase(each, pattern.casefold()) for pattern in parameters.allowed):
            found.add("allowed")
            continue
        known = servers.get(each, ())
        if not known:
            found.add("unread" if _internal(each) else "other")
        for server in known:
            if server.host == host:
                continue
            if server.running is False or server.configured == ():
                found.add("other")
            elif server.configured is None:
                found.add("unread")
            else:
                further = {source.casefold() for source in server.configured} - seen
                seen |= further
                waiting += sorted(further)
    return found


def _internal(name: str) -> bool:
    """Whether a name may stand for a server of one's own: an address, a bare name, or a name in a reserved domain."""
    bare = "." not in name and ":" not in name
    address = ":" in name or name.replace(".", "").isdigit()
    return (
        bare or address or name.casefold().endswith((".local", ".lan", ".internal", ".intern", ".test", ".home.arpa"))
    )

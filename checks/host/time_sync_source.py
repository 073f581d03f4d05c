"""Every host takes its time from the Swedish distributed time service, itself or through a server of one's own.

A configured source is good when its name matches `allowed`, or when it is another host in the evidence whose own
sources are good. A host with other sources, with none, or with fewer than `min_sources` deviates. An internal server
that was not read leaves the chain, and with it the host, undetermined. A container's clock is its host's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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


def judge(
    hosts: Population[TimeSync], evidence: EvidenceSet, parameters: Parameters, _as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per host."""
    servers = _servers(evidence)
    for host in hosts.records:
        yield _judge_host(host, servers, parameters)


def _servers(evidence: EvidenceSet) -> dict[str, TimeSync]:
    """Hosts of the evidence by every name and address that a configuration may call them by."""
    by_host = {host.host: host for host in evidence.reading(TimeSync).records}
    servers = {name.casefold(): host for name, host in by_host.items()}
    for interface in evidence.reading(Interface).records:
        if interface.host in by_host and interface.kind != "loopback":
            for address in interface.addresses:
                servers.setdefault(address.partition("/")[0], by_host[interface.host])
    return servers


def _judge_host(host: TimeSync, servers: Mapping[str, TimeSync], parameters: Parameters) -> Outcome:
    if host.shares_clock:
        return out_of_scope(host, "shares-clock")
    if host.daemon is None or host.running is False:
        return (
            deviates(host, "no-time-service") if host.running is False else undetermined(host, "configuration-unread")
        )
    if host.configured is None:
        return undetermined(host, "configuration-unread")
    if not host.configured:
        return deviates(host, "no-source")
    states = {name: _leads_home(name, servers, parameters, (host.host,)) for name in host.configured}
    bad = [name for name, good in states.items() if good is False]
    if bad:
        return deviates(host, "other-source", sources=", ".join(bad))
    unread = [name for name, good in states.items() if good is None]
    if unread:
        return undetermined(host, "chain-not-read", sources=", ".join(unread))
    if len(host.configured) < parameters.min_sources:
        return deviates(host, "too-few-sources", configured=len(host.configured), required=parameters.min_sources)
    return conforms(host)


def _leads_home(
    name: str, servers: Mapping[str, TimeSync], parameters: Parameters, seen: tuple[str, ...]
) -> bool | None:
    """Whether a source is allowed, itself or through its own chain; None where the chain was not read."""
    if any(fnmatchcase(name.casefold(), pattern.casefold()) for pattern in parameters.allowed):
        return True
    server = servers.get(name.casefold())
    if server is None:
        return None if _internal(name) else False
    if server.host in seen or server.running is False or server.configured == ():
        return False
    if server.configured is None:
        return None
    states = [_leads_home(each, servers, parameters, (*seen, server.host)) for each in server.configured]
    return False if False in states else None if None in states else True


def _internal(name: str) -> bool:
    """Whether a name may stand for a server of one's own: an address, a bare name, or a name in a reserved domain."""
    bare = "." not in name and ":" not in name
    address = ":" in name or name.replace(".", "").isdigit()
    return (
        bare or address or name.casefold().endswith((".local", ".lan", ".internal", ".intern", ".test", ".home.arpa"))
    )

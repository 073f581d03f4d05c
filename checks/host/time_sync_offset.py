"""Every host's clock is right.

Judged on the offset that the host's own time service measures. A clock that is further off than `max_offset_ms`
deviates (a host that collects other hosts' logs: `log_hosts_max_offset_ms`), and so does one that is not
synchronised, whatever it last measured: a leap status of «normal» alone proves nothing. Where neither stratum nor leap
status could be read, the host is undetermined. A container's clock is its host's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from checks.finding import Outcome, Reason, Severity, Text, conforms, deviates, out_of_scope, undetermined
from collector.evidence import EvidenceSet, Population
from collector.records.host import TimeSync

CONTROL = "time-sync-offset"
READS = (TimeSync,)

UNSYNCHRONISED = 16
"""Stratum of a clock that follows nothing; 0 is invalid and what is above is reserved (RFC 5905, figure 11)."""
STALE = timedelta(days=1)
"""A measurement older than this says nothing of the clock today."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """Milliseconds."""

    max_offset_ms: int = 1000
    log_hosts_max_offset_ms: int = 100


_MEND = Text(
    "Se till att tidstjänsten når sina källor och får ställa klockan.",
    "Make sure that the time service reaches its sources and may set the clock.",
)
REASONS = {
    "offset": Reason(
        Text(
            "Klockan går {offset_ms} ms fel; gränsen är {limit_ms} ms.",
            "The clock is {offset_ms} ms off; the limit is {limit_ms} ms.",
        ),
        _MEND,
    ),
    "unsynchronised": Reason(Text("Klockan är inte synkroniserad.", "The clock is not synchronised."), _MEND),
    "no-time-service": Reason(Text("Ingen tidstjänst är igång.", "No time service is running."), _MEND, Severity.HIGH),
    "stale": Reason(
        Text("Senaste mätningen är från {last_update}.", "The last measurement is from {last_update}."), _MEND
    ),
    "offset-unknown": Reason(
        Text("Klockans avvikelse kunde inte läsas.", "The clock's offset could not be read."),
        Text(
            "Låt läskontot fråga tidstjänsten (chronyc tracking).",
            "Let the reading account ask the time service (chronyc tracking).",
        ),
    ),
    "state-unknown": Reason(
        Text(
            "Avvikelsen kunde läsas, men inte om klockan är synkroniserad.",
            "The offset could be read, but not whether the clock is synchronised.",
        ),
        Text(
            "Låt läskontot fråga tidstjänsten (chronyc tracking).",
            "Let the reading account ask the time service (chronyc tracking).",
        ),
    ),
    "shares-clock": Reason(Text("Klockan är värdmaskinens.", "The clock is the host machine's.")),
}


def judge(
    hosts: Population[TimeSync], _evidence: EvidenceSet, parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per host."""
    for host in hosts.records:
        yield _judge_host(host, parameters, as_of)


def _judge_host(host: TimeSync, parameters: Parameters, as_of: datetime) -> Outcome:
    if host.shares_clock:
        return out_of_scope(host, "shares-clock")
    if host.running is False:
        return deviates(host, "no-time-service")
    if host.leap == "not-synchronised" or (host.stratum is not None and not 0 < host.stratum < UNSYNCHRONISED):
        return deviates(host, "unsynchronised")
    if host.offset_us is None:
        return undetermined(host, "offset-unknown")
    if host.stratum is None and host.leap is None:
        return undetermined(host, "state-unknown")
    limit = parameters.log_hosts_max_offset_ms if host.collects_logs else parameters.max_offset_ms
    if abs(host.offset_us) > limit * 1000:
        return deviates(host, "offset", offset_ms=abs(host.offset_us) // 1000, limit_ms=limit)
    if host.last_update is not None and as_of - host.last_update > STALE:
        return deviates(host, "stale", last_update=host.last_update)
    return conforms(host)

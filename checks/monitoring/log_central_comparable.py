"""Every host's log reaches the central store, is kept long enough, and carries a time that can be compared.

A host that was read deviates when the central store does not know it, when it has been silent there for more than
`silent_hours`, when its log is kept for less than `retention_days`, and when its clock is not synchronised or more
than a second off. Whether its own administrators can change the stored log is not in any export that Styrk reads.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from checks.ages import FUTURE_TOLERANCE, span
from checks.finding import Outcome, Severity, deviates, undetermined
from checks.record_rules.joins import as_exported, grouped, has_one, key_of, lacks_column, unread
from checks.record_rules.reasons import COMMON, because
from checks.record_rules.rows import (
    decide,
)
from collector.evidence import EvidenceSet, Population, Reading
from collector.records.host import Host, TimeSync
from collector.records.monitoring import MonitoredHost

CONTROL = "log-central-comparable"
READS = (Host, MonitoredHost, TimeSync)


@dataclass(frozen=True, slots=True)
class Parameters:
    """Longest silence, and least time that logs are kept."""

    silent_hours: int = 24
    retention_days: int = 90


MAX_OFFSET_US = 1_000_000
"""A second, as `time-sync-offset` has it."""
_SEND = ("Skicka värdens logg till den centrala logglagringen.", "Send the host's log to the central store.")
REASONS = COMMON | {
    "not-central": because(
        "Värden finns inte i den centrala logglagringen.",
        "The central log store does not know the host.",
        *_SEND,
        severity=Severity.HIGH,
    ),
    "silent": because("Senaste logghändelse {last}.", "Last heard from {last}.", *_SEND, severity=Severity.HIGH),
    "no-event": because("Ingen logghändelse har kommit.", "Never heard from.", *_SEND, severity=Severity.HIGH),
    "dated-in-future": because(
        "Senaste logghändelse {last} har inte varit: en klocka går fel.",
        "The last event, {last}, is to come: a clock is wrong.",
        "Rätta klockan.",
        "Mend the clock.",
    ),
    "service-unknown": because(
        "Exporten säger inte om värden skickar sin logg eller bara övervakas.",
        "The export does not say whether the host sends its log or is only monitored.",
        "Ta med service i exporten (monitoring eller central-log).",
        "Export service too (monitoring or central-log).",
    ),
    "short-retention": because(
        "Loggen sparas i {days} dagar.", "The log is kept for {days} days.", "Spara längre.", "Keep it longer."
    ),
    "clock-off": because(
        "Klockan är inte synkroniserad, så loggarna kan inte jämföras.",
        "The clock is not synchronised, so the logs cannot be compared.",
        "Rätta tidskällan.",
        "Mend the time source.",
    ),
    "clock-unknown": because(
        "Värdens klocka är inte läst.", "The host's clock was not read.", "Läs tidstjänsten.", "Read the time service."
    ),
}


def judge(hosts: Population[Host], evidence: EvidenceSet, parameters: Parameters, as_of: datetime) -> Iterator[Outcome]:
    """One outcome per host."""
    register = evidence.reading(MonitoredHost)
    rows = grouped(register, lambda each: each.host if each.service != "monitoring" else None)
    clocks = grouped(evidence.reading(TimeSync), lambda each: each.host)
    for host in hosts.records:
        name = key_of(host.name)
        there = rows.get(name, [])
        yield decide(
            host,
            has_one(host, there, register, "not-central"),
            *(_heard(host, there, register, parameters, as_of) if there else ()),
            _clock(host, clocks.get(name, [])),
            _named(host, there, register) if there else None,
        )


def _named(host: Host, rows: Sequence[MonitoredHost], register: Reading[MonitoredHost]) -> Outcome | None:
    """Whether a row says that it is of the central log."""
    if any(row.service == "central-log" for row in rows):
        return None
    return lacks_column(host, register, "service") or undetermined(host, "service-unknown")


def _heard(
    host: Host,
    rows: Sequence[MonitoredHost],
    register: Reading[MonitoredHost],
    parameters: Parameters,
    as_of: datetime,
) -> Iterator[Outcome | None]:
    last = max((row.last_event for row in rows if row.last_event is not None), default=None)
    if last is None:
        yield lacks_column(host, register, "last_event") or deviates(host, "no-event")
    elif last - as_of > FUTURE_TOLERANCE:
        yield undetermined(host, "dated-in-future", last=last)
    else:
        silent = as_exported(host, register, as_of, lambda moment: _silent(host, last, parameters, moment))
        yield silent and (unread(host, register) or silent)
    kept = max((row.retention_days for row in rows if row.retention_days is not None), default=None)
    if kept is None:
        blank = deviates(host, "incomplete", columns=("retention_days",))
        yield lacks_column(host, register, "retention_days") or blank
    elif kept < parameters.retention_days:
        yield deviates(host, "short-retention", days=kept)


def _silent(host: Host, last: datetime, parameters: Parameters, moment: datetime) -> Outcome | None:
    return deviates(host, "silent", last=last) if moment - last > span(hours=parameters.silent_hours) else None


def _clock(host: Host, clocks: Sequence[TimeSync]) -> Outcome | None:
    for each in clocks:
        if each.shares_clock:
            continue  # another host's clock, judged there
        if each.stratum == 16 or each.leap == "not-synchronised" or each.running is False:
            return deviates(host, "clock-off")
        if each.offset_us is not None and abs(each.offset_us) > MAX_OFFSET_US:
            return deviates(host, "clock-off")
    if any(each.shares_clock or each.offset_us is not None for each in clocks):
        return None
    return undetermined(host, "clock-unknown")

"""Every host that was read is monitored, and test alerts are taken in time, around the clock.

The inventory is the hosts that Styrk read; at least `coverage_min_percent` of them must be in the export of monitored
hosts, and those that are not are named. Each test alert of the last year must be acknowledged within `ack_minutes`;
where none was raised nobody knows whether alerts reach anyone. Whether every hour is staffed is `oncall-roster`'s word;
`hours` is what was decided, for the report.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from checks.ages import span
from checks.finding import Outcome, Severity, conforms, deviates, undetermined
from checks.record_rules.joins import has_one, key_of, lacks_column, unread
from checks.record_rules.reasons import COMMON, because
from checks.record_rules.rows import (
    decide,
)
from checks.record_rules.shares import WITHIN_SHARE, tolerate
from collector.evidence import EvidenceSet, Population
from collector.records.host import Host
from collector.records.monitoring import Alert, MonitoredHost

CONTROL = "monitoring-active"
READS = (Host, MonitoredHost, Alert)


@dataclass(frozen=True, slots=True)
class Parameters:
    """Decided hours, least share of hosts, and minutes to acknowledge."""

    hours: str = "24x7"
    coverage_min_percent: int = 95
    ack_minutes: int = 60


REASONS = (
    COMMON
    | WITHIN_SHARE
    | {
        "not-monitored": because(
            "Värden finns inte i övervakningen.",
            "The host is not in the monitoring.",
            "Anslut värden till övervakningen.",
            "Connect the host to the monitoring.",
            Severity.HIGH,
        ),
        "service-unknown": because(
            "Exporten säger inte om värden övervakas eller bara skickar sin logg.",
            "The export does not say whether the host is monitored or only sends its log.",
            "Ta med service i exporten (monitoring eller central-log).",
            "Export service too (monitoring or central-log).",
        ),
        "not-acknowledged": because(
            "Testlarmet {raised} kvitterades inte inom {minutes} minuter.",
            "The test alert of {raised} was not taken within {minutes} minutes.",
            "Rätta larmvägen och prova igen.",
            "Mend the routing, and try again.",
            Severity.HIGH,
        ),
        "acknowledged-before": because(
            "Testlarmet {raised} är kvitterat {taken}, innan det utlöstes.",
            "The test alert of {raised} was acknowledged {taken}, before it was raised.",
            "Rätta tiderna.",
            "Correct the times.",
        ),
        "no-test-alert": because(
            "Inget testlarm det senaste året, så ingen vet om larm når fram.",
            "No test alert in the last year, so nobody knows whether alerts reach anyone.",
            "Utlös ett ofarligt testlarm, även utanför kontorstid.",
            "Raise a harmless test alert, outside office hours too.",
        ),
    }
)


def judge(hosts: Population[Host], evidence: EvidenceSet, parameters: Parameters, as_of: datetime) -> Iterator[Outcome]:
    """One outcome per host, and one per test alert of the last year."""
    register = evidence.reading(MonitoredHost)
    there = {key_of(row.host) for row in register.records if row.service != "central-log"}
    told = {key_of(row.host) for row in register.records if row.service == "monitoring"}
    outcomes = (
        decide(
            host,
            has_one(host, there & {key_of(host.name)}, register, "not-monitored"),
            lacks_column(host, register, "service"),
            None if key_of(host.name) in told else undetermined(host, "service-unknown"),
        )
        for host in hosts.records
    )
    yield from tolerate(outcomes, parameters.coverage_min_percent)
    alerts = evidence.reading(Alert)
    partly = unread(hosts.source, alerts) or lacks_column(hosts.source, alerts, "test")
    if partly is not None:
        yield partly
    tests = [
        each
        for each in sorted(alerts.records, key=repr)
        if each.test and each.raised is not None and span(days=0) <= as_of - each.raised <= span(days=366)
    ]
    if not tests and partly is None:
        yield undetermined(hosts.source, "no-test-alert")
    for each in tests:
        raised = each.raised or as_of
        taken = each.acknowledged or as_of
        if each.acknowledged is None and lacks_column(each, alerts, "acknowledged"):
            yield undetermined(each, "no-column", columns=("acknowledged",))
        elif taken < raised:
            yield undetermined(each, "acknowledged-before", raised=raised, taken=taken)
        elif (taken - raised).total_seconds() > parameters.ack_minutes * 60:
            yield deviates(each, "not-acknowledged", raised=raised, minutes=parameters.ack_minutes)
        else:
            yield conforms(each)

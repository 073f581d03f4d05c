"""Every incident is registered with what must be known of it, reported to the authority in time, and counted.

An incident deviates when its time of detection, unit, receiver, class or responsible is empty. One that must be
reported to the authority deviates when the early warning, the notification or the final report is late or missing past
its limit (Cybersäkerhetslagen 2 kap. 5-8 §§: 24 hours, 72 hours, one month); whether it must is not determined while
nobody has decided. A year whose total in the annual report is not the register's deviates. A unit that reports nothing
is not blamed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from checks.ages import FUTURE_TOLERANCE, local_day, span
from checks.finding import Outcome, Severity, deviates, undetermined
from checks.record_rules.joins import lacks_column, unread
from checks.record_rules.reasons import COMMON, because
from checks.record_rules.rows import (
    decide,
    filled,
    has_column,
    months_after,
)
from collector.evidence import EvidenceSet, Population
from collector.records.incidents import Incident, IncidentTotal

CONTROL = "incident-register"
READS = (Incident, IncidentTotal)


@dataclass(frozen=True, slots=True)
class Parameters:
    """Limits of the law, from detection; the final report from the notification."""

    authority_early_warning_hours: int = 24
    notification_hours: int = 72
    final_report_months: int = 1


_REPORT = ("Rapportera till myndigheten.", "Report to the authority.")
REASONS = COMMON | {
    "significance-unknown": because(
        "Ingen har bedömt om incidenten är betydande och ska rapporteras.",
        "Nobody has judged whether the incident is significant and must be reported.",
        "Bedöm incidenten.",
        "Judge the incident.",
    ),
    "early-warning-late": because(
        "Tidig varning kom inte inom {hours} timmar från upptäckt {detected}.",
        "No early warning within {hours} hours of detection {detected}.",
        *_REPORT,
        severity=Severity.HIGH,
    ),
    "notification-late": because(
        "Incidentanmälan kom inte inom {hours} timmar från upptäckt {detected}.",
        "No notification within {hours} hours of detection {detected}.",
        *_REPORT,
        severity=Severity.HIGH,
    ),
    "final-report-late": because(
        "Slutrapport skulle ha lämnats senast {due}.", "The final report was due {due}.", *_REPORT
    ),
    "before-detection": because(
        "Rapporten ({columns}) är daterad före upptäckten {detected}.",
        "The report ({columns}) is dated before the detection {detected}.",
        "Rätta tiderna i registret.",
        "Correct the times in the register.",
    ),
    "undated-incidents": because(
        "{count} incidenter saknar tid för upptäckt och kan höra till året.",
        "{count} incidents have no time of detection, and may belong to the year.",
        "Fyll i tiden för upptäckt.",
        "Fill in the time of detection.",
    ),
    "total-differs": because(
        "Årsrapporten anger {reported} incidenter, registret har {count}.",
        "The annual report states {reported} incidents, the register has {count}.",
        "Utred skillnaden och rätta rapport eller register.",
        "Look into the difference, and correct the report or the register.",
    ),
}
_NEEDED = ("detected", "reporter_unit", "receiver", "category", "responsible")


def judge(
    incidents: Population[Incident], evidence: EvidenceSet, parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per incident, and one per year with another total in the annual report."""
    for row in incidents.records:
        yield decide(row, *_reports(row, incidents, parameters, as_of), filled(row, incidents, _NEEDED))
    register = evidence.reading(Incident)
    years = Counter(None if row.detected is None else local_day(row.detected).year for row in register.records)
    undated = years.pop(None, 0)
    totals = evidence.reading(IncidentTotal)
    yield from filter(None, [unread(incidents.source, totals)])
    for total in sorted(totals.records, key=repr):
        if years[total.year] != total.count:
            count = years[total.year]
            hidden = unread(total, register) or lacks_column(total, register, "detected")
            if undated and not hidden and count < total.count <= count + undated:
                hidden = undetermined(total, "undated-incidents", count=undated)
            yield hidden or deviates(total, "total-differs", reported=total.count, count=count)


def _reports(
    row: Incident, incidents: Population[Incident], parameters: Parameters, as_of: datetime
) -> Iterator[Outcome | None]:
    if row.significant is None:
        yield undetermined(row, "significance-unknown")
        return
    if not row.significant or row.detected is None:
        return
    limits = (
        ("early_warning", "early-warning-late", parameters.authority_early_warning_hours),
        ("notification", "notification-late", parameters.notification_hours),
    )
    for field, reason, hours in limits:
        given = getattr(row, field)
        if given is not None and row.detected - given > FUTURE_TOLERANCE:
            yield undetermined(row, "before-detection", columns=(field,), detected=row.detected)
            continue
        if given is None and not has_column(incidents, field):
            yield undetermined(row, "no-column", columns=(field,))
        elif (given or as_of) - row.detected > span(hours=hours):
            yield deviates(row, reason, hours=hours, detected=row.detected)
    if row.notification is not None:
        due = months_after(local_day(row.notification), parameters.final_report_months)
        if row.final_report is None and not has_column(incidents, "final_report"):
            yield undetermined(row, "no-column", columns=("final_report",))
        elif local_day(row.final_report or as_of) > due:
            yield deviates(row, "final-report-late", due=due)

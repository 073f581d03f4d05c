"""The directory itself has been backed up within the last day, by its own record.

A backup by the system's own interface leaves its time in the directory's metadata, whoever made it and wherever it is
kept: the domain deviates when that is older than `max_age_hours` plus `tolerance_hours`, or when there has been none.
An image of a whole virtual machine leaves such a trace only where the directory is told of it. A backup that is older
than the lifetime of deleted entries cannot be restored at all. A server that keeps no such time is undetermined.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from checks.ages import FUTURE_TOLERANCE, span
from checks.finding import Outcome, Reason, Severity, Text, conforms, deviates, undetermined
from checks.identity.account_reasons import DATED_IN_FUTURE
from collector.evidence import EvidenceSet, Population
from collector.records.directory import Domain

CONTROL = "backup-daily"
READS = (Domain,)


@dataclass(frozen=True, slots=True)
class Parameters:
    """Hours."""

    max_age_hours: int = 24
    tolerance_hours: int = 2


_BACK_UP = Text(
    "Säkerhetskopiera en domänkontrollants systemtillstånd (System State) varje dygn.",
    "Back up the system state of a domain controller every day.",
)
REASONS = {
    "too-old": Reason(
        Text(
            "Katalogen säkerhetskopierades senast {last_backup} ({hours} timmar sedan).",
            "The directory was last backed up {last_backup} ({hours} hours ago).",
        ),
        _BACK_UP,
        Severity.HIGH,
    ),
    "useless": Reason(
        Text(
            "Katalogen säkerhetskopierades senast {last_backup}; den kopian kan inte återställas, eftersom borttagna"
            " objekt bara minns i {tombstone_days} dagar.",
            "The directory was last backed up {last_backup}; that backup cannot be restored, as deleted entries are"
            " remembered for {tombstone_days} days only.",
        ),
        _BACK_UP,
        Severity.HIGH,
    ),
    "never": Reason(
        Text("Katalogen har aldrig säkerhetskopierats.", "The directory has never been backed up."),
        _BACK_UP,
        Severity.HIGH,
    ),
    "not-recorded": Reason(
        Text(
            "Katalogen visar inte när den senast säkerhetskopierades.",
            "The directory does not show when it was last backed up.",
        ),
        Text(
            "Ge läskontot rätt att läsa replPropertyMetaData på domänens objekt; Samba för ingen sådan tid.",
            "Let the reading account read replPropertyMetaData of the domain's entry; Samba keeps no such time.",
        ),
        Severity.LOW,
    ),
    "dated-in-future": DATED_IN_FUTURE,
}


def judge(
    domains: Population[Domain], _evidence: EvidenceSet, parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per domain."""
    for domain in domains.records:
        yield _judge_domain(domain, parameters, as_of)


def _judge_domain(domain: Domain, parameters: Parameters, as_of: datetime) -> Outcome:
    if domain.never_backed_up:
        return deviates(domain, "never")
    if domain.last_backup is None:
        return undetermined(domain, "not-recorded")
    age = as_of - domain.last_backup
    if -age > FUTURE_TOLERANCE:
        return undetermined(domain, "dated-in-future", time=domain.last_backup)
    if domain.tombstone_days is not None and age > span(days=domain.tombstone_days):
        return deviates(domain, "useless", last_backup=domain.last_backup, tombstone_days=domain.tombstone_days)
    if age > span(hours=parameters.max_age_hours) + span(hours=parameters.tolerance_hours):
        hours = int(age.total_seconds() // 3600)
        return deviates(domain, "too-old", last_backup=domain.last_backup, hours=hours)
    return conforms(domain)

"""Every Linux host logs the events that are asked for, and its log has not stopped.

Attempts to get in (`unauthorised-access`) are in the log of log-ons: it must have an event within `max_gap_hours`. The
other classes need rules of audit in force and auditd running: a watch on sudo or the system's settings below /etc, a
watch on passwd, group or shadow, and a rule on the reading of files outside the system's own folders. A log without a
recent event deviates, and so does a host where a class has no rule.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from checks.ages import FUTURE_TOLERANCE, span
from checks.finding import Outcome, Severity, deviates, undetermined
from checks.record_rules.reasons import COMMON, because
from checks.record_rules.rows import (
    decide,
)
from collector.evidence import EvidenceSet, Population
from collector.records.configuration import SecurityLog

CONTROL = "log-events-enabled"
READS = (SecurityLog,)


@dataclass(frozen=True, slots=True)
class Parameters:
    """Classes of events, and the longest silence of the log."""

    event_classes: tuple[str, ...] = (
        "unauthorised-access",
        "privileged-configuration-change",
        "access-rights-change",
        "protected-information-access",
    )
    max_gap_hours: int = 24


_LOG = ("Slå på loggningen (auditd med regler).", "Switch the logging on (auditd with rules).")
REASONS = COMMON | {
    "silent": because(
        "Senaste händelse i inloggningsloggen {last}.", "The log of log-ons had its last event {last}.", *_LOG
    ),
    "no-event": because(
        "Ingen händelse syns i inloggningsloggen.",
        "No event of the log of log-ons was seen.",
        "Ge läskontot rätt att läsa loggen (gruppen adm).",
        "Let the reading account read the log (group adm).",
    ),
    "classes-missing": because("Loggas inte: {topics}.", "Not logged: {topics}.", *_LOG),
    "rules-not-read": because(
        "Reglerna för auditd kunde inte läsas: {topics} är inte känt.",
        "The rules of audit could not be read: {topics} is not known.",
        "Ge läskontot rätt att köra auditctl -l (se SECURITY.md).",
        "Let the reading account run auditctl -l (see SECURITY.md).",
    ),
    "dated-in-future": because(
        "Senaste händelse i inloggningsloggen {last} har inte varit: en klocka går fel.",
        "The last event of the log of log-ons, {last}, is to come: a clock is wrong.",
        "Rätta klockan.",
        "Mend the clock.",
    ),
    "daemon-stopped": because("auditd körs inte.", "auditd is not running.", *_LOG, severity=Severity.HIGH),
    "unknown-part": because(
        "Okänd händelseklass i inställningarna: {part}.",
        "An unknown class of events in the settings: {part}.",
        "Rätta event_classes.",
        "Correct event_classes.",
    ),
}
_IDENTITY = ("/etc/passwd", "/etc/group", "/etc/shadow", "/etc/gshadow")
_OWN = ("/etc", "/usr", "/bin", "/sbin", "/lib", "/boot", "/var/log", "/var/run", "/run", "/proc", "/sys", "/dev")
_BY_RULES = frozenset({"privileged-configuration-change", "access-rights-change", "protected-information-access"})


def judge(
    logs: Population[SecurityLog], _evidence: EvidenceSet, parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per host."""
    known = _BY_RULES | {"unauthorised-access"}
    for part in sorted(set(parameters.event_classes) - known):
        yield undetermined(logs.source, "unknown-part", part=part)
    by_rules = tuple(each for each in parameters.event_classes if each in _BY_RULES)
    for row in logs.records:
        silent = None
        if "unauthorised-access" in parameters.event_classes:
            if row.newest is None:
                silent = undetermined(row, "no-event")
            elif row.newest - as_of > FUTURE_TOLERANCE:
                silent = undetermined(row, "dated-in-future", last=row.newest)
            elif as_of - row.newest > span(hours=parameters.max_gap_hours):
                silent = deviates(row, "silent", last=row.newest)
        yield decide(row, silent, _rules(row, by_rules) if by_rules else None)


def _rules(row: SecurityLog, classes: tuple[str, ...]) -> Outcome | None:
    if row.rules is None:
        return undetermined(row, "rules-not-read", topics=classes)
    covered = {each for rule in row.rules for each in _classes(rule)}
    missing = tuple(each for each in classes if each not in covered)
    if missing:
        return deviates(row, "classes-missing", topics=missing)
    if row.daemons is None:
        return undetermined(row, "rules-not-read", topics=classes)
    return None if "auditd" in row.daemons else deviates(row, "daemon-stopped")


def _kinds(words: Sequence[str]) -> frozenset[str]:
    """What a rule on a path logs: reads, writes, executions, changes of attributes; all, where it does not say."""
    given = [word for before, word in itertools.pairwise(words) if before == "-p"]
    given += [word.partition("=")[2] for word in words if word.startswith("perm=")]
    return frozenset(given[-1] if given else "rwxa")


def _classes(rule: str) -> Iterator[str]:
    """The classes of events that one rule of `auditctl -l` gives."""
    words = rule.split()
    if "never" in (word.rpartition(",")[2] for word in words) or any(word.startswith("never,") for word in words):
        return
    paths = [word for before, word in itertools.pairwise(words) if before == "-w"]
    paths += [word.partition("=")[2] for word in words if word.startswith(("path=", "dir="))]
    kinds = _kinds(words)
    changes, reads = bool(kinds & {"w", "a"}), "r" in kinds
    for path in paths:
        if changes and (path.rstrip("/") in _IDENTITY or path.rstrip("/") == "/etc"):
            yield "access-rights-change"
        if changes and path.rstrip("/") not in _IDENTITY and (path == "/etc" or path.startswith("/etc/")):
            yield "privileged-configuration-change"
        if reads and path.startswith("/") and not (path + "/").startswith(tuple(f"{own}/" for own in _OWN)):
            yield "protected-information-access"

"""The domain's group policies switch on the logging of every class of events that is asked for.

A class is on where some policy that is linked somewhere sets one of its audit settings, old or advanced: for attempts
to get in also failures must be logged. Whether the policy reaches every computer, and whether events really come, is
not seen here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from checks.finding import Outcome, Severity, conforms, deviates, undetermined
from checks.record_rules.joins import key_of
from checks.record_rules.reasons import COMMON, because
from collector.evidence import EvidenceSet, Population
from collector.records.directory import PolicySetting

CONTROL = "log-events-enabled"
READS = (PolicySetting,)
EVERY_RECORD = False


@dataclass(frozen=True, slots=True)
class Parameters:
    """Classes of events."""

    event_classes: tuple[str, ...] = (
        "unauthorised-access",
        "privileged-configuration-change",
        "access-rights-change",
        "protected-information-access",
    )


REASONS = COMMON | {
    "not-set": because(
        "Ingen länkad grupprincip slår på loggningen.",
        "No group policy that is linked switches the logging on.",
        "Slå på granskningen i en grupprincip som gäller alla datorer.",
        "Switch the auditing on in a group policy for all computers.",
        Severity.HIGH,
    ),
    "unknown-part": because(
        "Okänd händelseklass i inställningarna.",
        "An unknown class of events in the settings.",
        "Rätta event_classes.",
        "Correct event_classes.",
    ),
}
_SUCCESS, _FAILURE = 1, 2
_SETTINGS = {
    "unauthorised-access": (_FAILURE, ("event-audit: auditlogonevents", "audit: audit logon")),
    "privileged-configuration-change": (
        _SUCCESS,
        ("event-audit: auditpolicychange", "audit: audit audit policy change", "audit: audit policy change"),
    ),
    "access-rights-change": (
        _SUCCESS,
        ("event-audit: auditaccountmanage", "audit: audit security group management"),
    ),
    "protected-information-access": (
        _SUCCESS,
        ("event-audit: auditobjectaccess", "audit: audit file system", "audit: audit file share"),
    ),
}


def judge(
    settings: Population[PolicySetting], _evidence: EvidenceSet, parameters: Parameters, _as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per class of events."""
    if settings.count == 0:
        return
    values: defaultdict[str, int] = defaultdict(int)
    for row in settings.records:
        if row.linked_to and row.value.isdecimal() and len(row.value) < 4:
            values[key_of(row.name)] |= int(row.value)
    for each in dict.fromkeys(parameters.event_classes):
        if each not in _SETTINGS:
            yield undetermined(each, "unknown-part")
            continue
        bit, names = _SETTINGS[each]
        if any(values[name] & bit for name in names if name in values):
            yield conforms(each)
        elif settings.complete:
            yield deviates(each, "not-set")
        else:
            yield undetermined(each, "register-incomplete", kind="policy-setting")

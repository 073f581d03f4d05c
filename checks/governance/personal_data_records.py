"""Every system with personal data is in the register of processing, with agreements and a decided need of assessment.

A processing deviates when an outside processor has no agreement (GDPR article 28), when nobody has decided whether an
impact assessment is needed, and when it is needed and not made (article 35). A system that the system register marks as
holding personal data deviates when no processing in the register names it (article 30).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from checks.finding import Outcome, Severity, deviates, undetermined
from checks.record_rules.joins import has_one, key_of, lacks_column, unread
from checks.record_rules.reasons import COMMON, because
from checks.record_rules.rows import (
    dated,
    decide,
    empty,
    filled,
    has_column,
)
from collector.evidence import EvidenceSet, Population
from collector.records.backup import ProtectedSystem
from collector.records.governance import PersonalDataProcessing

CONTROL = "personal-data-records"
READS = (PersonalDataProcessing, ProtectedSystem)


@dataclass(frozen=True, slots=True)
class Parameters:
    """None."""


REASONS = COMMON | {
    "no-agreement": because(
        "Behandlas av {processor} utan daterat biträdesavtal.",
        "Processed by {processor} without a dated processor agreement.",
        "Teckna personuppgiftsbiträdesavtal.",
        "Sign a processor agreement.",
        Severity.HIGH,
    ),
    "assessment-undecided": because(
        "Ingen har beslutat om en konsekvensbedömning behövs.",
        "Nobody has decided whether an impact assessment is needed.",
        "Besluta om behovet.",
        "Decide on the need.",
    ),
    "no-assessment": because(
        "Konsekvensbedömning behövs men är inte gjord.",
        "An impact assessment is needed and not made.",
        "Gör konsekvensbedömningen.",
        "Make the assessment.",
    ),
    "personal-data-unknown": because(
        "Systemregistret säger inte om systemet har personuppgifter.",
        "The system register does not say whether the system holds personal data.",
        "Fyll i uppgiften i systemregistret.",
        "Fill it in in the system register.",
        Severity.LOW,
    ),
    "not-in-register": because(
        "Systemet har personuppgifter men finns inte i registret över behandlingar.",
        "The system holds personal data but is not in the register of processing.",
        "För in behandlingarna i registret.",
        "Enter the processing in the register.",
    ),
}


def judge(
    register: Population[PersonalDataProcessing], evidence: EvidenceSet, _parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per processing, and one per system that is missing."""
    systems = evidence.reading(ProtectedSystem)
    everything = evidence.reading(PersonalDataProcessing)
    named = {key_of(row.system) for row in everything.records}
    for row in register.records:
        yield decide(row, _agreement(row, register, as_of), _assessment(row, register, as_of))
    yield from filter(None, [unread(register.source, systems), lacks_column(register.source, systems, "personal_data")])
    for system in systems.records:
        if key_of(system.name) in named or system.personal_data is False:
            continue
        if system.personal_data is None:
            yield undetermined(system, "personal-data-unknown")
        else:
            yield decide(system, has_one(system, (), everything, "not-in-register"))


def _agreement(
    row: PersonalDataProcessing, register: Population[PersonalDataProcessing], as_of: datetime
) -> Outcome | None:
    if empty(row.processor):
        return None if has_column(register, "processor") else undetermined(row, "no-column", columns=("processor",))
    if row.agreement_date is None and has_column(register, "agreement_date"):
        return deviates(row, "no-agreement", processor=row.processor)
    return dated(row, register, "agreement_date", as_of)


def _assessment(
    row: PersonalDataProcessing, register: Population[PersonalDataProcessing], as_of: datetime
) -> Outcome | None:
    if row.assessment_needed is None:
        return filled(row, register, ("assessment_needed",), "assessment-undecided")
    return dated(row, register, "assessment_date", as_of, "no-assessment") if row.assessment_needed else None

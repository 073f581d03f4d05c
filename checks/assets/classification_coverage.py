"""Every critical system is classified, by the method that was chosen.

The systems come from the system register, the classifications from their export. A critical system deviates when it has
no classification, and when its latest one was made with another method than `method` (empty: any). Systems that are not
critical are left out. Below `critical_coverage_percent` each one is an exception; at 100 every one is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from checks.finding import Outcome, Severity, conforms, deviates, out_of_scope, undetermined
from checks.record_rules.joins import grouped, has_one, key_of, lacks_column, latest, unread
from checks.record_rules.reasons import COMMON, because
from checks.record_rules.rows import (
    decide,
)
from checks.record_rules.shares import WITHIN_SHARE, tolerate
from collector.evidence import EvidenceSet, Population, Reading
from collector.records.assets import Classification
from collector.records.backup import ProtectedSystem

CONTROL = "classification-coverage"
READS = (ProtectedSystem, Classification)


@dataclass(frozen=True, slots=True)
class Parameters:
    """Least share of the critical systems, and the method."""

    critical_coverage_percent: int = 100
    method: str = "KLASSA"


_CLASSIFY = ("Klassa systemet.", "Classify the system.")
REASONS = (
    COMMON
    | WITHIN_SHARE
    | {
        "never": because("Systemet är inte klassat.", "The system is not classified.", *_CLASSIFY),
        "other-method": because(
            "Klassat med {method}, inte med {wanted}.", "Classified with {method}, not with {wanted}.", *_CLASSIFY
        ),
        "criticality-unknown": because(
            "Systemregistret säger inte om systemet är verksamhetskritiskt.",
            "The system register does not say whether the system is critical.",
            "Fyll i uppgiften i systemregistret.",
            "Fill it in in the system register.",
            Severity.LOW,
        ),
        "not-critical": because("Inte verksamhetskritiskt.", "Not mission-critical."),
    }
)


def judge(
    systems: Population[ProtectedSystem], evidence: EvidenceSet, parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per system."""
    register = evidence.reading(Classification)
    made = grouped(register, lambda each: each.system)
    outcomes = (_judge(each, made.get(key_of(each.name), []), register, parameters, as_of) for each in systems.records)
    yield from tolerate(outcomes, parameters.critical_coverage_percent)


def _judge(
    system: ProtectedSystem,
    made: Sequence[Classification],
    register: Reading[Classification],
    parameters: Parameters,
    as_of: datetime,
) -> Outcome:
    if system.critical is not True:
        return (
            undetermined(system, "criticality-unknown")
            if system.critical is None
            else out_of_scope(system, "not-critical")
        )
    day = latest((each.classified for each in made), as_of)
    if day is None:
        undated = lacks_column(system, register, "classified") if made else None
        return undated or decide(system, has_one(system, (), register, "never", columns=("classified",)))
    methods = sorted({each.method or "" for each in made if each.classified == day})
    if not parameters.method or key_of(parameters.method) in {key_of(each) for each in methods}:
        return conforms(system)
    if methods == [""]:
        blank = deviates(system, "incomplete", columns=("method",))
        return lacks_column(system, register, "method") or blank
    other = deviates(system, "other-method", method=", ".join(filter(None, methods)), wanted=parameters.method)
    return unread(system, register) or other

"""Every critical system has operating documentation: dated, whole, and newer than its last major change.

The documents are those of the document register that name the system. The newest one in force deviates when it has no
day, when a part of `sections` is missing, and when a major change came after it: that is known only from a change log.
Parts may be written in Swedish (arkitektur, komponenter, konfiguration, dataflöden, systemägare).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from checks.finding import Outcome, Severity, deviates, out_of_scope, undetermined
from checks.record_rules.joins import grouped, has_one, key_of, lacking, lacks_column, latest, unread
from checks.record_rules.reasons import COMMON, because
from checks.record_rules.rows import (
    decide,
)
from collector.evidence import EvidenceSet, Population, Reading
from collector.records.backup import MajorChange, ProtectedSystem
from collector.records.documents import Document

CONTROL = "system-documentation"
READS = (ProtectedSystem, Document, MajorChange)


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parts that the documentation must have."""

    sections: tuple[str, ...] = ("architecture", "components", "configuration", "data-flows", "system-owner")


_WRITE = ("Uppdatera dokumentationen och för in den i dokumentregistret.", "Update the documentation, and register it.")
REASONS = COMMON | {
    "missing": because("Ingen dokumentation finns i dokumentregistret.", "No documentation is registered.", *_WRITE),
    "undated": because("Dokumentationen är inte daterad.", "The documentation is not dated.", *_WRITE),
    "parts-missing": because("Dokumentationen saknar: {topics}.", "The documentation lacks: {topics}.", *_WRITE),
    "before-change": because(
        "Dokumentationen är från {last}; en större ändring gjordes {changed}.",
        "The documentation is of {last}; a major change was made {changed}.",
        *_WRITE,
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
_WORDS = (
    ("arkitektur", "architecture"),
    ("komponenter", "components"),
    ("konfiguration", "configuration"),
    ("dataflöden", "data-flows"),
    ("systemägare", "system-owner"),
    ("ägare", "system-owner"),
)


def judge(
    systems: Population[ProtectedSystem], evidence: EvidenceSet, parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per system."""
    register = evidence.reading(Document)
    changes = evidence.reading(MajorChange)
    documents = grouped(register, lambda each: each.system)
    changed = grouped(changes, lambda each: each.system)
    for system in systems.records:
        name = key_of(system.name)
        if system.critical is None:
            yield undetermined(system, "criticality-unknown")
        elif not system.critical:
            yield out_of_scope(system, "not-critical")
        else:
            there = [each for each in documents.get(name, ()) if each.status not in {"draft", "repealed"}]
            day = latest((each.date for each in changed.get(name, ())), as_of)
            yield decide(
                system,
                has_one(system, there, register, "missing", columns=("system", "status")),
                _parts(system, there, register, parameters) if there else None,
                _current(system, there, register, day, as_of) if there else None,
                unread(system, changes),
                lacks_column(system, register, "status") if there else None,
            )


def _parts(
    system: ProtectedSystem, there: Sequence[Document], register: Reading[Document], parameters: Parameters
) -> Outcome | None:
    missing = lacking(parameters.sections, (part for each in there for part in each.parts), _WORDS)
    if not missing:
        return None
    return (
        lacks_column(system, register, "parts")
        or unread(system, register)
        or deviates(system, "parts-missing", topics=missing)
    )


def _current(
    system: ProtectedSystem,
    there: Sequence[Document],
    register: Reading[Document],
    changed: date | None,
    as_of: datetime,
) -> Outcome | None:
    last = latest(
        (day for each in there for day in (each.visible_date, each.decided, each.reviewed, each.created)), as_of
    )
    if last is None:
        return lacks_column(system, register, "visible_date", "decided") or deviates(system, "undated")
    if changed is None or changed <= last:
        return None
    column = lacks_column(system, register, "visible_date", "decided", "reviewed", "created")
    return unread(system, register) or column or deviates(system, "before-change", last=last, changed=changed)

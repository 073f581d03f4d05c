"""Everyone in a sensitive role signed confidentiality and was vetted before access began.

Only that it was done and when is read, never what a check showed. A person deviates without a signed confidentiality,
without a check (unless the role needs none), and when either came after the first day of access. Without that day the
order is not known.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from checks.finding import Outcome, Severity, deviates
from checks.record_rules.reasons import COMMON, because
from checks.record_rules.rows import (
    dated,
    decide,
    filled,
    told,
)
from collector.evidence import EvidenceSet, Population
from collector.records.suppliers import Vetting

CONTROL = "personnel-vetting"
READS = (Vetting,)


@dataclass(frozen=True, slots=True)
class Parameters:
    """None."""


REASONS = COMMON | {
    "not-signed": because(
        "Sekretessförbindelse saknas.",
        "No confidentiality undertaking.",
        "Låt personen underteckna en sekretessförbindelse.",
        "Have the person sign one.",
    ),
    "not-vetted": because(
        "Bakgrundskontroll saknas.",
        "The person was not vetted.",
        "Gör kontrollen, eller visa att rollen inte kräver den.",
        "Make the check, or show that the role needs none.",
    ),
    "signed-after": because(
        "Undertecknade {done}, efter första dagen med behörighet {start}.",
        "Signed {done}, after the first day of access {start}.",
        "Rätta rutinen: först förbindelse, sedan behörighet.",
        "Mend the routine: first the undertaking, then access.",
        Severity.LOW,
    ),
    "vetted-after": because(
        "Kontrollerad {done}, efter första dagen med behörighet {start}.",
        "Vetted {done}, after the first day of access {start}.",
        "Rätta rutinen: först kontroll, sedan behörighet.",
        "Mend the routine: first the check, then access.",
        Severity.LOW,
    ),
}


def judge(
    people_listed: Population[Vetting], _evidence: EvidenceSet, _parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per person and role."""
    for row in people_listed.records:
        signed = dated(row, people_listed, "confidentiality_signed", as_of, "not-signed")
        vetted = None
        if row.vetting_needed is not False:
            hidden = told(row, people_listed, "vetting_needed") if row.vetted is None else None
            vetted = hidden or dated(row, people_listed, "vetted", as_of, "not-vetted")
        yield decide(
            row,
            signed or _before(row, row.confidentiality_signed, "signed-after"),
            vetted or _before(row, row.vetted if row.vetting_needed is not False else None, "vetted-after"),
            filled(row, people_listed, ("access_start",)),
        )


def _before(row: Vetting, done: date | None, reason: str) -> Outcome | None:
    if done is None or row.access_start is None or done <= row.access_start:
        return None
    return deviates(row, reason, done=done, start=row.access_start)

"""There is a decided service, in force, for sending encrypted messages to recipients outside.

The register of such services tells. A service for recipients outside deviates when it was not decided on. One that has
run out, or that is for recipients within the organisation alone, does not count; where none counts, the whole register
deviates under its own id. That mail servers encrypt between them is no such service: `email-encryption--transport`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from checks.finding import Outcome, Severity, deviates, out_of_scope, undetermined
from checks.record_rules.joins import unread
from checks.record_rules.reasons import COMMON, because
from checks.record_rules.rows import dated, decide, filled, has_column
from collector.evidence import EvidenceSet, Population
from collector.records.mail import MessageEncryption

CONTROL = "email-encryption"
READS = (MessageEncryption,)


@dataclass(frozen=True, slots=True)
class Parameters:
    """Whether such a service is demanded at all."""

    service_required: bool = True


_DECIDE = (
    "Besluta om en tjänst för krypterade meddelanden och för in den i registret.",
    "Decide on a service for encrypted messages and enter it in the register.",
)
REASONS = COMMON | {
    "no-service": because(
        "Ingen gällande tjänst för krypterade meddelanden utåt.",
        "No service for encrypted messages to outside is in force.",
        *_DECIDE,
        severity=Severity.HIGH,
    ),
    "not-decided": because("Tjänsten är inte beslutad.", "The service was not decided on.", *_DECIDE),
    "ended": because("Gällde till {last}.", "Was in force until {last}."),
    "not-outside": because("Når bara mottagare inom organisationen.", "Reaches recipients within alone."),
    "not-required": because("Ingen sådan tjänst krävs.", "No such service is demanded."),
}


def judge(
    services: Population[MessageEncryption], evidence: EvidenceSet, parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per service, and one for the register where none of them counts."""
    for row in services.records:
        aside = _aside(row, parameters, as_of)
        if aside is None:
            audience = filled(row, services, ("audience",))
            yield decide(row, dated(row, services, "decided", as_of, "not-decided"), audience, _term(row, services))
        else:
            yield aside
    register = evidence.reading(MessageEncryption)
    if parameters.service_required and all(_aside(row, parameters, as_of) for row in register.records):
        name = services.source
        yield unread(name, register) or deviates(name, "no-service")


def _term(row: MessageEncryption, services: Population[MessageEncryption]) -> Outcome | None:
    """An export without the column does not say that the service is open-ended."""
    if row.valid_until is not None or has_column(services, "valid_until"):
        return None
    return undetermined(row, "no-column", columns=("valid_until",))


def _aside(row: MessageEncryption, parameters: Parameters, as_of: datetime) -> Outcome | None:
    """Why a service does not count; None where it does, or may."""
    if not parameters.service_required:
        return out_of_scope(row, "not-required")
    if row.valid_until is not None and row.valid_until < as_of.date():
        return out_of_scope(row, "ended", last=row.valid_until)
    return out_of_scope(row, "not-outside") if row.audience == "inside" else None

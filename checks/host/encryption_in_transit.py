"""Every declared service speaks TLS of a version that holds, with a certificate that clients trust.

A service deviates when it answers without TLS, when it agrees to a version below `tls_min`, and when its certificate
has run out or is not trusted (authority, name, dates). A certificate that ends within `cert_warn_days` is no exception
yet: the service conforms until it ends. SSL 3.0 and older are not asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from checks.finding import Outcome, Severity, deviates, undetermined
from checks.record_rules.reasons import COMMON, because
from checks.record_rules.rows import (
    decide,
)
from collector.evidence import EvidenceSet, Population
from collector.records.transit import TlsService

CONTROL = "encryption-in-transit"
READS = (TlsService,)


@dataclass(frozen=True, slots=True)
class Parameters:
    """Oldest version that may be agreed to, and the days before its end that a certificate should be renewed."""

    tls_min: str = "1.2"
    cert_warn_days: int = 30


_TLS = (
    "Slå på TLS {minimum} eller senare och stäng av äldre.",
    "Switch TLS {minimum} or later on, and older ones off.",
)
_RENEW = ("Byt certifikat.", "Replace the certificate.")
REASONS = COMMON | {
    "no-tls": because("Tjänsten svarar utan TLS.", "The service answers without TLS.", *_TLS, severity=Severity.HIGH),
    "old-version": because(
        "Går med på TLS {oldest}; lägst {minimum} är tillåtet.",
        "Agrees to TLS {oldest}; {minimum} is the least that is allowed.",
        *_TLS,
    ),
    "expired": because(
        "Certifikatet gick ut {ended}.", "The certificate ended {ended}.", *_RENEW, severity=Severity.HIGH
    ),
    "not-trusted": because(
        "Certifikatet är inte betrott: {why}.",
        "The certificate is not trusted: {why}.",
        *_RENEW,
        severity=Severity.HIGH,
    ),
    "not-seen": because(
        "Äldsta version eller certifikat kunde inte bedömas.",
        "The oldest version or the certificate could not be judged.",
    ),
}


def judge(
    services: Population[TlsService], _evidence: EvidenceSet, parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per service."""
    for row in services.records:
        if row.version is None:
            yield deviates(row, "no-tls", minimum=parameters.tls_min)
            continue
        old = None
        if row.oldest is None:
            old = undetermined(row, "not-seen")
        elif _number(row.oldest) < _number(parameters.tls_min):
            old = deviates(row, "old-version", oldest=row.oldest, minimum=parameters.tls_min)
        yield decide(row, old, _certificate(row, as_of))


def _certificate(row: TlsService, as_of: datetime) -> Outcome | None:
    if row.not_after is not None and row.not_after < as_of:
        return deviates(row, "expired", ended=row.not_after)
    if row.trusted is False:
        return deviates(row, "not-trusted", why=row.distrust or "?")
    return undetermined(row, "not-seen") if row.trusted is None or row.not_after is None else None


def _number(version: str) -> tuple[int, ...]:
    """The version's parts; what is no number counts as the oldest."""
    parts = version.split(".")
    return tuple(int(part) for part in parts) if all(part.isascii() and part.isdecimal() for part in parts) else (0,)

"""Every mail server of the organisation's domains takes mail by TLS when it is asked to (STARTTLS).

A server deviates when it offers no STARTTLS or no TLS comes about after it. One that was not asked is not determined.
DANE and MTA-STS, by which senders can be bound to TLS, are told as facts and decide nothing. STARTTLS alone protects
against whoever listens, not against whoever answers in the server's place, and it is no service for encrypted messages:
`email-encryption`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from checks.finding import Outcome, Severity, conforms, deviates, undetermined
from checks.record_rules.joins import grouped, key_of
from checks.record_rules.reasons import because
from collector.evidence import EvidenceSet, Population
from collector.records.mail import MailDomain, MailServer

CONTROL = "email-encryption"
READS = (MailServer, MailDomain)


@dataclass(frozen=True, slots=True)
class Parameters:
    """None."""


_FACTS = " DANE: {dane}. MTA-STS: {mta_sts}."
_OFFER = (
    "Slå på STARTTLS på e-postservern.",
    "Switch STARTTLS on at the mail server.",
)
REASONS = {
    "no-starttls": because(
        "E-postservern erbjuder inte STARTTLS." + _FACTS,
        "The mail server offers no STARTTLS." + _FACTS,
        *_OFFER,
        severity=Severity.HIGH,
    ),
    "no-tls": because(
        "STARTTLS leder inte till TLS: {why}." + _FACTS,
        "STARTTLS does not lead to TLS: {why}." + _FACTS,
        *_OFFER,
        severity=Severity.HIGH,
    ),
    "not-probed": because(
        "STARTTLS är inte provat, eller gav inget svar." + _FACTS,
        "STARTTLS was not tried, or gave no answer." + _FACTS,
        "Sätt starttls: true på källan, från en värd som når servern på port 25.",
        "Set starttls: true on the source, from a host that reaches the server on port 25.",
    ),
}


def judge(
    servers: Population[MailServer], evidence: EvidenceSet, _parameters: Parameters, _as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per mail server and domain."""
    domains = grouped(evidence.reading(MailDomain).of(servers.source), lambda each: each.domain)
    for row in servers.records:
        told = [each.mta_sts for each in domains.get(key_of(row.domain), ()) if each.mta_sts is not None]
        facts = {"dane": _dane(row), "mta_sts": min(told, default="unknown")}
        yield _outcome(row, facts)


def _outcome(row: MailServer, facts: Mapping[str, str]) -> Outcome:
    if row.starttls is None:
        return undetermined(row, "not-probed", **facts)
    if row.starttls:
        return conforms(row, **facts)
    return deviates(row, "no-tls", why=row.refusal, **facts) if row.refusal else deviates(row, "no-starttls", **facts)


def _dane(row: MailServer) -> str:
    if row.tlsa is None:
        return "unknown"
    if row.tlsa == 0:
        return "absent"
    return "present" if row.tlsa_validated else "not-validated"

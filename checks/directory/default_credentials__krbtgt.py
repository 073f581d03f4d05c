"""The key that signs the domain's tickets has been changed since it was made.

The account krbtgt gets its password when the domain is made, and nothing ever changes it by itself. Whoever once read
it can write tickets for anyone until it has been changed twice. It is a built-in account with the password it was born
with, so it is judged here: its password is to be no older than `krbtgt_max_age_days`.
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

CONTROL = "default-credentials"
READS = (Domain,)


@dataclass(frozen=True, slots=True)
class Parameters:
    """Days."""

    krbtgt_max_age_days: int = 180


REASONS = {
    "old-krbtgt": Reason(
        Text(
            "Nyckeln som signerar domänens biljetter (krbtgt) är {days} dagar gammal (satt {password_set}).",
            "The key that signs the domain's tickets (krbtgt) is {days} days old (set {password_set}).",
        ),
        Text(
            "Byt lösenordet för krbtgt två gånger, med minst tio timmar emellan (biljetternas livslängd).",
            "Change the password of krbtgt twice, at least ten hours apart (the life of a ticket).",
        ),
    ),
    "age-unknown": Reason(
        Text("Källan visar inte när nyckeln byttes.", "The source does not show when the key was changed."),
        Text("Ge läskontot rätt att läsa pwdLastSet på krbtgt.", "Let the reading account read pwdLastSet of krbtgt."),
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
    changed = domain.krbtgt_password_set
    if changed is None:
        return undetermined(domain, "age-unknown")
    if changed - as_of > FUTURE_TOLERANCE:
        return undetermined(domain, "dated-in-future", time=changed)
    if as_of - changed > span(days=parameters.krbtgt_max_age_days):
        return deviates(domain, "old-krbtgt", days=(as_of - changed).days, password_set=changed)
    return conforms(domain)

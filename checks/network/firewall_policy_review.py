"""Every firewall's rule base has been gone through within the interval, under a decided policy.

A firewall without a review in the log, or whose latest review is older than the interval, deviates; a review dated
later than the run does not count. The policy is looked for in the document register: a decided document whose title or
category speaks of firewalls. Without a log, or without a register of documents, what depends on it is undetermined.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from checks.ages import months_before
from checks.finding import Outcome, Reason, Severity, Text, conforms, deviates, undetermined
from checks.record_rules.joins import as_exported, key_of
from checks.record_rules.reasons import COMMON
from collector.evidence import EvidenceSet, Population
from collector.records.documents import Document
from collector.records.network import FirewallChain, FirewallReview

CONTROL = "firewall-policy-review"
READS = (FirewallChain, FirewallReview, Document)
EVERY_RECORD = False

_POLICY_WORDS = ("brandvägg", "firewall")
EVERY_FIREWALL = "*"
"""In the log of reviews: all firewalls."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """How long a review holds."""

    review_months: int = 12
    """Longest time between two reviews."""


REASONS = {
    "export-older": COMMON["export-older"],
    "never-reviewed": Reason(
        Text(
            "Reglerna i {device} har aldrig gåtts igenom enligt loggen.", "The log holds no review of {device}'s rules."
        ),
        Text("Gå igenom reglerna, och för in det i loggen.", "Go through the rules, and put it in the log."),
    ),
    "review-old": Reason(
        Text(
            "Reglerna i {device} gicks senast igenom {date}.", "The rules of {device} were last gone through on {date}."
        ),
        Text("Gå igenom reglerna, och för in det i loggen.", "Go through the rules, and put it in the log."),
    ),
    "policy-not-decided": Reason(
        Text(
            "Ingen beslutad brandväggspolicy finns i dokumentregistret.",
            "The document register holds no decided firewall policy.",
        ),
        Text("Besluta en brandväggspolicy, och registrera den.", "Decide on a firewall policy, and register it."),
        Severity.LOW,
    ),
    "no-review-log": Reason(
        Text("Ingen logg över genomgångar har lästs.", "No log of reviews was read."),
        Text("Lägg till registret firewall-review.", "Add the register firewall-review."),
    ),
    "no-document-register": Reason(
        Text(
            "Inget dokumentregister har lästs, så det är okänt om policyn är beslutad.",
            "No document register was read, so whether the policy is decided is not known.",
        ),
        Text("Lägg till registret document.", "Add the register document."),
    ),
}


def judge(
    chains: Population[FirewallChain], evidence: EvidenceSet, parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per firewall, and one for the policy."""
    log = evidence.reading(FirewallReview)
    reviews = sorted(log.records, key=repr)
    today = as_of.date()
    rule = partial(_judge_device, months=parameters.review_months, whole=log.complete)
    for device in sorted({chain.device for chain in chains.records}):
        own = [
            each.date
            for each in reviews
            if key_of(each.device) in {key_of(device), EVERY_FIREWALL} and each.date <= today
        ]
        yield as_exported(device, log, as_of, partial(rule, device, own)) or conforms(device)
    documents = evidence.reading(Document)
    if any(_is_policy(each, today) for each in documents.records):
        yield conforms("brandväggspolicy")
    elif documents.complete:
        yield deviates("brandväggspolicy", "policy-not-decided")
    else:
        yield undetermined("brandväggspolicy", "no-document-register")


def _judge_device(device: str, reviews: list[date], moment: datetime, *, months: int, whole: bool) -> Outcome:
    limit = months_before(moment.date(), months)
    latest = max(reviews, default=None)
    if latest is not None and latest >= limit:
        return conforms(device)
    if not whole:
        return undetermined(device, "no-review-log")
    if latest is None:
        return deviates(device, "never-reviewed", device=device)
    return deviates(device, "review-old", device=device, date=latest)


def _is_policy(document: Document, today: date) -> bool:
    named = f"{document.title} {document.category or ''}".casefold()
    decided = document.decided is not None and document.decided <= today and document.status in {None, "decided"}
    return decided and any(word in named for word in _POLICY_WORDS)

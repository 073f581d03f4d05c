"""No account, computer or group is a copy that two domain controllers made at the same time.

The directory keeps the later of two entries of one name and renames the other (`CNF:`) without telling anyone. The copy
may be enabled, hold rights and have members, and whoever looks for the name finds the other one. A domain that was
read to its end and has no such copy conforms.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from checks.finding import Outcome, Reason, Severity, Text, conforms, deviates, undetermined
from collector.evidence import EvidenceSet, Population
from collector.records.directory import ConflictObject, Domain

CONTROL = "account-unique"
READS = (Domain, ConflictObject)


@dataclass(frozen=True, slots=True)
class Parameters:
    """None: every copy is told."""


_COMPARE = Text(
    "Jämför medlemskap och rättigheter med posten av samma namn, flytta det som behövs och ta bort kopian ({entry}).",
    "Compare memberships and rights with the entry of the same name, move what is needed, and remove the copy"
    " ({entry}).",
)
REASONS = {
    "enabled-copy": Reason(
        Text(
            "Det finns en aktiverad kopia av kontot efter en replikeringskonflikt.",
            "There is an enabled copy of the account, left by a replication conflict.",
        ),
        _COMPARE,
    ),
    "copy": Reason(
        Text(
            "Det finns en kopia efter en replikeringskonflikt.",
            "There is a copy, left by a replication conflict.",
        ),
        _COMPARE,
        Severity.LOW,
    ),
    "conflicts-unread": Reason(
        Text(
            "Det gick inte att läsa om domänen har kopior efter replikeringskonflikter.",
            "Whether the domain has copies left by replication conflicts could not be read.",
        ),
        Text("Låt läskontot läsa hela domänen.", "Let the reading account read the whole domain."),
        Severity.LOW,
    ),
}


def judge(
    domains: Population[Domain], evidence: EvidenceSet, _parameters: Parameters, _as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per domain, and one per copy in it."""
    own = evidence.reading(ConflictObject).of(domains.source)
    for domain in domains.records:
        yield conforms(domain) if own.complete else undetermined(domain, "conflicts-unread")
    for copy in own.records:
        enabled = copy.enabled and copy.category != "group"
        yield deviates(copy, "enabled-copy" if enabled else "copy", entry=copy.entry, category=copy.category)

"""Every procurement set its security requirements before the contract was signed, on every topic that was asked for.

A procurement deviates when it has no document with requirements, when that is undated or dated after the signature,
and when a topic of `topics` is missing. Topics may be written in Swedish (nätsegmentering, behörighet, kryptering,
loggning, skadlig kod, redundans, kontinuitet, personuppgifter, ledningssystem, behörighetsrutiner, incidenthantering).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from checks.finding import Outcome, deviates, undetermined
from checks.record_rules.joins import lacking
from checks.record_rules.reasons import COMMON, because
from checks.record_rules.rows import (
    dated,
    decide,
    filled,
    has_column,
    told,
)
from collector.evidence import EvidenceSet, Population
from collector.records.assets import Procurement

CONTROL = "procurement-requirements"
READS = (Procurement,)


@dataclass(frozen=True, slots=True)
class Parameters:
    """Topics that the requirements must cover."""

    topics: tuple[str, ...] = (
        "network-segmentation",
        "access-rights",
        "encryption",
        "security-logging",
        "malware-protection",
        "redundancy-recovery",
        "continuity",
    )


_REQUIRE = (
    "Ta fram säkerhetskraven ur klassningen och lägg dem i avtalet.",
    "Draw the security requirements from the classification, and put them in the contract.",
)
REASONS = COMMON | {
    "no-requirements": because("Inga säkerhetskrav finns.", "There are no security requirements.", *_REQUIRE),
    "undated": because("Säkerhetskraven är inte daterade.", "The security requirements are not dated.", *_REQUIRE),
    "after-signature": because(
        "Kraven är daterade {dated}, avtalet tecknades {signed}.",
        "The requirements are dated {dated}, the contract was signed {signed}.",
        *_REQUIRE,
    ),
    "topics-missing": because("Krav saknas om: {topics}.", "No requirement on: {topics}.", *_REQUIRE),
}
_WORDS = (
    ("nätsegmentering", "network-segmentation"),
    ("behörighet", "access-rights"),
    ("behörigheter", "access-rights"),
    ("kryptering", "encryption"),
    ("loggning", "security-logging"),
    ("säkerhetsloggning", "security-logging"),
    ("skadlig kod", "malware-protection"),
    ("redundans", "redundancy-recovery"),
    ("återställning", "redundancy-recovery"),
    ("kontinuitet", "continuity"),
    ("personuppgifter", "personal-data"),
    ("ledningssystem", "management-system"),
    ("behörighetsrutiner", "access-routines"),
    ("incidenthantering", "incident-handling"),
)


def judge(
    procurements: Population[Procurement], _evidence: EvidenceSet, parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per procurement."""
    for case in procurements.records:
        missing = lacking(parameters.topics, case.topics, _WORDS)
        topics = None
        if missing:
            known = has_column(procurements, "topics")
            unknown = undetermined(case, "no-column", columns=("topics",))
            topics = deviates(case, "topics-missing", topics=missing) if known else unknown
        after = None
        if case.signed is not None and case.requirements_date is not None and case.requirements_date > case.signed:
            after = deviates(case, "after-signature", dated=case.requirements_date, signed=case.signed)
        yield decide(
            case,
            filled(case, procurements, ("requirements",), "no-requirements"),
            dated(case, procurements, "requirements_date", as_of),
            after,
            topics,
            told(case, procurements, "signed"),
        )

"""Every contract in force has a clause on each security topic, and is no older than the requirements.

A person marks which topics each contract has a clause for. One deviates when a topic of `topics` or of
`technical_annex` has none, and when it was signed before the requirements that it should hold were decided. Contracts
that have run out are left out. Topics may be written in Swedish (styrdokument, säkerhetsrutiner, incidenthantering,
sekretess, behörighet, kontinuitet, processbeskrivningar, granskningsrätt).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from checks.finding import Outcome, deviates, out_of_scope, undetermined
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
from collector.records.suppliers import Contract

CONTROL = "contract-security-clauses"
READS = (Contract,)


@dataclass(frozen=True, slots=True)
class Parameters:
    """Topics, and the numbers of the technical annex."""

    topics: tuple[str, ...] = (
        "policy-documents",
        "security-routines",
        "incident-handling",
        "confidentiality",
        "access",
        "continuity",
        "process-descriptions",
        "audit-rights",
    )
    technical_annex: tuple[str, ...] = ()


_AMEND = (
    "Teckna tilläggsavtal med kraven, eller ta in dem när avtalet förnyas.",
    "Sign an amendment with the requirements, or put them in when the contract is renewed.",
)
REASONS = COMMON | {
    "topics-missing": because("Klausul saknas om: {topics}.", "No clause on: {topics}.", *_AMEND),
    "before-requirements": because(
        "Tecknat {signed}, innan kraven beslutades {dated}.",
        "Signed {signed}, before the requirements were decided {dated}.",
        *_AMEND,
    ),
    "over": because("Avtalet har gått ut.", "The contract has run out."),
}
WORDS = (
    ("styrdokument", "policy-documents"),
    ("styrande dokument", "policy-documents"),
    ("säkerhetsrutiner", "security-routines"),
    ("rutiner", "security-routines"),
    ("incidenthantering", "incident-handling"),
    ("incidenter", "incident-handling"),
    ("sekretess", "confidentiality"),
    ("tystnadsplikt", "confidentiality"),
    ("behörighet", "access"),
    ("behörigheter", "access"),
    ("åtkomst", "access"),
    ("kontinuitet", "continuity"),
    ("processbeskrivningar", "process-descriptions"),
    ("granskningsrätt", "audit-rights"),
    ("revisionsrätt", "audit-rights"),
    ("insyn", "audit-rights"),
)
"""Swedish words for the topics."""


def judge(
    contracts: Population[Contract], _evidence: EvidenceSet, parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per contract."""
    for row in contracts.records:
        if row.valid_until is not None and row.valid_until < as_of.date():
            yield out_of_scope(row, "over")
            continue
        missing = lacking((*parameters.topics, *parameters.technical_annex), row.clauses, WORDS)
        topics = None
        if missing:
            known = has_column(contracts, "clauses")
            unknown = undetermined(row, "no-column", columns=("clauses",))
            topics = deviates(row, "topics-missing", topics=missing) if known else unknown
        older = None
        if row.signed is not None and row.requirements_date is not None and row.signed < row.requirements_date:
            older = deviates(row, "before-requirements", signed=row.signed, dated=row.requirements_date)
        yield decide(
            row,
            topics,
            older,
            told(row, contracts, "requirements_date"),
            dated(row, contracts, "signed", as_of, "incomplete") if row.signed else filled(row, contracts, ("signed",)),
        )

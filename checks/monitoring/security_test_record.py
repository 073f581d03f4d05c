"""Security tests are dated and their findings closed, and what went live was tested before it did.

A test deviates without a day or a tester, and with findings that are not closed. With `before_golive` each deployed
change that is marked as relevant to security needs a test for its ticket, or of its system, dated on the day of
deployment or before. With `interval_months` above 0 each system of the tests must have been tested that lately.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from checks.finding import Outcome, Severity, deviates, undetermined
from checks.record_rules.joins import grouped, has_one, key_of, lacks_column, latest, unread
from checks.record_rules.reasons import COMMON, because
from checks.record_rules.rows import (
    dated,
    decide,
    filled,
    not_older,
    told,
)
from collector.evidence import EvidenceSet, Population, Reading
from collector.records.changes import Change, SecurityTest

CONTROL = "security-test-record"
READS = (SecurityTest, Change)


@dataclass(frozen=True, slots=True)
class Parameters:
    """Whether tests come before go-live, and how often a system is tested (0: no interval)."""

    before_golive: bool = True
    interval_months: int = 0


_TEST = ("Låt testa säkerheten och för in rapporten.", "Have the security tested, and enter the report.")
REASONS = COMMON | {
    "undated": because("Testet är inte daterat.", "The test is not dated.", *_TEST),
    "open-findings": because(
        "{count} brister är inte stängda.",
        "{count} findings are not closed.",
        "Åtgärda bristerna, eller besluta om risken.",
        "Mend them, or decide on the risk.",
    ),
    "not-tested": because("Driftsatt {deployed} utan test före.", "Deployed {deployed} without a test before.", *_TEST),
    "too-old": because("Senast testat {last}.", "Last tested {last}.", *_TEST),
    "relevance-unknown": because(
        "Ändringens betydelse för säkerheten är inte bedömd.",
        "Nobody has judged whether the change is relevant to security.",
        "Bedöm ändringen i ärendet.",
        "Judge it in the ticket.",
        Severity.LOW,
    ),
}


def judge(
    tests: Population[SecurityTest], evidence: EvidenceSet, parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per test, per deployed change that is relevant to security, and per system with an interval."""
    register = evidence.reading(SecurityTest)
    for row in tests.records:
        left = None
        if row.open_findings is None:
            left = filled(row, tests, ("open_findings",))
        elif row.open_findings > 0:
            left = deviates(row, "open-findings", count=row.open_findings)
        yield decide(row, left, dated(row, tests, "date", as_of), filled(row, tests, ("tester",)))
    if parameters.before_golive:
        changes = evidence.reading(Change)
        yield from filter(None, [unread(tests.source, changes), lacks_column(tests.source, changes, "deployed")])
        yield from _changes(changes, register, as_of)
    if parameters.interval_months > 0:
        yield from filter(None, [told(tests.source, tests, "system")])
        for name, rows in sorted(grouped(register, lambda each: each.system).items()):
            last = latest((row.date for row in rows), as_of)
            old = not_older(name, last, parameters.interval_months, as_of)
            yield decide(name, old and (unread(name, register) or old))


def _changes(changes: Reading[Change], register: Reading[SecurityTest], as_of: datetime) -> Iterator[Outcome]:
    by_change = grouped(register, lambda each: each.change)
    by_system = grouped(register, lambda each: each.system if not each.change else None)
    for row in sorted(changes.records, key=repr):
        if row.deployed is None or row.deployed > as_of.date() or row.security_relevant is False:
            continue
        if row.security_relevant is None:
            yield undetermined(row, "relevance-unknown")
            continue
        made = [*by_change.get(key_of(row.reference), ()), *by_system.get(key_of(row.system or ""), ())]
        before = [each for each in made if each.date is not None and each.date <= row.deployed]
        hidden = lacks_column(row, changes, "system") if not row.system and not before else None
        yield hidden or decide(
            row,
            has_one(
                *(row, before, register, "not-tested"),
                columns=("date", "change", "system"),
                deployed=row.deployed,
            ),
        )

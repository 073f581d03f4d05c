"""Security tests are dated and their findings closed, and what went live was tested before it did.

A test deviates without a day or a tester, and with findings that are not closed. With `before_golive` each deployed
change that is marked as relevant to security needs a test dated on the day of deployment or before: one for its ticket,
or one of its system that was no older than `interval_months` then. Each system of the tests must have been tested
within `interval_months` too; of tests that name no system, the last of each category. At 0 no age is too high.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from checks.ages import months_before
from checks.finding import Outcome, Severity, deviates, undetermined
from checks.record_rules.joins import grouped, has_one, key_of, lacks_column, latest, recent, unread
from checks.record_rules.reasons import COMMON, because
from checks.record_rules.rows import (
    dated,
    decide,
    filled,
    has_column,
    told,
)
from collector.evidence import EvidenceSet, Population, Reading
from collector.records.changes import Change, SecurityTest

CONTROL = "security-test-record"
READS = (SecurityTest, Change)


@dataclass(frozen=True, slots=True)
class Parameters:
    """Whether tests come before go-live, and how long a test of a system counts (0: for ever)."""

    before_golive: bool = True
    interval_months: int = 12


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
    "test-outdated": because(
        "Driftsatt {deployed}; dessförinnan testades systemet senast {last}, och ett test gäller i {months} månader.",
        "Deployed {deployed}; before that the system was last tested {last}, and a test counts for {months} months.",
        *_TEST,
    ),
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
    """One outcome per test, per deployed change that is relevant to security, and per system that was tested."""
    register = evidence.reading(SecurityTest)
    last_of = {category: latest((row.date for row in rows), as_of) for category, rows in _unnamed(register).items()}
    for row in tests.records:
        left = None
        if row.open_findings is None:
            left = filled(row, tests, ("open_findings",))
        elif row.open_findings > 0:
            left = deviates(row, "open-findings", count=row.open_findings)
        old = None
        if not row.system and has_column(tests, "system"):
            old = _old(row, row.date, register, parameters, as_of)
            if old is not None and row.date != last_of[key_of(row.category or "")]:
                old = told(row, tests, "category")
        yield decide(row, left, dated(row, tests, "date", as_of), filled(row, tests, ("tester",)), old)
    if parameters.before_golive:
        changes = evidence.reading(Change)
        yield from filter(None, [unread(tests.source, changes), lacks_column(tests.source, changes, "deployed")])
        yield from _changes(changes, register, parameters, as_of)
    if parameters.interval_months > 0:
        yield from filter(None, [told(tests.source, tests, "system")])
        mine = {key_of(row.system) for row in tests.records if row.system}
        held = grouped(register, lambda each: each.system or None)
        for name in sorted(mine):
            system = min(row.system or "" for row in held[name])
            last = latest((row.date for row in held[name]), as_of)
            yield decide(system, _old(system, last, register, parameters, as_of))


def _unnamed(register: Reading[SecurityTest]) -> dict[str, list[SecurityTest]]:
    """Category to its tests that name no system."""
    return grouped(register, lambda each: each.category or "" if not each.system else None)


def _old(
    subject: SecurityTest | str,
    last: date | None,
    register: Reading[SecurityTest],
    parameters: Parameters,
    as_of: datetime,
) -> Outcome | None:
    if parameters.interval_months <= 0:
        return None
    return recent(subject, last, parameters.interval_months, register, as_of)


def _changes(
    changes: Reading[Change], register: Reading[SecurityTest], parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    by_change = grouped(register, lambda each: each.change)
    by_system = grouped(register, lambda each: each.system if not each.change else None)
    for row in sorted(changes.records, key=repr):
        if row.deployed is None or row.deployed > as_of.date() or row.security_relevant is False:
            continue
        if row.security_relevant is None:
            yield undetermined(row, "relevance-unknown")
            continue
        own = [*_until(row.deployed, by_change.get(key_of(row.reference), ()))]
        of_system = [*_until(row.deployed, by_system.get(key_of(row.system or ""), ()))]
        months = max(0, parameters.interval_months)
        counting = [day for day in of_system if not months or day >= months_before(row.deployed, months)]
        hidden = lacks_column(row, changes, "system") if not row.system and not own else None
        missing = partial(has_one, row, [*own, *counting], register, columns=("date", "change", "system"))
        if of_system:
            yield decide(row, missing("test-outdated", deployed=row.deployed, last=max(of_system), months=months))
        else:
            yield hidden or decide(row, missing("not-tested", deployed=row.deployed))


def _until(deployed: date, made: Iterable[SecurityTest]) -> Iterator[date]:
    return (each.date for each in made if each.date is not None and each.date <= deployed)

"""Judges a check on each day of a period, from dated records that tell of every day: restore points, logs.

A reading of state (accounts, patches) tells of its own moment and of no other day. Where all that a check reads is
dated, or a register's description, each day can be judged as it would have been that evening, by the records up to it.

Restore points are thinned out with age, so a day without one is only known to have had none where the days just
before it are whole: retention takes the older first.
"""

from __future__ import annotations

import bisect
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from assessment.policy import Period
from checks.finding import Outcome, Verdict
from checks.judgement import Check, Selection, fit_parameters
from collector.evidence import EvidenceSet, Population
from collector.records.access import AccessReview
from collector.records.backup import (
    BackupRepository,
    BackupRun,
    IntegrityCheck,
    MajorChange,
    ProtectedSystem,
    RestoreDrill,
    RestoreTest,
    Snapshot,
)
from collector.records.codec import JsonValue
from collector.records.documents import Minutes
from collector.records.record import Record
from collector.records.suppliers import ReportSpecification, SupplierReport

DATED: Mapping[type[Record], str] = {
    Snapshot: "time",
    BackupRun: "started",
    RestoreTest: "date",
    MajorChange: "date",
    AccessReview: "date",
    RestoreDrill: "time",
    IntegrityCheck: "date",
    SupplierReport: "received",
    Minutes: "held",
}
"""Kinds whose records each tell of a moment, and the field that says which.

None whose other fields are kept up to date afterwards (the lessons of an exercise that are still open, when a document
was last reviewed): what they were on a past day is not known.
"""
THINNED: frozenset[type[Record]] = frozenset({Snapshot})
"""Dated kinds whose older records are taken away as time passes."""
DESCRIPTIONS: frozenset[type[Record]] = frozenset({ProtectedSystem, BackupRepository, ReportSpecification})
"""Kinds that describe what there is, read as they stand now.

Of a repository the checks that are judged by day read only since when it is locked, which is a moment too.
"""
WHOLE_DAYS_BEFORE = 3
"""Days just before a day without a restore point that must have one, for the day to count as missed."""


@dataclass(frozen=True, slots=True)
class Days:
    """What the days of a period say of one source."""

    source: str
    first: date
    last: date
    """The last day that the evidence reaches."""
    upheld: tuple[str, ...]
    """Subjects that conform on every day."""
    missed: Mapping[str, tuple[date, ...]]
    """Subject to the days on which it is known to deviate."""
    open: tuple[str, ...]
    """Subjects that are undetermined on some day, and known to deviate on none."""
    whole_from: date | None
    """First day from which every subject conforms to the last; None where there is none."""


def tells_of_days(check: Check) -> bool:
    """Whether the check can be judged on a past day from what it reads."""
    kinds = set(check.reads)
    return bool(kinds & DATED.keys()) and kinds <= DATED.keys() | DESCRIPTIONS


def looks_back(check: Check) -> bool:
    """Whether the check itself looks over a period; the days of a claim's own period are judged by the others."""
    return "period_days" in check.parameters.__dataclass_fields__


def judge_days(
    check: Check,
    evidence: EvidenceSet,
    parameters: Mapping[str, JsonValue],
    period: Period,
    selection: Selection,
) -> Iterator[Days]:
    """Each source's days; a source that had nothing, or was read before the period began, gives none."""
    values = fit_parameters(check, parameters)
    history = _History(check, evidence)
    if history.last is None:
        return
    last = min(period.end, history.last.date())
    days = [period.start + timedelta(days=number) for number in range((last - period.start).days + 1)]
    verdicts: dict[str, dict[str, list[Verdict]]] = defaultdict(lambda: defaultdict(list))
    for number, day in enumerate(days):
        moment = min(datetime.combine(day, time(23, 59, 59), UTC), history.last)
        seen = history.until(moment)
        for population in seen.reading(check.reads[0]).populations:
            if selection.sources is not None and population.source not in selection.sources:
                continue
            worst: dict[str, Verdict] = {}
            for outcome in check.judge(population, seen, values, moment):
                if selection.holds(outcome.subject) or _of_all(outcome, population.source):
                    worst[outcome.subject] = min(
                        outcome.verdict, worst.get(outcome.subject, outcome.verdict), key=_WORST_FIRST.index
                    )
            for subject, verdict in worst.items():
                series = verdicts[population.source][subject]
                series += [Verdict.UNDETERMINED] * (number - len(series)) + [verdict]
    thinned = any(kind in THINNED for kind in check.reads)
    for source, subjects in sorted(verdicts.items()):
        lacking = {subject: [Verdict.UNDETERMINED] * (len(days) - len(series)) for subject, series in subjects.items()}
        whole = {subject: [*series, *lacking[subject]] for subject, series in subjects.items()}
        yield _sum_up(source, whole, days, thinned=thinned)


def _of_all(outcome: Outcome, source: str) -> bool:
    """Whether it is the source as a whole that is undetermined: any subject may be among what was not seen."""
    return outcome.subject == source and outcome.verdict is Verdict.UNDETERMINED


_WORST_FIRST = (Verdict.DEVIATES, Verdict.UNDETERMINED, Verdict.CONFORMS, Verdict.OUT_OF_SCOPE)


def _sum_up(source: str, subjects: Mapping[str, Sequence[Verdict]], days: Sequence[date], *, thinned: bool) -> Days:
    upheld, unclear = [], []
    missed: dict[str, tuple[date, ...]] = {}
    whole_from = 0
    for subject, series in sorted(subjects.items()):
        bad = [number for number, verdict in enumerate(series) if verdict in _BAD]
        known = [n for n in bad if series[n] is Verdict.DEVIATES and (not thinned or _dense_before(series, n))]
        if known:
            missed[subject] = tuple(days[number] for number in known)
        elif bad:
            unclear.append(subject)
        elif Verdict.CONFORMS in series:
            upheld.append(subject)
        whole_from = max(whole_from, bad[-1] + 1 if bad else 0)
    reached = whole_from < len(days) and any(Verdict.CONFORMS in series for series in subjects.values())
    return Days(
        source,
        days[0],
        days[-1],
        tuple(upheld),
        missed,
        tuple(unclear),
        days[whole_from] if reached else None,
    )


_BAD = (Verdict.DEVIATES, Verdict.UNDETERMINED)


def _dense_before(series: Sequence[Verdict], number: int) -> bool:
    before = series[max(0, number - WHOLE_DAYS_BEFORE) : number]
    return len(before) == WHOLE_DAYS_BEFORE and all(verdict is Verdict.CONFORMS for verdict in before)


class _History:
    """The evidence of one check, as it stood at any moment."""

    def __init__(self, check: Check, evidence: EvidenceSet) -> None:
        self._gaps = evidence.gaps
        self._fixed: list[Population[Record]] = []
        self._dated: list[tuple[Population[Record], list[datetime], list[Record]]] = []
        for kind in dict.fromkeys(check.reads):
            for population in evidence.reading(kind).populations:
                if kind not in DATED:
                    self._fixed.append(population)
                    continue
                pairs = sorted(((_moment(record, DATED[kind]), record) for record in population.records), key=_when)
                self._dated.append((population, [moment for moment, _ in pairs], [record for _, record in pairs]))
        read = [population.provenance.speaks_of for population, _, _ in self._dated]
        read += [population.provenance.speaks_of for population in self._fixed]
        self.last = min(read) if self._dated else None
        """The earliest moment that any of it tells of: later days are not seen."""

    def until(self, moment: datetime) -> EvidenceSet:
        """The evidence with the dated records up to a moment."""
        return EvidenceSet(
            (*self._fixed, *(_cut(population, times, records, moment) for population, times, records in self._dated)),
            self._gaps,
        )


def _cut(
    population: Population[Record], times: list[datetime], records: list[Record], moment: datetime
) -> Population[Record]:
    held = records[: bisect.bisect_right(times, moment)]
    left_out = len(records) - len(held)
    counted = None if population.source_count is None else population.source_count - left_out
    return replace(population, count=len(held), source_count=counted, read=lambda: iter(held))


def _moment(record: Any, field: str) -> datetime:
    value = getattr(record, field)
    return value if isinstance(value, datetime) else datetime.combine(value, time(), UTC)


def _when(pair: tuple[datetime, Record]) -> datetime:
    return pair[0]

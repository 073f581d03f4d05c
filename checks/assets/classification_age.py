"""Every classification was renewed within its interval, and after the last major change.

A system's latest classification deviates when it is older than `max_age_months`, when it has no day, and (unless
`after_major_change` is off) when a major change came after it: whether there was one is known only from a change log.
Systems that were never classified are told of by `classification-coverage`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from checks.finding import Outcome, deviates
from checks.record_rules.joins import as_exported, ends_before, grouped, key_of, lacks_column, latest, recent, unread
from checks.record_rules.reasons import COMMON, because
from checks.record_rules.rows import (
    decide,
)
from collector.evidence import EvidenceSet, Population
from collector.records.assets import Classification
from collector.records.backup import MajorChange

CONTROL = "classification-age"
READS = (Classification, MajorChange)
EVERY_RECORD = False


@dataclass(frozen=True, slots=True)
class Parameters:
    """How old a classification may be, and whether a major change calls for a new one."""

    max_age_months: int = 24
    after_major_change: bool = True


_RENEW = ("Gör om klassningen.", "Classify anew.")
REASONS = COMMON | {
    "too-old": because("Senast klassat {last}.", "Last classified {last}.", *_RENEW),
    "undated": because("Klassningen är inte daterad.", "The classification is not dated.", *_RENEW),
    "before-major-change": because(
        "Klassat {last}; en större ändring gjordes {changed}.",
        "Classified {last}; a major change was made {changed}.",
        *_RENEW,
    ),
}


def judge(
    register: Population[Classification], evidence: EvidenceSet, parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per classified system."""
    everything = evidence.reading(Classification)
    changes = evidence.reading(MajorChange)
    changed = grouped(changes, lambda each: each.system)
    mine = {key_of(each.system) for each in register.records}
    for name, rows in sorted(grouped(everything, lambda each: each.system).items()):
        if name in mine:
            system = min(row.system for row in rows)
            last = latest((row.classified for row in rows), as_of)
            if last is None:
                blank = deviates(system, "undated")
                yield lacks_column(system, everything, "classified") or unread(system, everything) or blank
                continue
            late = None
            if parameters.after_major_change:
                days = [each.date for each in changed.get(name, [])]
                rule = partial(_changed, system, last, days)
                late = as_exported(system, everything, as_of, rule) or ends_before(system, changes, last)
                late = late or unread(system, changes)
            yield decide(system, recent(system, last, parameters.max_age_months, everything, as_of), late)


def _changed(system: str, last: date, changed: Sequence[date], moment: datetime) -> Outcome | None:
    day = latest(changed, moment)
    if day is not None and day > last:
        return deviates(system, "before-major-change", last=last, changed=day)
    return None

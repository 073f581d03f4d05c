"""Shapes of rules about one row of a register: filled in, dated, recent enough, done in time.

Each gives the outcome where the row is not in order, and None where it is; `decide` sums them up. A field that is empty
in a column which the export has is a deviation; one that the export has no column for is not known.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from checks.ages import months_before
from checks.finding import Fact, Outcome, Verdict, conforms, deviates, undetermined
from checks.record_rules.denials import says_none
from collector.evidence import Population
from collector.records.record import Record


def decide(subject: Record | str, *steps: Outcome | None) -> Outcome:
    """The first deviation, else the first that is undetermined, else that the subject conforms."""
    return worst(steps) or conforms(subject)


def worst(steps: Iterable[Outcome | None]) -> Outcome | None:
    """The first deviation, else the first other outcome; None where there is none: a deviation is certain alone."""
    found = [step for step in steps if step is not None]
    deviating = (step for step in found if step.verdict is Verdict.DEVIATES)
    return next(deviating, found[0] if found else None)


def empty(value: object) -> bool:
    """Whether a field holds nothing, or a word such as `nej` for a name, a signature or a reference."""
    if isinstance(value, tuple):
        return all(empty(each) for each in value)
    return value is None or (isinstance(value, str) and says_none(value))


_SCALES = frozenset({"level"})
"""Fields in which such a word may be a value: 0 on a scale."""


def has_column(population: Population[Any], field: str) -> bool:
    """Whether the export carries the field at all."""
    return field not in population.unreadable


def told(record: Record | str, population: Population[Any], *fields: str) -> Outcome | None:
    """Undetermined where the export has no column for a field that could tell of a deviation."""
    lacking = tuple(name for name in fields if not has_column(population, name))
    return undetermined(record, "no-column", columns=lacking) if lacking else None


def filled(
    record: Record, population: Population[Any], fields: Iterable[str], reason: str = "incomplete"
) -> Outcome | None:
    """The fields hold something."""
    values = [(name, getattr(record, name)) for name in fields]
    lacking = [name for name, value in values if (not value if name in _SCALES else empty(value))]
    blank = tuple(name for name in lacking if has_column(population, name))
    if blank:
        return deviates(record, reason, columns=blank)
    return undetermined(record, "no-column", columns=tuple(lacking)) if lacking else None


def dated(
    record: Record, population: Population[Any], field: str, as_of: datetime, reason: str = "undated"
) -> Outcome | None:
    """The field holds a day, and one that has been."""
    day = getattr(record, field)
    if day is None:
        return filled(record, population, (field,), reason)
    return ahead(record, day, as_of)


def ahead(record: Record | str, day: date | None, as_of: datetime) -> Outcome | None:
    """Undetermined for a day that is still to come: nothing that has happened is dated so."""
    return undetermined(record, "date-ahead", date=day) if day is not None and day > as_of.date() else None


def not_older(
    record: Record | str, day: date | None, months: int, as_of: datetime, reason: str = "too-old", **facts: Fact
) -> Outcome | None:
    """The day is within the last `months`; a day that is not known is another rule's matter."""
    if day is None or day >= months_before(as_of.date(), months):
        return None
    return deviates(record, reason, last=day, months=months, **facts)


def done_by(
    record: Record | str,
    due: date | None,
    done: date | None,
    as_of: datetime,
    reasons: tuple[str, str] = ("overdue", "late"),
) -> Outcome | None:
    """Done on the last day at the latest; `reasons` for what is not done yet, and for what was done too late."""
    if due is None:
        return None
    if done is not None:
        return deviates(record, reasons[1], due=due, done=done) if done > due else None
    late = (as_of.date() - due).days
    return deviates(record, reasons[0], due=due, days=late) if late > 0 else None


def months_after(day: date, months: int) -> date:
    """The same day of the month `months` later."""
    return months_before(day, -months)

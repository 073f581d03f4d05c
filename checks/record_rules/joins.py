"""Shapes of rules about two registers: every A has a B, and it happens so many times a year."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

from checks.ages import months_before
from checks.finding import Fact, Outcome, Verdict, deviates, undetermined
from checks.record_rules.rows import not_older
from collector.evidence import Reading
from collector.records.record import Record, kind_name

R = TypeVar("R", bound=Record)


def key_of(name: str) -> str:
    """How names are compared: case and stray blanks do not tell two things apart."""
    return " ".join(name.split()).casefold()


def grouped(reading: Reading[R], *keys: Callable[[R], str | None]) -> dict[str, list[R]]:
    """Key to the records that carry it, by any of several names that they go by."""
    found: defaultdict[str, list[R]] = defaultdict(list)
    for record in reading.records:
        for key in sorted({key_of(name) for each in keys if (name := each(record)) is not None}):
            found[key].append(record)
    return dict(found)


def unread(subject: Record | str, reading: Reading[Any]) -> Outcome | None:
    """Undetermined while a register was not read, or not wholly; None where all of it was."""
    if not reading.populations:
        return undetermined(subject, "no-register", kind=kind_name(reading.kind))
    if not reading.complete:
        return undetermined(subject, "register-incomplete", kind=kind_name(reading.kind))
    return None


def has_one(
    subject: Record | str,
    found: Collection[Any],
    reading: Reading[Any],
    reason: str,
    *,
    columns: Sequence[str] = (),
    **facts: Fact,
) -> Outcome | None:
    """Something was found; what was not found is missing only where the whole register was read.

    `columns` are the fields that it was looked for by: an export that lacks one of them cannot show it.
    """
    if found:
        return None
    lost = unread(subject, reading) or lacks_column(subject, reading, *columns)
    return lost or deviates(subject, reason, **facts)


def lacks_column(subject: Record | str, reading: Reading[Any], *fields: str) -> Outcome | None:
    """Undetermined where some export of the register has no column for a field."""
    lacking = tuple(field for field in fields if any(field in each.unreadable for each in reading.populations))
    return undetermined(subject, "no-column", columns=lacking) if lacking else None


def as_exported(
    subject: Record | str, reading: Reading[Any], as_of: datetime, rule: Callable[[datetime], Outcome | None]
) -> Outcome | None:
    """What a rule about age says; what has aged only since the register was exported is not known.

    An export may be weeks old when it is judged: it cannot hold what was done, heard or entered after it was written.
    """
    found = rule(as_of)
    told = min((each.provenance.speaks_of for each in reading.populations), default=as_of)
    if found is None or found.verdict is not Verdict.DEVIATES or told >= as_of:
        return found
    earlier = rule(told)
    if earlier is not None and earlier.verdict is Verdict.DEVIATES:
        return found
    return undetermined(subject, "export-older", written=told)


def recent(
    subject: Record | str,
    day: date | None,
    months: int,
    reading: Reading[Any],
    as_of: datetime,
    reason: str = "too-old",
    **facts: Fact,
) -> Outcome | None:
    """The last day on which it was done is within `months`; a day that is not known is another rule's matter.

    An older one counts where the register was read to its end, and was too old when it was exported.
    """

    def rule(moment: datetime) -> Outcome | None:
        return not_older(subject, day, months, moment, reason, **facts)

    return rule(as_of) and (unread(subject, reading) or as_exported(subject, reading, as_of, rule))


def ends_before(subject: Record | str, reading: Reading[Any], day: date) -> Outcome | None:
    """Undetermined where some export of the register was written before a day: it shows nothing that came after."""
    told = min((each.provenance.speaks_of for each in reading.populations), default=None)
    if told is None or told.date() >= day:
        return None
    return undetermined(subject, "export-older", written=told)


def latest(days: Iterable[date | None], as_of: datetime) -> date | None:
    """The latest day that has been."""
    return max((day for day in days if day is not None and day <= as_of.date()), default=None)


def held(
    subject: Record | str,
    days: Iterable[date],
    needed: int,
    reading: Reading[Any],
    begins: date | None,
    as_of: datetime,
    reason: str = "too-few",
) -> Outcome | None:
    """It happened on `needed` days of the last year; fewer counts only where the register covers the year."""
    there = set(days)

    def rule(moment: datetime) -> Outcome | None:
        start = months_before(moment.date(), 12)
        within = {day for day in there if start <= day <= as_of.date()}
        if len(within) >= needed:
            return None
        partly = unread(subject, reading)
        if partly is not None:
            return partly
        if begins is None or begins > start:
            return undetermined(subject, "period-not-covered", first=begins, start=start)
        return deviates(subject, reason, count=len(within), needed=needed)

    return as_exported(subject, reading, as_of, rule)


def lacking(wanted: Iterable[str], there: Iterable[str], words: Sequence[tuple[str, str]] = ()) -> tuple[str, ...]:
    """Of the wanted topics those that are not there; `words` pairs what people write with the topic that it means."""
    meaning = {key_of(word): key_of(topic) for word, topic in words}
    known = {meaning.get(key_of(each), key_of(each)) for each in there}
    return tuple(topic for topic in wanted if key_of(topic) not in known)


def reaches(part: int, whole: int, percent: int) -> bool:
    """Whether `part` of `whole` is at least `percent`, in whole numbers."""
    return part * 100 >= percent * whole

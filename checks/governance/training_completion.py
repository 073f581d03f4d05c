"""Enough people have completed the security training: in all, and in every unit; elected representatives apart.

The denominator is the HR roster: everyone who works here or holds a mandate today, and nobody else. A person counts
as trained with a completed course that is for all (mandatory, and not for one role) within `valid_months`; an
invitation is no completion, and neither is a course that was not passed. `courses` names the security courses where
the export has others too: which of several courses is the one cannot be told without it. `populations` names who must
be reached (staff, elected, consultants, pupils); each is judged alone, and staff also unit by unit. A population that
no roster holds is not determined.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, partial

from checks.ages import months_before
from checks.finding import Outcome, deviates, undetermined
from checks.record_rules.joins import as_exported, key_of, lacks_column, reaches, unread
from checks.record_rules.reasons import COMMON, because
from checks.record_rules.roster import works
from checks.record_rules.rows import (
    decide,
)
from collector.evidence import EvidenceSet, Population, Reading
from collector.records.governance import Training
from collector.records.identity import Employment

CONTROL = "training-completion"
READS = (Employment, Training)
EVERY_RECORD = False


@dataclass(frozen=True, slots=True)
class Parameters:
    """Least share, who must be reached, and how long a course counts."""

    completion_min_percent: int = 75
    populations: tuple[str, ...] = ("staff", "elected")
    valid_months: int = 24
    courses: tuple[str, ...] = ()
    """Names of the courses that count; empty: the only one that the export has."""


REASONS = COMMON | {
    "too-few": because(
        "{count} av {people} ({percent} %) har genomfört utbildningen; målet är {goal} %.",
        "{count} of {people} ({percent} %) have completed the training; the goal is {goal} %.",
        "Följ upp dem som inte har genomfört den, med chefen.",
        "Follow up those who have not completed it, with their manager.",
    ),
    "which-course": because(
        "Exporten har flera utbildningar för alla ({names}), och inget säger vilka som är säkerhetsutbildning.",
        "The export has several courses for all ({names}), and nothing says which of them are security training.",
        "Ange dem under controls: training-completion: parameters: courses.",
        "Name them under controls: training-completion: parameters: courses.",
    ),
    "no-such-course": because(
        "Exporten har ingen utbildning som heter {names}.",
        "The export has no course called {names}.",
        "Rätta namnen under courses, eller exportera utbildningen.",
        "Correct the names under courses, or export the course.",
    ),
    "population-unread": because(
        "Ingen förteckning över gruppen har lästs ({population}).",
        "No roster of the group was read ({population}).",
        "Lägg till förteckningen under registers: employment, med group.",
        "Add the roster under registers: employment, with group.",
    ),
}
_GROUPS = {"staff": "employee", "elected": "elected", "consultants": "consultant"}


def judge(
    roster: Population[Employment], evidence: EvidenceSet, parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per population, and one per unit of the staff."""
    everyone = evidence.reading(Employment)
    roster_alone = everyone.of(roster.source)
    courses = evidence.reading(Training)
    today = as_of.date()
    trained = lru_cache(maxsize=None)(partial(_trained, courses, parameters, as_of))
    unclear = _which(courses, parameters)
    groups: defaultdict[str, set[str]] = defaultdict(set)
    units: defaultdict[str, set[str]] = defaultdict(set)
    for row in roster.records:
        if works(row, today):
            key = key_of(row.person_key)
            groups[row.group or "employee"].add(key)
            if row.unit and (row.group or "employee") == "employee":
                units[row.unit].add(key)
    known = {row.group or "employee" for row in everyone.records if works(row, today)}
    for name in parameters.populations:
        group = _GROUPS.get(name)
        if group not in known:
            yield unread(name, everyone) or undetermined(name, "population-unread", population=name)
        elif groups[group]:
            rule = partial(_share, name, groups[group], trained, courses, everyone, parameters)
            yield unclear(name) or decide(name, as_exported(name, courses, as_of, rule))
    if "staff" in parameters.populations:
        yield from filter(None, [lacks_column(f"{roster.source}: unit", roster_alone, "unit")])
        for unit in sorted(units):
            rule = partial(_share, unit, units[unit], trained, courses, everyone, parameters)
            yield unclear(unit) or decide(unit, as_exported(unit, courses, as_of, rule))


def _which(courses: Reading[Training], parameters: Parameters) -> Callable[[str], Outcome | None]:
    """What leaves a subject open while it is not known which courses count."""
    known = {key_of(row.course): row.course for row in courses.records if _is_for_all(row)}
    wanted = {key_of(name): name for name in parameters.courses}
    names = sorted(name for key, name in known.items() if not wanted) if len(known) > 1 else []
    if names:
        return lambda subject: undetermined(subject, "which-course", names=tuple(names[:_SHOWN]))
    if wanted and known and courses.complete and not wanted.keys() & known.keys():
        return lambda subject: undetermined(subject, "no-such-course", names=tuple(sorted(wanted.values())))
    return lambda _subject: None


_SHOWN = 10


def _is_for_all(row: Training) -> bool:
    return row.mandatory is not False and not row.role


def _trained(courses: Reading[Training], parameters: Parameters, as_of: datetime, moment: datetime) -> frozenset[str]:
    """Keys of those with a course for all, completed and still valid at the moment."""
    start = months_before(moment.date(), parameters.valid_months)
    wanted = {key_of(name) for name in parameters.courses}
    return frozenset(
        key_of(row.person_key)
        for row in courses.records
        if row.completed is not None
        and start <= row.completed <= as_of.date()
        and row.status != "not-completed"
        and _is_for_all(row)
        and (not wanted or key_of(row.course) in wanted)
    )


def _share(
    subject: str,
    members: set[str],
    trained: Callable[[datetime], frozenset[str]],
    courses: Reading[Training],
    everyone: Reading[Employment],
    parameters: Parameters,
    moment: datetime,
) -> Outcome:
    count = len(members & trained(moment))
    if reaches(count, len(members), parameters.completion_min_percent):
        silent = unread(subject, courses) if not courses.populations else None
        return decide(subject, silent, lacks_column(subject, courses, "mandatory", "role"))
    percent, goal = count * 100 // len(members), parameters.completion_min_percent
    short = deviates(subject, "too-few", count=count, people=len(members), percent=percent, goal=goal)
    partly = unread(subject, courses) or unread(subject, everyone)
    return partly or lacks_column(subject, courses, "completed") or short

"""The chain of backup, one row per system that is critical or may be: taken, intact, restorable, in time, separate.

A link is what its checks say of the system, with the organisation's own parameters: *no* where one of them deviates,
else *unknown* where one is undetermined or where the check that decides it had nothing to judge, else *yes*. A green
job, a list of restore points or an unbroken repository alone never makes a link that is about something else. Waivers
are left out: the table shows what is so and not what is accepted.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from checks.backup.restore_points import CLOCK_TOLERANCE, Point, Points, all_points
from checks.finding import Outcome, Severity, Verdict
from checks.judgement import Check, fit_parameters
from collector.evidence import EvidenceSet
from collector.records.backup import BackupLocation, IntegrityCheck, ProtectedSystem, RestoreTest
from collector.records.codec import JsonValue

LINKS: Mapping[str, tuple[str, ...]] = {
    "taken": ("backup-daily", "backup-coverage", "backup-daily--period"),
    "intact": (
        "restore-test-annual--integrity",
        "backup-daily--content",
        "backup-daily--clock",
        "backup-daily--retention",
    ),
    "restorable": ("restore-test-annual", "restore-test-annual--drill"),
    "in-time": ("backup-daily--rpo", "restore-test-annual--rto"),
    "separate": ("backup-separate",),
}
"""Each link with its checks, those that decide it first."""
_DECIDING: Mapping[str, int] = {"in-time": 2}
"""How many of a link's checks must have judged the system; one where nothing is said."""


class State(StrEnum):
    """Whether a link holds."""

    NO = "no"
    UNKNOWN = "unknown"
    YES = "yes"


_WORST_FIRST = tuple(State)


@dataclass(frozen=True, slots=True)
class Link:
    """One link of one system's chain."""

    link: str
    state: State
    check: str
    """The check whose word decides; empty where it was not asked."""
    reason: str
    """Its reason code; empty where the link holds or nobody was asked."""
    facts: Mapping[str, JsonValue]
    shown: date | None
    """Day of the evidence that it rests on: the newest restore point, the last check, the last test; None: none."""


@dataclass(frozen=True, slots=True)
class Chain:
    """One system that is critical, or of which that is not known."""

    system: str
    source: str
    """The system register."""
    owner: str | None
    links: tuple[Link, ...]
    weakest: str
    """The link to mend first: one that does not hold, else one that is not known, else the one shown longest ago."""


def backup_chains(
    evidence: EvidenceSet,
    checks: Sequence[Check],
    parameters: Mapping[str, Mapping[str, JsonValue]],
    as_of: datetime,
) -> tuple[Chain, ...]:
    """The chain of every system that is critical or may be, the weakest first.

    `checks` are those whose controls were asked; `parameters` gives the organisation's values for each check by id.
    """
    asked = {check.id: check for check in checks if any(check.id in each for each in LINKS.values())}
    if not asked:
        return ()
    days = _Days(evidence, as_of)
    chains = []
    for population in evidence.reading(ProtectedSystem).populations:
        said: dict[str, dict[str, Outcome]] = {}
        for name, check in asked.items():
            values = fit_parameters(check, parameters.get(name, {}))
            said[name] = _by_subject(check, check.judge(population, evidence, values, as_of))
        for system in population.records:
            if system.critical is not False:
                links = tuple(_link(name, system, asked, said, days) for name in LINKS)
                chains.append(Chain(system.name, population.source, system.owner, links, _weakest(links)))
    return tuple(sorted(chains, key=_order))


def _by_subject(check: Check, outcomes: Iterable[Outcome]) -> dict[str, Outcome]:
    """The worst outcome of each subject: a register may name one system twice."""
    found: dict[str, Outcome] = {}
    for outcome in outcomes:
        held = found.get(outcome.subject)
        if held is None or _rank(check, outcome) < _rank(check, held):
            found[outcome.subject] = outcome
    return found


def _rank(check: Check, outcome: Outcome) -> tuple[int, int, str, str]:
    order = (Verdict.DEVIATES, Verdict.UNDETERMINED, Verdict.OUT_OF_SCOPE, Verdict.CONFORMS)
    severity = list(Severity).index(check.reasons[outcome.reason].severity) if outcome.reason else len(Severity)
    return order.index(outcome.verdict), severity, outcome.reason, repr(sorted(outcome.facts.items()))


def _link(
    name: str,
    system: ProtectedSystem,
    asked: Mapping[str, Check],
    said: Mapping[str, Mapping[str, Outcome]],
    days: _Days,
) -> Link:
    shown = days.of(name, system)
    ids = LINKS[name]
    told = [(check, said[check][system.name]) for check in ids if check in asked and system.name in said[check]]
    deviating = [each for each in told if each[1].verdict is Verdict.DEVIATES]
    if deviating:
        check, outcome = min(deviating, key=lambda each: _rank(asked[each[0]], each[1])[1])
        return Link(name, State.NO, check, outcome.reason, outcome.facts, shown)
    unclear = [each for each in told if each[1].verdict is Verdict.UNDETERMINED]
    deciding = ids[: _DECIDING.get(name, 1)]
    unclear += [each for each in told if each[0] in deciding and each[1].verdict is Verdict.OUT_OF_SCOPE]
    if unclear:
        check, outcome = unclear[0]
        return Link(name, State.UNKNOWN, check, outcome.reason, outcome.facts, shown)
    if not all(any(check == each for each, _ in told) for check in deciding):
        return Link(name, State.UNKNOWN, "", "", {}, shown)
    return Link(name, State.YES, ids[0], "", {}, shown)


def _weakest(links: Sequence[Link]) -> str:
    return min(links, key=lambda each: (_WORST_FIRST.index(each.state), each.shown or date.min)).link


def _order(chain: Chain) -> tuple[int, int, str, str]:
    states = [link.state for link in chain.links]
    return -states.count(State.NO), -states.count(State.UNKNOWN), chain.system, chain.source


class _Days:
    """The day of the evidence that each link of a system rests on."""

    def __init__(self, evidence: EvidenceSet, as_of: datetime) -> None:
        self._as_of = as_of
        self._points: Points = all_points(evidence)
        self._tested: dict[str, date] = {}
        self._timed: dict[str, date] = {}
        for test in evidence.reading(RestoreTest).records:
            if test.result == "passed" and test.date <= as_of.date():
                _keep_last(self._tested, test.system, test.date)
                if test.duration_minutes is not None:
                    _keep_last(self._timed, test.system, test.date)
        self._checked: dict[str, date] = {}
        for check in evidence.reading(IntegrityCheck).records:
            if check.result == "passed" and check.date <= as_of.date():
                _keep_last(self._checked, check.repository, check.date)
        self._sites: dict[str, str] = {
            each.repository.casefold(): each.site.casefold()
            for each in sorted(evidence.reading(BackupLocation).records, key=repr)
            if each.site
        }

    def of(self, link: str, system: ProtectedSystem) -> date | None:
        """The day; None where nothing shows the link."""
        name = system.name.casefold()
        if link == "restorable":
            return self._tested.get(name)
        hosts = [
            [point for point in found if point.time - self._as_of <= CLOCK_TOLERANCE]
            for found in self._points.of_system(system).values()
        ]
        points = [point for found in hosts for point in found]
        if link == "intact":
            places = {point.location.casefold() for point in points}
            return _oldest(self._checked.get(place) for place in sorted(places))
        if link == "separate":
            return _oldest(self._last_away(found, {site.casefold() for site in system.sites}) for found in hosts)
        newest = _oldest(found[-1].time.date() if found else None for found in hosts)
        return _oldest((newest, self._timed.get(name))) if link == "in-time" else newest

    def _last_away(self, found: Sequence[Point], own: Container[str]) -> date | None:
        """The day of one host's newest restore point at another site; None where no site of any is known."""
        if not any(point.location.casefold() in self._sites for point in found):
            return None
        away = (point for point in found if self._sites.get(point.location.casefold(), "") not in own)
        return max((point.time.date() for point in away), default=None)


def _keep_last(days: dict[str, date], name: str, day: date) -> None:
    key = name.casefold()
    days[key] = max(day, days.get(key, day))


def _oldest(days: Iterable[date | None]) -> date | None:
    """The oldest day; None where one of them is not known, or there is none."""
    held: list[Any] = list(days)
    return None if None in held or not held else min(held)

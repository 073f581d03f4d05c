"""Nobody keeps the access of a unit that they have left.

Each membership of a group is judged by what the register of groups says that the group is for, and by where its person
works: the roster's running employments and the latest move. A person who left the group's unit more than `mover_days`
ago and is still a member deviates. A move is one that the HR system reports, or an employment that has ended while
another runs. Who was put into the group after the move was given it anew: whether rightly is for access-approval. One
who works in the unit in any of several employments, or never left it as far as a whole list of moves tells, conforms;
without that list, a member from elsewhere stays undetermined. So does everyone in a group whose unit neither the roster
nor the moves name, and whoever's days since the move ran out only after these were written. People who have left
altogether are judged by accounts-after-employment-end. A recorded reason for keeping access is a waiver.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from checks.ages import local_day
from checks.finding import Outcome, Reason, Severity, Text, conforms, deviates, out_of_scope, undetermined
from checks.identity.account_reasons import DISABLED, GROUP_UNREAD, NOT_A_PERSON
from checks.record_rules.reasons import COMMON
from collector.evidence import EvidenceSet, Population
from collector.records.access import GroupPurpose, Membership, UnitChange
from collector.records.identity import Employment

CONTROL = "accounts-mover-access"
READS = (Membership, GroupPurpose, UnitChange, Employment)


@dataclass(frozen=True, slots=True)
class Parameters:
    """Days that access may be kept after a move, to hand over."""

    mover_days: int = 30


_KEY_FIX = Text(
    "Ange personnyckeln i katalogen, och se till att personen finns i personalförteckningen.",
    "Set the person key in the directory, and see that the person is in the HR roster.",
)
_ROSTER_FIX = Text(
    "Lägg till exporter av anställningar och enhetsbyten ur personalsystemet under registers.",
    "Add exports of employments and unit changes of the HR system under registers.",
)
REASONS = {
    "kept-after-move": Reason(
        Text(
            "Fortfarande medlem i {group}, som hör till {unit}, {days} dagar efter att ha lämnat enheten {left}.",
            "Still a member of {group}, which belongs to {unit}, {days} days after leaving the unit {left}.",
        ),
        Text(
            "Ta bort medlemskapet, eller dokumentera skälet och besluta om en riskacceptans.",
            "Remove the membership, or record the reason and decide on a waiver.",
        ),
    ),
    "no-group-register": Reason(
        Text("Inget register visar vad grupperna är till för.", "No register shows what the groups are for."),
        Text(
            "Lägg till en förteckning över grupper och enheter under registers (group-purpose).",
            "Add a register of groups and units under registers (group-purpose).",
        ),
    ),
    "group-not-registered": Reason(
        Text("Gruppen {group} finns inte i gruppförteckningen.", "The group {group} is not in the register of groups."),
        Text("För in gruppen i förteckningen.", "Enter the group in the register."),
        Severity.LOW,
    ),
    "no-person-key": Reason(
        Text("Kontot bär ingen personnyckel.", "The account carries no person key."), _KEY_FIX, Severity.LOW
    ),
    "no-roster": Reason(
        Text("Inga uppgifter om enheter och enhetsbyten.", "No evidence of units and moves."), _ROSTER_FIX
    ),
    "unit-unknown": Reason(
        Text(
            "Det framgår inte var personen arbetar eller har arbetat.",
            "It is not known where the person works or has worked.",
        ),
        _KEY_FIX,
        Severity.LOW,
    ),
    "moves-unknown": Reason(
        Text(
            "Arbetar inte på {unit}; utan en hel lista över enhetsbyten syns inte om personen har gjort det.",
            "Does not work at {unit}; without a whole list of moves it cannot be seen whether they did.",
        ),
        _ROSTER_FIX,
        Severity.LOW,
    ),
    "unit-not-named": Reason(
        Text(
            "Gruppen {group} hör till {unit}, som varken personalförteckningen eller enhetsbytena nämner.",
            "The group {group} belongs to {unit}, which neither the HR roster nor the list of moves names.",
        ),
        Text(
            "Skriv enheter på samma sätt i gruppförteckningen och personalsystemet.",
            "Write units in the same way in the register of groups and the HR system.",
        ),
    ),
    "export-older": COMMON["export-older"],
    "members-unknown": GROUP_UNREAD,
    "disabled": DISABLED,
    "not-a-person": NOT_A_PERSON,
    "no-unit": Reason(
        Text("Gruppen hör inte till någon enskild enhet.", "The group belongs to no single unit."),
    ),
    "has-left": Reason(
        Text(
            "Personens anställning har upphört; se kontrollen av avslutade anställningar.",
            "The person's employment has ended; see the control on ended employments.",
        ),
    ),
    "given-after-move": Reason(
        Text("Medlemskapet gavs efter förflyttningen.", "The membership was given after the move."),
    ),
}


@dataclass(slots=True)
class _Person:
    """Where one person works and has worked; unit names folded."""

    units: set[str] = field(default_factory=set)
    left: dict[str, date] = field(default_factory=dict)
    """Unit to its first day without the person, the latest."""
    employed: bool = False
    """Whether some employment runs today, or none is on record."""
    unit_hidden: bool = False
    """Whether a running employment has no unit."""

    def leave(self, unit: str, day: date) -> None:
        """The person has left a unit."""
        self.left[unit] = max(day, self.left.get(unit, day))


@dataclass(frozen=True, slots=True)
class _Sight:
    """What the registers of people tell in all."""

    whole: bool
    """Whether every move is there."""
    units: frozenset[str]
    """Every unit that someone works in or has left, folded."""
    written: date
    """When the oldest of them was written."""


def judge(
    memberships: Population[Membership], evidence: EvidenceSet, parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per membership."""
    register, moves, roster = (evidence.reading(kind) for kind in READS[1:])
    purposes: defaultdict[str, list[GroupPurpose]] = defaultdict(list)
    for purpose in evidence.reading(GroupPurpose).records:
        purposes[purpose.group.casefold()].append(purpose)
    people = _people(evidence, as_of.date())
    known = bool(moves.populations or roster.populations)
    whole = moves.complete and (roster.complete or not (roster.populations or roster.gaps))
    written = min((each.provenance.speaks_of for each in (*moves.populations, *roster.populations)), default=as_of)
    sight = _Sight(
        whole,
        frozenset(unit for person in people.values() for unit in (*person.units, *person.left)),
        written.date(),
    )
    for membership in memberships.records:
        found = purposes.get(membership.group.casefold(), [])
        outcome = _out_of_reach(membership, found, registered=bool(register.populations))
        if outcome is None and not known:
            outcome = undetermined(membership, "no-roster")
        yield outcome or _judge_person(
            membership, found, people.get(membership.person_key or ""), parameters, as_of.date(), sight
        )


def _out_of_reach(membership: Membership, purposes: list[GroupPurpose], *, registered: bool) -> Outcome | None:
    """The outcome where neither the person nor the unit matters."""
    if membership.category in {"group", "foreign"}:
        return undetermined(membership, "members-unknown", group=membership.group)
    if membership.enabled is False:
        return out_of_scope(membership, "disabled")
    if not registered:
        return undetermined(membership, "no-group-register")
    if not purposes:
        return undetermined(membership, "group-not-registered", group=membership.group)
    if not any(purpose.unit for purpose in purposes):
        return out_of_scope(membership, "no-unit")
    if membership.category not in {"person", None}:
        return out_of_scope(membership, "not-a-person")
    return undetermined(membership, "no-person-key") if membership.person_key is None else None


def _judge_person(
    membership: Membership,
    purposes: list[GroupPurpose],
    person: _Person | None,
    parameters: Parameters,
    today: date,
    sight: _Sight,
) -> Outcome:
    if person is None:
        return undetermined(membership, "unit-unknown")
    if not person.employed:
        return out_of_scope(membership, "has-left")
    units = {purpose.unit.casefold(): purpose.unit for purpose in purposes if purpose.unit}
    if units.keys() & person.units:
        return conforms(membership)
    if person.unit_hidden:
        return undetermined(membership, "unit-unknown")
    left = max(((person.left[unit], unit) for unit in units if unit in person.left), default=None)
    shown = ", ".join(sorted(units.values()))
    if sight.units.isdisjoint(units):
        return undetermined(membership, "unit-not-named", group=membership.group, unit=shown)
    if left is None:
        return conforms(membership) if sight.whole else undetermined(membership, "moves-unknown", unit=shown)
    day, unit = left
    if (today - day).days <= parameters.mover_days:
        return conforms(membership)
    if membership.added is not None and local_day(membership.added) > day:
        return out_of_scope(membership, "given-after-move")
    if not sight.whole:
        return undetermined(membership, "moves-unknown", unit=units[unit])  # a row not read may lead back
    if (sight.written - day).days <= parameters.mover_days:
        return undetermined(membership, "export-older", written=sight.written)
    return deviates(
        membership, "kept-after-move", group=membership.group, unit=units[unit], left=day, days=(today - day).days
    )


def _people(evidence: EvidenceSet, today: date) -> dict[str, _Person]:
    """Where everyone works today and which units they have left, by employments and by moves."""
    people: defaultdict[str, _Person] = defaultdict(_Person)
    employments: defaultdict[str, list[Employment]] = defaultdict(list)
    for employment in evidence.reading(Employment).records:
        employments[employment.person_key].append(employment)
    for key, held in employments.items():
        _add_employments(people[key], held, today)
    changes = [change for change in evidence.reading(UnitChange).records if change.date <= today]
    for change in sorted(changes, key=lambda each: (each.date, each.row or 0)):
        person = people[change.person_key]
        if change.person_key not in employments:
            person.employed = True
        if change.unit_to:
            person.left.pop(change.unit_to.casefold(), None)
        if change.unit_from:
            person.leave(change.unit_from.casefold(), change.date)
    last = {change.person_key: change for change in sorted(changes, key=lambda each: (each.date, each.row or 0))}
    for key, change in last.items():
        _apply_last_move(people[key], change, in_roster=key in employments)
    return dict(people)


def _apply_last_move(person: _Person, change: UnitChange, *, in_roster: bool) -> None:
    """The roster says where a person works; where it does not name them or their unit, their last move does."""
    if not in_roster or person.unit_hidden or not person.units:
        person.unit_hidden = change.unit_to is None
        person.units |= {change.unit_to.casefold()} if change.unit_to else set()


def _add_employments(person: _Person, held: list[Employment], today: date) -> None:
    for employment in held:
        unit = None if employment.unit is None else employment.unit.casefold()
        if employment.end is not None and employment.end < today:
            if unit:
                person.leave(unit, employment.end + timedelta(days=1))
        elif employment.start is None or employment.start <= today:
            person.employed = True
            person.unit_hidden |= unit is None
            person.units |= {unit} if unit else set()

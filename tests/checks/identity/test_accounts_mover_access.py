from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from checks.finding import Status
from collector.evidence import Gap, Population
from collector.records.access import GroupPurpose, Membership, UnitChange
from collector.records.identity import Employment
from collector.records.record import Record
from tests.checks.made import AS_OF, finding, gap, reasons, seen

CHECK = "accounts-mover-access"
TODAY = AS_OF.date()
MOVED = TODAY - timedelta(days=60)

GROUPS = (
    GroupPurpose(group="GG-Skola", unit="Skola"),
    GroupPurpose(group="GG-Delad", unit="Skola"),
    GroupPurpose(group="GG-Delad", unit="Kultur"),
    GroupPurpose(group="GG-Intranät"),
    GroupPurpose(group="GG-Annan", unit="Skolförvaltningen"),
)
ROSTER = (
    Employment(person_key="mover", unit="Kultur"),
    Employment(person_key="late", unit="Kultur"),
    Employment(person_key="back", unit="Skola"),
    Employment(person_key="stayed", unit="skola"),
    Employment(person_key="elsewhere", unit="Kultur"),
    Employment(person_key="two-posts", unit="Kultur"),
    Employment(person_key="two-posts", unit="Skola"),
    Employment(person_key="new-post", unit="Skola", end=MOVED),
    Employment(person_key="new-post", unit="Kultur", start=MOVED),
    Employment(person_key="left", unit="Skola", end=MOVED),
    Employment(person_key="no-unit"),
)
MOVES = (
    UnitChange(person_key="mover", date=MOVED, unit_from="Skola", unit_to="Kultur"),
    UnitChange(person_key="late", date=TODAY - timedelta(days=30), unit_from="Skola", unit_to="Kultur"),
    UnitChange(person_key="back", date=TODAY - timedelta(days=400), unit_from="Skola", unit_to="Kultur"),
    UnitChange(person_key="back", date=MOVED, unit_from="Kultur", unit_to="Skola"),
    UnitChange(person_key="only-moves", date=MOVED, unit_from="Skola", unit_to="Kultur"),
    UnitChange(person_key="stayed", date=TODAY + timedelta(days=5), unit_from="Skola", unit_to="Kultur"),
)


def member(key: str | None, group: str = "GG-Skola", **facts: object) -> Membership:
    values = {"account": "a", "group": group, "enabled": True, "category": "person", "person_key": key} | facts
    return Membership(**values)  # type: ignore[arg-type]


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


CASES = {
    "in a group of a unit that nobody writes so": (member("mover", "GG-Annan"), "?unit-not-named"),
    "given after midnight here, the day after the move": (
        member("mover", added=datetime(MOVED.year, MOVED.month, MOVED.day, 22, 30, tzinfo=UTC)),
        None,
    ),
    "moved and still a member": (member("mover"), "!kept-after-move"),
    "moved by two employments": (member("new-post"), "!kept-after-move"),
    "only the list of moves knows them": (member("only-moves"), "!kept-after-move"),
    "through another group": (member("mover", through=("GG-Lärare",)), "!kept-after-move"),
    "given before the move": (member("mover", added=at(MOVED)), "!kept-after-move"),
    "given after the move": (member("mover", added=at(MOVED + timedelta(days=1))), None),
    "moved thirty days ago": (member("late"), None),
    "moved back": (member("back"), None),
    "never moved": (member("stayed"), None),
    "has one of two posts there": (member("two-posts"), None),
    "never worked there": (member("elsewhere"), None),
    "the group is the new unit's too": (member("mover", "GG-Delad"), None),
    "the group is no unit's": (member("mover", "GG-Intranät"), None),
    "left altogether": (member("left"), None),
    "disabled": (member("mover", enabled=False), None),
    "service account": (member(None, category="service"), None),
    "group of unknown use": (member("mover", "GG-Okänd"), "?group-not-registered"),
    "no key": (member(None), "?no-person-key"),
    "a stranger": (member("stranger"), "?unit-unknown"),
    "unit not told": (member("no-unit"), "?unit-unknown"),
    "a group that could not be read": (member(None, category="group"), "?members-unknown"),
}


def evidence(
    *members: Membership, missing: str = "", **parts: Population[Record] | Gap | None
) -> list[Population[Record] | Gap]:
    held: dict[str, Population[Record] | Gap | None] = {
        "members": seen(Membership, *members, source="ad"),
        "groups": seen(GroupPurpose, *GROUPS, source="groups"),
        "moves": seen(UnitChange, *MOVES, source="moves"),
        "roster": seen(Employment, *ROSTER, source="hr"),
        **parts,
    }
    return [part for part in held.values() if part is not None]


@pytest.mark.parametrize("name", CASES)
def test_one_membership(name: str) -> None:
    made, expected = CASES[name]
    found = finding(CHECK, *evidence(made))
    assert reasons(found).get(made.subject) == expected
    assert found.population.count == 1


def test_the_exception_says_what_was_kept_and_since_when() -> None:
    (exception,) = finding(CHECK, *evidence(member("mover"))).exceptions
    assert exception.subject == "a: GG-Skola"
    assert exception.facts == {"group": "GG-Skola", "unit": "Skola", "left": MOVED.isoformat(), "days": 60}


@pytest.mark.parametrize(("days", "expected"), [(59, "!kept-after-move"), (60, None)])
def test_the_limit_is_the_organisations(days: int, expected: str | None) -> None:
    found = finding(CHECK, *evidence(member("mover")), parameters={"mover_days": days})
    assert reasons(found).get("a: GG-Skola") == expected


def test_without_registers_nothing_is_said_of_anyone() -> None:
    assert reasons(finding(CHECK, *evidence(member("mover"), groups=None))) == {"a: GG-Skola": "?no-group-register"}
    assert reasons(finding(CHECK, *evidence(member("mover"), moves=None, roster=None))) == {"a: GG-Skola": "?no-roster"}


@pytest.mark.parametrize("key", ["mover", "elsewhere"])
def test_a_list_of_moves_with_an_unreadable_row_neither_convicts_nor_acquits(key: str) -> None:
    moves = seen(UnitChange, *MOVES, source="moves", missing=[gap(UnitChange, source="moves", subject="row 9")])
    found = finding(CHECK, *evidence(member(key), moves=moves))
    assert (reasons(found), found.status) == ({"a: GG-Skola": "?moves-unknown"}, Status.NOT_DETERMINED)


def test_the_roster_alone_acquits_only_those_who_work_in_the_unit() -> None:
    members = (member("stayed", account="a"), member("elsewhere", account="b"))
    assert reasons(finding(CHECK, *evidence(*members, moves=None))) == {"b: GG-Skola": "?moves-unknown"}


@pytest.mark.parametrize(("days", "expected"), [(30, "?export-older"), (29, "!kept-after-move")])
def test_days_that_ran_out_since_the_registers_were_written(days: int, expected: str) -> None:
    written = AS_OF - timedelta(days=days)
    found = finding(
        CHECK,
        seen(Membership, member("mover"), source="ad"),
        seen(GroupPurpose, *GROUPS, source="groups"),
        seen(UnitChange, *MOVES, source="moves", started=written),
        seen(Employment, *ROSTER, source="hr"),
    )
    assert reasons(found) == {"a: GG-Skola": expected}

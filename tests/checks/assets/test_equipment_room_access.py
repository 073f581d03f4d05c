from __future__ import annotations

from datetime import date
from typing import Any

from collector.evidence import Population
from collector.records.assets import Equipment, RoomAccess, RoomInspection
from collector.records.identity import Employment
from tests.checks.made import gap, seen
from tests.checks.registers import TODAY, said, without

CHECK = "equipment-room-access"
HR = seen(Employment, Employment(person_key="1"), Employment(person_key="2", end=date(2026, 1, 1)), source="hr")
NOTHING = seen(Equipment, source="assets")
VISITED = seen(RoomInspection, RoomInspection(room="a", date=date(2025, 11, 21), result="passed"), source="log")


def may_enter(person: str = "1", **fields: Any) -> Population[RoomAccess]:
    good: dict[str, Any] = {"approved_by": "chef", "approved": date(2025, 1, 1)}
    return seen(RoomAccess, RoomAccess(room="A", person_key=person, **(good | fields)))


def test_one_persons_access() -> None:
    assert said(CHECK, may_enter(), HR, VISITED, NOTHING) == {}
    assert said(CHECK, may_enter("2"), HR, VISITED, NOTHING) == {"A: 2": "!left"}
    assert said(CHECK, may_enter("3"), HR, VISITED, NOTHING) == {"A: 3": "?person-unknown"}
    assert said(CHECK, may_enter(approved_by=None), HR, VISITED, NOTHING) == {"A: 1": "!not-approved"}
    assert said(CHECK, may_enter("2", valid_until=date(2026, 1, 1)), HR, VISITED, NOTHING) == {}


def test_a_room_is_visited_every_year() -> None:
    old = seen(RoomInspection, RoomInspection(room="A", date=date(2025, 11, 20), result="passed"), source="log")
    failed = seen(RoomInspection, RoomInspection(room="A", date=TODAY, result="failed"), source="log")
    assert said(CHECK, may_enter(), HR, old, NOTHING) == {"A": "!too-old"}
    assert said(CHECK, may_enter(), HR, failed, NOTHING) == {"A": "!failed"}
    assert said(CHECK, may_enter(), HR, seen(RoomInspection, source="log"), NOTHING) == {"A": "!never-visited"}


def test_central_equipment_stands_in_a_listed_room() -> None:
    things = [Equipment(name=name, central=True, room=room) for name, room in (("x", "a"), ("y", "skåp"), ("z", None))]
    found = said(CHECK, may_enter(), HR, VISITED, seen(Equipment, *things, source="assets"))
    assert found == {"y": "!outside", "z": "!no-room"}


def test_thin_evidence() -> None:
    assert said(CHECK, may_enter()) == {"A": "?no-register", "A: 1": "?no-register", "test": "?no-register"}


def test_a_room_may_stand_in_a_register_that_was_not_read() -> None:
    things = seen(Equipment, Equipment(name="y", central=True, room="skåp"), source="assets")
    lost = gap(RoomInspection, source="log")
    assert said(CHECK, may_enter(), HR, lost, things) == {"A": "?no-register", "y": "?no-register"}
    rows = may_enter().records
    short = seen(RoomAccess, *rows, missing=[gap(RoomAccess, subject="row 3")])
    assert said(CHECK, short, HR, VISITED, things)["y"] == "?register-incomplete"


def test_equipment_of_which_nobody_says_whether_it_is_central() -> None:
    things = seen(Equipment, Equipment(name="y", room="skåp"), source="assets")
    assert said(CHECK, may_enter(), HR, VISITED, without(things, "central")) == {"test": "?no-column"}
    assert said(CHECK, may_enter(), HR, VISITED, things) == {"y": "?central-unknown"}


def test_a_roster_that_cannot_say_who_has_left() -> None:
    silent = without(seen(Employment, Employment(person_key="1"), source="hr"), "end", "status")
    assert said(CHECK, may_enter(), silent, VISITED, NOTHING) == {"A: 1": "?no-column"}
    left = seen(Employment, Employment(person_key="1", status="Slutat"), source="hr")
    assert said(CHECK, may_enter(), left, VISITED, NOTHING) == {"A: 1": "!left"}

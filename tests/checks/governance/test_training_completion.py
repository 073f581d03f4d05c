from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from collector.evidence import Population
from collector.records.governance import Training
from collector.records.identity import Employment
from tests.checks.made import gap, seen
from tests.checks.registers import partly, said, without

CHECK = "training-completion"
STAFF = seen(
    Employment, *(Employment(person_key=str(each), group="employee", unit="Skola") for each in range(4)), source="hr"
)
ELECTED = seen(Employment, Employment(person_key="e1", group="elected"), source="hr")
ONLY_STAFF = {"populations": ["staff"]}


def courses(*people: str, day: date | None = date(2026, 1, 1), **fields: Any) -> Population[Training]:
    rows = [Training(person_key=each, course="Grund", completed=day, **fields) for each in people]
    return seen(Training, *rows, source="courses")


def test_seventy_five_of_a_hundred() -> None:
    assert said(CHECK, STAFF, courses("0", "1", "2"), parameters=ONLY_STAFF) == {}
    assert said(CHECK, STAFF, courses("0", "1"), parameters=ONLY_STAFF) == {"staff": "!too-few", "Skola": "!too-few"}


def test_a_good_whole_does_not_hide_a_poor_unit() -> None:
    rows = [Employment(person_key=str(each), unit="Skola" if each else "Vård") for each in range(10)]
    found = said(CHECK, seen(Employment, *rows), courses(*map(str, range(1, 10))), parameters=ONLY_STAFF)
    assert found == {"Vård": "!too-few"}


def test_the_elected_are_counted_apart_and_never_forgotten() -> None:
    everyone = courses("0", "1", "2", "3")
    assert said(CHECK, STAFF, everyone) == {"elected": "?population-unread"}
    assert said(CHECK, ELECTED, everyone, parameters={"populations": ["elected"]}) == {"elected": "!too-few"}
    pupils = said(CHECK, STAFF, everyone, parameters={"populations": ["staff", "pupils"]})
    assert pupils == {"pupils": "?population-unread"}


@pytest.mark.parametrize(
    "untrained",
    [
        courses("0", "1", "2", day=None),
        courses("0", "1", "2", day=date(2024, 11, 20)),
        courses("0", "1", "2", day=date(2026, 11, 22)),
        courses("0", "1", "2", role="chef"),
        courses("0", "1", "2", mandatory=False),
        courses("0", "1", "2", status="not-completed"),
        courses("9", "8", "7"),
    ],
)
def test_what_is_no_completion(untrained: Population[Training]) -> None:
    assert said(CHECK, STAFF, untrained, parameters=ONLY_STAFF)["staff"] == "!too-few"


def test_thin_evidence() -> None:
    assert said(CHECK, STAFF, parameters=ONLY_STAFF) == {"staff": "?no-register", "Skola": "?no-register"}
    assert said(CHECK, STAFF, partly(Training), parameters=ONLY_STAFF)["staff"] == "?register-incomplete"
    gone = seen(Employment, Employment(person_key="0", group="employee", end=date(2026, 1, 1)))
    assert said(CHECK, gone, courses("0"), parameters=ONLY_STAFF) == {"staff": "?population-unread"}


def test_a_roster_in_part_and_courses_of_an_unknown_kind() -> None:
    some = seen(Employment, *STAFF.records, source="hr", missing=[gap(Employment, source="hr", subject="row 9")])
    assert said(CHECK, some, courses("0", "1"), parameters=ONLY_STAFF) == {
        "staff": "?register-incomplete",
        "Skola": "?register-incomplete",
    }
    excel = without(courses("0", "1", "2"), "mandatory", "role")
    assert said(CHECK, STAFF, excel, parameters=ONLY_STAFF) == {"staff": "?no-column", "Skola": "?no-column"}


def test_a_fire_drill_is_no_security_training() -> None:
    names = ("Grund", "Brandskydd")
    rows = [Training(person_key=str(each), course=names[each % 2], completed=date(2026, 1, 1)) for each in range(4)]
    both = seen(Training, *rows, source="courses")
    open_ = {"staff": "?which-course", "Skola": "?which-course"}
    assert said(CHECK, STAFF, both, parameters=ONLY_STAFF) == open_
    assert said(CHECK, STAFF, both, parameters=ONLY_STAFF | {"courses": ["grund"]})["staff"] == "!too-few"
    assert said(CHECK, STAFF, both, parameters=ONLY_STAFF | {"courses": ["Grund", "Brandskydd"]}) == {}
    assert said(CHECK, STAFF, both, parameters=ONLY_STAFF | {"courses": ["Nano"]})["staff"] == "?no-such-course"


def test_a_course_for_a_role_beside_the_one_for_all_leaves_nothing_open() -> None:
    rows = [
        *(Training(person_key=str(each), course="Grund", completed=date(2026, 1, 1)) for each in range(4)),
        Training(person_key="1", course="Klassning", role="systemägare", completed=date(2026, 1, 1)),
    ]
    assert said(CHECK, STAFF, seen(Training, *rows, source="courses"), parameters=ONLY_STAFF) == {}

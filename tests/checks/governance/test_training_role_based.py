from __future__ import annotations

from datetime import date

from checks.finding import Status
from collector.evidence import Population
from collector.records.governance import RoleAppointment, Training
from tests.checks.made import finding, seen
from tests.checks.registers import said, without

CHECK = "training-role-based"
HELD = seen(RoleAppointment, RoleAppointment(role="Klassningsledare", person_key="1"))


def course(day: date | None = date(2026, 1, 1), role: str = "klassningsledare") -> Population[Training]:
    return seen(Training, Training(person_key="1", course="Klassa", completed=day, role=role), source="courses")


def test_the_holder_has_the_roles_own_course() -> None:
    assert said(CHECK, HELD, course()) == {}
    assert said(CHECK, HELD, course(role="chef")) == {"Klassningsledare": "!untrained"}
    assert said(CHECK, HELD, course(None)) == {"Klassningsledare": "!untrained"}


def test_thin_evidence_and_who_is_left_out() -> None:
    assert said(CHECK, HELD) == {"Klassningsledare": "?no-register"}
    assert said(CHECK, HELD, without(course(None), "role")) == {"Klassningsledare": "?no-column"}
    assert finding(CHECK, HELD, course(), parameters={"roles": ["chef"]}).status is Status.NOT_APPLICABLE
    vacant = seen(RoleAppointment, RoleAppointment(role="Chef"))
    assert finding(CHECK, vacant, course()).status is Status.NOT_APPLICABLE
    assert said(CHECK, without(vacant, "person_key"), course()) == {"Chef": "?no-column"}

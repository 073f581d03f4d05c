"""Everyone in a security role has the training of that role.

The holders come from the register of roles, the courses from the training export or a dated list of attendees: a course
whose `role` is the holder's. `roles` limits it to some roles; without it every appointed role counts. Vacant roles are
left out: `roles-appointed` tells of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from checks.finding import Outcome, Verdict, conforms, deviates, out_of_scope
from checks.record_rules.joins import key_of, lacks_column, latest, unread
from checks.record_rules.reasons import COMMON, because
from checks.record_rules.rows import (
    decide,
    filled,
)
from collector.evidence import EvidenceSet, Population, Reading
from collector.records.governance import RoleAppointment, Training

CONTROL = "training-role-based"
READS = (RoleAppointment, Training)


@dataclass(frozen=True, slots=True)
class Parameters:
    """Roles that need training of their own; empty: every appointed role."""

    roles: tuple[str, ...] = ()


REASONS = COMMON | {
    "untrained": because(
        "Den som har rollen har inte gått rollens utbildning.",
        "The holder has not had the role's training.",
        "Utbilda den som har rollen och för in dagen.",
        "Train the holder, and enter the day.",
    ),
    "undated": because("Utbildningen saknar dag.", "The training has no day.", "För in dagen.", "Enter the day."),
    "vacant": because("Rollen är vakant.", "The role is vacant."),
    "not-listed": because("Rollen ska inte ha egen utbildning.", "The role needs no training of its own."),
    "ended": because("Uppdraget har gått ut.", "The appointment has ended."),
}


def judge(
    appointments: Population[RoleAppointment], evidence: EvidenceSet, parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per appointment."""
    courses = evidence.reading(Training)
    attended: defaultdict[tuple[str, str], list[date | None]] = defaultdict(list)
    for row in courses.records:
        if row.role and row.status != "not-completed":
            attended[key_of(row.person_key), key_of(row.role)].append(row.completed)
    listed = {key_of(role) for role in parameters.roles}
    for appointment in appointments.records:
        role = key_of(appointment.role)
        if listed and role not in listed:
            yield out_of_scope(appointment, "not-listed")
        elif not appointment.person_key:
            missing = filled(appointment, appointments, ("person_key",))
            unknown = missing is not None and missing.verdict is Verdict.UNDETERMINED
            yield missing if unknown and missing else out_of_scope(appointment, "vacant")
        elif appointment.end is not None and appointment.end < as_of.date():
            yield out_of_scope(appointment, "ended")
        else:
            yield _judge(appointment, attended.get((key_of(appointment.person_key), role), []), courses, as_of)


def _judge(
    appointment: RoleAppointment, days: Sequence[date | None], courses: Reading[Training], as_of: datetime
) -> Outcome:
    if latest(days, as_of) is not None:
        return conforms(appointment)
    if not courses.populations:
        return decide(appointment, unread(appointment, courses))
    column = lacks_column(appointment, courses, "role", "completed")
    return column or unread(appointment, courses) or deviates(appointment, "untrained")

"""Every security role is appointed, and its holder works here and stands apart from what the role watches over.

`roles` lists the roles that there must be; `lokalt ombud: *` asks for one in each unit of the HR roster. A role
deviates when nobody is appointed, when the appointment has ended, when the roster says that the holder has left, and
when the register says that the holder works in the operations that the role is to watch over. A funded post without a
holder is told apart. While no list is set, only the rows of the register are judged and the whole is not determined.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from checks.finding import Outcome, Severity, deviates, out_of_scope, undetermined
from checks.record_rules.joins import grouped, has_one, key_of, lacks_column, unread
from checks.record_rules.reasons import COMMON, because
from checks.record_rules.roster import Roster
from checks.record_rules.rows import (
    ahead,
    decide,
    filled,
    told,
)
from collector.evidence import EvidenceSet, Population
from collector.records.governance import RoleAppointment
from collector.records.identity import Employment

CONTROL = "roles-appointed"
READS = (RoleAppointment, Employment)
EVERY_RECORD = False


@dataclass(frozen=True, slots=True)
class Parameters:
    """Roles that there must be."""

    roles: tuple[str, ...] = ()


_APPOINT = ("Utse någon och för in det i registret.", "Appoint someone, and enter it in the register.")
REASONS = COMMON | {
    "no-list": because(
        "Kommunen har inte angett vilka roller som ska finnas.",
        "The municipality has not said which roles there must be.",
        "Ange dem under controls: roles-appointed: parameters: roles.",
        "Name them under controls: roles-appointed: parameters: roles.",
    ),
    "no-units": because(
        "Personalförteckningen visar inga enheter, så vilka som ska ha rollen är inte känt.",
        "The HR roster shows no units, so which of them must have the role is not known.",
        "Ta med enheten i exporten ur personalsystemet.",
        "Export the unit from the HR system too.",
    ),
    "not-appointed": because("Ingen är utsedd.", "Nobody is appointed.", *_APPOINT),
    "vacant": because("Rollen är vakant.", "The role is vacant.", *_APPOINT),
    "funded-vacant": because(
        "Tjänsten är finansierad men inte tillsatt.", "The post is funded but not filled.", *_APPOINT
    ),
    "ended": because("Uppdraget gick ut {last}.", "The appointment ended {last}.", *_APPOINT),
    "succeeded": because("Uppdraget har gått vidare till någon annan.", "Someone else has been appointed since."),
    "holder-left": because("Den som har rollen har slutat.", "The holder has left.", *_APPOINT, severity=Severity.HIGH),
    "holder-unknown": because(
        "Den som har rollen finns inte i personalförteckningen.",
        "The holder is not in the HR roster.",
        "Ange personalförteckningens nyckel i rollregistret.",
        "Give the HR roster's key in the register of roles.",
    ),
    "in-operations": because(
        "Rollen är placerad i den drift som den ska granska ({unit}).",
        "The role is placed in the operations that it is to watch over ({unit}).",
        "Flytta rollen ur driftorganisationen.",
        "Move the role out of operations.",
    ),
}


def judge(
    appointments: Population[RoleAppointment], evidence: EvidenceSet, parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per appointment, and one per required role that nobody holds."""
    roster = Roster(evidence.reading(Employment), as_of)
    register = evidence.reading(RoleAppointment)
    if not parameters.roles:
        yield undetermined(appointments.source, "no-list")
    there = grouped(register, lambda each: each.role)
    for appointment in appointments.records:
        others = there.get(key_of(appointment.role), ())
        yield _judge(appointment, appointments, others, roster, as_of)
    for role in parameters.roles:
        name, _, where = (part.strip() for part in role.partition(":"))
        rows = there.get(key_of(name), [])
        if where != "*":
            yield decide(name, has_one(name, rows, register, "not-appointed"))
            continue
        no_units = None if roster.units else undetermined(name, "no-units")
        yield decide(name, unread(name, roster.reading), no_units, lacks_column(name, register, "unit"))
        units = {key_of(row.unit) for row in rows if row.unit}
        for unit in roster.units:
            yield decide(
                f"{name}: {unit}",
                has_one(f"{name}: {unit}", units & {key_of(unit)}, register, "not-appointed", columns=("unit",)),
            )


def _judge(
    row: RoleAppointment,
    appointments: Population[RoleAppointment],
    others: Sequence[RoleAppointment],
    roster: Roster,
    as_of: datetime,
) -> Outcome:
    today = as_of.date()
    if row.end is not None and row.end < today:
        if any(_succeeds(each, row, today) for each in others):
            return told(row, appointments, "unit") or out_of_scope(row, "succeeded")
        return told(row, appointments, "person_key") or deviates(row, "ended", last=row.end)
    if not row.person_key:
        blank = "funded-vacant" if row.funded else "vacant"
        return decide(row, filled(row, appointments, ("person_key",), blank))
    left = None
    employed = roster.employed(row.person_key)
    if employed is None:
        left = unread(row, roster.reading) or roster.untold(row, row.person_key)
        left = left or undetermined(row, "holder-unknown")
    elif not employed:
        left = told(row, appointments, "end") or deviates(row, "holder-left")
    inside = deviates(row, "in-operations", unit=row.placed_in or row.unit or "–") if row.in_operations else None
    hidden = told(row, appointments, "end", "in_operations")
    return decide(row, left, inside, ahead(row, row.start, as_of), unread(row, roster.reading), hidden)


def _succeeds(row: RoleAppointment, ended: RoleAppointment, today: date) -> bool:
    """Whether a row is of someone who holds the ended appointment's role, in the same unit, today."""
    runs = (row.start is None or row.start <= today) and (row.end is None or row.end >= today)
    return runs and bool(row.person_key) and key_of(row.unit or "") == key_of(ended.unit or "")

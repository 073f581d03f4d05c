"""Every system has an owner and managers, and they still work here.

A system deviates when its owner is empty (unless `owner_required` is off) and when it has no system manager. Each is
followed to a person: a key of the HR roster, or a role of the register of roles with its holder. One who has left
deviates. A unit of the roster may stand as the owner. What can be followed to neither is not determined.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from checks.finding import Outcome, Severity, deviates, undetermined
from checks.record_rules.joins import grouped, key_of, lacks_column, unread
from checks.record_rules.reasons import COMMON, because
from checks.record_rules.roster import Roster
from checks.record_rules.rows import (
    decide,
    filled,
)
from collector.evidence import EvidenceSet, Population, Reading
from collector.records.backup import ProtectedSystem
from collector.records.governance import RoleAppointment
from collector.records.identity import Employment

CONTROL = "system-owner-assigned"
READS = (ProtectedSystem, Employment, RoleAppointment)


@dataclass(frozen=True, slots=True)
class Parameters:
    """Whether a system must have an owner."""

    owner_required: bool = True


_ASSIGN = ("Utse någon och för in det i systemregistret.", "Assign someone, and enter it in the system register.")
REASONS = COMMON | {
    "no-owner": because("Systemet saknar ägare.", "The system has no owner.", *_ASSIGN),
    "no-manager": because("Systemet saknar förvaltare.", "The system has no manager.", *_ASSIGN),
    "left": because("{who} har slutat.", "{who} has left.", *_ASSIGN),
    "vacant": because("Rollen {who} är vakant.", "The role {who} is vacant.", *_ASSIGN),
    "not-followed": because(
        "{who} finns varken i personalförteckningen eller i rollregistret.",
        "{who} is in neither the HR roster nor the register of roles.",
        "Ange en nyckel, en enhet eller en roll som finns i registren.",
        "Give a key, a unit or a role of the registers.",
        Severity.LOW,
    ),
}


def judge(
    systems: Population[ProtectedSystem], evidence: EvidenceSet, parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per system."""
    roster = Roster(evidence.reading(Employment), as_of)
    register = evidence.reading(RoleAppointment)
    roles = grouped(register, lambda each: each.role)
    for system in systems.records:
        owner = filled(system, systems, ("owner",), "no-owner") if parameters.owner_required else None
        manager = None
        if not system.system_manager and not system.technical_manager:
            manager = filled(system, systems, ("system_manager",), "no-manager")
        named = [each for each in (system.owner, system.system_manager, system.technical_manager) if each]
        yield decide(system, owner, manager, *(_person(system, each, roster, roles, register, as_of) for each in named))


def _person(
    system: ProtectedSystem,
    who: str,
    roster: Roster,
    roles: Mapping[str, Sequence[RoleAppointment]],
    register: Reading[RoleAppointment],
    as_of: datetime,
) -> Outcome | None:
    employed = roster.employed(who)
    if employed is not None:
        return None if employed else unread(system, roster.reading) or deviates(system, "left", who=who)
    if roster.has_unit(who):
        return None
    holders = [row for row in roles.get(key_of(who), ()) if row.end is None or row.end >= as_of.date()]
    if not holders:
        if key_of(who) in roles:
            return unread(system, register) or deviates(system, "vacant", who=who)
        told = roster.untold(system, who)
        return unread(system, roster.reading) or told or undetermined(system, "not-followed", who=who)
    states = {roster.employed(row.person_key) for row in holders if row.person_key}
    if not states:
        return lacks_column(system, register, "person_key") or deviates(system, "vacant", who=who)
    if True in states:
        return None
    partly = unread(system, roster.reading)
    return partly or (
        undetermined(system, "not-followed", who=who) if None in states else deviates(system, "left", who=who)
    )

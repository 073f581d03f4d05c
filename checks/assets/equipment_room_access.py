"""Only those approved who still work here can enter rooms of central equipment, and the rooms are looked at.

A person's access deviates when nobody approved it, and urgently when the HR roster says that the person has left;
access that has run out is left out. A room deviates when its last visit or alarm test is older than `review_months` or
failed. Central equipment deviates without a room, and in a room that is in neither register.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from checks.finding import Outcome, Severity, deviates, out_of_scope, undetermined
from checks.record_rules.joins import grouped, has_one, key_of, lacks_column, latest, recent, unread
from checks.record_rules.reasons import COMMON, because
from checks.record_rules.roster import Roster
from checks.record_rules.rows import (
    dated,
    decide,
    filled,
)
from collector.evidence import EvidenceSet, Population, Reading
from collector.records.assets import Equipment, RoomAccess, RoomInspection
from collector.records.identity import Employment

CONTROL = "equipment-room-access"
READS = (RoomAccess, Employment, RoomInspection, Equipment)


@dataclass(frozen=True, slots=True)
class Parameters:
    """How often a room is visited and its alarm tested."""

    review_months: int = 12


_REMOVE = ("Ta bort tillträdet.", "Remove the access.")
_VISIT = ("Besök rummet, prova larmet och för in dagen i loggen.", "Visit the room, test the alarm, and enter the day.")
REASONS = COMMON | {
    "not-approved": because("Tillträdet är inte godkänt av någon.", "Nobody approved the access.", *_REMOVE),
    "left": because("Har slutat men har tillträde.", "Has left but has access.", *_REMOVE, severity=Severity.HIGH),
    "person-unknown": because(
        "Personen finns inte i personalförteckningen.",
        "The person is not in the HR roster.",
        "Ange personalförteckningens nyckel, eller för in externa i registret.",
        "Give the HR roster's key, or enter outsiders in the roster.",
    ),
    "never-visited": because(
        "Varken besök eller larmprov finns i loggen.", "The log has no visit or alarm test.", *_VISIT
    ),
    "too-old": because("Senaste besök eller larmprov {last}.", "Last visit or alarm test {last}.", *_VISIT),
    "failed": because(
        "Besöket eller larmprovet {last} underkändes.", "The visit or alarm test of {last} failed.", *_VISIT
    ),
    "no-room": because(
        "Central utrustning utan rum i registret.",
        "Central equipment without a room in the register.",
        "Ange rummet.",
        "Give the room.",
    ),
    "central-unknown": because(
        "Registret säger inte om utrustningen är central.",
        "The register does not say whether the equipment is central.",
        "Fyll i uppgiften i registret.",
        "Fill it in in the register.",
        Severity.LOW,
    ),
    "outside": because(
        "Central utrustning i {room}, som inte är ett skyddat rum i registren.",
        "Central equipment in {room}, which is no protected room in the registers.",
        "Flytta utrustningen, eller skydda och förteckna rummet.",
        "Move the equipment, or protect and list the room.",
    ),
    "expired": because("Tillträdet har gått ut.", "The access has run out."),
}


def judge(
    access: Population[RoomAccess], evidence: EvidenceSet, parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per person and room, one per room, and one per piece of central equipment out of place."""
    roster = Roster(evidence.reading(Employment), as_of)
    log = evidence.reading(RoomInspection)
    equipment = evidence.reading(Equipment)
    visits = grouped(log, lambda each: each.room)
    rooms: dict[str, str] = {}
    for row in access.records:
        rooms[key_of(row.room)] = min(rooms.get(key_of(row.room), row.room), row.room)
        yield _access(row, access, roster, as_of)
    for key in sorted(rooms):
        yield decide(rooms[key], _room(rooms[key], visits.get(key, []), log, parameters, as_of))
    yield from filter(None, [unread(access.source, equipment) or lacks_column(access.source, equipment, "central")])
    register = evidence.reading(RoomAccess)
    listed = {key_of(row.room) for row in register.records} | visits.keys()
    for item in equipment.records:
        if item.central is None and (not item.room or key_of(item.room) not in listed):
            if lacks_column(item, equipment, "central") is None:
                yield undetermined(item, "central-unknown")
            continue
        if item.central and not item.room:
            yield lacks_column(item, equipment, "room") or deviates(item, "no-room")
        elif item.central and item.room and key_of(item.room) not in listed:
            yield unread(item, register) or unread(item, log) or deviates(item, "outside", room=item.room)


def _access(row: RoomAccess, access: Population[RoomAccess], roster: Roster, as_of: datetime) -> Outcome:
    if row.valid_until is not None and row.valid_until < as_of.date():
        return out_of_scope(row, "expired")
    employed = roster.employed(row.person_key)
    left = None
    if employed is False:
        left = deviates(row, "left")
    elif employed is None:
        left = unread(row, roster.reading) or roster.untold(row, row.person_key)
        left = left or undetermined(row, "person-unknown")
    return decide(
        row,
        left,
        filled(row, access, ("approved_by",), "not-approved"),
        dated(row, access, "approved", as_of, "not-approved"),
        unread(row, roster.reading),
    )


def _room(
    room: str, visits: Sequence[RoomInspection], log: Reading[RoomInspection], parameters: Parameters, as_of: datetime
) -> Outcome | None:
    last = latest((each.date for each in visits), as_of)
    if last is None:
        return has_one(room, (), log, "never-visited")
    old = recent(room, last, parameters.review_months, log, as_of)
    if old is not None:
        return old
    results = {each.result for each in visits if each.date == last}
    if "failed" in results:
        return unread(room, log) or deviates(room, "failed", last=last)
    if "passed" in results:
        return None
    return lacks_column(room, log, "result") or deviates(room, "incomplete", columns=("result",))

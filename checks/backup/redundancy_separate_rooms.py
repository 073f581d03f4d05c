"""The parts of every redundant pair stand in different rooms, and hold the same.

The parts come from the asset register of central equipment. A part deviates when nothing stands in for it, when it or
its pair has no registered room, when all parts of its pair stand in one room, or when it does not replicate. Rooms of
the same name at two different sites are two rooms. A part of which nobody wrote down whether it replicates is
undetermined.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from checks.finding import Outcome, Reason, Severity, Text, conforms, deviates, out_of_scope, undetermined
from checks.record_rules.reasons import COMMON
from checks.record_rules.rows import told
from collector.evidence import EvidenceSet, Population
from collector.records.assets import Equipment

CONTROL = "redundancy-separate-rooms"
READS = (Equipment,)


@dataclass(frozen=True, slots=True)
class Parameters:
    """None."""


REASONS = {
    "no-pair": Reason(Text("Ingår inte i något redundant par.", "Is no part of a redundant pair.")),
    "alone": Reason(
        Text("{pair} har ingen annan del i registret.", "{pair} has no other part in the register."),
        Text("För in den andra delen, eller ta bort paret.", "Enter the other part, or remove the pair."),
    ),
    "no-location": Reason(
        Text("{pair}: placering saknas för {assets}.", "{pair}: no location is registered for {assets}."),
        Text("För in utrymmet i registret.", "Enter the room in the register."),
    ),
    "same-room": Reason(
        Text("Alla delar av {pair} står i {room}.", "All parts of {pair} stand in {room}."),
        Text("Flytta en del till ett annat utrymme.", "Move a part to another room."),
        Severity.HIGH,
    ),
    "not-replicating": Reason(
        Text("Replikeringen i {pair} är bruten.", "Replication in {pair} is broken."),
        Text("Återställ replikeringen.", "Mend the replication."),
        Severity.HIGH,
    ),
    "replication-unknown": Reason(
        Text("Det framgår inte om {pair} replikerar.", "It does not show whether {pair} replicates."),
        Text("För in det i registret.", "Enter it in the register."),
        Severity.LOW,
    ),
    "no-column": COMMON["no-column"],
    "register-incomplete": Reason(
        Text(
            "Den andra delen av {pair} finns inte i den del av registret som kunde läsas.",
            "The other part of {pair} is not in the part of the register that could be read.",
        ),
        Text("Rätta de rader som inte kunde läsas.", "Mend the rows that could not be read."),
    ),
}


def judge(
    parts: Population[Equipment], _evidence: EvidenceSet, _parameters: Parameters, _as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per part."""
    pairs: defaultdict[str, list[Equipment]] = defaultdict(list)
    for part in parts.records:
        if part.pair:
            pairs[part.pair.casefold()].append(part)
    lacking = tuple(field for field in ("pair", "room") if field in parts.unreadable)
    for part in parts.records:
        if "pair" in lacking or (lacking and part.pair):
            yield undetermined(part, "no-column", columns=lacking)
        elif part.pair:
            outcome = _judge(part, pairs[part.pair.casefold()], complete=parts.complete)
            yield (told(part, parts, "site") if outcome.reason == "same-room" else None) or outcome
        else:
            yield out_of_scope(part, "no-pair")


def _judge(part: Equipment, pair: Sequence[Equipment], *, complete: bool) -> Outcome:
    if len({each.name.casefold() for each in pair}) < 2:
        return (
            deviates(part, "alone", pair=part.pair)
            if complete
            else undetermined(part, "register-incomplete", pair=part.pair)
        )
    lacking = tuple(sorted(each.name for each in pair if not each.room))
    if lacking:
        return deviates(part, "no-location", pair=part.pair, assets=lacking)
    if all(_same_room(part, each) for each in pair):
        return deviates(part, "same-room", pair=part.pair, room=part.room)
    if part.replicates is False:
        return deviates(part, "not-replicating", pair=part.pair)
    if part.replicates is None:
        return undetermined(part, "replication-unknown", pair=part.pair)
    return conforms(part)


def _same_room(one: Equipment, other: Equipment) -> bool:
    if (one.room or "").casefold() != (other.room or "").casefold():
        return False
    return not (one.site and other.site) or one.site.casefold() == other.site.casefold()

"""Different people build, test and deploy, and nobody approves their own request.

`distinct` names the steps that need different people: build, test, deploy, approve. A change deviates when one person
did two of them, and when the approver is the requester. Where a person is not known the change is not determined.
Changes that are not deployed are left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from checks.finding import Outcome, conforms, deviates, out_of_scope, undetermined
from checks.record_rules.joins import key_of
from checks.record_rules.reasons import COMMON, because
from checks.record_rules.rows import (
    has_column,
)
from collector.evidence import EvidenceSet, Population
from collector.records.changes import Change

CONTROL = "change-segregation"
READS = (Change,)


@dataclass(frozen=True, slots=True)
class Parameters:
    """Steps that need different people."""

    distinct: tuple[str, ...] = ("build", "test", "deploy")


_FIELDS = {"build": "developer", "test": "tester", "deploy": "deployer", "approve": "approver"}
_SPLIT = ("Låt olika personer utföra stegen.", "Have different people do the steps.")
REASONS = COMMON | {
    "same-person": because("{who} gjorde flera steg: {topics}.", "{who} did several steps: {topics}.", *_SPLIT),
    "own-approval": because("{who} godkände sin egen begäran.", "{who} approved their own request.", *_SPLIT),
    "person-unknown": because(
        "Det framgår inte vem som utförde: {topics}.",
        "Who did this is not stated: {topics}.",
        "Skriv i ärendet vem som utförde varje steg.",
        "Write in the ticket who did each step.",
    ),
    "unknown-part": because(
        "Okänt steg i inställningarna: {part}.",
        "An unknown step in the settings: {part}.",
        "Rätta distinct.",
        "Correct distinct.",
    ),
    "not-deployed": because("Inte driftsatt.", "Not deployed."),
}


def judge(
    changes: Population[Change], _evidence: EvidenceSet, parameters: Parameters, _as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per change."""
    steps = [each for each in dict.fromkeys(parameters.distinct) if each in _FIELDS]
    for part in sorted(set(parameters.distinct) - _FIELDS.keys()):
        yield undetermined(changes.source, "unknown-part", part=part)
    for row in changes.records:
        if row.deployed is None and row.deployer is None:
            known = has_column(changes, "deployed")
            yield out_of_scope(row, "not-deployed") if known else undetermined(row, "no-column", columns=("deployed",))
        else:
            yield _judge(row, steps)


def _judge(row: Change, steps: Sequence[str]) -> Outcome:
    did: defaultdict[str, list[str]] = defaultdict(list)
    unknown = []
    for step in steps:
        who = getattr(row, _FIELDS[step])
        if who:
            did[key_of(who)].append(step)
        else:
            unknown.append(step)
    several = next(((who, done) for who, done in sorted(did.items()) if len(done) > 1), None)
    if several is not None:
        return deviates(row, "same-person", who=several[0], topics=tuple(several[1]))
    if row.approver and row.requester and key_of(row.approver) == key_of(row.requester):
        return deviates(row, "own-approval", who=row.approver)
    if not (row.approver and row.requester):
        unknown.extend(name for name in ("approver", "requester") if not getattr(row, name))
    return undetermined(row, "person-unknown", topics=tuple(unknown)) if unknown else conforms(row)

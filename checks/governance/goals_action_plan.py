"""Every security goal has activities with an owner and a last day, and what is closed can be shown.

A goal without an activity deviates; so does an activity without owner or last day, one that is not closed on its last
day, and one that was closed without a reference to what shows it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from checks.finding import Outcome, deviates
from checks.record_rules.joins import as_exported
from checks.record_rules.reasons import COMMON, because
from checks.record_rules.rows import (
    ahead,
    decide,
    done_by,
    empty,
    filled,
    has_column,
    told,
)
from collector.evidence import EvidenceSet, Population
from collector.records.governance import GoalActivity

CONTROL = "goals-action-plan"
READS = (GoalActivity,)


@dataclass(frozen=True, slots=True)
class Parameters:
    """None."""


REASONS = COMMON | {
    "no-activity": because(
        "Målet har ingen aktivitet.",
        "The goal has no activity.",
        "Besluta om aktiviteter, ansvarig och tid.",
        "Decide on activities, owner and time.",
    ),
    "overdue": because(
        "Skulle vara klar {due} ({days} dagar sedan) och är öppen.",
        "Was due {due} ({days} days ago) and is open.",
        "Slutför aktiviteten eller besluta om ny tid.",
        "Complete the activity, or decide on a new time.",
    ),
    "no-evidence": because(
        "Avslutad {closed} utan hänvisning till underlag.",
        "Closed {closed} without a reference to evidence.",
        "Ange det underlag som visar att det är gjort.",
        "Give what shows that it was done.",
    ),
}


def judge(
    plan: Population[GoalActivity], evidence: EvidenceSet, _parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per row of the plan."""
    own = evidence.reading(GoalActivity).of(plan.source)
    for row in plan.records:
        if not row.activity:
            yield decide(row, filled(row, plan, ("activity",), "no-activity"))
        elif row.closed is None:
            yield decide(
                row,
                told(row, plan, "closed") or as_exported(row, own, as_of, partial(done_by, row, row.due, None)),
                told(row, plan, "closed") or filled(row, plan, ("owner", "due")),
            )
        else:
            shown = None
            if empty(row.evidence):
                blank = deviates(row, "no-evidence", closed=row.closed)
                shown = blank if has_column(plan, "evidence") else filled(row, plan, ("evidence",))
            yield decide(row, shown, ahead(row, row.closed, as_of))

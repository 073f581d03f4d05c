"""Judges in two processes where there are records enough: half of the checks in a copy of this one, half here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from checks.finding import Finding
from checks.judgement import Task, judge_together
from collector.beside import Beside, ProcessEndedError, begin_beside
from collector.evidence import EvidenceSet
from collector.records.record import Record, kind_name

WORTH_A_COPY = 200_000
"""Records that all checks together read; with fewer, to make the copy takes longer than it saves."""
_MANY = 1000
"""Records of a kind that checks had better read one after the other in the same process."""

Numbers = list[int]
"""Places of tasks in their sequence."""


def judge_in_halves(tasks: Sequence[Task], evidence: EvidenceSet, as_of: datetime) -> list[list[Finding]]:
    """As `checks.judgement.judge_together`, to the letter; raises what that raises."""
    there, here, records = halves(tasks, evidence)
    worth_it = records >= WORTH_A_COPY and bool(there)
    beside = begin_beside(partial(_judged, [tasks[number] for number in there], evidence, as_of)) if worth_it else None
    if beside is None:
        return judge_together(tasks, evidence, as_of)
    try:
        findings = dict(zip(here, judge_together([tasks[number] for number in here], evidence, as_of), strict=True))
        judged = _result(beside)
    finally:
        beside.stop()
    if judged is None:  # whatever it was that went wrong there is to go wrong here, where it is told
        judged = judge_together([tasks[number] for number in there], evidence, as_of)
    findings |= zip(there, judged, strict=True)
    return [findings[number] for number in range(len(tasks))]


def halves(tasks: Sequence[Task], evidence: EvidenceSet) -> tuple[Numbers, Numbers, int]:
    """The tasks for the copy, those for this process, with about as many records to read each; and all records.

    Those that join with the same large kinds are neighbours: what the first of them has read is kept for the next.
    """
    counts = {kind: _count(evidence, kind) for task in tasks for kind in task.check.reads}

    def large_kinds(number: int) -> list[str]:
        return sorted(kind_name(kind) for kind in tasks[number].check.reads if counts[kind] >= _MANY)

    weights = [sum(counts[kind] for kind in task.check.reads) for task in tasks]
    there: Numbers = []
    here: Numbers = []
    before = 0
    for number in sorted(range(len(tasks)), key=large_kinds):
        (there if before + weights[number] / 2 < sum(weights) / 2 else here).append(number)
        before += weights[number]
    return there, here, sum(weights)


def _count(evidence: EvidenceSet, kind: type[Record]) -> int:
    return sum(population.count for population in evidence.reading(kind).populations)


def _judged(tasks: Sequence[Task], evidence: EvidenceSet, as_of: datetime) -> list[list[Finding]] | None:
    """What the copy gives; None where it failed."""
    try:
        return judge_together(tasks, evidence, as_of)
    except Exception:  # noqa: BLE001  # the same is done again, and told, in the first process
        return None


def _result(beside: Beside[list[list[Finding]] | None]) -> list[list[Finding]] | None:
    """What the copy gave; None too where it was ended."""
    try:
        return beside.result()
    except ProcessEndedError:
        return None

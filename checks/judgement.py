"""Runs one check on one population and sums its outcomes up; the rules of honesty that no check can forget."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Protocol

from checks.finding import (
    DEFERRED,
    ExceptionFound,
    Finding,
    Outcome,
    PopulationCount,
    Reason,
    Severity,
    Status,
    ToleratedSubject,
    UndeterminedSubject,
    Verdict,
)
from checks.lockstep import judge_side_by_side
from collector.evidence import EvidenceSet, Gap, Obtained, Population, Reading
from collector.records.codec import JsonValue, RecordError, decode, encode
from collector.records.record import Record


class CheckError(Exception):
    """A check broke its contract: skipped a subject, used an undeclared reason, took wrong parameters."""


class Check(Protocol):
    """One module under `checks/`, as `checks.discovery` finds it."""

    @property
    def id(self) -> str:
        """The check's identifier: its control's, or `control--kind` for a second check of one control."""
        ...

    @property
    def control(self) -> str:
        """The control that it tests."""
        ...

    @property
    def reads(self) -> tuple[type[Record], ...]:
        """Record types read; populations of the first are the subjects."""
        ...

    @property
    def parameters(self) -> type[Any]:
        """A frozen dataclass with a default for every parameter."""
        ...

    @property
    def reasons(self) -> Mapping[str, Reason]:
        """Every reason code that the check may use."""
        ...

    @property
    def summary(self) -> str:
        """First line of the docstring: what is true when the check finds nothing."""
        ...

    @property
    def rule(self) -> str:
        """The whole docstring: the rule in words."""
        ...

    @property
    def every_record(self) -> bool:
        """Whether each subject record gets an outcome of its own; False where the subjects are derived."""
        ...

    @property
    def confirms(self) -> bool:
        """Whether a subject that conforms bears a claim about the control out; False where only faults count."""
        ...

    def judge(
        self, population: Population[Any], evidence: EvidenceSet, parameters: object, as_of: datetime
    ) -> Iterator[Outcome]:
        """One outcome per subject."""
        ...

    def steps(
        self, population: Population[Any], evidence: EvidenceSet, parameters: object, as_of: datetime
    ) -> Iterator[Outcome]:
        """As `judge`, with `DEFERRED` in place of each outcome that comes later."""
        ...


GENERAL_REASONS = ("empty-population", "population-incomplete")
"""Reason codes that the judgement itself adds; their words are in the reporters' message catalogue."""


@dataclasses.dataclass(frozen=True, slots=True)
class Selection:
    """Which part of the evidence a judgement is about; None = no limit."""

    sources: frozenset[str] | None = None
    """Source ids whose subjects are judged; joins still read every source."""
    subjects: frozenset[str] | None = None
    """Names of the subjects that are judged."""
    hosts: frozenset[str] = frozenset()
    """Beside those names: every subject on one of these hosts (`account@host`, `host: product`)."""
    named: bool = False
    """Whether to keep the names of all that the control applies to, for several checks' word to be laid together."""

    def holds(self, subject: str) -> bool:
        """Whether a subject is selected."""
        if self.subjects is None or subject in self.subjects:
            return True
        return bool(self.hosts) and not self.hosts.isdisjoint(hosts_in(subject))


def hosts_in(subject: str) -> tuple[str, ...]:
    """The hosts that a subject may be on, by the forms in which records name them."""
    return (subject, subject.rpartition("@")[2], subject.partition(": ")[0])


EVERYTHING = Selection()


@dataclasses.dataclass(frozen=True, slots=True)
class Task:
    """One check with its parameters, to be run on what a selection leaves."""

    check: Check
    parameters: Mapping[str, JsonValue]
    selection: Selection = EVERYTHING


def judge(
    check: Check,
    evidence: EvidenceSet,
    parameters: Mapping[str, JsonValue],
    as_of: datetime,
    selection: Selection = EVERYTHING,
) -> list[Finding]:
    """A finding for every source that has, or should have had, the check's subjects.

    Raises CheckError where the check breaks its contract or the parameters do not fit it.
    """
    return judge_together([Task(check, parameters, selection)], evidence, as_of)[0]


def judge_together(tasks: Sequence[Task], evidence: EvidenceSet, as_of: datetime) -> list[list[Finding]]:
    """The findings of each task, as `judge` gives them; each population is read once for all checks of its kind."""
    found: list[list[Finding]] = [[] for _ in tasks]
    values = [fit_parameters(task.check, task.parameters) for task in tasks]
    for kind in dict.fromkeys(task.check.reads[0] for task in tasks):
        subjects: Reading[Record] = evidence.reading(kind)
        of_kind = [number for number, task in enumerate(tasks) if task.check.reads[0] is kind]
        for population in subjects.populations:
            running = {
                number: _Tally(tasks[number], population.source)
                for number in of_kind
                if _is_selected(tasks[number].selection, population.source)
            }
            judge_side_by_side(
                population,
                [
                    (partial(_outcomes, tasks[number].check, evidence, values[number], as_of), tally)
                    for number, tally in running.items()
                ],
            )
            for number, tally in running.items():
                found[number].append(_finding_of_population(tally, population, evidence, values[number]))
        for gap in subjects.gaps:
            for number in of_kind:
                if _is_selected(tasks[number].selection, gap.source):
                    found[number].append(_finding_of_gap(tasks[number].check, gap, values[number]))
    return found


def _outcomes(
    check: Check, evidence: EvidenceSet, values: object, as_of: datetime, population: Population[Any]
) -> Iterator[Outcome]:
    return check.steps(population, evidence, values, as_of)


def _is_selected(selection: Selection, source: str) -> bool:
    return selection.sources is None or source in selection.sources


def fit_parameters(check: Check, parameters: Mapping[str, JsonValue]) -> Any:  # the check's own dataclass
    """The check's parameters with the given values; raises CheckError for an unknown name or a wrong type."""
    known = {f.name for f in dataclasses.fields(check.parameters)}
    unknown = sorted(set(parameters) - known)
    if unknown:
        message = f"check {check.id} has no parameter {', '.join(unknown)}; it has {', '.join(sorted(known)) or 'none'}"
        raise CheckError(message)
    try:
        return decode(check.parameters, dict(parameters))
    except RecordError as error:
        message = f"check {check.id}: {error}"
        raise CheckError(message) from error


def written_parameters(values: object) -> dict[str, JsonValue]:
    """Every parameter with its value, defaults too, as findings state them."""
    return {
        f.name: encode(getattr(values, f.name))
        for f in dataclasses.fields(values)  # type: ignore[arg-type]  # an instance of a check's dataclass
    }


def _finding_of_population(
    tally: _Tally, population: Population[Record], evidence: EvidenceSet, values: object
) -> Finding:
    check = tally.task.check
    others: list[Reading[Record]] = [evidence.reading(kind) for kind in check.reads[1:]]
    if check.every_record and tally.judged < population.count:
        message = f"check {check.id} judged {tally.judged} of {population.count} subjects of {population.source}"
        raise CheckError(message)
    gaps = _distinct([*population.missing, *(gap for reading in others for gap in reading.all_gaps)])
    short = population.source_count is not None and population.source_count > population.count
    if tally.count == 0:
        tally.undetermined.append(UndeterminedSubject(population.source, "empty-population", {}))
    elif short:
        facts: dict[str, JsonValue] = {"seen": population.count, "source_count": population.source_count}
        tally.undetermined.append(UndeterminedSubject(population.source, "population-incomplete", facts))
    read = [population, *(p for reading in others for p in reading.populations)]
    return Finding(
        check=check.id,
        control=check.control,
        source=population.source,
        status=status_of(tally.exceptions, tally.undetermined, whole=not population.missing, in_scope=tally.in_scope),
        population=PopulationCount(
            count=tally.count,
            source_count=population.source_count,
            examined=tally.count - tally.not_decided,
            in_scope=tally.in_scope,
        ),
        exceptions=tuple(sorted(tally.exceptions, key=_urgency)),
        undetermined=tuple(
            sorted(tally.undetermined, key=lambda each: (each.subject, each.reason, _written(each.facts)))
        ),
        gaps=gaps,
        whole=not population.missing,
        parameters=written_parameters(values),
        evidence=tuple(sorted({p.digest for p in read if p.digest})),
        out_of_scope=dict(sorted(tally.out_of_scope.items())),
        obtained=max((p.provenance.obtained for p in read), key=list(Obtained).index),
        controlled_by=tuple(sorted({p.provenance.controlled_by for p in read})),
        matched=frozenset(tally.matched),
        tolerated=tuple(sorted(tally.tolerated, key=lambda each: (each.subject, each.reason, _written(each.facts)))),
        applied=frozenset(tally.applied),
        oldest_evidence=min(p.provenance.speaks_of for p in read),
    )


def _finding_of_gap(check: Check, gap: Gap, values: object) -> Finding:
    return Finding(
        check=check.id,
        control=check.control,
        source=gap.source,
        status=Status.NOT_DETERMINED,
        population=PopulationCount(count=0, source_count=None, examined=0, in_scope=0),
        exceptions=(),
        undetermined=(),
        gaps=(gap,),
        whole=False,
        parameters=written_parameters(values),
        evidence=(),
        out_of_scope={},
        controlled_by=(gap.provenance.controlled_by,) if gap.provenance else (),
    )


def status_of(
    exceptions: Iterable[ExceptionFound],
    undetermined: Sequence[UndeterminedSubject],
    *,
    whole: bool,
    in_scope: int,
) -> Status:
    """The status: one open exception decides, then anything not determined, then accepted risk.

    "All out of scope" is `not-applicable`, never `satisfied`.
    """
    found = list(exceptions)
    if any(each.waiver is None for each in found):
        return Status.NOT_SATISFIED
    if undetermined or not whole:
        return Status.NOT_DETERMINED
    if found:
        return Status.RISK_ACCEPTED
    return Status.SATISFIED if in_scope else Status.NOT_APPLICABLE


class _Tally:
    """Outcomes, counted and sorted into what a finding lists; implements `checks.lockstep.Listener`."""

    def __init__(self, task: Task, source: str) -> None:
        self.task = task
        self.source = source
        self.judged = 0
        """Outcomes, those of subjects that were not selected too."""
        self.count = 0
        self.in_scope = 0
        self.not_decided = 0
        self.matched: set[str] = set()
        """Of the selected subjects, those that were seen."""
        self.applied: set[str] = set()
        """Names of the subjects that the control applies to, where the selection asks for them."""
        self.exceptions: list[ExceptionFound] = []
        self.undetermined: list[UndeterminedSubject] = []
        self.out_of_scope: Counter[str] = Counter()
        self._counted: set[str] = set()
        """Declared reasons of which the number alone is kept."""
        self.tolerated: list[ToleratedSubject] = []

    def take(self, outcomes: Iterator[Outcome]) -> None:
        """Count outcomes; raises CheckError for a reason that the check does not declare.

        What is undetermined of the source as a whole counts whatever was selected: it may hide any subject.
        """
        selection = self.task.selection
        everything = selection.subjects is None
        conforming, conforms, out_of_scope = 0, Verdict.CONFORMS, Verdict.OUT_OF_SCOPE
        counted, left_out, outside = self._counted, self.out_of_scope, 0
        for outcome in outcomes:
            subject, verdict, reason, facts = outcome
            if verdict is conforms:
                if outcome is DEFERRED:
                    continue
                if everything and not selection.named:
                    conforming += 1
                    continue
            elif verdict is out_of_scope and everything and reason in counted:
                left_out[reason] += 1
                outside += 1
                continue
            self.judged += 1
            if not everything and not self._is_wanted(subject, verdict):
                continue
            self.count += 1
            if verdict is out_of_scope:
                self._leave_out(outcome)
                continue
            self.in_scope += 1
            if selection.named:
                self.applied.add(subject)
            if verdict is Verdict.DEVIATES:
                self.exceptions.append(ExceptionFound(subject, reason, facts, self._severity(reason)))
            elif verdict is Verdict.UNDETERMINED:
                self._severity(reason)
                self.not_decided += 1
                self.undetermined.append(UndeterminedSubject(subject, reason, facts))
        self.judged += conforming + outside
        self.count += conforming + outside
        self.in_scope += conforming

    def _is_wanted(self, subject: str, verdict: Verdict) -> bool:
        """Whether a selected subject, or the source as a whole, is spoken of; the former are kept in mind."""
        if self.task.selection.holds(subject):
            self.matched.add(subject)
            return True
        return verdict is Verdict.UNDETERMINED and subject == self.source

    def _leave_out(self, outcome: Outcome) -> None:
        subject, _, reason, facts = outcome
        self._severity(reason)
        self.out_of_scope[reason] += 1
        if self.task.check.reasons[reason].named:
            self.tolerated.append(ToleratedSubject(subject, reason, facts))
        else:
            self._counted.add(reason)

    def _severity(self, reason: str) -> Severity:
        declared = self.task.check.reasons.get(reason)
        if declared is None:
            message = f"check {self.task.check.id} used the reason {reason!r}, which it does not declare"
            raise CheckError(message)
        return declared.severity


def _urgency(found: ExceptionFound) -> tuple[int, str, str, str]:
    return list(Severity).index(found.severity), found.subject, found.reason, _written(found.facts)


def _written(facts: Mapping[str, JsonValue]) -> str:
    """Facts as text, so that even outcomes which are otherwise alike have one order."""
    return json.dumps(facts, sort_keys=True)


def _distinct(gaps: Iterable[Gap]) -> tuple[Gap, ...]:
    return tuple(dict.fromkeys(gaps))

"""Outcomes (one per subject) and findings (one per check, source and parameters)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from collector.evidence import Gap, Obtained
from collector.records.codec import JsonValue, encode
from collector.records.record import Record

Fact = str | int | bool | date | datetime | None | tuple[str, ...]
"""A value that a reason carries into its words: no floats (canonical JSON has none)."""


class Severity(StrEnum):
    """How soon an exception should be dealt with, most urgent first."""

    HIGH = "high"
    """Can be used for an attack, or data can be lost, today."""
    MEDIUM = "medium"
    """Weakens a protection that others stand behind."""
    LOW = "low"
    """Should be put in order."""


@dataclass(frozen=True, slots=True)
class Text:
    """The same words in Swedish and in English; `{name}` stands for a fact."""

    sv: str
    en: str


@dataclass(frozen=True, slots=True)
class Reason:
    """What a reason code means, and what to do about it."""

    text: Text
    fix: Text = Text("", "")
    severity: Severity = Severity.MEDIUM
    named: bool = False
    """Whether a finding lists the subjects that this reason leaves out of scope: tolerated, or a hint to look at."""


class Verdict(StrEnum):
    """What a check says of one subject."""

    CONFORMS = "conforms"
    DEVIATES = "deviates"
    UNDETERMINED = "undetermined"
    OUT_OF_SCOPE = "out-of-scope"
    """The control does not apply to this subject, for a coded reason (a disabled account, say)."""


class Outcome(NamedTuple):
    """A check's word on one subject; a tuple, since there is one for each account and check."""

    subject: str
    verdict: Verdict
    reason: str
    facts: Mapping[str, JsonValue]


DEFERRED = Outcome("", Verdict.CONFORMS, "deferred", {})
"""Says, in place of an outcome, that the outcome of the record just read comes later, when others have been seen."""


def _outcome(verdict: Verdict, subject: Record | str, reason: str, facts: Mapping[str, Fact]) -> Outcome:
    name = subject if isinstance(subject, str) else subject.subject
    written = {name: encode(value) for name, value in facts.items() if value is not None} if facts else {}
    return _made(Outcome, (name, verdict, reason, written))


_made = tuple.__new__
"""Makes an Outcome without the detour by its own constructor: there are millions."""
_CONFORMS, _OUT_OF_SCOPE = Verdict.CONFORMS, Verdict.OUT_OF_SCOPE


def conforms(subject: Record | str, **facts: Fact) -> Outcome:
    """The subject meets the control."""
    if facts:
        return _outcome(_CONFORMS, subject, "", facts)
    return _made(Outcome, (subject if isinstance(subject, str) else subject.subject, _CONFORMS, "", {}))


def deviates(subject: Record | str, reason: str, **facts: Fact) -> Outcome:
    """The subject does not meet the control, for a coded reason with its facts."""
    return _outcome(Verdict.DEVIATES, subject, reason, facts)


def undetermined(subject: Record | str, reason: str, **facts: Fact) -> Outcome:
    """The evidence does not tell; the reason says which is missing."""
    return _outcome(Verdict.UNDETERMINED, subject, reason, facts)


def out_of_scope(subject: Record | str, reason: str, **facts: Fact) -> Outcome:
    """The control does not apply to the subject."""
    if facts:
        return _outcome(_OUT_OF_SCOPE, subject, reason, facts)
    return _made(Outcome, (subject if isinstance(subject, str) else subject.subject, _OUT_OF_SCOPE, reason, {}))


class Status(StrEnum):
    """A finding's status."""

    SATISFIED = "satisfied"
    NOT_SATISFIED = "not-satisfied"
    RISK_ACCEPTED = "risk-accepted"
    """Every exception is under a valid waiver."""
    NOT_DETERMINED = "not-determined"
    NOT_APPLICABLE = "not-applicable"


@dataclass(frozen=True, slots=True)
class PopulationCount:
    """How many subjects there are, and how many were examined."""

    count: int
    """Subjects that were seen."""
    source_count: int | None
    """Subjects by the source's own count; None where it has none."""
    examined: int
    """Subjects with a verdict (conforms, deviates or out of scope); the others are listed as undetermined."""
    in_scope: int
    """Subjects that the control applies to, undetermined ones among them."""


@dataclass(frozen=True, slots=True)
class ExceptionFound:
    """One subject that deviates (avvikelse)."""

    subject: str
    reason: str
    facts: Mapping[str, JsonValue]
    severity: Severity
    waiver: str | None = None
    """Id of the valid waiver (riskacceptans) that covers it."""


@dataclass(frozen=True, slots=True)
class UndeterminedSubject:
    """One subject that the evidence does not decide."""

    subject: str
    reason: str
    facts: Mapping[str, JsonValue]


@dataclass(frozen=True, slots=True)
class ToleratedSubject:
    """One subject that is no exception and named all the same: within an accepted share, by a decision, or a hint."""

    subject: str
    reason: str
    facts: Mapping[str, JsonValue]


@dataclass(frozen=True, slots=True)
class Finding:
    """A check's outcome on one source with one set of parameters."""

    check: str
    control: str
    source: str
    status: Status
    population: PopulationCount
    exceptions: tuple[ExceptionFound, ...]
    undetermined: tuple[UndeterminedSubject, ...]
    gaps: tuple[Gap, ...]
    """Everything that the check asked for and did not get, of its subjects and of what it joins them with."""
    whole: bool
    """Whether the subjects' population was read to its end."""
    parameters: Mapping[str, JsonValue]
    evidence: tuple[str, ...]
    """SHA-256 (hex) of every evidence file that was read, sorted."""
    out_of_scope: Mapping[str, int]
    """Reason code to number of subjects."""
    obtained: Obtained = Obtained.OBSERVED
    """The weakest way in which any of the evidence was obtained."""
    controlled_by: tuple[str, ...] = ()
    """Who controls the sources of the evidence: `own` or suppliers, sorted."""
    matched: frozenset[str] = frozenset()
    """Of the subjects that the judgement was limited to, those that were seen; empty where it was not limited."""
    applied: frozenset[str] = frozenset()
    """Names of all that the control applies to; empty where the judgement was not asked to keep them."""
    tolerated: tuple[ToleratedSubject, ...] = ()
    """Of those out of scope, the ones that deviate within an accepted share."""
    oldest_evidence: datetime | None = None
    """When the earliest of the evidence was read, or written if that was earlier; None where none was."""

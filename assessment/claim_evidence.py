"""Weighs the evidence for one claim: who is shown to conform, who deviates, and what keeps the rest from counting."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from assessment.periods import Days, judge_days, looks_back, tells_of_days
from assessment.policy import AskedControl, Claim, Period, Policy
from assessment.waivers import in_scope
from checks.finding import Finding, Status
from checks.judgement import Check, Selection, hosts_in, judge
from collector.evidence import OWN, EvidenceSet, Obtained, Population
from collector.records.backup import ProtectedSystem
from collector.records.codec import JsonValue
from collector.records.record import Record


@dataclass(frozen=True, slots=True)
class ClaimReason:
    """Why a claim has its status: a code with its facts."""

    code: str
    facts: Mapping[str, JsonValue]


@dataclass(frozen=True, slots=True)
class NamedScope:
    """What a claim's scope names, with the hosts of its systems."""

    systems: Mapping[str, tuple[str, ...]]
    """Each system that the scope names, with the hosts that the registers give for it."""
    selection: Selection
    """Of any source: the names, the systems and their hosts."""


@dataclass(frozen=True, slots=True)
class Names:
    """Subjects by name, for what several checks say of one subject to be counted once."""

    in_scope: frozenset[str] = frozenset()
    deviating: frozenset[str] = frozenset()
    undecided: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Weighed:
    """What one finding says of a claim."""

    finding: Finding
    in_scope: int
    """Subjects that the control applies to."""
    upheld: int
    """Subjects that are shown to conform, by evidence that may confirm."""
    deviating: tuple[str, ...]
    """Subjects that are shown to deviate, by evidence that may contradict."""
    deviations: int
    """Verdicts that this rests on: an account may have several."""
    undecided: int
    """Subjects of which the evidence says neither."""
    names: Names
    """Who they are, where the claim is about a share."""
    blind: bool
    """Whether there may be subjects that were not seen."""
    unusable: bool
    """Whether something keeps the evidence, or a part of the claim's time, from counting."""
    upheld_days: bool = False
    """Whether every subject conforms on some of the claim's days."""
    others: tuple[ClaimReason, ...] = ()
    """What else is to be said."""

    def reasons(self, share_percent: int) -> Iterator[ClaimReason]:
        """The reasons, what contradicts first."""
        source = self.finding.source
        if self.deviating:
            names: list[JsonValue] = list(self.deviating)
            facts: dict[str, JsonValue] = {"source": source, "count": len(names), "of": self.in_scope}
            if share_percent == 100:
                yield ClaimReason("contradicted-by", {**facts, "subjects": names})
            else:
                yield ClaimReason("deviating", {**facts, "share_percent": share_percent, "subjects": names})
        if self.upheld and self.upheld == self.in_scope:
            yield ClaimReason("confirmed-by", {"source": source, "count": self.upheld})
        elif self.upheld:
            yield ClaimReason("confirmed-part", {"source": source, "count": self.upheld, "of": self.in_scope})
        yield from self.others


def named_scope(claim: Claim, evidence: EvidenceSet) -> NamedScope:
    """The scope with the hosts of its systems, from whatever registers of systems were read."""
    systems: dict[str, tuple[str, ...]] = dict.fromkeys(claim.scope.systems, ())
    if systems:
        for system in evidence.reading(ProtectedSystem).records:
            if system.name in systems:
                systems[system.name] = tuple(dict.fromkeys((*systems[system.name], *system.hosts)))
    hosts = frozenset(host for each in systems.values() for host in each)
    names = frozenset(claim.scope.subjects) | systems.keys() | hosts
    return NamedScope(systems, Selection(subjects=names or None, hosts=hosts))


def weigh(claim: Claim, scope: NamedScope, check: Check, policy: Policy, evidence: EvidenceSet) -> Iterator[Weighed]:
    """Everything that one check's evidence says of the claim, a source at a time."""
    reading = evidence.reading(check.reads[0])
    sources = {p.source for p in reading.populations} | {g.source for g in reading.gaps}
    selection = replace(
        scope.selection,
        named=claim.share_percent < 100,
        sources=frozenset(source for source in sources if in_scope(claim.scope, source, policy.sources)),
    )
    known = check.parameters.__dataclass_fields__
    if looks_back(check) and (claim.period is not None or "period_days" not in claim.parameters):
        return
    asked = policy.parameters(AskedControl(claim.control, claim.parameters))
    parameters = {name: value for name, value in asked.items() if name in known}
    days: dict[str, Days] = {}
    if claim.period is not None and tells_of_days(check):
        days = {each.source: each for each in judge_days(check, evidence, parameters, claim.period, selection)}
    handed = handed_by_suppliers(check, evidence)
    alone: dict[str, Finding] = {}
    own_days: dict[str, Days] = {}
    if handed:
        rest = without(evidence, handed)
        alone = {each.source: each for each in judge(check, rest, parameters, policy.as_of, selection)}
        if claim.period is not None and days:
            own_days = {each.source: each for each in judge_days(check, rest, parameters, claim.period, selection)}
    for finding in judge(check, evidence, parameters, policy.as_of, selection):
        if selection.subjects is not None and finding.whole and finding.evidence and not finding.matched:
            continue  # none of the subjects is here; `unseen` tells where they are nowhere
        word = _suppliers_word(finding, handed, claim)
        if claim.period is None:
            said = _of_moment(finding, _older(finding, claim), word, alone.get(finding.source))
        elif finding.source in days:
            said = _of_days(finding, days[finding.source], claim.period, word, own_days.get(finding.source))
        else:
            said = _of_moment(finding, _not_of_period(finding, claim.period), word, alone.get(finding.source))
        yield said if check.confirms else _faults_alone(said)


def _faults_alone(said: Weighed) -> Weighed:
    """What a check says that can contradict a claim, and bears none out."""
    others = tuple(each for each in said.others if each.code != "confirmed-days")
    return replace(said, upheld=0, upheld_days=False, others=others)


def _of_moment(
    finding: Finding, untimely: ClaimReason | None, word: ClaimReason | None, alone: Finding | None
) -> Weighed:
    """What a finding says of the moment that it was read at; nothing, where that is not the claim's time.

    `word` says that a supplier's own word is among the evidence; `alone` is what the rest says alone.
    """
    in_its_time = untimely is None or untimely.code == "moment-only"
    deviating = tuple(dict.fromkeys(each.subject for each in finding.exceptions)) if in_its_time else ()
    deviations = len(finding.exceptions) if in_its_time else 0
    subjects = finding.population.in_scope
    doubtful = finding.population.count - finding.population.examined
    undecided = frozenset(each.subject for each in finding.undetermined)
    if word is not None:
        doubtful = max(0, _not_shown(finding, alone) - deviations)
        undecided = _names_not_shown(finding, alone)
    usable = untimely is None and (word is None or doubtful < subjects)
    upheld = max(0, subjects - doubtful - deviations) if usable else 0
    others = [each for each in (untimely, word if doubtful or finding.undetermined else None) if each is not None]
    if untimely is None and (finding.undetermined or not finding.whole or finding.status is Status.NOT_APPLICABLE):
        others.append(_why_open(finding))
    return Weighed(
        finding=finding,
        in_scope=subjects,
        upheld=upheld,
        deviating=deviating,
        deviations=deviations,
        undecided=doubtful,
        names=Names(finding.applied, frozenset(deviating), undecided & finding.applied),
        blind=_blind(finding),
        unusable=not usable and finding.status is not Status.NOT_APPLICABLE,
        others=tuple(others),
    )


def _not_shown(finding: Finding, alone: Finding | None) -> int:
    """Subjects that are not shown to conform both by all the evidence and by what is no supplier's word."""
    if alone is None or alone.population.in_scope != finding.population.in_scope:
        return finding.population.in_scope
    names = [each.subject for one in (finding, alone) for each in one.exceptions]
    names += [each.subject for one in (finding, alone) for each in one.undetermined]
    doubtful = max(len(set(names)), *(len(one.exceptions) + len(one.undetermined) for one in (finding, alone)))
    return min(doubtful, finding.population.in_scope)


def _names_not_shown(finding: Finding, alone: Finding | None) -> frozenset[str]:
    """As `_not_shown`, by name."""
    if alone is None:
        return finding.applied
    doubtful = {each.subject for one in (finding, alone) for each in one.exceptions}
    doubtful |= {each.subject for one in (finding, alone) for each in one.undetermined}
    return finding.applied & doubtful | (finding.applied - alone.applied)


def _of_days(finding: Finding, days: Days, period: Period, word: ClaimReason | None, alone: Days | None) -> Weighed:
    """What the days of a period say; `word` and `alone` as for a moment."""
    upheld = days.upheld if word is None else tuple(each for each in days.upheld if alone and each in alone.upheld)
    others = [word] if word and len(upheld) < len(days.upheld) else []
    facts: dict[str, JsonValue] = {"source": finding.source}
    for subject, missed in sorted(days.missed.items()):
        dates: list[JsonValue] = [day.isoformat() for day in missed]
        others.append(ClaimReason("missed-days", {"subject": subject, "count": len(dates), "days": dates[:SHOWN_DAYS]}))
    if days.open:
        names: list[JsonValue] = list(days.open)
        others.append(ClaimReason("days-not-known", {**facts, "count": len(names), "subjects": names}))
    covered = days.last >= period.end
    if not covered:
        others.append(
            ClaimReason("period-not-over", {**facts, "last": days.last.isoformat(), "to": period.end.isoformat()})
        )
    part = word is None and days.whole_from is not None and (days.open or not covered)
    if part and days.whole_from is not None:
        facts |= {"first": days.whole_from.isoformat(), "last": days.last.isoformat()}
        others.append(ClaimReason("confirmed-days", facts))
    if _blind(finding):
        others.append(_why_open(finding))
    return Weighed(
        finding=finding,
        in_scope=len(days.upheld) + len(days.missed) + len(days.open),
        upheld=len(upheld) if covered else 0,
        deviating=tuple(sorted(days.missed)),
        deviations=len(days.missed),
        undecided=len(days.open) + len(days.upheld) - len(upheld),
        names=Names(
            frozenset((*days.upheld, *days.missed, *days.open)),
            frozenset(days.missed),
            frozenset((*days.open, *(set(days.upheld) - set(upheld)))),
        ),
        blind=_blind(finding),
        unusable=not covered,
        upheld_days=bool(part),
        others=tuple(others),
    )


SHOWN_DAYS = 31
"""Days of one subject that a reason lists; all of them are counted."""


def unseen(claim: Claim, scope: NamedScope, weighed: Sequence[Weighed]) -> list[ClaimReason]:
    """A reason for every source, system and subject that the scope names and no finding is about."""
    sources = {each.finding.source for each in weighed}
    subjects = {name for each in weighed for name in each.finding.matched}
    seen = {host for name in subjects for host in hosts_in(name)}
    found = [("source-not-judged", name) for name in claim.scope.sources if name not in sources]
    found += [("subject-not-seen", name) for name in claim.scope.subjects if name not in subjects]
    for system, hosts in scope.systems.items():
        if system in subjects:
            continue
        if not hosts:
            found.append(("system-without-hosts", system))
        found += [("subject-not-seen", host) for host in hosts if host not in seen]
    return [ClaimReason("undetermined", {"source": name, "count": 1, "reason": code}) for code, name in found]


def _blind(finding: Finding) -> bool:
    """Whether subjects may be missing: parts not read, or something not known of the source as a whole."""
    return not finding.whole or any(each.subject == finding.source for each in finding.undetermined)


def _older(finding: Finding, claim: Claim) -> ClaimReason | None:
    oldest = finding.oldest_evidence
    if oldest is None or oldest >= datetime.combine(claim.as_of, datetime.min.time(), UTC):
        return None
    return ClaimReason(
        "evidence-older",
        {"source": finding.source, "read": oldest.date().isoformat(), "as_of": claim.as_of.isoformat()},
    )


def _not_of_period(finding: Finding, period: Period) -> ClaimReason | None:
    """Why one reading of state cannot tell of a period; None where there is no reading."""
    if finding.oldest_evidence is None:
        return None
    read = finding.oldest_evidence.date()
    facts: dict[str, JsonValue] = {
        "source": finding.source,
        "read": read.isoformat(),
        "first": period.start.isoformat(),
        "last": period.end.isoformat(),
    }
    if period.start <= read <= period.end:
        return ClaimReason("moment-only", facts)
    return ClaimReason("outside-period", facts)


def handed_by_suppliers(check: Check, evidence: EvidenceSet) -> list[Population[Record]]:
    """What the check reads and a supplier handed over: it may contradict, and confirms nothing."""
    return [
        population
        for kind in dict.fromkeys(check.reads)
        for population in evidence.reading(kind).populations
        if population.provenance.obtained is not Obtained.OBSERVED and population.provenance.controlled_by != OWN
    ]


def without(evidence: EvidenceSet, handed: Sequence[Population[Record]]) -> EvidenceSet:
    """The evidence as if these populations had not been handed over."""
    left_out = {(population.source, population.kind) for population in handed}
    return EvidenceSet(
        tuple(each for each in evidence.populations if (each.source, each.kind) not in left_out), evidence.gaps
    )


def _suppliers_word(finding: Finding, handed: Sequence[Population[Record]], claim: Claim) -> ClaimReason | None:
    used = sorted({population.source for population in handed if is_used(population, finding)})
    return ClaimReason("suppliers-own-word", {"sources": list(used), "supplier": claim.supplier}) if used else None


def is_used(population: Population[Record], finding: Finding) -> bool:
    """Whether a finding rests on a population; one whose file is not known may be among its evidence."""
    return not population.digest or population.digest in finding.evidence


def _why_open(finding: Finding) -> ClaimReason:
    if finding.gaps and (not finding.whole or not finding.undetermined):
        gap = finding.gaps[0]
        return ClaimReason(
            "gap", {"source": gap.source, "kind": gap.kind, "cause": gap.cause.value, "detail": gap.detail}
        )
    if finding.status is Status.NOT_APPLICABLE:
        return ClaimReason("nothing-in-scope", {"source": finding.source})
    reason = finding.undetermined[0].reason if finding.undetermined else "empty-population"
    names: list[JsonValue] = list(dict.fromkeys(each.subject for each in finding.undetermined))
    return ClaimReason(
        "undetermined",
        {"source": finding.source, "count": len(names), "reason": reason, "subjects": names},
    )

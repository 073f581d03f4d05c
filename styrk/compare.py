"""Compares the results of two runs: what is new, what is resolved, and what can no longer be told.

An exception that is gone is *resolved* only where the later run could see its subject. Where the source was not read,
or not to its end, or the subject is undetermined now, it is *no longer determined*: a scan that fails resolves nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Key = tuple[str, str, str]
"""Check, source, subject."""
Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RunResults:
    """What a comparison reads of one bundle."""

    statement: Document
    """The attestation's predicate."""
    findings: Sequence[Document]
    """data/results/findings.json."""
    requirements: Sequence[Document]
    """`requirements` of data/results/assessment.json."""


@dataclass(frozen=True, slots=True)
class Item:
    """One subject of one check on one source."""

    check: str
    source: str
    subject: str
    reason: str
    severity: str = ""
    note: str = ""
    """What limits the statement: `not examined before`, `accepted (waiver id)`, why it is no longer determined."""


@dataclass(frozen=True, slots=True)
class JudgementChange:
    """A requirement whose judgement is another one; an empty word where one run did not have it."""

    catalogue: str
    id: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changed from an old run to a new one; each list sorted by severity, check, source and subject."""

    basis: tuple[str, ...]
    """In what the two were judged differently, in English; empty where they can be compared without reservation."""
    new: tuple[Item, ...]
    resolved: tuple[Item, ...]
    no_longer_determined: tuple[Item, ...]
    """Exceptions of the old run of which the new one cannot tell."""
    unchanged: tuple[Item, ...]
    newly_undetermined: tuple[Item, ...]
    """Subjects, exceptions of the old run aside, that were determined and are not any more."""
    judgements: tuple[JudgementChange, ...]


def compare(old: RunResults, new: RunResults) -> Comparison:
    """Compare the results of two runs."""
    before, after = _Side(old.findings), _Side(new.findings)
    unknown = {key: after.blindness(key) for key in before.exceptions if key not in after.exceptions}
    lost = {key: why for key, why in unknown.items() if why}
    return Comparison(
        basis=tuple(_basis(old, new)),
        new=_sorted(
            _item(key, found, "" if not before.blindness(key) else "not determined before")
            for key, found in after.exceptions.items()
            if key not in before.exceptions
        ),
        resolved=_sorted(_item(key, before.exceptions[key], "") for key in unknown if key not in lost),
        no_longer_determined=_sorted(_item(key, before.exceptions[key], why) for key, why in lost.items()),
        unchanged=_sorted(
            _item(key, found, _acceptance(before.exceptions[key], found))
            for key, found in after.exceptions.items()
            if key in before.exceptions
        ),
        newly_undetermined=_sorted(
            _item(key, found, "")
            for key, found in after.undetermined.items()
            if key not in before.undetermined and key not in before.exceptions and not before.blindness(key)
        ),
        judgements=tuple(_judgements(old.requirements, new.requirements)),
    )


class _Side:
    """The findings of one run, by subject; where several sets of parameters judged one, any exception counts."""

    def __init__(self, findings: Sequence[Document]) -> None:
        self.exceptions: dict[Key, Document] = {}
        self.undetermined: dict[Key, Document] = {}
        self._by_population: dict[tuple[str, str], list[Document]] = {}
        for finding in findings:
            place = (str(finding["check"]), str(finding["source"]))
            self._by_population.setdefault(place, []).append(finding)
            for each in finding["undetermined"]:
                self.undetermined[*place, str(each["subject"])] = each
            for each in finding["exceptions"]:
                key = (*place, str(each["subject"]))
                known = self.exceptions.get(key)
                if known is None or (known["waiver"] is not None and each["waiver"] is None):
                    self.exceptions[key] = each

    def blindness(self, key: Key) -> str:
        """Why this run cannot tell of a subject; empty where it can."""
        findings = self._by_population.get(key[:2])
        if not findings:
            return "not examined"
        if key in self.undetermined:
            return f"undetermined: {self.undetermined[key]['reason']}"
        if not all(finding["whole"] for finding in findings):
            causes = sorted({str(gap["cause"]) for finding in findings for gap in finding["gaps"]})
            return f"not read to the end: {', '.join(causes)}" if causes else "not read to the end"
        if any(each["subject"] == key[1] for finding in findings for each in finding["undetermined"]):
            return "the population is empty or shorter than the source's own count"
        return ""


def _basis(old: RunResults, new: RunResults) -> Iterable[str]:
    if old.statement["checks_code"] != new.statement["checks_code"]:
        versions = " -> ".join(str(each.statement["tool"]["version"]) for each in (old, new))
        yield f"the code of the checks differs (Styrk {versions})"
    before, after = old.statement["catalogues"], new.statement["catalogues"]
    changed = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    if changed:
        yield f"the catalogues differ: {', '.join(changed)}"
    for name in ("only_controls", "only_sources"):
        if old.statement.get(name, []) != new.statement.get(name, []):
            yield f"the runs were limited to different {name.removeprefix('only_')}"
    first, second = _parameters(old.findings), _parameters(new.findings)
    other = sorted(check for check in first.keys() & second.keys() if first[check] != second[check])
    if other:
        yield f"parameters differ: {', '.join(other)}"


def _parameters(findings: Sequence[Document]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for finding in findings:
        text = json.dumps(finding["parameters"], sort_keys=True)
        found.setdefault(str(finding["check"]), set()).add(text)
    return found


def _judgements(old: Sequence[Document], new: Sequence[Document]) -> Iterable[JudgementChange]:
    before = {(str(each["catalogue"]), str(each["id"])): str(each["status"]) for each in old}
    after = {(str(each["catalogue"]), str(each["id"])): str(each["status"]) for each in new}
    for key in [*after, *(key for key in before if key not in after)]:
        was, now = before.get(key, ""), after.get(key, "")
        if was != now:
            yield JudgementChange(*key, was, now)


def _acceptance(before: Document, after: Document) -> str:
    was, now = before["waiver"], after["waiver"]
    if now is not None:
        return f"accepted (waiver {now})"
    return f"no longer accepted (waiver {was})" if was is not None else ""


def _item(key: Key, found: Document, note: str) -> Item:
    waiver = found.get("waiver")
    words = note or (f"accepted (waiver {waiver})" if waiver else "")
    return Item(*key, str(found["reason"]), str(found.get("severity", "")), words)


def _sorted(items: Iterable[Item]) -> tuple[Item, ...]:
    order = {"high": 0, "medium": 1, "low": 2}
    return tuple(sorted(items, key=lambda each: (order.get(each.severity, 3), each.check, each.source, each.subject)))

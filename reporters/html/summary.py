"""The figures of the first page: what a manager understands in twenty seconds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from checks.finding import Severity
from reporters.html.book import Book
from reporters.html.collection import SourceRow, when_read
from reporters.html.groups import Group
from reporters.texts.formats import listed, moment, number


@dataclass(frozen=True, slots=True)
class Header:
    """Whose evidence, from when, and from what."""

    organisation: str
    facts: tuple[tuple[str, str], ...]
    sealed: tuple[tuple[str, str], ...]
    """What the seal is about: run, moment, identity, key."""
    limited: str
    """What the run was limited to; empty where it was not."""
    run: str
    tool: str
    version: str


@dataclass(frozen=True, slots=True)
class Summary:
    """The figures of the whole run."""

    headline: str
    severities: tuple[tuple[str, int], ...]
    undetermined: int
    accepted: int
    determined: str
    coverage: tuple[str, ...]


def header(book: Book, sources: Sequence[SourceRow]) -> Header:
    """The head of the report."""
    words, run = book.words, book.contents.run
    organisation, tool = run["organisation"], run.get("tool", {})
    facts = [
        (words("header.read"), when_read(book)),
        (words("header.sources"), _sources(book, [row.state for row in sources if row.is_system])),
    ]
    facts += [
        (words(f"header.{label}"), str(organisation[name]))
        for label, name in (("diary", "diary_number"), ("classification", "classification"))
        if organisation.get(name)
    ]
    identity = book.contents.identity
    if identity is not None:
        facts.append((words("header.identity"), f"{identity[:16]}…"))
    sealed = [
        (words("header.run"), run.get("run", "")),
        (words("header.as-of"), moment(run["as_of"], book.language)),
        (words("header.identity"), words("header.identity-inside") if identity is None else identity),
    ]
    if book.contents.signer is not None:
        sealed.append((words("header.signer"), book.contents.signer))
    limits = [*run.get("only_controls", ()), *run.get("only_sources", ())]
    return Header(
        organisation=organisation["name"],
        facts=tuple(facts),
        sealed=tuple(sealed),
        limited=words("header.limited", what=listed(limits, book.language)) if limits else "",
        run=run.get("run", ""),
        tool=tool.get("name", "styrk"),
        version=tool.get("version", ""),
    )


def _sources(book: Book, states: Sequence[str]) -> str:
    counts = [(state, states.count(state)) for state in ("whole", "part", "nothing") if state in states]
    told = ", ".join(book.words(f"header.sources-{state}", count=count) for state, count in counts)
    return f"{number(len(states))}: {told}" if told else "0"


def summary(book: Book, exceptions: Sequence[Group], undetermined: Sequence[Group], waived: Sequence[Group]) -> Summary:
    """The figures: exceptions and undetermined subjects as the groups list them, coverage as the assessment has it."""
    words = book.words
    counts = {severity.value: 0 for severity in Severity}
    for group in exceptions:
        counts[group.severity] = counts.get(group.severity, 0) + len(group.items)
    total, urgent = sum(counts.values()), counts[Severity.HIGH]
    headline = words("summary.nothing-open")
    if total:
        headline = words("summary.open", count=total)
        if urgent:
            headline += f", {words('summary.urgent-all' if urgent == total else 'summary.urgent', count=urgent)}"
        headline += "."
    coverage = book.contents.assessment["coverage"]
    figures: dict[str, Any] = {
        "total": number(coverage["requirements"]),
        "determined": number(coverage["requirements_determined"]),
        "with_evidence": number(coverage["requirements_with_evidence"]),
        "asked": number(coverage["controls"]),
        "with_check": number(coverage["controls_with_check"]),
        "all": number(len(book.controls)),
    }
    return Summary(
        headline=headline,
        severities=tuple(counts.items()),
        undetermined=sum(len(group.items) for group in undetermined),
        accepted=sum(len(group.items) for group in waived),
        determined=words("summary.determined", **figures),
        coverage=tuple(
            words(f"summary.{key}", **figures)
            for key in ("coverage-requirements", "coverage-controls", "coverage-honest")
        ),
    )

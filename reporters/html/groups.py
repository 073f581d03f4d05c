"""Groups subjects by check and reason: what deviates, and what could not be determined, most urgent first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from markupsafe import Markup

from checks.finding import Severity
from reporters.html.book import Book, Reference
from reporters.report import Json

SHOWN = 12
"""Names shown at once; the others are one click away and in print, never left out."""
T = TypeVar("T")
Entries = Callable[[Json], Iterator[Json]]
"""Takes from a finding the entries that a group is made of."""
_URGENCY = {severity.value: place for place, severity in enumerate(Severity)}


@dataclass(frozen=True, slots=True)
class Item:
    """One subject of one source."""

    subject: str
    source: str
    said: tuple[Markup, ...]
    """What is said of this one; empty where the group says it for all."""


@dataclass(frozen=True, slots=True)
class Group:
    """Subjects with the same reason from the same check."""

    anchor: str
    sort: str
    """`exception`, `waived`, `undetermined` or `tolerated`."""
    check: str
    control: str
    title: str
    severity: str
    common: Markup | None
    """What is said of every subject, where it is the same."""
    fixes: tuple[Markup, ...]
    items: tuple[Item, ...]
    sources: tuple[str, ...]
    findings: tuple[str, ...]
    """Ids of the findings that list them."""
    references: tuple[Reference, ...]

    @property
    def folded(self) -> tuple[tuple[Item, ...], tuple[Item, ...]]:
        """The items shown at once, and those that are one click away."""
        return folded(self.items)


@dataclass(slots=True)
class _Gathered:
    severity: str
    findings: dict[str, None] = field(default_factory=dict)
    said: dict[tuple[str, str], dict[Markup, None]] = field(default_factory=dict)
    fixes: dict[Markup, None] = field(default_factory=dict)


def folded(items: tuple[T, ...]) -> tuple[tuple[T, ...], tuple[T, ...]]:
    """The first items and the rest; all of them at once where the rest would be but a few."""
    at_once = len(items) if len(items) <= SHOWN + 3 else SHOWN
    return items[:at_once], items[at_once:]


def exception_groups(book: Book) -> tuple[Group, ...]:
    """Every exception that is under no waiver; a subject once per check and reason, whatever asked for it."""
    return _groups(
        book, "exception", lambda finding: (each for each in finding["exceptions"] if each["waiver"] is None)
    )


def waived_groups(book: Book) -> tuple[Group, ...]:
    """Every exception that a valid waiver covers."""
    return _groups(
        book, "waived", lambda finding: (each for each in finding["exceptions"] if each["waiver"] is not None)
    )


def undetermined_groups(book: Book) -> tuple[Group, ...]:
    """Every subject that the evidence does not decide."""
    return _groups(book, "undetermined", lambda found: iter(found["undetermined"]))


def tolerated_groups(book: Book) -> tuple[Group, ...]:
    """Every subject that deviates within the share that is accepted."""
    return _groups(book, "tolerated", lambda found: iter(found.get("tolerated", ())))


def _groups(book: Book, sort: str, entries: Entries) -> tuple[Group, ...]:
    gathered: dict[tuple[str, str, str], _Gathered] = {}
    for name, finding in book.findings.items():
        for each in entries(finding):
            key = (finding["control"], finding["check"], each["reason"])
            group = gathered.setdefault(key, _Gathered(each.get("severity", "")))
            text, fix = book.words.reason(finding["check"], each["reason"], each["facts"])
            group.findings[name] = None
            group.said.setdefault((finding["source"], each["subject"]), {})[book.sentence(text)] = None
            if fix is not None:
                group.fixes[book.sentence(fix)] = None
    groups = [_group(book, sort, key, group) for key, group in gathered.items()]
    return tuple(sorted(groups, key=_order))


def _group(book: Book, sort: str, key: tuple[str, str, str], gathered: _Gathered) -> Group:
    control, check, reason = key
    every = {tuple(said) for said in gathered.said.values()}
    only = next(iter(every)) if len(every) == 1 else ()
    common = only[0] if len(only) == 1 else None
    items = tuple(
        Item(subject, source, () if common is not None else tuple(said))
        for (source, subject), said in sorted(gathered.said.items())
    )
    return Group(
        anchor=book.anchor(sort[0], check, reason),
        sort=sort,
        check=check,
        control=control,
        title=book.control_title(control),
        severity=gathered.severity,
        common=common,
        fixes=tuple(gathered.fixes),
        items=items,
        sources=tuple(sorted({item.source for item in items})),
        findings=tuple(gathered.findings),
        references=book.touches(gathered.findings),
    )


def _order(group: Group) -> tuple[int, int, str, str]:
    return _URGENCY.get(group.severity, len(_URGENCY)), -len(group.references), group.control, group.anchor

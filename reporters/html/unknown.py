"""What could not be determined: evidence that was not obtained, and controls that nothing was asked for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypedDict

from markupsafe import Markup

from assessment.requirements import Missing
from collector.evidence import GapCause
from reporters.html.book import Book
from reporters.html.groups import Item, folded
from reporters.report import Json
from reporters.texts.remedies import in_swedish
from reporters.texts.words import Sentence

_CAUSES = tuple(each.value for each in GapCause)


@dataclass(frozen=True, slots=True)
class GapGroup:
    """What was asked of a source and not obtained, for one cause: of the whole source, or of some of its parts."""

    source: str
    whole: bool
    """Whether the whole source is missing."""
    kinds: tuple[str, ...]
    cause: str
    remedy: Markup
    """What to do about it, in the report's language where there are words for it."""
    remedy_in_english: bool
    """Whether it is the evidence's own English in a report of another language."""
    items: tuple[Item, ...]
    """The missing parts (hosts, pages, units) with what happened to each; no name for the whole source."""
    controls: tuple[str, ...]
    """Titles of the controls that could not be judged in full for it."""

    @property
    def folded(self) -> tuple[tuple[Item, ...], tuple[Item, ...]]:
        """The items shown at once, and those that are one click away."""
        return folded(self.items)

    @property
    def sources(self) -> tuple[str, ...]:
        """The source, as groups of subjects name theirs."""
        return (self.source,)


class _Remedy(TypedDict):
    remedy: Markup
    remedy_in_english: bool


@dataclass(frozen=True, slots=True)
class NamedControl:
    """A control and how many requirements rest on it."""

    id: str
    title: str
    requirements: int


@dataclass(frozen=True, slots=True)
class NeededEvidence:
    """Controls that wait for the same kinds of evidence."""

    kinds: tuple[str, ...]
    how: tuple[str, ...]
    """What to connect to get them."""
    controls: tuple[NamedControl, ...]


@dataclass(frozen=True, slots=True)
class UntestedControls:
    """Controls about which nothing could be said, by why."""

    needed: tuple[NeededEvidence, ...]
    without_check: tuple[NamedControl, ...]
    not_selected: tuple[NamedControl, ...]
    points_without_control: int


def gap_groups(book: Book) -> tuple[GapGroup, ...]:
    """Every gap of the evidence index; the same mishap once, with every kind that it cost; whole sources first."""
    index = book.contents.evidence
    gaps = [*index["gaps"], *(gap for population in index["populations"] for gap in population.get("missing", ()))]
    blocked: dict[tuple[str, str, str], dict[str, None]] = {}
    for finding in book.findings.values():
        for gap in finding["gaps"]:
            blocked.setdefault(_place(gap), {})[book.control_title(finding["control"])] = None
    mishaps: dict[tuple[str, ...], list[Json]] = {}
    for gap in gaps:
        key = (gap["source"], gap.get("subject") or "", gap["cause"], gap["detail"], gap.get("remedy", ""))
        mishaps.setdefault(key, []).append(gap)
    groups: dict[tuple[Any, ...], list[tuple[Item, list[Json]]]] = {}
    for (source, subject, cause, detail, remedy), same in mishaps.items():
        kinds = tuple(dict.fromkeys(book.words.code("kind", gap["kind"]) for gap in same))
        item = Item(subject, source, (book.sentence(Sentence("{detail}", {"detail": detail})),) if detail else ())
        groups.setdefault((source, not subject, cause, remedy, kinds), []).append((item, same))
    return tuple(
        sorted(
            (
                GapGroup(
                    source=source,
                    whole=whole,
                    kinds=kinds,
                    cause=cause,
                    **_remedy(book, remedy),
                    items=tuple(sorted((item for item, _ in parts), key=lambda item: (item.subject, item.said))),
                    controls=tuple(
                        dict.fromkeys(
                            title for _, same in parts for gap in same for title in blocked.get(_place(gap), ())
                        )
                    ),
                )
                for (source, whole, cause, remedy, kinds), parts in groups.items()
            ),
            key=_order,
        )
    )


def untested(book: Book) -> UntestedControls:
    """The controls that the catalogues ask for and no finding answers."""
    requirements: dict[str, int] = {}
    missing: dict[str, dict[str, tuple[str, ...]]] = {}
    answered: set[str] = set()
    points = 0
    for requirement in book.assessed:
        points += requirement.get("missing") == Missing.NO_CONTROL
        for control in requirement["controls"]:
            requirements[control["id"]] = requirements.get(control["id"], 0) + 1
            if why := control.get("missing"):
                missing.setdefault(why, {})[control["id"]] = tuple(control.get("needs", ()))
            else:
                answered.add(control["id"])

    def named(ids: Iterable[str]) -> tuple[NamedControl, ...]:
        found = [NamedControl(each, book.control_title(each), requirements[each]) for each in ids]
        return tuple(sorted(found, key=lambda each: (-each.requirements, each.id)))

    waiting: dict[tuple[str, ...], list[str]] = {}
    for control, needs in missing.get(Missing.NO_EVIDENCE, {}).items():
        if control not in answered:
            waiting.setdefault(needs, []).append(control)
    needed = [
        NeededEvidence(
            kinds=tuple(book.words.code("kind", kind) for kind in needs),
            how=tuple(
                dict.fromkeys(book.words(f"kind-from.{kind}") for kind in needs if book.words.has(f"kind-from.{kind}"))
            ),
            controls=named(controls),
        )
        for needs, controls in waiting.items()
    ]
    return UntestedControls(
        needed=tuple(
            sorted(needed, key=lambda each: (-sum(control.requirements for control in each.controls), each.kinds))
        ),
        without_check=named(missing.get(Missing.NO_CHECK, {})),
        not_selected=named(each for each in missing.get(Missing.NOT_SELECTED, {}) if each not in answered),
        points_without_control=points,
    )


def _remedy(book: Book, english: str) -> _Remedy:
    swedish = in_swedish(english) if book.language == "sv" else None
    shown = book.sentence(swedish or Sentence("{english}", {"english": english}))
    return {"remedy": shown, "remedy_in_english": swedish is None and book.language != "en"}


def _place(gap: Json) -> tuple[str, str, str]:
    return gap["source"], gap["kind"], gap.get("subject") or ""


def _order(group: GapGroup) -> tuple[bool, int, str, str, tuple[str, ...]]:
    known = _CAUSES.index(group.cause) if group.cause in _CAUSES else len(_CAUSES)
    return not group.whole, known, group.source, group.remedy, group.kinds

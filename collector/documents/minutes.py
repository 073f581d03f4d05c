"""Minutes searched for reports: which numbered item names a report, and what was decided; pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Literal, NamedTuple

from collector.documents.facts import dates_in, diary_numbers_in
from collector.records.document_files import MinutesPassage

SNIPPET = 160
"""Characters of the minutes that a record keeps."""

_HYPHEN = re.compile(r"(?<=[a-zåäö])[-\u00ad]\s*\n\s*(?=[a-zåäö])")
_ITEM = re.compile(r"^[ \t]*§{1,2}[ \t]*(\d{1,4})\b", re.MULTILINE)
_HELD = re.compile(r"\b(?:sammanträdesdatum|sammanträdesdag|mötesdatum|datum(?: för mötet)?)\b", re.IGNORECASE)
_BODY = re.compile(
    r"\b((?:kommun|region)(?:fullmäktige|styrelsen?s?(?: arbetsutskott)?)|[a-zåäö-]{2,30}nämnd(?:en)?|direktionen"
    r"|förbundsdirektionen|förbundsstyrelsen|styrelsen|[a-zåäö-]{2,30}utskottet|ledningsgruppen)\b",
    re.IGNORECASE,
)
_RETURNED = re.compile(r"\båterremi(?:tt|ss)\w*", re.IGNORECASE)
_ACTION = re.compile(
    r"\b(?:ges? i uppdrag|uppdra(?:s|r)?(?: åt)?|får i uppdrag|anmoda\w*|uppmana\w*"
    r"|ska (?:åtgärda|återkomma|redovisa|vidta)\w*|att vidta åtgärder|begär\w*)\b",
    re.IGNORECASE,
)
_NOTED = re.compile(
    r"\blägg\w*\s.{0,60}?till handlingarna\b|\btill handlingarna\b|\bnotera\w*\b|\bgodkänn\w*\b|\btar? emot\b"
    r"|\bmottag\w*\b|\btar? del av\b|\btagit del av\b|\bantecknas?\b",
    re.IGNORECASE | re.DOTALL,
)

Decision = Literal["noted", "decided", "returned"]


class Item(NamedTuple):
    """One numbered item of minutes."""

    paragraph: str | None
    text: str


class Minutes(NamedTuple):
    """The text of one meeting's minutes."""

    file: str
    body: str | None
    held: date | None
    items: tuple[Item, ...]


def minutes_of(file: str, text: str) -> Minutes:
    """The items of minutes; words that were broken between lines are joined."""
    joined = _HYPHEN.sub("", text)
    head = joined[:2500]
    return Minutes(file, _body(head), _held(head), tuple(_items(joined)))


def passages(report: str, phrases: Sequence[str], searched: Sequence[Minutes]) -> Iterator[MinutesPassage]:
    """Every item that names a report by one of its phrases; one record that says so where none does."""
    found = False
    for minutes in searched:
        for item in minutes.items:
            match = next((match for phrase in phrases if (match := _phrase(phrase).search(item.text))), None)
            if match is None:
                continue
            found = True
            decision, words = _decision(item.text)
            yield MinutesPassage(
                report=report,
                searched=len(searched),
                file=minutes.file,
                body=minutes.body,
                held=minutes.held,
                paragraph=item.paragraph,
                diary_number=next(iter(diary_numbers_in(item.text)), None),
                words=(_even(match[0]), *words),
                decision=decision,
                snippet=_snippet(item.text, match),
            )
    if not found:
        yield MinutesPassage(report=report, searched=len(searched))


def search(reports: Mapping[str, Sequence[str]], searched: Sequence[Minutes]) -> Iterator[MinutesPassage]:
    """The passages of every report that is looked for, by its name where it has no phrases."""
    for report, phrases in sorted(reports.items()):
        yield from passages(report, phrases or (report,), searched)


def _items(text: str) -> Iterator[Item]:
    """The text before the first item, and each item: the longest of its number, for contents name them too."""
    starts = list(_ITEM.finditer(text))
    yield Item(None, text[: starts[0].start()] if starts else text)
    longest: dict[str, str] = {}
    for place, start in enumerate(starts):
        end = starts[place + 1].start() if place + 1 < len(starts) else len(text)
        part = text[start.start() : end]
        if len(part) > len(longest.get(start[1], "")):
            longest[start[1]] = part
    if starts:
        yield from (Item(f"§ {number}", part) for number, part in longest.items())


def _body(head: str) -> str | None:
    match = _BODY.search(head)
    if match is None:
        return None
    even = _even(match[1])
    return even[:1].upper() + even[1:].lower()


def _held(head: str) -> date | None:
    for match in _HELD.finditer(head):
        day = next((each.day for each in dates_in(head[match.end() : match.end() + 80])), None)
        if day is not None:
            return day
    return next((each.day for each in dates_in(head)), None)


def _phrase(phrase: str) -> re.Pattern[str]:
    """A phrase whatever its case, blanks and line breaks; its last word may go on (rapport, rapporten)."""
    return re.compile(r"\b" + r"\s+".join(re.escape(word) for word in phrase.split()) + r"\w{0,5}", re.IGNORECASE)


def _decision(text: str) -> tuple[Decision | None, tuple[str, ...]]:
    for pattern, decision in ((_RETURNED, "returned"), (_ACTION, "decided"), (_NOTED, "noted")):
        if match := pattern.search(text):
            made: Decision = "returned" if decision == "returned" else "decided" if decision == "decided" else "noted"
            return made, (_even(match[0])[:80],)
    return None, ()


def _snippet(text: str, match: re.Match[str]) -> str:
    room = max(0, SNIPPET - len(match[0])) // 2
    return _even(text[max(0, match.start() - room) : match.end() + room])[:SNIPPET]


def _even(text: str) -> str:
    return " ".join(text.split())

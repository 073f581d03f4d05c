"""What a reader sees on a document: dates, diary numbers and decisions, found in its text by fixed patterns; pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from collector.documents.text import DocumentText

_HEAD, _TAIL = 4000, 2500
"""Characters that stand for the first and last page of a format that has none."""
_MOST = 50
"""Dates, numbers and decisions that are kept of one document."""

_MONTHS = (
    "januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september", "oktober", "november",
    "december",
)  # fmt: skip
_SHORT = ("jan", "feb", "mar", "apr", "maj", "jun", "jul", "aug", "sep", "okt", "nov", "dec")
_MONTH = {word: number for words in (_MONTHS, _SHORT) for number, word in enumerate(words, start=1)} | {"sept": 9}
_NAMES = "|".join(sorted(_MONTH, key=len, reverse=True))

_DATE = re.compile(
    rf"""(?<![\d/:-])(?:
        (?P<year>(?:19|20)\d\d)\ ?[-–]\ ?(?P<month>\d\d)\ ?[-–]\ ?(?P<day>\d\d)
        | (?P<worded>\d{{1,2}})(?::?[ea])?\s+(?:(?P<name>{_NAMES})\b\.?),?\s+(?P<nyear>(?:19|20)\d\d)
        | (?P<sday>\d{{1,2}})/(?P<smonth>\d{{1,2}})[\ -](?P<syear>(?:19|20)\d\d)
        | (?P<dday>\d{{1,2}})\.(?P<dmonth>\d{{1,2}})\.(?P<dyear>(?:19|20)\d\d)
    )(?![\d/:]|-\d)""",
    re.IGNORECASE | re.VERBOSE,
)
_MONTH_ALONE = re.compile(rf"(?<![\w.])(?P<name>{'|'.join(_MONTHS)})\s+(?P<year>(?:19|20)\d\d)\b", re.IGNORECASE)
_LABEL = re.compile(
    r"\b(?P<label>datum|daterad|dat|upprättad|upprättat|fastställd|fastställt|fastställdes|beslutad|beslutat|beslutsdatum"
    r"|antagen|antaget|antagande|godkänd|godkänt|gäller från|giltig från|gäller fr\.? ?o\.? ?m\.?|version|utgåva)\b",
    re.IGNORECASE,
)
_REVIEWED = re.compile(
    r"\b(?:senast )?(?:reviderad|reviderat|uppdaterad|uppdaterat|ändrad|revidering|översedd)\b", re.IGNORECASE
)
_DUE = re.compile(
    r"\b(?:nästa (?:översyn|revidering|granskning)|revideras senast|ses över senast|giltigt? (?:till|t\.?o\.?m\.?)"
    r"|gäller (?:till|t\.?o\.?m\.?)|giltighetstid)\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"""\b(?:
        (?P<label>d(?:ia)?(?:rie)?n(?:umme)?r|ärendenr|ärendenummer|ärendebeteckning)\b\.?\s*[:.]?\s*
            (?P<labelled>
                (?:[A-ZÅÄÖ]{1,10}[\ /-]?)?(?:19|20)\d\d[\ ]?[/:.-][\ ]?\d{1,6}(?:-\d{1,4})?
                (?:[\ ](?-i:[A-ZÅÄÖ]{2,6})\b)?
            )
        | (?P<bare>[A-ZÅÄÖ]{2,8}[\ /-]?(?:19|20)\d\d[/:-]\d{1,6}(?:-\d{1,4})?)
    )(?![\d/])""",
    re.VERBOSE | re.IGNORECASE,
)
_STATUTES = re.compile(
    r"(?:SFS|SOU|DS|PROP|BET|DIR|SKR|MSBFS|MCFFS|HSLF|SOSFS|AFS|BFS|BBR|RA-?FS|TSFS|SKVFS|PTSFS|KAMFS|ISO|IEC|EU|EG|NIS"
    r"|CELEX|RÅ|HFD|NJA)\b.?",
    re.IGNORECASE,
)
_BODY = (
    r"(?:kommun|region|förbunds|bolags)"
    r"(?:fullmäktige|styrelsen?s?(?: arbetsutskott)?|direktör(?:en)?|chef(?:en)?|direktion(?:en)?|stämma(?:n)?)"
    r"|[a-zåäö-]{2,30}nämnd(?:en)?|direktionen|styrelsen|verkställande direktör(?:en)?"
    r"|förvaltnings(?:chef|direktör)(?:en)?"
    r"|(?:it|säkerhets|informationssäkerhets)-?(?:chef|direktör|samordnare)(?:en)?|ledningsgrupp(?:en)?"
)
_BODIES = re.compile(rf"\b(?P<body>{_BODY})\b", re.IGNORECASE)
_VERB = re.compile(
    r"\b(?:beslutad|beslutat|beslut av|fastställd|fastställt|fastställdes|antagen|antaget|antogs|godkänd|godkänt"
    r"|beslutsinstans|beslutande|beslutsfattare)\b",
    re.IGNORECASE,
)
_PARAGRAPH = re.compile(r"§{1,2}\s*(\d{1,4})")


class FoundDate(NamedTuple):
    """One date in a text."""

    day: date
    start: int
    end: int


class Decision(NamedTuple):
    """One decision as a document names it."""

    body: str
    day: date | None
    paragraph: str | None


def dates_in(text: str) -> Iterator[FoundDate]:
    """Every full date in a text, in order; years before 1900 and days that no month has are none."""
    for match in _DATE.finditer(text):
        year = match["year"] or match["nyear"] or match["syear"] or match["dyear"]
        day = match["day"] or match["worded"] or match["sday"] or match["dday"]
        named = match["name"]
        month = (
            _MONTH[named.casefold().rstrip(".")] if named else int(match["month"] or match["smonth"] or match["dmonth"])
        )
        try:
            yield FoundDate(date(int(year), month, int(day)), match.start(), match.end())
        except ValueError:
            continue


def faces(text: DocumentText) -> str:
    """What a reader sees first and last: the first and last page, or their length of text, and the margins."""
    if text.paged:
        shown = [text.pages[0], text.pages[-1]] if len(text.pages) > 1 else list(text.pages)
    else:
        body = "\n".join(text.pages).strip()
        shown = [body] if len(body) <= _HEAD + _TAIL else [body[:_HEAD], body[-_TAIL:]]
    return "\n".join([*shown, text.margins])


def own_date(text: str) -> tuple[date | None, str | None]:
    """The date that is the document's own, with the word before it: the first with a label, else the first."""
    first: date | None = None
    for found in dates_in(text):
        before = text[max(0, found.start - 60) : found.start]
        labels = list(_LABEL.finditer(before))
        if labels and not any(True for _ in dates_in(before[labels[-1].end() :])):
            return found.day, labels[-1]["label"].casefold()
        first = first or found.day
    return first, None


def month_in(text: str) -> str | None:
    """The first month with a year and no day, as `2026-03`."""
    for match in _MONTH_ALONE.finditer(text):
        if not re.search(r"\d{1,2}(?::?[ea])?\s+$", text[max(0, match.start() - 6) : match.start()]):
            return f"{match['year']}-{_MONTH[match['name'].casefold()]:02d}"
    return None


def diary_numbers_in(text: str) -> tuple[str, ...]:
    """Diary numbers in a text, blanks evened out; statutes and standards of the same form are none."""
    found: dict[str, None] = {}
    for match in _NUMBER.finditer(text):
        number = " ".join((match["labelled"] or match["bare"]).split())
        bare = match["bare"]
        if bare is not None and (_STATUTES.match(bare) or bare[0].islower() or not bare[:2].isupper()):
            continue
        found.setdefault(number)
    return tuple(found)[:_MOST]


def decision_in(text: str) -> Decision | None:
    """Who decided on the document, by its own words: a verb of decision with a body, and date and paragraph near it.

    Of several the latest; one without a day goes after those with one.
    """
    found: list[Decision] = []
    for match in _VERB.finditer(text):
        near = text[match.start() : match.start() + 200]
        body = _BODIES.search(near)
        if body is None or body.start() > 80:
            continue
        rest = near[: body.end() + 90]
        day = next((each.day for each in dates_in(rest)), None)
        paragraph = _PARAGRAPH.search(rest)
        found.append(Decision(_sentence(body["body"]), day, f"§ {paragraph[1]}" if paragraph else None))
    return max(found, key=lambda each: each.day or date.min, default=None)


def reviewed_in(text: str) -> date | None:
    """Day of the latest revision that the text names."""
    return max(_after(_REVIEWED, text), default=None)


def review_due_in(text: str) -> date | None:
    """The last day on which it is valid or revised, by its own words: the latest that it names."""
    return max(_after(_DUE, text), default=None)


def _after(label: re.Pattern[str], text: str) -> Iterator[date]:
    for match in label.finditer(text):
        near = text[match.end() : match.end() + 60]
        day = next((each.day for each in dates_in(near)), None)
        if day is not None:
            yield day


def _sentence(text: str) -> str:
    even = " ".join(text.split())
    return even[:1].upper() + even[1:]

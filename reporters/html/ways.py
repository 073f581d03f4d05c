"""Which factor each privileged person must use on each way in: one person after another, the least protected first."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from reporters.html.book import Book
from reporters.html.groups import folded
from reporters.report import Json

ENFORCED = ("no", "unknown", "yes")
"""Least protected first."""


@dataclass(frozen=True, slots=True)
class WayRow:
    """One account on one way in."""

    account: str
    home: str
    """Source of the account, where the evidence is another's."""
    person: str
    """The person's key; empty where the account carries none."""
    roles: tuple[str, ...]
    way: str
    place: str
    enforced: str
    why: Markup | None
    """Why it is not, or not known; None where two factors are enforced."""
    factors: tuple[str, ...]
    source: str
    kinds: tuple[str, ...]
    registered: str
    held: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WaysTable:
    """The rows, and what has to be known to read them."""

    rows: tuple[WayRow, ...]
    counts: tuple[tuple[str, int], ...]
    """Rows by what is enforced, least protected first."""
    without_key: int
    """Accounts without a key; 0 where keys were not looked for."""
    gaps: int

    @property
    def folded(self) -> tuple[tuple[WayRow, ...], tuple[WayRow, ...]]:
        """The rows shown at once, and those that are one click away."""
        return folded(self.rows)


def ways_table(book: Book) -> WaysTable:
    """Every row of the table."""
    listed: list[Json] = book.contents.ways_in.get("rows", [])
    weakest: dict[tuple[str, ...], int] = {}
    for each in listed:
        who = _who(each)
        weakest[who] = min(weakest.get(who, len(ENFORCED)), _place(each))
    rows = sorted(listed, key=lambda each: (weakest[_who(each)], _who(each), _place(each), each["id"]))
    enforced = [each["enforced"] for each in listed]
    return WaysTable(
        rows=tuple(_row(book, each) for each in rows),
        counts=tuple((word, enforced.count(word)) for word in ENFORCED),
        without_key=sum(1 for who in weakest if len(who) > 1) if book.contents.ways_in.get("joined") else 0,
        gaps=len(book.contents.ways_in.get("gaps", [])),
    )


def _row(book: Book, row: Json) -> WayRow:
    why = None
    if row["reason"]:
        why = book.sentence(book.words.reason(row["check"], row["reason"], row["facts"])[0])
    return WayRow(
        account=row["account"],
        home=row["home"] if "home" in row and row["home"] != row["source"] else "",
        person=row["person"],
        roles=tuple(row["roles"]),
        way=row["way"],
        place=row["place"],
        enforced=row["enforced"],
        why=why,
        factors=tuple(row["factors"]),
        source=row["source"],
        kinds=tuple(book.words.code("kind", kind) for kind in row["kinds"]),
        registered=row["registered"],
        held=tuple(row["held"]),
    )


def _who(row: Json) -> tuple[str, ...]:
    """The person by key; an account without one by itself."""
    return (row["person"],) if row["person"] else (row["home"] if "home" in row else row["source"], row["account"])


def _place(row: Json) -> int:
    return ENFORCED.index(row["enforced"]) if row["enforced"] in ENFORCED else len(ENFORCED)

"""The chain of backup: each critical system on one line, with its five links, the weakest of them, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from markupsafe import Markup

from reporters.html.book import Book
from reporters.html.groups import folded
from reporters.report import Json

LINKS = ("taken", "intact", "restorable", "in-time", "separate")
STATES = ("no", "unknown", "yes")
"""Worst first."""


@dataclass(frozen=True, slots=True)
class LinkCell:
    """One link of one system."""

    link: str
    state: str
    shown: str
    """Day of the evidence; empty where there is none."""
    why: Markup | None
    """Why it does not hold, or is not known; None where it holds or nobody was asked."""


@dataclass(frozen=True, slots=True)
class ChainRow:
    """One critical system."""

    system: str
    owner: str
    links: tuple[LinkCell, ...]
    weakest: LinkCell
    days: int | None
    """Age of the evidence of the weakest link, days; None where there is none."""
    fix: Markup | None
    others: tuple[LinkCell, ...]
    """Further links that do not hold or are not known."""


@dataclass(frozen=True, slots=True)
class ChainTable:
    """The rows, and how many systems have a chain that holds."""

    rows: tuple[ChainRow, ...]
    whole: int
    counts: tuple[tuple[str, int], ...]
    """Each link with the number of systems where it holds."""

    @property
    def folded(self) -> tuple[tuple[ChainRow, ...], tuple[ChainRow, ...]]:
        """The rows shown at once, and those that are one click away."""
        return folded(self.rows)


def chain_table(book: Book) -> ChainTable:
    """Every critical system, in the order of the bundle: the weakest chain first."""
    rows = tuple(_row(book, each) for each in book.contents.backup_chain.get("rows", []))
    holding = [[cell.link for cell in row.links if cell.state == "yes"] for row in rows]
    return ChainTable(
        rows=rows,
        whole=sum(1 for links in holding if len(links) == len(LINKS)),
        counts=tuple((link, sum(link in links for links in holding)) for link in LINKS),
    )


def _row(book: Book, row: Json) -> ChainRow:
    links = tuple(_cell(book, each) for each in row["links"])
    place = next((number for number, each in enumerate(row["links"]) if each["link"] == row["weakest"]), 0)
    weakest = row["links"][place]
    as_of = datetime.fromisoformat(book.contents.run["as_of"]).date()
    shown = date.fromisoformat(weakest["shown"]) if weakest["shown"] else None
    fix = None
    if weakest["reason"]:
        sentence = book.words.reason(weakest["check"], weakest["reason"], weakest["facts"])[1]
        fix = None if sentence is None else book.sentence(sentence)
    return ChainRow(
        system=row["system"],
        owner=row["owner"] or "",
        links=links,
        weakest=links[place],
        days=None if shown is None else max(0, (as_of - shown).days),
        fix=fix,
        others=tuple(cell for cell in links if cell.state != "yes" and cell is not links[place]),
    )


def _cell(book: Book, link: Json) -> LinkCell:
    why = None
    if link["reason"]:
        why = book.sentence(book.words.reason(link["check"], link["reason"], link["facts"])[0])
    return LinkCell(link["link"], link["state"], link["shown"] or "", why)

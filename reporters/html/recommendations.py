"""Earlier audits' recommendations: the evidence before and after the measure, beside management's own answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reporters.html.book import Book, EvidenceFile
from reporters.html.groups import Item, folded
from reporters.report import Json

_ORDER = ("no", "partly", "not-determined", "yes")


@dataclass(frozen=True, slots=True)
class Names:
    """Subjects of one control, under a heading."""

    key: str
    """`remaining`, `added` or `resolved`."""
    items: tuple[Item, ...]

    @property
    def folded(self) -> tuple[tuple[Item, ...], tuple[Item, ...]]:
        """The items shown at once, and those that are one click away."""
        return folded(self.items)

    @property
    def sources(self) -> tuple[str, ...]:
        """No source beside each name: the name has it."""
        return ()


@dataclass(frozen=True, slots=True)
class ControlRow:
    """One linked control before and after."""

    title: str
    before: str
    """Status; empty where nothing from before is named."""
    after: str
    change: str
    before_count: int
    after_count: int
    missing: str
    names: tuple[Names, ...]
    evidence: tuple[EvidenceFile, ...]
    """Of the later time; what the earlier rests on is in its own bundle."""


@dataclass(frozen=True, slots=True)
class RecommendationRow:
    """One recommendation with what is proposed of it."""

    id: str
    section: str
    addressee: str
    priority: str
    text: str
    before: str
    proposal: str
    answer: str
    difference: str
    reply: str
    measure: str
    done: str
    due: str
    status: str
    evidence: str
    remarks: tuple[str, ...]
    controls: tuple[ControlRow, ...]


@dataclass(frozen=True, slots=True)
class LedgerView:
    """The recommendations of one report, those that are not heeded first."""

    title: str
    issued: str
    counts: tuple[tuple[str, int], ...]
    """Proposal to number of recommendations."""
    rows: tuple[RecommendationRow, ...]


def ledger_views(book: Book) -> tuple[LedgerView, ...]:
    """Every ledger of the settings, in their order."""
    followed = {each["id"]: each for each in book.contents.follow_up.get("recommendations", ())}
    return tuple(_ledger(book, ledger, followed) for ledger in book.contents.ledgers)


def read_at(book: Book, which: str) -> str:
    """The time of the evidence `before` or `after`; empty where there is none."""
    read = book.contents.follow_up.get(which)
    return read["as_of"] if read else ""


def _ledger(book: Book, ledger: Json, followed: dict[str, Json]) -> LedgerView:
    rows = [_row(book, each, followed[each["id"]]) for each in ledger["recommendations"] if each["id"] in followed]
    rows.sort(key=lambda row: _ORDER.index(row.proposal))
    report = ledger["report"]
    return LedgerView(
        title=book.text(report.get("title")),
        issued=", ".join(str(report[key]) for key in ("issuer", "date", "diary_number") if report.get(key)),
        counts=tuple((code, count) for code in _ORDER[::-1] if (count := sum(row.proposal == code for row in rows))),
        rows=tuple(rows),
    )


def _row(book: Book, said: Json, found: Json) -> RecommendationRow:
    reply, measure = said.get("reply") or {}, said.get("measure") or {}
    return RecommendationRow(
        id=said["id"],
        section=said["section"],
        addressee=book.text(said["addressee"]),
        priority=said.get("priority") or "",
        text=book.text(said["text"]),
        before=found["before"],
        proposal=found["proposal"],
        answer=found["answer"] or "",
        difference=found["difference"],
        reply=", ".join(str(reply[key]) for key in ("date", "diary_number", "text") if reply.get(key)),
        measure=measure.get("text") or "",
        done=measure.get("done") or "",
        due=said.get("due") or "",
        status=said.get("status") or "",
        evidence=said.get("evidence") or "",
        remarks=tuple(found["remarks"]),
        controls=tuple(_control(book, each) for each in found["controls"]),
    )


def _control(book: Book, change: Json) -> ControlRow:
    before, after = change["before"] or {}, change["after"]
    added = change["added"]
    remaining = [each for each in after["deviating"] if each not in set(added)]
    named = (("remaining", remaining), ("added", added), ("resolved", change["resolved"]))
    return ControlRow(
        title=book.control_title(change["id"]),
        before=before.get("status", ""),
        after=after["status"],
        change=change["change"],
        before_count=len(before.get("deviating", ())),
        after_count=len(after["deviating"]),
        missing=after["missing"],
        names=tuple(Names(key, _items(names)) for key, names in named if names),
        evidence=book.evidence_files(after.get("evidence", ())),
    )


def _items(names: Sequence[str]) -> tuple[Item, ...]:
    return tuple(Item(str(name), "", ()) for name in names)

"""Suppliers one by one: what each claims, with the verdict, and what it was asked and has not answered."""

from __future__ import annotations

from dataclasses import dataclass

from reporters.html.book import Book
from reporters.html.decisions import ClaimRow, claim_rows
from reporters.html.groups import Item

_ORDER = ("contradicted", "not-verifiable", "partly-confirmed", "confirmed")
_QUESTIONS = "supplier-question-open"


@dataclass(frozen=True, slots=True)
class SupplierView:
    """One supplier."""

    name: str
    counts: tuple[tuple[str, int], ...]
    """Verdict to number of claims."""
    claims: tuple[ClaimRow, ...]
    """What is contradicted first."""
    questions: tuple[Item, ...]
    """Questions that should have been answered, or whose answer cannot be told."""


def supplier_views(book: Book) -> tuple[SupplierView, ...]:
    """Every supplier with a claim or an open question, by name."""
    claims = claim_rows(book)
    questions = _questions(book)
    names = sorted({claim.supplier for claim in claims} | questions.keys())
    return tuple(
        _view(name, [claim for claim in claims if claim.supplier == name], questions.get(name, [])) for name in names
    )


def _view(name: str, claims: list[ClaimRow], questions: list[Item]) -> SupplierView:
    ordered = sorted(claims, key=lambda claim: _ORDER.index(claim.status))
    counts = ((status, sum(claim.status == status for claim in claims)) for status in _ORDER)
    return SupplierView(name, tuple(pair for pair in counts if pair[1]), tuple(ordered), tuple(questions))


def _questions(book: Book) -> dict[str, list[Item]]:
    """Supplier to its open questions, as the findings on the log name them: `supplier: reference`."""
    found: dict[str, list[Item]] = {}
    for finding in book.contents.findings:
        if finding["control"] == _QUESTIONS:
            for each in (*finding["exceptions"], *finding["undetermined"]):
                supplier, _, reference = each["subject"].rpartition(": ")
                if supplier:
                    sentence = book.words.reason(finding["check"], each["reason"], each["facts"])[0]
                    found.setdefault(supplier, []).append(Item(reference, "", (book.sentence(sentence),)))
    return found

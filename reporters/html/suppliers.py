"""Suppliers one by one: what each claims, with the verdict, and what it was asked and has not answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from config.contracts import load_clauses
from reporters.html.book import Book
from reporters.html.decisions import ClaimRow, claim_rows
from reporters.html.groups import Item
from reporters.report import Json

_ORDER = ("contradicted", "not-verifiable", "partly-confirmed", "confirmed")
_STANDING = ("contracts", "ended", "coming")
_QUESTIONS = "supplier-question-open"


@dataclass(frozen=True, slots=True)
class GapRow:
    """A control that the contract does not promise, with a clause that would."""

    title: str
    requirements: tuple[str, ...]
    proposal: str
    """Empty where no clause is proposed."""


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
    has_contract: bool
    standing: tuple[tuple[str, tuple[str, ...]], ...]
    """Whether a contract is in force, has ended or has not begun, to the contracts of which that is so."""
    gaps: tuple[GapRow, ...]
    covered: int
    """Controls that a clause promises."""


def supplier_views(book: Book) -> tuple[SupplierView, ...]:
    """Every supplier with a claim or an open question, by name."""
    claims = claim_rows(book)
    questions = _questions(book)
    contracts = {each["supplier"]: each for each in book.contents.contracts.get("suppliers", ())}
    names = sorted({claim.supplier for claim in claims} | questions.keys() | contracts.keys())
    return tuple(
        _view(book, name, [claim for claim in claims if claim.supplier == name], questions.get(name, []), contracts)
        for name in names
    )


def _view(
    book: Book, name: str, claims: list[ClaimRow], questions: list[Item], contracts: Mapping[str, Json]
) -> SupplierView:
    ordered = sorted(claims, key=lambda claim: _ORDER.index(claim.status))
    counts = ((status, sum(claim.status == status for claim in claims)) for status in _ORDER)
    contract = contracts.get(name, {})
    return SupplierView(
        name=name,
        counts=tuple(pair for pair in counts if pair[1]),
        claims=tuple(ordered),
        questions=tuple(questions),
        has_contract=bool(contract),
        standing=tuple((each, tuple(contract[each])) for each in _STANDING if contract.get(each)),
        gaps=tuple(_gap(book, each) for each in contract.get("gaps", ())),
        covered=len(contract.get("covered", ())),
    )


def _gap(book: Book, gap: Json) -> GapRow:
    clause = load_clauses().get(gap["control"])
    return GapRow(
        title=book.control_title(gap["control"]),
        requirements=tuple(gap["requirements"]),
        proposal=getattr(clause, book.language) if clause else "",
    )


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

"""What people said and decided: suppliers' claims held against evidence, and accepted risks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup, escape

from reporters.html.book import Book, EvidenceFile
from reporters.html.groups import Item, folded
from reporters.report import Json
from reporters.texts.formats import Language
from reporters.texts.hostile import neutralised
from reporters.texts.words import Sentence, Words


@dataclass(frozen=True, slots=True)
class ClaimReason:
    """Why a claim has its status, with the names that it is about."""

    text: Markup
    items: tuple[Item, ...]

    @property
    def folded(self) -> tuple[tuple[Item, ...], tuple[Item, ...]]:
        """The items shown at once, and those that are one click away."""
        return folded(self.items)

    @property
    def sources(self) -> tuple[str, ...]:
        """No source beside each name: the text says which."""
        return ()


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """What to ask, ready to send; in the report's language and in the other."""

    to_supplier: bool
    text: Markup
    other_language: str
    """Language of the other text."""
    other: Markup


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """A supplier's claim with what the evidence says of it."""

    id: str
    supplier: str
    statement: str
    contract: str
    as_of: str
    control: str
    status: str
    reasons: tuple[ClaimReason, ...]
    evidence: tuple[EvidenceFile, ...]
    period: tuple[str, str] | None
    """First and last day."""
    share_percent: int
    """Share that is said to conform; 100 where nothing else is said."""
    suppliers_evidence: str
    questions: tuple[AskedQuestion, ...]


@dataclass(frozen=True, slots=True)
class WaiverRow:
    """An accepted risk: who decided it, for how long, and what it covers now."""

    id: str
    control: str
    state: str
    covers: int
    subjects: tuple[str, ...]
    sources: tuple[str, ...]
    tags: tuple[str, ...]
    decided_by: str
    decided: str
    diary_number: str
    reason: str
    expires: str
    beyond: tuple[str, ...]
    """Subjects that it names and its decision does not."""


def claim_rows(book: Book) -> tuple[ClaimRow, ...]:
    """Every claim, in the order in which they are stated."""
    stated = {each["id"]: each for each in book.contents.stated_claims}
    rows = []
    for claim in book.contents.claims.get("claims", ()):
        said = stated.get(claim["id"], {})
        rows.append(
            ClaimRow(
                id=claim["id"],
                supplier=claim["supplier"],
                statement=said.get("statement", ""),
                contract=", ".join(str(said[name]) for name in ("contract", "clause") if said.get(name)),
                as_of=said.get("as_of") or "",
                control=book.control_title(claim["control"]),
                status=claim["status"],
                reasons=tuple(_reason(book, each["code"], each["facts"]) for each in claim["reasons"]),
                evidence=book.evidence_files(claim["evidence"]),
                period=(said["period"]["from"], said["period"]["to"]) if said.get("period") else None,
                share_percent=said.get("share_percent", 100),
                suppliers_evidence=_suppliers_evidence(said),
                questions=tuple(_question(book, each) for each in claim.get("questions", ())),
            )
        )
    return tuple(rows)


def _suppliers_evidence(said: Json) -> str:
    """In words, then the source, then the document with its hash."""
    given = said.get("supplier_evidence") or {}
    document = Path(given["document"]).name if given.get("document") else ""
    parts = (said.get("evidence"), given.get("source"), document, given.get("sha256"))
    return ", ".join(str(each) for each in parts if each)


def _question(book: Book, asked: Json) -> AskedQuestion:
    other: Language = "en" if book.language == "sv" else "sv"
    to_supplier = asked["to"] == "supplier"
    key = f"{'claim-question' if to_supplier else 'claim-task'}.{asked['code']}"
    own, foreign = (
        Sentence(words(key), asked["facts"]) if words.has(key) else words.reason("", asked["code"], asked["facts"])[0]
        for words in (book.words, Words(other))
    )
    return AskedQuestion(
        to_supplier=to_supplier,
        text=book.sentence(own),
        other_language=other,
        other=Markup(escape(neutralised(foreign.text(Words(other))))),  # noqa: S704  # escaped just here
    )


def waiver_rows(book: Book) -> tuple[WaiverRow, ...]:
    """Every waiver of the settings, those that have no effect among them."""
    stated = {each["id"]: each for each in book.contents.settings.get("waivers", ())}
    rows = []
    for use in book.contents.assessment.get("waivers", ()):
        said = stated.get(use["id"], {})
        scope = said.get("scope", {})
        rows.append(
            WaiverRow(
                id=use["id"],
                control=book.control_title(use["control"]),
                state=use["state"],
                covers=use["covers"],
                subjects=tuple(scope.get("subjects", ())),
                sources=tuple(scope.get("sources", ())),
                tags=tuple(scope.get("tags", ())),
                decided_by=said.get("decided_by", ""),
                decided=said.get("decided", ""),
                diary_number=said.get("diary_number") or "",
                reason=said.get("reason", ""),
                expires=use["expires"],
                beyond=tuple(use.get("beyond", ())),
            )
        )
    return tuple(rows)


def _reason(book: Book, code: str, facts: Json) -> ClaimReason:
    names = facts.get("subjects")
    items = tuple(Item(str(each), "", ()) for each in names) if isinstance(names, list) else ()
    known = dict(facts)
    if code == "undetermined":  # the reason within is a check's own code
        known["reason"] = _undetermined_reason(book, str(facts.get("reason", "")))
    if code == "gap":
        known["cause"] = book.words.code("cause", str(facts.get("cause", "")))
    key = f"claim-reason.{code}"
    sentence = Sentence(book.words(key), known) if book.words.has(key) else book.words.reason("", code, known)[0]
    said = book.sentence(sentence)
    if code == "gap" and facts.get("detail"):  # the source's own words, as the collector quotes them
        said += Markup(' <q lang="en">{}</q>').format(book.sentence(Sentence("{detail}", facts)))
    return ClaimReason(said, items)


def _undetermined_reason(book: Book, code: str) -> str:
    for claim in book.contents.claims.get("claims", ()):
        for finding in claim["findings"]:
            for each in finding["undetermined"]:
                if each["reason"] == code:
                    return book.words.reason(finding["check"], code, each["facts"])[0].text(book.words).rstrip(".")
    return book.words.code("reason", code).rstrip(".")

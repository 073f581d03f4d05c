"""Every governing document that the organisation asks for exists and is decided by the right body.

`required` lists them by kind or title, with the body that must decide after a colon (`Riktlinje för
informationssäkerhet: Kommunstyrelsen`). One deviates when no such document is in the register, when there is only a
draft, when the decision has no day, and when another body decided. While no list is set nothing is determined.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from checks.finding import Outcome, Verdict, deviates, undetermined
from checks.record_rules.joins import grouped, has_one, key_of, lacks_column, unread
from checks.record_rules.reasons import COMMON, because
from checks.record_rules.rows import (
    ahead,
    decide,
)
from collector.evidence import EvidenceSet, Population, Reading
from collector.records.documents import Document

CONTROL = "governing-documents-decided"
READS = (Document,)
EVERY_RECORD = False


@dataclass(frozen=True, slots=True)
class Parameters:
    """The required documents."""

    required: tuple[str, ...] = ()


_DECIDE = (
    "Ta fram dokumentet och låt rätt instans besluta om det.",
    "Draw up the document, and have the right body decide on it.",
)
REASONS = COMMON | {
    "no-list": because(
        "Kommunen har inte angett vilka dokument som krävs.",
        "The municipality has not said which documents are required.",
        "Ange dem under controls: governing-documents-decided: parameters: required.",
        "Name them under controls: governing-documents-decided: parameters: required.",
    ),
    "missing": because("Finns inte i dokumentregistret.", "Is not in the document register.", *_DECIDE),
    "only-draft": because("Finns bara som utkast.", "Exists only as a draft.", *_DECIDE),
    "not-decided": because("Saknar beslutsdag.", "Has no day of decision.", *_DECIDE),
    "wrong-body": because(
        "Beslutat av {body}, ska beslutas av {wanted}.", "Decided by {body}, must be decided by {wanted}.", *_DECIDE
    ),
}


def judge(
    documents: Population[Document], evidence: EvidenceSet, parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per required document."""
    register = evidence.reading(Document)
    if not parameters.required:
        yield undetermined(documents.source, "no-list")
    found = grouped(register, lambda each: each.title, lambda each: each.category)
    for wanted in parameters.required:
        name, _, body = (part.strip() for part in wanted.partition(":"))
        held_now = [each for each in found.get(key_of(name), ()) if each.status != "repealed"]
        best = min(
            (_judge(name, each, body, register, as_of) for each in held_now),
            key=lambda each: (list(_ORDER).index(each.verdict), each.reason, str(sorted(each.facts.items()))),
            default=None,
        )
        yield best or decide(name, has_one(name, (), register, "missing", columns=("category",)))


_ORDER = (Verdict.CONFORMS, Verdict.UNDETERMINED, Verdict.DEVIATES)
"""Of several documents of one kind the best answers for it."""


def _judge(name: str, document: Document, body: str, register: Reading[Document], as_of: datetime) -> Outcome:
    if document.status == "draft":
        return unread(name, register) or deviates(name, "only-draft")
    if document.decided is None:
        return lacks_column(name, register, "decided") or deviates(name, "not-decided")
    if body and not document.body:
        return lacks_column(name, register, "body") or deviates(name, "incomplete", columns=("body",))
    if body and key_of(body) != key_of(document.body or ""):
        return deviates(name, "wrong-body", body=document.body, wanted=body)
    return decide(name, ahead(name, document.decided, as_of))

"""Every question to a supplier is answered in time.

A question deviates when no answer came by the day that was asked for or, where none was set, within `answer_days` of
the day it was asked; and, from the day it was asked, while a classification cannot be finished without the answer.
A question that was answered conforms, however late: the log is about what is open. One that nobody dated cannot be
said to be late.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from checks.ages import span
from checks.finding import Fact, Outcome, Reason, Severity, Text, Verdict, conforms, deviates, undetermined
from checks.record_rules.reasons import COMMON
from checks.record_rules.rows import told
from collector.evidence import EvidenceSet, Population
from collector.records.statements import SupplierQuestion

CONTROL = "supplier-question-open"
READS = (SupplierQuestion,)


@dataclass(frozen=True, slots=True)
class Parameters:
    """Days."""

    answer_days: int = 30


_REMIND = Text(
    "Påminn leverantören, och ta upp frågan i avtalsuppföljningen.",
    "Remind the supplier, and raise it in the contract follow-up.",
)
REASONS = {
    "no-column": COMMON["no-column"],
    "blocks-classification": Reason(
        Text(
            "”{question}” Obesvarad sedan {asked} ({days} dagar), och hindrar klassning: {blocks}.",
            "“{question}” Unanswered since {asked} ({days} days), and keeps a classification from being finished: "
            "{blocks}.",
        ),
        _REMIND,
    ),
    "unanswered": Reason(
        Text(
            "”{question}” Obesvarad sedan {asked} ({days} dagar); svar skulle ha kommit {due}. "
            "Väntar på svaret: {blocks}.",
            "“{question}” Unanswered since {asked} ({days} days); an answer was due on {due}. "
            "Waiting for it: {blocks}.",
        ),
        _REMIND,
        Severity.LOW,
    ),
    "undated": Reason(
        Text(
            "Frågan är obesvarad, och loggen säger inte när den ställdes.",
            "The question is unanswered, and the log does not say when it was asked.",
        ),
        Text("Datera frågan i loggen.", "Date the question in the log."),
    ),
    "answer-undated": Reason(
        Text(
            "Loggen hänvisar till ett svar ({answer}) men säger inte när det kom.",
            "The log refers to an answer ({answer}) but does not say when it came.",
        ),
        Text("Datera svaret i loggen.", "Date the answer in the log."),
    ),
    "dated-ahead": Reason(
        Text("Loggen har ett datum som ännu inte varit ({day}).", "The log has a day that has not been yet ({day})."),
        Text("Rätta datumet i loggen.", "Correct the day in the log."),
    ),
}


def judge(
    questions: Population[SupplierQuestion], _evidence: EvidenceSet, parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per question."""
    for question in questions.records:
        found = _judge(question, parameters, as_of.date())
        if found.verdict is Verdict.UNDETERMINED or question.answered is not None:
            yield found
        else:
            hidden = ("answered", "answer", "due", "blocks_classification")
            yield told(question, questions, *hidden) or found


def _judge(question: SupplierQuestion, parameters: Parameters, today: date) -> Outcome:
    ahead = next((day for day in (question.asked, question.answered) if day is not None and day > today), None)
    if ahead is not None:
        return undetermined(question, "dated-ahead", day=ahead)
    if question.answered is not None:
        return conforms(question)
    if question.answer:
        return undetermined(question, "answer-undated", answer=question.answer)
    if question.asked is None:
        return undetermined(question, "undated")
    facts: dict[str, Fact] = {
        "question": question.question or question.reference,
        "asked": question.asked,
        "days": (today - question.asked).days,
        "blocks": question.blocks,
    }
    if question.blocks_classification:
        return deviates(question, "blocks-classification", **facts)
    due = question.due or _after(question.asked, parameters.answer_days)
    if today > due:
        return deviates(question, "unanswered", due=due, **facts)
    return conforms(question)


def _after(day: date, days: int) -> date:
    try:
        return day + span(days=days)
    except OverflowError:
        return date.max if days > 0 else date.min

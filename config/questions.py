"""The log of questions to suppliers: YAML files, for those who keep no such log in another system."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

from pydantic import Field

from config.document import Document, DocumentPath, Node
from config.problems import SettingsError
from config.settings import Settings
from config.sources import Identifier, Strict
from config.statement_files import read_all
from config.validation import fit
from config.yaml_reader import read_yaml

Line = Annotated[str, Field(min_length=1, max_length=500)]


class QuestionSettings(Strict):
    """One question to a supplier."""

    id: Identifier
    supplier: Line
    question: Annotated[str, Field(min_length=1, max_length=2000)]
    asked: dt.date
    asked_by: str | None = None
    """Role."""
    due: dt.date | None = None
    """Day by which an answer was asked for."""
    answered: dt.date | None = None
    answer: Line | None = None
    """Reference to the answer: diary number, file."""
    blocks: tuple[Line, ...] = ()
    """What waits for the answer."""
    blocks_classification: bool = False
    """Whether a classification cannot be finished without the answer."""


class QuestionsFile(Strict):
    """The whole of a file of questions."""

    questions: tuple[QuestionSettings, ...]


def load_questions(settings: Settings) -> tuple[QuestionSettings, ...]:
    """Load the questions that the settings name; raises SettingsError with every mistake."""
    return load_question_files(settings.questions)


def load_question_files(entries: tuple[Path, ...]) -> tuple[QuestionSettings, ...]:
    """Load questions from files, folders and patterns; raises SettingsError with every mistake."""
    return read_all(entries, "questions", _read)


def _read(path: Path) -> tuple[Document, tuple[QuestionSettings, ...]]:
    document = read_yaml(path)
    file = fit(QuestionsFile, document)
    for index, question in enumerate(document.root.items("questions")):
        _check_days(document, question, ("questions", index))
    if file is None and not document.problems:
        raise SettingsError(document.problems)
    return document, file.questions if file is not None else ()


def _check_days(document: Document, question: Node, place: DocumentPath) -> None:
    asked = question.text("asked") or ""
    for key, what in (("due", "an answer is due"), ("answered", "the question was answered")):
        day = question.text(key)
        if day is not None and len(day) == len(asked) and day < asked:  # days as written sort as they come
            document.problem((*place, key), f"{what} before it was asked ({asked})")
    if question.get("answer") is not None and question.get("answered") is None:
        document.problem((*place, "answer"), "an answer has a day", "add `answered: YYYY-MM-DD`", key=True)

"""The log of questions is read as strictly as the settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.loading import load_settings
from config.problems import SettingsError
from config.questions import load_questions

QUESTIONS = """\
questions:
  - id: q-1
    supplier: Driftbolaget
    question: Vilka skydd finns i driftmiljön?
    asked: 2026-05-02
    asked_by: Informationssäkerhetssamordnare
    due: 2026-06-01
    blocks: [Klassning av Lönesystemet]
    blocks_classification: true
"""


def settings(tmp_path: Path, text: str) -> Path:
    (tmp_path / "questions.yaml").write_text(text, encoding="utf-8")
    path = tmp_path / "styrk.yaml"
    path.write_text("organisation: {name: X}\nsources: [{id: a, type: local}]\nquestions: questions.yaml\n", "utf-8")
    return path


def test_a_log_loads(tmp_path: Path) -> None:
    (question,) = load_questions(load_settings(settings(tmp_path, QUESTIONS)))
    assert (question.supplier, question.blocks_classification) == ("Driftbolaget", True)


@pytest.mark.parametrize(
    ("right", "wrong", "expected"),
    [
        ("due: 2026-06-01", "due: 2026-05-01", "7:10: questions.0.due: an answer is due before it was asked (2026-05-"),
        (
            "    due: 2",
            "    answer: KS 2026/7\n    due: 2",
            "7:5: questions.0.answer: an answer has a day; add `",
        ),
        ("asked: 2026-05-02", "asked: i maj", "5:12: questions.0.asked: must be a date, YYYY-MM-DD"),
        ("id: q-1", "id: Fråga 1", "2:9: questions.0.id: must be lower-case letters a-z, digits and hyphens"),
        ("blocks_classification: true", "blocks_classification: ja", "9:28: questions.0.blocks_classification: must"),
    ],
)
def test_a_mistake_has_its_place(right: str, wrong: str, expected: str, tmp_path: Path) -> None:
    assert right in QUESTIONS
    with pytest.raises(SettingsError) as caught:
        load_settings(settings(tmp_path, QUESTIONS.replace(right, wrong)))
    assert str(caught.value).splitlines()[0].startswith(f"{tmp_path / 'questions.yaml'}:{expected}")

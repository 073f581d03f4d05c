"""Questions and recommendations of the settings' own files: what is given, and that nothing else is."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from collector.collection import collect
from collector.recorder import ConfiguredSource
from collector.records.network import DeclaredFlow, Zone
from collector.records.statements import Recommendation, SupplierQuestion
from collector.register.declared import DeclaredNetwork
from collector.register.stated import question_source, recommendation_source
from config.ledgers import Ledger
from config.questions import QuestionSettings
from config.settings import ZoneSettings

QUESTION = QuestionSettings(id="f1", supplier="Driftbolaget", question="När?", asked=date(2026, 9, 1))
TEXT = {"sv": "Text", "en": "Text"}
LEDGER = Ledger.model_validate(
    {
        "id": "granskning-2024",
        "report": {"title": {"sv": "Granskning", "en": "Audit"}},
        "recommendations": [
            {
                "id": "R-1",
                "section": "5.1",
                "addressee": {"sv": "Styrelsen", "en": "The board"},
                "text": TEXT,
                "measure": {"text": "Ny rutin", "done": "2026-03-02"},
                "reply": {"date": "2026-01-15", "diary_number": "KS 2026/1"},
            },
            {"id": "R-2", "section": "5.2", "addressee": {"sv": "Nämnden", "en": "The committee"}, "text": TEXT},
        ],
    },
    strict=False,
)


def test_what_was_answered_and_done_stands_beside_what_was_recommended(tmp_path: Path) -> None:
    source = recommendation_source([LEDGER])
    evidence = collect([ConfiguredSource(source, source.provides)], tmp_path, "test")
    first, second = evidence.reading(Recommendation).records
    assert (first.measure, first.measured, first.replied, first.diary_number) == (
        "Ny rutin",
        date(2026, 3, 2),
        date(2026, 1, 15),
        "KS 2026/1",
    )
    assert (second.measure, second.measured, second.replied, second.diary_number) == (None, None, None, None)
    assert (first.report, first.addressee, second.addressee) == ("granskning-2024", "Styrelsen", "Nämnden")


def test_what_is_not_asked_for_is_neither_planned_nor_read(tmp_path: Path) -> None:
    questions = question_source([QUESTION])
    assert [query.kinds for query in questions.plan(questions.provides)] == [(SupplierQuestion,)]
    assert list(questions.plan(frozenset({Recommendation}))) == []
    evidence = collect([ConfiguredSource(questions, frozenset())], tmp_path / "none", "test")
    assert (evidence.populations, evidence.gaps) == ((), ())
    declared = DeclaredNetwork((ZoneSettings(name="a", networks=("10.1.0.0/24",)),), ())
    assert [query.kinds for query in declared.plan(frozenset({Zone}))] == [(Zone,)]
    assert [query.kinds for query in declared.plan(declared.provides)] == [(Zone,), (DeclaredFlow,)]

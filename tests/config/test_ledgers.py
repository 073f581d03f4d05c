"""Ledgers of recommendations: read as strictly as the settings; those that come along hold all of five reports."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.catalogue import load_catalogue
from config.ledgers import load_ledger_files, shipped_ledgers
from config.problems import SettingsError

LEDGER = """\
id: granskning-2025
report: {title: {sv: Granskning, en: Audit}, issuer: Revisorerna, date: 2025-03-01}
reply_due: 2025-06-30
recommendations:
  - id: R-1
    section: "4.1"
    addressee: Kommunstyrelsen
    priority: short
    text: {sv: Pröva återläsning varje år., en: Test restoring every year.}
    reply: {date: 2025-06-15, diary_number: KS 2025/10}
    measure: {text: Ny rutin, decided: 2025-09-01, done: 2025-12-01}
    due: 2025-12-31
    status: done
    answer: yes
    evidence: KS 2025/44
    controls: [{id: restore-test-annual, parameters: {interval_months: 12}}]
"""


def written(tmp_path: Path, text: str = LEDGER, name: str = "a.yaml") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_ledger_loads_with_what_the_board_says(tmp_path: Path) -> None:
    (ledger,) = load_ledger_files((written(tmp_path),))
    (one,) = ledger.recommendations
    assert (one.status, one.answer, one.priority) == ("done", "yes", "short")
    assert one.measure is not None
    assert str(one.measure.done) == "2025-12-01"
    assert one.controls[0].parameters == {"interval_months": 12}


@pytest.mark.parametrize(
    ("right", "wrong", "expected"),
    [
        ("restore-test-annual", "restore-test", "16:21: recommendations.0.controls.0.id: there is no control restore"),
        (
            "restore-test-annual",
            "recommendation-status",
            "16:21: recommendations.0.controls.0.id: recommendation-status is about the ledger, and shows no effect",
        ),
        ("interval_months", "months", "16:55: recommendations.0.controls.0.parameters.months: restore-test-annual has"),
        ("done: 2025-12-01", "done: 2025-08-01", "11:58: recommendations.0.measure.done: carried out before it was"),
        ("status: done", "status: klar", "13:13: recommendations.0.status: unknown value; choose from: done"),
        ("answer: yes", "answer: ja", "14:13: recommendations.0.answer: unknown value; choose from: no, partly, yes"),
        ("priority", "prioritet", "8:5: recommendations.0.prioritet: unknown key; did you mean priority?"),
        ("2025-06-15", "15/6 2025", "10:19: recommendations.0.reply.date: must be a date, YYYY-MM-DD"),
        ('    section: "4.1"\n', "", "5:5: recommendations.0.section: this key is required"),
    ],
)
def test_a_mistake_has_its_place(right: str, wrong: str, expected: str, tmp_path: Path) -> None:
    assert right in LEDGER
    path = written(tmp_path, LEDGER.replace(right, wrong))
    with pytest.raises(SettingsError) as caught:
        load_ledger_files((path,))
    assert str(caught.value).splitlines()[0].startswith(f"{path}:{expected}")


def test_a_number_stands_once_over_all_the_years(tmp_path: Path) -> None:
    written(tmp_path)
    written(tmp_path, LEDGER.replace("granskning-2025", "granskning-2027"), "b.yaml")
    with pytest.raises(SettingsError, match=r"b\.yaml:5:9: .*R-1 is used twice, first in .*a\.yaml:5"):
        load_ledger_files((tmp_path,))


def test_every_recommendation_of_the_five_reports_comes_along() -> None:
    ledgers = load_ledger_files(tuple(Path(name) for name in shipped_ledgers()))
    held = {each.id for ledger in ledgers for each in ledger.recommendations}
    asked = {
        requirement.id
        for ledger in ledgers
        for requirement in load_catalogue(ledger.id).requirements
        if requirement.kind == "recommendation"
    }
    assert len(ledgers) == 5
    assert asked - held == set()
    assert len(held) == 58  # and the one on diary numbers, which its report makes in passing


@pytest.mark.parametrize("name", shipped_ledgers())
def test_each_can_be_followed_up_and_is_in_two_languages(name: str) -> None:
    (ledger,) = load_ledger_files((Path(name),))
    for each in ledger.recommendations:
        assert each.controls, each.id
        assert each.text.sv != each.text.en, each.id
        said = (each.reply, each.measure, each.status, each.answer)
        assert said == (None, None, None, None), "that is for the addressee to say"

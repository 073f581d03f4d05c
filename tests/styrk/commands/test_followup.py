"""The whole way: a scan before the measure, one after it, and what is proposed of the recommendations."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.styrk.runs import Styrk, write_estate

LEDGER = """\
id: granskning-2025
report: {{title: Granskning 2025}}
recommendations:
  - id: R-1
    section: "4.1"
    addressee: Kommunstyrelsen
    text: {{sv: Pröva återläsning varje år., en: Test restoring every year.}}
    status: done
    evidence: KS 2026/3
    measure: {{done: {day}}}
    controls: [{{id: restore-test-annual}}]
  - id: R-2
    section: "4.2"
    addressee: Kommunstyrelsen
    text: {{sv: Rapportera till styrelsen., en: Report to the board.}}
    controls: [{{id: board-report-minuted}}]
"""


@pytest.fixture(scope="module")
def bundles(styrk_session: Styrk, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    """One bundle with one system tested, one with both; and the ledger."""
    folder = tmp_path_factory.mktemp("followup")
    ledger = folder / "2025.yaml"
    ledger.write_text(LEDGER.format(day=datetime.now(UTC).date() - timedelta(days=40)), encoding="utf-8")
    made = []
    for name, tested in (("before", ("Lönesystemet",)), ("after", ("Lönesystemet", "Ärendesystemet", "Kartan"))):
        settings = write_estate(folder / name, tested=tested)
        made.append(Path(styrk_session("scan", "-c", settings, "--json").json()["bundle"]))
    return made[0], made[1], ledger


def test_before_and_after_give_a_proposal_beside_the_boards_answer(
    styrk: Styrk, bundles: tuple[Path, Path, Path]
) -> None:
    before, after, ledger = bundles
    run = styrk("followup", ledger, before, after, "--json")
    one, two = run.json()["recommendations"]
    assert run.status == 3
    assert (one["before"], one["proposal"], one["answer"], one["difference"]) == ("no", "yes", "yes", "agrees")
    assert one["controls"][0]["resolved"] == ["systems: Ärendesystemet"]
    assert (two["proposal"], two["difference"]) == ("not-determined", "no-answer")


def test_it_says_so_in_words(styrk: Styrk, bundles: tuple[Path, Path, Path]) -> None:
    before, after, ledger = bundles
    run = styrk("followup", ledger, before, before, "--lang", "en")
    assert run.status == 1
    text = " ".join(run.out.split())
    assert "R-1 No" in text
    assert "Their own answer says more than the evidence shows." in text
    assert "Remaining: systems: Ärendesystemet" in text
    assert "R-1 Ja" in " ".join(styrk("followup", ledger, before, after).out.split()).replace("  ", " ")


def test_a_ledger_that_comes_along_is_named_by_its_id(styrk: Styrk, bundles: tuple[Path, Path, Path]) -> None:
    run = styrk("followup", "kungalv-2022", bundles[0], bundles[1], "--json")
    proposals = {each["id"]: each["met"] for each in run.json()["recommendations"]}
    assert proposals["KUNGALV-3.4.2-o"] == "yes"


def test_a_scan_takes_them_in_and_its_rerun_is_identical(
    styrk: Styrk, bundles: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    before, _, ledger = bundles
    settings = write_estate(tmp_path, tested=("Lönesystemet", "Ärendesystemet", "Kartan"))
    (tmp_path / "ledger.yaml").write_text(ledger.read_text("utf-8"), encoding="utf-8")
    with settings.open("a", encoding="utf-8") as file:
        file.write(f"recommendations: {{ledgers: ledger.yaml, before: {before}}}\n")
    bundle = Path(styrk("scan", "-c", settings, "--json").json()["bundle"])
    held = json.loads((bundle / "data/results/recommendations.json").read_text(encoding="utf-8"))
    assert [each["proposal"] for each in held["recommendations"]] == ["yes", "not-determined"]
    assert held["before"]["bundle"]
    assert styrk("reperform", bundle).status == 0
    assert styrk("followup", "-c", settings, bundle, "--json").json()["recommendations"][0]["proposal"] == "yes"


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        (("BEFORE", "AFTER"), 2, "LEDGER BEFORE AFTER"),
        (("nowhere.yaml", "BEFORE", "AFTER"), 2, "nowhere.yaml:1:1: the file cannot be read"),
        (("LEDGER", "BEFORE", "nowhere"), 2, "there is no such folder"),
    ],
)
def test_mistakes(
    words: tuple[str, ...], status: int, message: str, styrk: Styrk, bundles: tuple[Path, Path, Path]
) -> None:
    named = dict(zip(("BEFORE", "AFTER", "LEDGER"), bundles, strict=True))
    run = styrk("followup", *(named.get(word, word) for word in words))
    assert run.status == status
    assert message in run.err


def test_a_bundle_that_was_changed_is_not_judged(styrk: Styrk, bundles: tuple[Path, Path, Path], bundle: Path) -> None:
    (bundle / "data/policy/run.json").write_text("{}", encoding="utf-8")
    assert styrk("followup", bundles[2], bundles[0], bundle).status == 4

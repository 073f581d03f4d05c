from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.styrk.runs import Styrk, write_estate


@pytest.mark.parametrize(("language", "mark"), [("sv", '<html lang="sv"'), ("en", '<html lang="en"')])
def test_a_report_in_each_language(styrk: Styrk, bundle: Path, tmp_path: Path, language: str, mark: str) -> None:
    run = styrk("report", bundle, "--lang", language, "--out", tmp_path / "reports", "--json")
    assert run.status == 0, run.err
    (path,) = run.json()["reports"]
    assert mark in Path(path).read_text(encoding="utf-8")
    assert styrk("verify", bundle).status == 0


def test_the_bundles_own_language_is_the_default(styrk: Styrk, bundle: Path, tmp_path: Path) -> None:
    archive = shutil.make_archive(str(tmp_path / "sent"), "zip", bundle.parent, bundle.name)
    assert styrk("report", archive, "--out", tmp_path / "r", "--json").json()["language"] == "sv"


def test_a_report_is_never_written_into_the_bundle(styrk: Styrk, bundle: Path) -> None:
    run = styrk("report", bundle, "--out", bundle / "data" / "reports")
    assert run.status == 2
    assert styrk("verify", bundle).status == 0


def test_nothing_is_made_from_a_bundle_that_failed(styrk: Styrk, bundle: Path, tmp_path: Path) -> None:
    (bundle / "data" / "results" / "claims.json").write_bytes(b"{}")
    report = styrk("report", bundle, "--out", tmp_path / "reports")
    assert (report.status, (tmp_path / "reports").exists()) == (4, False)
    assert "data/results/claims.json" in report.err
    assert styrk("diff", bundle, bundle).status == 4


def test_what_changed_between_two_runs(styrk: Styrk, tmp_path: Path, bundle: Path) -> None:
    settings = write_estate(tmp_path / "later", tested=("Ärendesystemet",))
    later = Path(styrk("scan", "-c", settings, "--json").json()["bundle"])
    run = styrk("diff", bundle, later, "--json")
    assert run.status == 1, run.err
    outcome = run.json()
    assert [each["subject"] for each in outcome["new"]] == ["Lönesystemet"]
    assert [each["subject"] for each in outcome["resolved"]] == ["Ärendesystemet"]
    assert (outcome["basis"], outcome["judgements"]) == ([], [])
    archive = shutil.make_archive(str(tmp_path / "sent"), "zip", later.parent, later.name)
    shown = styrk("diff", bundle, archive)
    assert shown.status == 1
    assert "1 new" in shown.out
    assert max(map(len, shown.out.splitlines())) <= 80


def test_a_source_that_was_not_read_resolves_nothing(styrk: Styrk, tmp_path: Path, bundle: Path) -> None:
    settings = write_estate(tmp_path / "later")
    (tmp_path / "later" / "systems.csv").unlink()
    later = styrk("scan", "-c", settings, "--json").json()["bundle"]
    run = styrk("diff", bundle, later, "--json")
    assert run.status == 3, run.err
    assert [each["subject"] for each in run.json()["no_longer_determined"]] == ["Ärendesystemet"]
    assert run.json()["resolved"] == []
    assert [(each["id"], each["new"]) for each in run.json()["judgements"]] == [("P-1", "not-determined")]


def test_a_bundle_does_not_differ_from_itself(styrk: Styrk, bundle: Path) -> None:
    run = styrk("diff", bundle, bundle)
    assert run.status == 0
    assert "0 new" in run.out
    assert "1 unchanged" in run.out

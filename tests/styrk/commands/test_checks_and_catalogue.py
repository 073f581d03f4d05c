from __future__ import annotations

import json
from pathlib import Path

import pytest

from checks.discovery import discover
from config.catalogue import available_catalogues, load_catalogue
from styrk.cli import main
from styrk.requirements import requirements_by_control


def printed(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main([*words]) == 0
    return capsys.readouterr().out


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("check", [check.id for check in discover()])
def test_each_check_explains_itself_within_80_columns(check: str, capsys: pytest.CaptureFixture[str]) -> None:
    for language in ("en", "sv"):
        shown = printed(capsys, "checks", check, "--lang", language)
        assert max(map(len, shown.splitlines())) <= 80
        for words in ("Parameters:", "Reads:", "Reasons:", "Serves"):
            assert words in shown


@pytest.mark.usefixtures("home")
def test_the_list_of_checks_is_whole(capsys: pytest.CaptureFixture[str]) -> None:
    listed = json.loads(printed(capsys, "checks", "--json"))
    assert [each["id"] for each in listed] == [check.id for check in discover()]
    shown = printed(capsys, "checks")
    assert all(each["id"] in shown and each["summary"].split()[0] in shown for each in listed)


@pytest.mark.usefixtures("home")
def test_a_check_names_its_parameters_units_reasons_and_requirements(capsys: pytest.CaptureFixture[str]) -> None:
    (check,) = json.loads(printed(capsys, "checks", "accounts-stale", "--json"))
    assert {"name": "stale_days", "default": 90, "unit": "days"} in check["parameters"]
    assert {"unused", "never-used"} <= {reason["code"] for reason in check["reasons"]}
    assert check["reads"] == ["account"]
    assert check["requirements"]["cybersakerhetslagen-2-3"]


@pytest.mark.usefixtures("home")
def test_a_control_shows_all_its_checks(capsys: pytest.CaptureFixture[str]) -> None:
    shown = json.loads(printed(capsys, "checks", "backup-daily", "--json"))
    assert [each["id"] for each in shown] == [
        *("backup-daily", "backup-daily--clock", "backup-daily--content", "backup-daily--directory"),
        *("backup-daily--period", "backup-daily--repository", "backup-daily--retention", "backup-daily--rpo"),
    ]


@pytest.mark.usefixtures("home")
def test_catalogues_are_counted_honestly(capsys: pytest.CaptureFixture[str]) -> None:
    listed = {each["id"]: each for each in json.loads(printed(capsys, "catalogue", "--json"))}
    assert set(listed) == set(available_catalogues())
    tested = {check.control for check in discover()}
    for name, entry in listed.items():
        asked = {control for control, where in requirements_by_control().items() if name in where}
        assert entry["requirements"] == len(load_catalogue(name).requirements)
        assert (entry["controls"], entry["controls_with_check"]) == (len(asked), len(asked & tested))
        assert f"{len(asked & tested)} of {len(asked)} controls have a check" in " ".join(
            printed(capsys, "catalogue", name).split()
        )


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(("language", "words"), [("sv", "behörigheter"), ("en", "strong authentication")])
def test_a_catalogue_in_each_language(language: str, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    shown = printed(capsys, "catalogue", "nationella-tio", "--lang", language)
    assert words in " ".join(shown.split())
    assert "patch-level*" in shown
    assert max(map(len, shown.splitlines())) <= 80


@pytest.mark.usefixtures("home")
def test_a_catalogue_of_ones_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from tests.styrk.runs import CATALOGUE

    path = tmp_path / "egen.yaml"
    path.write_text(CATALOGUE, encoding="utf-8")
    assert "2 of 2 controls have a check" in printed(capsys, "catalogue", str(path))

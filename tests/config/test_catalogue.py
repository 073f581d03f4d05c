"""Catalogues and controls load as models; a municipality's own catalogue is checked like the settings."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from config.catalogue import available_catalogues, load_catalogue, load_controls
from config.problems import SettingsError

OWN = """\
id: exempelkommun
title: Exempelkommunens egna krav
kind: own
issued: 2026-01-15
requirements:
  - id: EX-1
    section: "1.10"
    kind: demand
    title: {sv: Oanvända konton stängs, en: Unused accounts are closed}
    controls:
      - {id: accounts-stale, parameters: {stale_days: 60}}
  - id: EX-2
    section: 3.10
    kind: demand
    title: Kontinuitet
    crosswalk: {framework: csl-2-3, reference: "3"}
"""


def mistakes(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "own.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        load_catalogue(str(path))
    return [str(problem).removeprefix(str(path)) for problem in caught.value.problems]


@pytest.mark.parametrize("name", available_catalogues())
def test_every_shipped_catalogue_loads_under_its_own_id_without_floats(name: str) -> None:
    catalogue = load_catalogue(name)
    assert catalogue.id == name
    policy = json.loads(json.dumps(catalogue.policy()), parse_float=pytest.fail)
    assert [each["id"] for each in policy["requirements"]] == [each.id for each in catalogue.requirements]


def test_all_controls_load_by_id_in_order_without_floats() -> None:
    controls = load_controls()
    assert list(controls) == sorted(controls)
    assert len(controls) == 90
    policy = json.loads(json.dumps(controls["accounts-stale"].policy()), parse_float=pytest.fail)
    assert policy["parameters"]["stale_days"]["value"] == 90
    assert policy["title"].keys() == {"sv", "en"}
    assert all(control.id == name for name, control in controls.items())


def test_an_own_catalogue_keeps_its_words_numbers_and_parameters(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(OWN, encoding="utf-8")
    catalogue = load_catalogue(str(tmp_path / "own.yaml"))
    first, second = catalogue.requirements
    assert (catalogue.title.sv, catalogue.title.en) == ("Exempelkommunens egna krav",) * 2
    assert (first.title.sv, first.title.en) == ("Oanvända konton stängs", "Unused accounts are closed")
    assert first.controls[0].parameters == {"stale_days": 60}
    assert second.section == "3.10"
    assert second.crosswalk is not None
    assert "evidence" not in second.policy()


@pytest.mark.parametrize(
    ("right", "wrong", "expected"),
    [
        (
            "accounts-stale,",
            "account-stale,",
            ":11:14: requirements.0.controls.0.id: there is no control account-stale; did you mean a",
        ),
        (
            "stale_days: 60",
            "stal_days: 60",
            ":11:43: requirements.0.controls.0.parameters.stal_days: accounts-stale has no such parameter; did",
        ),
        (
            "stale_days: 60",
            "stale_days: '60'",
            ":11:55: requirements.0.controls.0.parameters.stale_days: must be a whole number",
        ),
        ("id: EX-2", "id: EX-1", ":12:9: requirements.1.id: this id is used twice, first on line 6"),
        ("csl-2-3", "csl-2-33", ":16:28: requirements.1.crosswalk.framework: no control refers to this framework; did"),
        ("kind: own", "kind: framwork", ":3:7: kind: unknown value; did you mean framework?"),
        ("2026-01-15", "2026", ':4:9: issued: must be text; write it in quotes: "2026"'),
        ("    title: Kontinuitet\n", "", ":12:5: requirements.1.title: this key is required"),
        ("en: Unused", "eng: Unused", ":9:41: requirements.0.title.eng: unknown key; did you mean en?"),
        ("section: 3.10", "sektion: 3.10", ":12:5: requirements.1.section: this key is required"),
    ],
)
def test_a_mistake_in_an_own_catalogue_has_its_place(right: str, wrong: str, expected: str, tmp_path: Path) -> None:
    assert right in OWN
    assert mistakes(tmp_path, OWN.replace(right, wrong))[0].startswith(expected)


def test_all_mistakes_in_an_own_catalogue_are_told_at_once(tmp_path: Path) -> None:
    text = OWN.replace("accounts-stale,", "nix,").replace("csl-2-3", "nix").replace("kind: own", "kind: nix")
    assert [line.split(":")[1] for line in mistakes(tmp_path, text)] == ["3", "11", "16"]


def test_a_name_of_no_catalogue_is_told_with_the_nearest() -> None:
    with pytest.raises(SettingsError, match=r"there is no catalogue of this name; did you mean tranemo-2024\?"):
        load_catalogue("tranemo-2023")


def test_a_path_that_climbs_is_no_id() -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        load_catalogue("../catalogues/nix")

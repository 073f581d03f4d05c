"""Contracts are read as strictly as the settings, and every proposed clause is in two languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.catalogue import available_catalogues, load_catalogue
from config.contracts import load_clauses, load_contract_files
from config.problems import SettingsError

CONTRACTS = """\
contracts:
  - id: drift-2016
    supplier: Driftbolaget
    valid_to: 2027-12-31
    clauses:
      - {clause: "7.2", page: 9, controls: [backup-daily]}
"""


def test_a_contract_loads(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(CONTRACTS, encoding="utf-8")
    (contract,) = load_contract_files((path,))
    assert contract.clauses[0].controls == ("backup-daily",)


@pytest.mark.parametrize(
    ("right", "wrong", "expected"),
    [
        ("backup-daily", "backup-dayly", "6:45: contracts.0.clauses.0.controls.0: there is no control backup-dayly"),
        ("[backup-daily]", "[]", "6:44: contracts.0.clauses.0.controls: must have at least 1 item"),
        ("page: 9", "sida: 9", "6:25: contracts.0.clauses.0.sida: unknown key"),
        ("2027-12-31", "snart", "4:15: contracts.0.valid_to: must be a date, YYYY-MM-DD"),
    ],
)
def test_a_mistake_has_its_place(right: str, wrong: str, expected: str, tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(CONTRACTS.replace(right, wrong), encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        load_contract_files((path,))
    assert str(caught.value).splitlines()[0].startswith(f"{path}:{expected}")


def test_there_is_a_clause_for_whatever_a_catalogue_asks_of_a_supplier() -> None:
    asked = {
        control.id
        for name in available_catalogues()
        for requirement in load_catalogue(name).requirements
        if requirement.owner in {"supplier", "both"}
        for control in requirement.controls or ()
    }
    assert len(asked) > 40
    assert not asked - load_clauses().keys()


def test_proposed_clauses_are_in_two_languages() -> None:
    clauses = load_clauses()
    assert len(clauses) >= 30
    assert all(each.sv != each.en for each in clauses.values())

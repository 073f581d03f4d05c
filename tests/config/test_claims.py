"""Claims are read with the same strictness as the settings, and speak of configured systems and known controls."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.claims import load_claims
from config.loading import load_default_settings, load_settings
from config.problems import SettingsError

CLAIMS = """\
claims:
  - id: driftbolaget-backup
    supplier: Driftbolaget
    clause: "4.2"
    statement: Säkerhetskopior tas varje dygn.
    as_of: 2026-06-30
    scope: {tags: [critical]}
    control: backup-daily
    parameters: {max_age_hours: 24}
"""
SETTINGS = "organisation: {name: X}\nsources: [{id: a, type: local, tags: [critical]}]\nclaims: claims.yaml\n"


def folder(tmp_path: Path, claims: str) -> Path:
    (tmp_path / "claims.yaml").write_text(claims, encoding="utf-8")
    path = tmp_path / "styrk.yaml"
    path.write_text(SETTINGS, encoding="utf-8")
    return path


def test_claims_load_with_what_they_claim(tmp_path: Path) -> None:
    (claim,) = load_claims(load_settings(folder(tmp_path, CLAIMS)))
    assert (claim.id, claim.control, claim.clause) == ("driftbolaget-backup", "backup-daily", "4.2")
    assert claim.parameters == {"max_age_hours": 24}
    assert claim.as_of.isoformat() == "2026-06-30"
    assert claim.scope.tags == ("critical",)


def test_settings_without_claims_have_none() -> None:
    assert load_claims(load_default_settings()) == ()


@pytest.mark.parametrize(
    ("right", "wrong", "expected"),
    [
        ("[critical]", "[crtical]", "7:20: claims.0.scope.tags.0: there is no source with the tag crtical; did you"),
        (
            "{tags: [critical]}",
            "{sources: [b]}",
            "7:23: claims.0.scope.sources.0: there is no source b; choose from: a",
        ),
        ("backup-daily", "backup-dayly", "8:14: claims.0.control: there is no control backup-dayly; did you"),
        (
            "max_age_hours",
            "max_hours",
            "9:18: claims.0.parameters.max_hours: backup-daily has no such parameter; did you",
        ),
        ("24", "a day", "9:33: claims.0.parameters.max_age_hours: must be a whole number, as in the default"),
        ("2026-06-30", "30/6 2026", "6:12: claims.0.as_of: must be a date, YYYY-MM-DD"),
        ("    supplier: Driftbolaget\n", "", "2:5: claims.0.supplier: this key is required"),
        ("    clause", "    klausul", "4:5: claims.0.klausul: unknown key; did you mean clause?"),
    ],
)
def test_a_mistake_in_the_claims_has_its_place(right: str, wrong: str, expected: str, tmp_path: Path) -> None:
    assert right in CLAIMS
    with pytest.raises(SettingsError) as caught:
        load_settings(folder(tmp_path, CLAIMS.replace(right, wrong)))
    lines = str(caught.value).splitlines()
    assert lines[0].startswith(f"{tmp_path / 'claims.yaml'}:{expected}")
    assert lines[1:] == [f"{tmp_path / 'styrk.yaml'}:3:9: claims: this claims file has mistakes: 1"]


def test_claims_of_the_same_id_are_told(tmp_path: Path) -> None:
    twice = CLAIMS + CLAIMS.removeprefix("claims:\n")
    with pytest.raises(SettingsError, match=r":10:9: claims\.1\.id: driftbolaget-backup is used twice"):
        load_settings(folder(tmp_path, twice))


def test_a_missing_claims_file_is_told(tmp_path: Path) -> None:
    path = folder(tmp_path, CLAIMS)
    (tmp_path / "claims.yaml").unlink()
    with pytest.raises(SettingsError, match=r"claims\.yaml:1:1: the file cannot be read"):
        load_settings(path)

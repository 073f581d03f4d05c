"""Claims are read with the same strictness as the settings, and speak of configured systems and known controls."""

from __future__ import annotations

import hashlib
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
    assert str(claim.as_of) == "2026-06-30"
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


EVIDENCE = "    supplier_evidence: {{document: rapport.pdf, sha256: {}}}\n"
RIGHT = hashlib.sha256(b"rapport").hexdigest()


@pytest.mark.parametrize(
    ("right", "wrong", "expected"),
    [
        ("    as_of: 2026-06-30\n", "", "2:5: claims.0.as_of: this key is required; or `period"),
        (
            "    as_of: 2026-06-30\n",
            "    as_of: 2026-06-30\n    period: {from: 2026-01-01, to: 2026-06-30}\n",
            "7:5: claims.0.period: a claim is about a date or a period, not both",
        ),
        (
            "    as_of: 2026-06-30\n",
            "    period: {from: 2026-07-01, to: 2026-06-30}\n",
            "6:36: claims.0.period.to: the period ends before it begins (2026-07-01)",
        ),
        (
            "    as_of: 2026-06-30\n",
            "    period: {from: 2020-07-01, to: 2026-06-30}\n",
            "6:36: claims.0.period.to: a period has at most 732 days; divide it",
        ),
        ("max_age_hours: 24}", "max_age_hours: 24}\n    share_percent: 101", "10:20: claims.0.share_percent: must be"),
        ("{tags: [critical]}", "{system: [x]}", "7:13: claims.0.scope.system: unknown key; did you mean systems?"),
        (
            "    control: b",
            "    supplier_evidence: {source: a}\n    control: b",
            "8:33: claims.0.supplier_evidence.source: a is controlled by the organisation itself",
        ),
        (
            "    control: b",
            "    supplier_evidence: {source: c}\n    control: b",
            "8:33: claims.0.supplier_evidence.source: there is no source c",
        ),
        (
            "    control: b",
            EVIDENCE.format("0" * 64) + "    control: b",
            "8:56: claims.0.supplier_evidence.sha256: the document is not the one that was received",
        ),
        (
            "    control: b",
            "    supplier_evidence: {document: rapport.pdf}\n    control: b",
            "8:24: claims.0.supplier_evidence.sha256: document and sha256 belong together",
        ),
        (
            "    control: b",
            EVIDENCE.format(RIGHT).replace("rapport.pdf", "borta.pdf") + "    control: b",
            "8:35: claims.0.supplier_evidence.document: the file cannot be read: No such file",
        ),
        (
            "control: backup-daily",
            "control: supplier-claim-verified",
            "8:14: claims.0.control: supplier-claim-verified is judged from the claims themselves",
        ),
    ],
)
def test_what_a_claim_is_about_has_its_place_too(right: str, wrong: str, expected: str, tmp_path: Path) -> None:
    assert right in CLAIMS
    (tmp_path / "rapport.pdf").write_bytes(b"rapport")
    with pytest.raises(SettingsError) as caught:
        load_settings(folder(tmp_path, CLAIMS.replace(right, wrong)))
    assert str(caught.value).splitlines()[0].startswith(f"{tmp_path / 'claims.yaml'}:{expected}")


def test_a_document_that_is_the_one_received_is_accepted(tmp_path: Path) -> None:
    (tmp_path / "rapport.pdf").write_bytes(b"rapport")
    path = folder(tmp_path, CLAIMS.replace("    control: b", EVIDENCE.format(RIGHT) + "    control: b"))
    (claim,) = load_claims(load_settings(path))
    assert claim.supplier_evidence is not None


def test_claims_of_several_files_are_read_together(tmp_path: Path) -> None:
    claims = tmp_path / "claims"
    claims.mkdir()
    (claims / "a.yaml").write_text(CLAIMS, encoding="utf-8")
    (claims / "b.yaml").write_text(CLAIMS.replace("driftbolaget-backup", "another"), encoding="utf-8")
    path = tmp_path / "styrk.yaml"
    for entry in ("claims", "claims/*.yaml", "[claims/a.yaml, claims/b.yaml]"):
        path_of(path, entry)
        assert [each.id for each in load_claims(load_settings(path))] == ["driftbolaget-backup", "another"]
    (claims / "c.yaml").write_text(CLAIMS, encoding="utf-8")
    with pytest.raises(SettingsError, match=r"c\.yaml:2:9: .* is used twice, first in .*a\.yaml:2"):
        load_settings(path_of(path, "claims/*.yaml"))


def path_of(path: Path, entry: str) -> Path:
    path.write_text(SETTINGS.replace("claims.yaml", entry), encoding="utf-8")
    return path


def test_a_pattern_that_matches_no_file_is_told(tmp_path: Path) -> None:
    path = path_of(tmp_path / "styrk.yaml", "claims/*.yaml")
    with pytest.raises(SettingsError, match=r"claims/\*\.yaml:1:1: no file is there"):
        load_settings(path)


def test_claims_of_the_same_id_are_told(tmp_path: Path) -> None:
    twice = CLAIMS + CLAIMS.removeprefix("claims:\n")
    with pytest.raises(SettingsError, match=r":10:9: claims\.1\.id: driftbolaget-backup is used twice"):
        load_settings(folder(tmp_path, twice))


def test_a_missing_claims_file_is_told(tmp_path: Path) -> None:
    path = folder(tmp_path, CLAIMS)
    (tmp_path / "claims.yaml").unlink()
    with pytest.raises(SettingsError, match=r"claims\.yaml:1:1: the file cannot be read"):
        load_settings(path)

"""From registers as people export them to named exceptions in the report, through the commands that a user runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.styrk.municipality import write_municipality
from tests.styrk.runs import Styrk

EXCEPTIONS = {
    "board-report-minuted": {"Årsrapport informationssäkerhet": "only-noted"},
    "change-approval-trace": {"C-2": "not-approved"},
    "classification-coverage": {"Kartan": "never"},
    "contract-security-clauses": {"A-1": "topics-missing"},
    "document-dated": {"Rutin för incidenter": "undated"},
    "document-registered": {"Rutin för incidenter": "no-number"},
    "document-review-age": {"Rutin för incidenter": "too-old"},
    "incident-post-review": {"I-2": "not-reviewed"},
    "supplier-register-classified": {"Okänd AB": "not-listed"},
    "system-owner-assigned": {"Kartan": "no-manager"},
    "training-completion": {"Vård": "too-few", "elected": "too-few"},
}
"""Every exception of these controls, by subject."""

NOT_KNOWN = {
    "document-registered": {"Riktlinje för informationssäkerhet": "no-register"},
    "classification-action-plan": {"Ekonomi": "no-register"},
    "change-segregation": {"C-1": "person-unknown", "C-2": "person-unknown"},
    "incident-register": {"I-1": "significance-unknown", "I-2": "significance-unknown"},
}
"""What the registers do not tell: a diary and plans that nobody handed over, columns that were not exported."""


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, list[dict[str, Any]]], Styrk]:
    folder = tmp_path_factory.mktemp("kommun")
    styrk = Styrk(folder / "home")
    run = styrk("scan", "-c", write_municipality(folder / "registers"), "--json")
    assert run.status == 1, run.err
    (bundle,) = (path for path in (folder / "registers/out").iterdir() if path.is_dir())
    findings: dict[str, list[dict[str, Any]]] = {}
    for each in json.loads((bundle / "data/results/findings.json").read_bytes()):
        findings.setdefault(each["check"], []).append(each)
    return bundle, findings, styrk


def told(findings: list[dict[str, Any]], part: str) -> dict[str, str]:
    """Subject to reason, of the findings that ask for no quarter: which one it is depends on the day of the test."""
    asked = [finding for finding in findings if not finding["parameters"].get("quarter")]
    return {each["subject"]: each["reason"] for finding in asked for each in finding[part]}


@pytest.mark.parametrize("check", EXCEPTIONS)
def test_each_fault_is_named_and_nothing_else(check: str, scanned: tuple[Path, Any, Styrk]) -> None:
    assert told(scanned[1][check], "exceptions") == EXCEPTIONS[check]


@pytest.mark.parametrize("check", NOT_KNOWN)
def test_what_nobody_handed_over_is_not_known(check: str, scanned: tuple[Path, Any, Styrk]) -> None:
    found = told(scanned[1][check], "undetermined")
    assert NOT_KNOWN[check].items() <= found.items()
    assert not set(NOT_KNOWN[check]) & set(told(scanned[1][check], "exceptions"))


def test_the_evidence_is_what_was_handed_over_and_it_re_performs(scanned: tuple[Path, Any, Styrk]) -> None:
    bundle, findings, styrk = scanned
    assert {each["obtained"] for check in EXCEPTIONS for each in findings[check]} == {"provided"}
    assert styrk("reperform", bundle).status == 0


def test_the_report_tells_it_in_words(scanned: tuple[Path, Any, Styrk]) -> None:
    bundle, _, styrk = scanned
    out = bundle.parent / "report"
    assert styrk("report", bundle, "--format", "html", "--lang", "sv", "--out", out).status == 0
    (page,) = out.glob("*.html")
    text = page.read_text(encoding="utf-8")
    assert "Ej daterad: inget synligt datum." in text
    assert "Rapporten visade brister men noterades bara" in text
    assert "styrdokument" in text
    assert "policy-documents" not in text.partition("<h2")[2].partition("Regler")[0].partition("parametrar")[0]

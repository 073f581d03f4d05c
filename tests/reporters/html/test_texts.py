"""Both languages have the same words, and every code that a bundle can hold has some."""

from __future__ import annotations

import ast
import inspect
import re
from enum import Enum
from typing import get_args, get_type_hints

import pytest

import assessment.claim_evidence
import assessment.claim_questions
import assessment.claims
from assessment.backup_chain import State
from assessment.claims import ClaimStatus
from assessment.recommendations import Change, Difference, Heeded
from assessment.requirements import Judgement, Missing
from assessment.segmentation import Picture
from assessment.waivers import WaiverState
from assessment.ways_in import CHECKS, Enforced
from checks.discovery import discover
from checks.finding import Severity, Status
from checks.judgement import GENERAL_REASONS
from collector.evidence import GapCause, Obtained
from collector.records.kinds import KINDS
from collector.records.network import Probe
from config.catalogue import load_controls
from reporters.html.render import CONFIDENCES, TEMPLATES
from reporters.texts.formats import LANGUAGES
from reporters.texts.words import Words, catalogue

TABLES: dict[str, type[Enum]] = {
    "status": Status,
    "severity": Severity,
    "severity-means": Severity,
    "judgement": Judgement,
    "rules": Judgement,
    "missing": Missing,
    "cause-of-no-judgement": Missing,
    "claim-status": ClaimStatus,
    "waiver-state": WaiverState,
    "heeded": Heeded,
    "difference": Difference,
    "change": Change,
    "cause": GapCause,
    "obtained": Obtained,
    "obtained-means": Obtained,
    "enforced": Enforced,
    "held": Enforced,
    "link-state": State,
    "picture": Picture,
}
PLACE = re.compile(r"\{([a-z_]+)\}")


def test_both_languages_have_the_same_keys_and_facts() -> None:
    swedish, english = catalogue("sv"), catalogue("en")
    assert list(swedish) == list(english)
    for key, text in swedish.items():
        assert text.strip()
        assert english[key].strip()
        if not key.endswith(".one"):  # «en avvikelse» needs no number
            assert set(PLACE.findall(text)) == set(PLACE.findall(english[key])), key


def test_the_languages_are_not_mixed_up() -> None:
    same = {key for key, text in catalogue("sv").items() if text == catalogue("en")[key] and len(text) > 12}
    assert same == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_words(language: str) -> None:
    texts = catalogue("sv" if language == "sv" else "en")
    wanted = {f"{table}.{each.value}" for table, codes in TABLES.items() for each in codes}
    wanted |= {f"reason.{code}" for code in GENERAL_REASONS} | {f"reason-fix.{code}" for code in GENERAL_REASONS}
    wanted |= {f"kind.{name}" for name in KINDS} | {f"kind-from.{name}" for name in KINDS}
    wanted |= {f"confidence.{each}" for each in CONFIDENCES} | {f"confidence-means.{each}" for each in CONFIDENCES}
    units = {each.unit for control in load_controls().values() for each in control.parameters.values() if each.unit}
    wanted |= {f"unit.{each}" for each in units}
    wanted |= {f"claim-reason.{code}" for code in claim_reason_codes()}
    asked = {*assessment.claim_questions.ASK.values(), *assessment.claim_questions.UNSEEN.values(), "complete"}
    wanted |= {f"claim-question.{code}" for code in asked}
    wanted |= {f"claim-task.{code}" for code in ("let-us-read", "complete", *assessment.claim_questions.OWN_TASKS)}
    wanted |= {f"way-in.{way}" for way, _ in CHECKS.values()}
    outcomes = get_args(get_type_hints(Probe)["outcome"])
    wanted |= {f"probe-outcome.{each}" for each in outcomes}
    assert wanted - set(texts) == set()


def claim_reason_codes() -> set[str]:
    """The codes that the assessment of claims gives to ClaimReason, read from its source."""
    source = inspect.getsource(assessment.claims) + inspect.getsource(assessment.claim_evidence)
    calls = [each for each in ast.walk(ast.parse(source)) if isinstance(each, ast.Call)]
    codes = {
        str(call.args[0].value)
        for call in calls
        if isinstance(call.func, ast.Name) and call.func.id == "ClaimReason" and isinstance(call.args[0], ast.Constant)
    }
    assert len(codes) >= 8
    return codes


def test_every_key_that_a_template_or_a_module_names_exists() -> None:
    texts = catalogue("sv")
    named = set()
    for path in TEMPLATES.glob("*.j2"):
        named |= set(re.findall(r'\bt\("([a-z.-]+)"[,)]', path.read_text(encoding="utf-8")))
    for path in TEMPLATES.parent.glob("*.py"):
        named |= set(re.findall(r'\bwords\(\s*"([a-z.-]+)"', path.read_text(encoding="utf-8")))
    assert len(named) > 80
    assert {key for key in named if key not in texts and f"{key}.other" not in texts} == set()


def test_no_text_is_left_over() -> None:
    sources = "".join(
        path.read_text(encoding="utf-8")
        for pattern in ("*.j2", "../*.py", "../../texts/*.py", "../../../styrk/commands/*.py")
        for path in TEMPLATES.glob(pattern)
    )
    tables = {"fact", "unit", "kind", "kind-from", "reason", "reason-fix", "owner", "evidence-kind", "source-type"}
    tables |= {
        "catalogue-kind",
        "controlled-by",
        "claim-reason",
        "claim-question",
        "claim-task",
        "contract-standing",
        "remark",
        "priority",
        "recommendation-state",
        "confidence",
        "confidence-means",
        "parameter-origin",
    }
    tables |= {"link", "link-means", "requirement-link", "way-in", "probe-outcome", *TABLES}
    composed = {"header.diary", "header.classification"}  # named by the organisation's fields
    composed |= {f"summary.coverage-{each}" for each in ("requirements", "controls", "honest")}
    composed |= {f"recommendations.{each}" for each in ("remaining", "added", "resolved")}
    composed |= {f"waivers.{each}" for each in ("subjects", "beyond", "sources", "tags")}
    composed |= {f"header.sources-{each}.{form}" for each in ("whole", "part", "nothing") for form in ("one", "other")}
    left = {
        key
        for key in set(catalogue("en")) - composed
        if key.partition(".")[0] not in tables
        and not re.search(f"[\"']{re.escape(re.sub(r'[.](one|other)$', '', key))}[\"']", sources)
    }
    assert left == set()


@pytest.mark.parametrize("check", discover(), ids=lambda check: check.id)
def test_a_checks_reasons_carry_the_same_facts_in_both_languages(check: object) -> None:
    for code, reason in check.reasons.items():  # type: ignore[attr-defined]
        for text in (reason.text, reason.fix):
            assert set(PLACE.findall(text.sv)) == set(PLACE.findall(text.en)), code
            assert bool(text.sv) == bool(text.en), code


def test_words_count() -> None:
    swedish, english = Words("sv"), Words("en")
    assert swedish("todo.exceptions", count=1) == "en avvikelse"
    assert swedish("todo.exceptions", count=12_345) == "12\u00a0345 avvikelser"
    assert english("todo.exceptions", count=0) == "0 exceptions"
    with pytest.raises(KeyError):
        swedish("no.such.key")


def test_a_reason_in_words() -> None:
    text, fix = Words("sv").reason("accounts-stale", "unused", {"last_used": "2026-01-02T03:04:05Z", "days": 323})
    assert text.text(Words("sv")) == "Aktiverat men senast använt 2026-01-02 03:04\u00a0UTC (323 dagar sedan)."
    assert fix is not None
    assert fix.text(Words("en")).startswith("Inaktivera")


def test_a_fact_that_is_missing_is_shown_as_missing() -> None:
    text, _ = Words("en").reason("accounts-stale", "unused", {"days": 3})
    assert "–" in text.text(Words("en"))

"""Names in a directory are anyone's to choose: none of them becomes markup, hides another, or turns text around."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporters.html.render import render
from reporters.report import ReportContents
from reporters.texts.hostile import is_right_to_left, neutralised
from tests.reporters.html.page import read
from tests.reporters.html.sample import estate
from tests.reporters.html.small import small

BREAKING = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</style><b>",
    "{{ 7 * 7 }}{% raw %}",
    "&lt;b&gt;",
    "a" * 5000,
    "' onmouseover='x",
    "<!--",
    "]]>",
]


def with_subject(name: str) -> ReportContents:
    """The small report, its first exception's subject and a fact replaced."""
    contents = small()
    findings: list[dict[str, Any]] = copy.deepcopy(list(contents.findings))
    findings[0]["exceptions"][0]["subject"] = name
    findings[0]["exceptions"][0]["facts"]["last_used"] = name
    return replace(contents, findings=findings)


@pytest.mark.parametrize("name", BREAKING)
def test_markup_in_a_name_is_text(name: str) -> None:
    harmless = read(render(with_subject("anna"), "sv"))
    page = read(render(with_subject(name), "sv"))
    assert [each.tag for each in page.all()] == [each.tag for each in harmless.all()]
    assert name in [each.text for each in page.all("b", "who")]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("exe\u202egpj", "exe⟨U+202E⟩gpj"),
        ("an\u200bna", "an⟨U+200B⟩na"),
        ("x\x1b[31m", "x⟨U+001B⟩[31m"),
        ("a\u2066b\u2069", "a⟨U+2066⟩b⟨U+2069⟩"),
        ("a\u0000b", "a⟨U+0000⟩b"),
        ("a\ud800b", "a⟨U+D800⟩b"),
        ("a\u2028b", "a⟨U+2028⟩b"),
        ("soft\u00adhyphen", "soft⟨U+00AD⟩hyphen"),
        ("z" + "\u0335" * 40, "z" + "\u0335" * 4 + "⟨…⟩"),
        ("Åsa Öberg-Éclair", "Åsa Öberg-Éclair"),
        ("Ζωή 山田 أحمد", "Ζωή 山田 أحمد"),
    ],
)
def test_what_is_invisible_is_shown_by_its_code(name: str, shown: str) -> None:
    assert neutralised(name) == shown
    page = render(with_subject(name), "en")
    assert shown in [each.text for each in read(page).all("b", "who")]
    assert page.encode()  # a lone surrogate cannot be written to a file


def test_right_to_left_facts_are_set_apart() -> None:
    assert is_right_to_left("أحمد 12")
    assert "<bdi>أحمد</bdi>" in render(with_subject("أحمد"), "sv")


@given(st.text(max_size=40))
def test_neutralising_twice_changes_nothing(text: str) -> None:
    once = neutralised(text)
    assert neutralised(once) == once
    once.encode()


def test_every_text_of_the_bundle_may_be_hostile() -> None:
    poison = "<i>\u202e</i>"

    def poisoned(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {name: poisoned(each, name) for name, each in value.items()}
        if isinstance(value, list | tuple):
            return [poisoned(each, key) for each in value]
        keep = {"id", "catalogue", "control", "check", "status", "missing", "started", "finished", "as_of", "expires"}
        keep |= {"decided", "read", "severity", "kind", "source", "waiver", "findings", "needs", "language"}
        return f"{value}{poison}" if isinstance(value, str) and key not in keep else value

    clean = estate()
    parts = ("settings", "controls", "catalogues", "findings", "claims", "evidence", "stated_claims")
    changes: dict[str, Any] = {name: poisoned(json.loads(json.dumps(getattr(clean, name)))) for name in parts}
    page = render(replace(clean, **changes), "sv")
    assert "\u202e" not in page
    assert not read(page).all("i")


def test_an_unknown_check_shows_its_code_and_facts() -> None:
    contents = small()
    findings: list[dict[str, Any]] = copy.deepcopy(list(contents.findings))
    findings[0]["check"] = "vendor-check"
    findings[0]["exceptions"][0] |= {"reason": "too-shiny", "facts": {"gloss": 7, "paint": "red"}}
    page = read(render(replace(contents, findings=findings), "en"))
    assert "too-shiny (gloss: 7; paint: red)" in page.by_id("todo").text


def test_unknown_codes_do_not_stop_a_report() -> None:
    contents = small()
    findings: list[dict[str, Any]] = copy.deepcopy(list(contents.findings))
    findings[0]["exceptions"][0]["severity"] = "apocalyptic"
    assessment = copy.deepcopy(contents.assessment)
    assessment["requirements"][0]["status"] = "sort-of"
    evidence = copy.deepcopy(contents.evidence)
    evidence["gaps"][0] |= {"cause": "eaten-by-dog", "kind": "unheard-of"}
    page = read(render(replace(contents, findings=findings, assessment=assessment, evidence=evidence), "en")).text
    for code in ("apocalyptic", "sort-of", "eaten-by-dog", "unheard-of"):
        assert code in page


def test_ids_made_of_foreign_names_never_collide() -> None:
    contents = small()
    catalogue = contents.catalogues[0]
    twins = [catalogue, *({**catalogue, "id": name} for name in ("egen-t", "egen:t", "egen-heading", "egen t"))]
    requirements = [{**each, "catalogue": twin["id"]} for twin in twins for each in contents.assessment["requirements"]]
    assessment = {**contents.assessment, "requirements": requirements}
    page = read(render(replace(contents, catalogues=twins, assessment=assessment), "en"))
    ids = [each.attributes["id"] for each in page.all() if "id" in each.attributes]
    assert len(ids) == len(set(ids))
    assert len(page.all("article", "requirement")) == len(requirements)

"""Whose word something rests on is told where it is judged, not only where it was collected."""

from __future__ import annotations

import pytest

from reporters.html.render import render
from reporters.report import ReportContents
from reporters.texts.formats import LANGUAGES, Language
from tests.reporters.html.small import small

WORD = {"sv": "delvis på vad leverantören själv har lämnat (Drift⟨U+202E⟩AB)", "en": "(Drift⟨U+202E⟩AB)"}


def held(obtained: str, controlled_by: str) -> ReportContents:
    contents = small()
    for each in contents.evidence["populations"]:
        each["provenance"] = {**each["provenance"], "obtained": obtained, "controlled_by": controlled_by}
    return contents


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_requirement_that_rests_on_a_suppliers_word_says_so(language: Language) -> None:
    assert WORD[language] in render(held("provided", "Drift\u202eAB"), language)
    for obtained, whose in (("observed", "Drift\u202eAB"), ("provided", "own")):
        assert "själv har lämnat" not in render(held(obtained, whose), language)
        assert "itself handed over" not in render(held(obtained, whose), language)


def test_a_hash_that_the_index_does_not_name_is_shown_alone() -> None:
    contents = small()
    contents.evidence["populations"][0]["digest"] = "cd" * 32
    assert '<li><code class="hash">' + "ab" * 32 in render(contents, "sv")

"""What came in the sealed bundle of another run is shown with the run, the bundle and the key."""

from __future__ import annotations

import pytest

from reporters.html.book import Book
from reporters.html.collection import source_rows
from reporters.html.render import render
from reporters.texts.formats import LANGUAGES, Language
from tests.reporters.html.small import small

RELAY = {
    "bundle": "c5" * 32,
    "run": "20261120T221500Z",
    "source": "probe",
    "organisation": "<b>Exempel\u202ekommun",
    "signer": "SHA256:worker",
    "sealed": "2026-11-20T22:18:00Z",
    "read": "2026-11-21T05:30:00Z",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_way_that_evidence_came_is_told_once(language: Language) -> None:
    contents = small()
    source = contents.evidence["populations"][0]["source"]
    for each in (*contents.evidence["populations"], *contents.evidence["gaps"]):
        if each["source"] == source:
            each["provenance"] = {**each["provenance"], "relayed": [RELAY]}
    html = render(contents, language)
    assert html.count(RELAY["bundle"]) == 1
    assert "SHA256:worker" in html
    assert "20261120T221500Z" in html
    assert "&lt;b&gt;Exempel⟨U+202E⟩kommun" in html


def test_what_a_run_read_itself_has_no_such_line() -> None:
    assert [row.relays for row in source_rows(Book(small(), "sv"))] == [()] * len(source_rows(Book(small(), "sv")))

"""Whoever deviates within a share that is accepted is named in the report, and is no exception."""

from __future__ import annotations

import pytest

from reporters.html.render import render
from reporters.texts.formats import LANGUAGES, Language
from reporters.texts.words import Words
from tests.reporters.html.small import small


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_is_within_the_share_is_named(language: Language) -> None:
    contents = small()
    before = render(contents, language)
    (finding,) = contents.findings
    finding["check"] = finding["control"] = "monitoring-active"
    finding["exceptions"], finding["undetermined"] = [], []
    finding["tolerated"] = [{"subject": "srv-19", "reason": "within-share", "facts": {}}]
    html = render(contents, language)
    heading = Words(language)("todo.tolerated")
    assert heading not in before
    assert "srv-19" in html.partition(heading)[2]

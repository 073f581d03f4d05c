"""What a supplier's contracts promise, and which of them promise nothing: not any more, or not yet."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reporters.html.render import render
from reporters.texts.formats import LANGUAGES, Language
from tests.reporters.html.page import read
from tests.reporters.html.small import small

SUPPLIER: dict[str, Any] = {
    "supplier": "Driftbolaget",
    "contracts": ["drift-2026", "<b>nät</b>"],
    "ended": ["drift-2016"],
    "coming": ["drift-2027"],
    "covered": [{"control": "backup-daily", "clause": "drift-2026 7.2"}],
    "gaps": [{"control": "accounts-stale", "requirements": ["R-1"], "runs": []}],
}
TOLD = {
    "sv": ["Avtal som gäller: drift-2026, <b>nät</b>", "Avtal som har löpt ut: drift-2016",
           "Avtal som inte har börjat gälla: drift-2027"],
    "en": ["Contracts in force: drift-2026, <b>nät</b>", "Contracts that have ended: drift-2016",
           "Contracts that have not begun: drift-2027"],
}  # fmt: skip


def told(language: Language, **changes: Any) -> list[str]:
    contents = replace(small(), contracts={"suppliers": [SUPPLIER | changes]})
    section = read(render(contents, language)).by_id("claims")
    return [each.text.strip() for each in section.all("p") if each.text.strip().split(":")[0] in _LABELS]


_LABELS = {line.split(":")[0] for lines in TOLD.values() for line in lines}


@pytest.mark.parametrize("language", LANGUAGES)
def test_contracts_are_told_by_whether_they_are_in_force(language: Language) -> None:
    assert told(language) == TOLD[language]


def test_nothing_is_said_of_what_there_is_none_of() -> None:
    assert told("sv", ended=[], coming=[]) == TOLD["sv"][:1]
    older = {key: value for key, value in SUPPLIER.items() if key != "coming"}
    contents = replace(small(), contracts={"suppliers": [older]})
    assert "inte har börjat gälla" not in read(render(contents, "sv")).by_id("claims").text

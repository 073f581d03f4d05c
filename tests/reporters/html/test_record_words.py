"""What a check of records says is missing is said in words, in both languages: columns and topics have theirs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from reporters.texts.formats import LANGUAGES, Language
from reporters.texts.words import Words, catalogue

CHECKS = Path(__file__).parents[3] / "checks"
FAMILIES = ("assets", "changes", "governance", "incidents", "monitoring", "record_rules", "suppliers")


def columns() -> set[str]:
    """Names of columns that the checks hand to their reasons, read from their source."""
    source = "".join(path.read_text("utf-8") for family in FAMILIES for path in (CHECKS / family).glob("*.py"))
    lists = re.findall(r"(?:filled|dated)\(\s*\w+, \w+, \(?([^()]*?)[,)]\s*(?:as_of|\)|\"no-)", source)
    lists += re.findall(r"columns=\(([^)]*)\)", source) + re.findall(r"lacks_column\([\w.]+, \w+, ([^)]*)\)", source)
    lists += re.findall(r"told\(\w+, \w+, (\"[^)]*)\)", source)
    return {name for each in lists for name in re.findall(r'"([a-z_]+)"', each)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_column_has_words(language: Language) -> None:
    found = columns()
    assert len(found) > 60
    assert {name for name in found if f"fact.columns.{name}" not in catalogue(language)} == set()


def test_lists_of_columns_and_topics_are_told_in_words() -> None:
    assert Words("sv").fact("columns", ["diary_number", "body"]) == "diarienummer och beslutande instans"
    assert Words("en").fact("topics", ["audit-rights", "5.1.4"]) == "the right to audit and 5.1.4"

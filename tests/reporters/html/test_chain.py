"""The chain of backup: every critical system on one line, hostile names harmless."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from reporters.html.book import Book
from reporters.html.chain import LINKS, chain_table
from reporters.html.render import render
from reporters.texts.formats import LANGUAGES, Language
from tests.reporters.html.page import read
from tests.reporters.html.small import small


def rows(count: int, **said: Any) -> dict[str, Any]:
    model = json.loads(json.dumps(small().backup_chain["rows"][0]))
    return {"rows": [{**model, "id": f"s{number}", "system": f"System {number}", **said} for number in range(count)]}


def test_the_weakest_link_with_its_age_and_what_to_do() -> None:
    table = chain_table(Book(small(), "sv"))
    (row,) = table.rows
    assert (row.weakest.link, row.weakest.state) == ("restorable", "no")
    assert row.days is not None
    assert row.days > 600
    assert "2025-03-01" in str(row.weakest.why)
    assert str(row.fix).startswith("Gör ett återläsningstest")
    assert [cell.link for cell in row.others] == ["intact", "in-time"]
    assert (table.whole, dict(table.counts)["taken"]) == (0, 1)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_system_has_a_line_with_five_links(language: Language) -> None:
    section = read(render(replace(small(), backup_chain=rows(40)), language)).by_id("backup")
    lines = [each for table in section.all("tbody") for each in table.all("tr")]
    assert len(lines) == 40
    assert all(len(line.all("td")) == len(LINKS) + 1 for line in lines)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_bundle_without_chains_says_so(language: Language) -> None:
    empty: list[dict[str, Any]] = [{}, {"rows": []}]
    for held in empty:
        section = read(render(replace(small(), backup_chain=held), language)).by_id("backup")
        assert not section.all("table")


def test_names_cannot_break_out() -> None:
    evil = "<script>alert(1)</script>\u202e"
    html = render(replace(small(), backup_chain=rows(1, system=evil, owner=evil)), "en")
    assert "<script" not in html
    assert "\u202e" not in html

"""The table of administrators' ways in: every row, the least protected person first, hostile names harmless."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reporters.html.book import Book
from reporters.html.render import render
from reporters.html.ways import ways_table
from reporters.texts.formats import LANGUAGES, Language
from tests.reporters.html.page import read
from tests.reporters.html.sample import estate
from tests.reporters.html.small import small


def row(account: str, enforced: str = "yes", **said: Any) -> dict[str, Any]:
    model = small().ways_in["rows"][0]
    return {**model, "id": f"{account} {said}", "account": account, "person": "", "enforced": enforced, **said}


def accounts(*rows: dict[str, Any]) -> list[str]:
    contents = replace(small(), ways_in={"rows": list(rows), "gaps": [], "joined": True})
    return [each.account for each in ways_table(Book(contents, "sv")).rows]


def test_the_least_protected_person_comes_first_with_all_their_ways() -> None:
    assert accounts(
        row("safe"), row("open", "no"), row("unsure", "unknown"), row("a", person="1"), row("b", "no", person="1")
    ) == ["b", "a", "open", "unsure", "safe"]


def test_the_same_name_in_two_sources_is_two_people() -> None:
    rows = (row("root", source="a"), row("root", "no", source="b"), row("other", "no", source="a"))
    assert accounts(*rows) == ["other", "root", "root"]
    contents = replace(small(), ways_in={"rows": list(rows), "gaps": [], "joined": True})
    assert ways_table(Book(contents, "sv")).without_key == 3


def test_no_key_is_said_to_be_missing_where_none_was_looked_for() -> None:
    contents = replace(small(), ways_in={"rows": [row("root")], "gaps": [], "joined": False})
    assert ways_table(Book(contents, "sv")).without_key == 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_row_is_in_the_report(language: Language) -> None:
    many = [row(f"konto{number}", ("yes", "no", "unknown")[number % 3]) for number in range(40)]
    contents = replace(estate(), ways_in={"rows": many, "gaps": [], "joined": True})
    section = read(render(contents, language)).by_id("ways")
    shown = [each for table in section.all("tbody") for each in table.all("tr")]
    assert len(shown) == 40


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_rows_it_says_so(language: Language) -> None:
    section = read(render(replace(small(), ways_in={"rows": [], "gaps": []}), language)).by_id("ways")
    assert not section.all("table")


def test_names_and_factors_cannot_break_out() -> None:
    evil = "<script>alert(1)</script>\u202e"
    said: dict[str, Any] = dict.fromkeys(("person", "place", "source"), evil) | {
        name: [evil] for name in ("roles", "factors", "held", "kinds")
    }
    html = render(replace(small(), ways_in={"rows": [row(evil, **said)], "gaps": [], "joined": True}), "en")
    assert "<script" not in html
    assert "\u202e" not in html


@pytest.mark.parametrize(("language", "way"), [("sv", "Ingången VPN"), ("en", "The entry point VPN")])
def test_an_entry_point_is_a_way_of_the_directory_that_the_account_is_in(language: Language, way: str) -> None:
    rows = [
        row("bo", "no", way="entry-point", place="VPN", source="ingångar", home="ad"),
        row("bo", source="ad", home="ad"),
        row("bo", way="entry-point", place="VPN", source="ingångar", home="ldap"),
    ]
    contents = replace(small(), ways_in={"rows": rows, "gaps": [], "joined": True})
    assert ways_table(Book(contents, language)).without_key == 2
    (table,) = read(render(contents, language)).by_id("ways").all("tbody")
    shown = [(each.all("th")[0].text.strip(), each.all("td")[0].text) for each in table.all("tr")]
    assert [who.startswith(begin) for (who, _), begin in zip(shown, ("bo (ad)", "bo", "bo (ldap)"), strict=True)] == [
        True
    ] * 3
    assert "(" not in shown[1][0]
    assert (shown[0][1], shown[2][1]) == (way, way)

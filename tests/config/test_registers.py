"""The columns that the settings know are the fields that the records have."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

from collector.records.kinds import KINDS
from collector.register.forms import WITHHELD, fields_of
from collector.register.words import WORDS
from config.columns import COLUMNS


@pytest.mark.parametrize("holds", COLUMNS)
def test_the_columns_are_the_fields_of_the_record(holds: str) -> None:
    fields = [field for field in dataclasses.fields(KINDS[holds]) if field.name != "row"]  # type: ignore[arg-type]
    needed = {
        field.name
        for field in fields
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    }
    assert set(COLUMNS[holds].required) == needed
    assert set(COLUMNS[holds].names) == {field.name for field in fields}


@pytest.mark.parametrize("holds", COLUMNS)
def test_every_column_can_be_read_and_every_record_keeps_its_row(holds: str) -> None:
    fields = fields_of(holds)
    assert set(fields.readers) == set(COLUMNS[holds].names)
    assert "row" in {field.name for field in dataclasses.fields(fields.kind)}  # type: ignore[arg-type]
    assert ("protected" in fields.readers) == (fields.kind in WITHHELD)


@pytest.mark.parametrize(("place", "words"), WORDS.items())
def test_the_words_of_a_column_stand_for_its_values(place: tuple[str, str], words: dict[str, str]) -> None:
    read = fields_of(place[0]).readers[place[1]]
    for word, value in words.items():
        assert word == word.casefold()
        assert read(word) in (value, (value,))
        assert read(value) in (value, (value,))


@pytest.mark.parametrize("holds", COLUMNS)
def test_the_documentation_names_every_column_and_which_are_needed(holds: str) -> None:
    text = (Path(__file__).parents[2] / "docs" / "registers.md").read_text(encoding="utf-8")
    chapters = re.findall(r"^## ([^\n]*)\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    (chapter,) = [body for heading, body in chapters if holds in re.split(r"[:, ]+", heading)]
    named = ",".join(re.findall(r"^\| ([^|]*) \|", chapter, re.MULTILINE))
    fields = {name.strip() for name in named.split(",")}
    assert {f"**{name}**" for name in COLUMNS[holds].required} <= fields
    assert {*COLUMNS[holds].optional} <= fields

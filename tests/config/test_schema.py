"""The JSON Schemas for editors are those of the models."""

from __future__ import annotations

import json

import pytest

from config.loading import example_text
from config.schema import FOLDER, SCHEMAS, schema_text


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_schema_is_up_to_date(name: str) -> None:
    kept = (FOLDER / name).read_text(encoding="utf-8")
    assert kept == schema_text(name), "run: python -m config.schema"


def test_keys_are_described_with_the_models_own_words() -> None:
    schema = json.loads(schema_text("styrk.schema.json"))
    ssh = schema["$defs"]["SshSource"]["properties"]
    assert ssh["parallel"]["description"] == "Hosts read side by side."
    assert "supplier" in ssh["controlled_by"]["description"]


def test_the_example_names_its_schema() -> None:
    first = example_text().splitlines()[0]
    assert first == "# yaml-language-server: $schema=styrk.schema.json"
    assert (FOLDER / "styrk.schema.json").is_file()

"""The commented settings file that new users get is right, as written and with everything uncommented."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

from config.loading import example_text, load_settings, parse_settings
from config.registers import Register
from config.settings import Settings
from config.sources import AnySource

SETTING = re.compile(r"^#(?! \S|$)", re.MULTILINE)
"""A commented setting has its `#` first, and then the line as it will stand; prose has one space after it."""

SHOWN = {
    "employment",
    "protected-system",
    "restore-test",
    "document",
    "minutes",
    "classification",
    "training",
    "change",
}
"""Kinds of register that a newcomer should see at once; docs/registers.md has all."""
LEDGER = """\
id: granskning-2025
report: {title: Granskning 2025}
recommendations: [{id: R-1, section: "4", addressee: Kommunstyrelsen, text: Pröva återläsning.}]
"""


def test_the_example_is_right_as_written() -> None:
    loaded = parse_settings(example_text().encode(), "styrk.yaml", Path("/etc/styrk"))
    assert [each.type for each in loaded.sources] == ["local"]


def test_the_example_with_everything_uncommented_is_right_and_shows_every_source(tmp_path: Path) -> None:
    (tmp_path / "claims").mkdir()
    (tmp_path / "claims" / "driftbolaget.yaml").write_text("claims: []\n", encoding="utf-8")
    (tmp_path / "contracts.yaml").write_text("contracts: []\n", encoding="utf-8")
    (tmp_path / "questions.yaml").write_text("questions: []\n", encoding="utf-8")
    (tmp_path / "recommendations").mkdir()
    (tmp_path / "recommendations" / "2025.yaml").write_text(LEDGER, encoding="utf-8")
    path = tmp_path / "styrk.yaml"
    path.write_text(SETTING.sub("", example_text()), encoding="utf-8")
    loaded = load_settings(path)
    union = get_args(get_args(AnySource)[0])
    assert {type(each) for each in loaded.sources} == set(union)
    kinds = set(get_args(Register.model_fields["holds"].annotation))
    assert SHOWN <= {each.holds for each in loaded.registers} <= kinds
    assert loaded.model_fields_set == set(Settings.model_fields)


def test_the_example_fits_a_terminal() -> None:
    assert max(len(line) for line in example_text().splitlines()) <= 110

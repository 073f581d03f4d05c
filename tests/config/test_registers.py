"""The columns that the settings know are the fields that the records have."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import get_args

import pytest

from collector.records.access import (
    AccessRequest,
    AccessReview,
    ExternalAccount,
    GroupPurpose,
    SharedAccount,
    UnitChange,
)
from collector.records.backup import MajorChange, ProtectedSystem, RestoreTest
from collector.records.factors import EntryPoint, EntryPointRule
from collector.records.identity import Employment
from config.registers import OPTIONAL, REQUIRED
from config.sources import Register

RECORDS = {
    "employment": Employment,
    "protected-system": ProtectedSystem,
    "restore-test": RestoreTest,
    "major-change": MajorChange,
    "group-purpose": GroupPurpose,
    "unit-change": UnitChange,
    "access-request": AccessRequest,
    "access-review": AccessReview,
    "external-account": ExternalAccount,
    "shared-account": SharedAccount,
    "entry-point": EntryPoint,
    "entry-point-rule": EntryPointRule,
}


@pytest.mark.parametrize("holds", get_args(Register.model_fields["holds"].annotation))
def test_the_columns_are_the_fields_of_the_record(holds: str) -> None:
    fields = [field for field in dataclasses.fields(RECORDS[holds]) if field.name != "row"]
    needed = {
        field.name
        for field in fields
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    }
    assert set(REQUIRED[holds]) == needed
    assert {*REQUIRED[holds], *OPTIONAL[holds]} == {field.name for field in fields}


@pytest.mark.parametrize("holds", get_args(Register.model_fields["holds"].annotation))
def test_the_documentation_names_every_column_and_which_are_needed(holds: str) -> None:
    text = (Path(__file__).parents[2] / "docs" / "registers.md").read_text(encoding="utf-8")
    chapters = re.findall(r"^## ([^\n]*)\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    (chapter,) = [body for heading, body in chapters if holds in re.split(r"[: ]+", heading)]
    named = ",".join(re.findall(r"^\| ([^|]*) \|", chapter, re.MULTILINE))
    fields = {name.strip() for name in named.split(",")}
    assert {f"**{name}**" for name in REQUIRED[holds]} <= fields
    assert {*OPTIONAL[holds]} <= fields

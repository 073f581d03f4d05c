"""The columns that the settings know are the fields that the records have."""

from __future__ import annotations

import dataclasses
from typing import get_args

import pytest

from collector.records.backup import MajorChange, ProtectedSystem, RestoreTest
from collector.records.identity import Employment
from config.registers import OPTIONAL, REQUIRED
from config.sources import Register

RECORDS = {
    "employment": Employment,
    "protected-system": ProtectedSystem,
    "restore-test": RestoreTest,
    "major-change": MajorChange,
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

from __future__ import annotations

import dataclasses
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.records.identity import Account, Employment
from collector.records.kinds import KINDS
from collector.records.making import quick
from collector.records.record import Record
from tests.checks.arbitrary import records_of

ANY_RECORD = st.one_of([records_of(kind) for kind in KINDS.values()])


@given(ANY_RECORD)
def test_what_is_made_quickly_is_the_record_itself(record: Record) -> None:
    fields = dataclasses.fields(cast("Any", record))
    make: Any = quick(type(record))
    made = make(**{each.name: getattr(record, each.name) for each in fields})
    assert type(made) is type(record)
    assert made == record
    assert [getattr(made, each.name) for each in fields] == [getattr(record, each.name) for each in fields]


def test_what_is_left_out_has_its_default() -> None:
    assert quick(Employment)(person_key="1") == Employment(person_key="1")


def test_what_was_made_cannot_be_changed() -> None:
    account = quick(Account)(name="eva")
    with pytest.raises(dataclasses.FrozenInstanceError):
        account.name = "adam"  # type: ignore[misc]  # that it is refused is the test


def test_a_field_that_is_none_is_refused() -> None:
    with pytest.raises(TypeError, match="nickname"):
        quick(Account)(name="eva", nickname="e")  # type: ignore[call-arg]  # that it is refused is the test

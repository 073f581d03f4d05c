"""Cells as people in Sweden write them; never a silent guess."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.register.table import Cell
from collector.register.values import (
    ValueUnreadableError,
    read_bool,
    read_int,
    read_names,
    read_scaled,
    read_text,
)


@pytest.mark.parametrize(
    ("cell", "value"), [("Ja", True), ("x", True), (1, True), ("SANT", True), ("nej", False), (0, False)]
)
def test_yes_and_no(cell: Cell, value: bool) -> None:
    assert read_bool(cell) is value


@pytest.mark.parametrize(
    ("cell", "value"), [("45", 45), ("1 200", 1200), ("45,0", 45), (45.0, 45), ("1\u00a0200", 1200)]
)
def test_whole_numbers(cell: Cell, value: int) -> None:
    assert read_int(cell) == value


@pytest.mark.parametrize("cell", ["1.000", "4,5", "ca 30", "3h", True, date(2026, 11, 21)])
def test_what_is_no_whole_number_is_refused(cell: Cell) -> None:
    with pytest.raises(ValueUnreadableError):
        read_int(cell)


@pytest.mark.parametrize(
    ("cell", "factor", "value"),
    [
        ("1,5", 60, 90),
        ("1.5", 60, 90),
        ("99,95 %", 100, 9995),
        ("1 200,5", 10, 12005),
        ("1200", 1, 1200),
        (0.25, 60, 15),
        (2, 60, 120),
        ("-0,5", 60, -30),
        ("1,2345", 10_000, 12345),
        ("", 60, None),
    ],
)
def test_decimals_become_whole_in_the_unit_of_the_field(cell: Cell, factor: int, value: int | None) -> None:
    assert read_scaled(cell, factor) == value


@pytest.mark.parametrize(("cell", "factor"), [("1,200", 60), ("1.200", 60), ("0,33", 10), ("1,5 h", 60), (True, 1)])
def test_what_could_be_two_numbers_or_is_not_whole_is_refused(cell: Cell, factor: int) -> None:
    with pytest.raises(ValueUnreadableError):
        read_scaled(cell, factor)


@pytest.mark.parametrize("read", [read_bool, read_int, read_text, partial(read_scaled, factor=60)])
@pytest.mark.parametrize("cell", [None, "", "  "])
def test_an_empty_cell_is_not_known(read: Callable[[Cell], object], cell: Cell) -> None:
    assert read(cell) is None


def test_names_in_one_cell() -> None:
    assert read_names("app1, db1;\nweb1 ,") == ("app1", "db1", "web1")


CELLS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=True)
    | st.text(max_size=20)
    | st.dates()
    | st.datetimes()
)


def refused(read: Callable[[Cell], object], cell: Cell) -> bool:
    try:
        read(cell)
    except ValueUnreadableError:
        return True
    return False


@given(CELLS)
def test_any_cell_is_read_or_refused(cell: Cell) -> None:
    for read in (read_bool, read_int, partial(read_scaled, factor=60)):
        assert refused(read, cell) in {True, False}
    assert read_text(cell) != ""
    assert "" not in read_names(cell)

"""Cells as people in Sweden write them; never a silent guess."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.register.table import Cell
from collector.register.values import (
    ValueUnreadableError,
    read_bool,
    read_date,
    read_int,
    read_names,
    read_text,
)

DAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    "cell",
    [
        "2026-11-21", " 2026-11-21 ", "2026-11-21 08:00", "2026-11-21T08:00:00", "2026-11-21 08:00:00.000", "20261121",
        20261121, "21.11.2026", "21/11 2026", "21/11-2026", "21/11/2026", "11/21/2026", "2026/11/21",
        datetime(2026, 11, 21, 8, 0, tzinfo=UTC), DAY,
    ],
)  # fmt: skip
def test_a_day_is_understood(cell: Cell) -> None:
    assert read_date(cell) == DAY


@pytest.mark.parametrize(
    "cell", ["03/04/2026", "2026-02-30", "21 nov", "46347", 46347, True, "21.11.26", "0001-01-01", "2026-11-21x"]
)
def test_what_could_be_another_day_or_none_is_refused(cell: Cell) -> None:
    with pytest.raises(ValueUnreadableError):
        read_date(cell)


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


@pytest.mark.parametrize("cell", ["1.000", "4,5", "ca 30", "3h", True, DAY])
def test_what_is_no_whole_number_is_refused(cell: Cell) -> None:
    with pytest.raises(ValueUnreadableError):
        read_int(cell)


@pytest.mark.parametrize("read", [read_bool, read_date, read_int, read_text])
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
    for read in (read_bool, read_date, read_int):
        assert refused(read, cell) in {True, False}
    assert read_text(cell) != ""
    assert "" not in read_names(cell)


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_every_day_is_read_back_from_each_way_to_write_it(day: date) -> None:
    for written in (f"{day:%Y-%m-%d}", f"{day:%Y%m%d}", f"{day:%d.%m.%Y}", f"{day.day}/{day.month} {day.year}"):
        assert read_date(written) == day

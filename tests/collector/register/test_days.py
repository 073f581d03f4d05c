"""Days and times as people in Sweden write them; never a silent guess."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.register.days import DayStyle, read_date, read_time
from collector.register.table import Cell
from collector.register.values import ValueUnreadableError

DAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    "cell",
    [
        "2026-11-21", " 2026-11-21 ", "2026-11-21 08:00", "2026-11-21T08:00:00", "2026-11-21 08:00:00.000", "20261121",
        20261121, "21.11.2026", "21/11 2026", "21/11-2026", "21/11/2026", "11/21/2026", "2026/11/21",
        datetime(2026, 11, 21, 8, 0, tzinfo=UTC), DAY, "21 november 2026", "den 21 nov. 2026", "21 Nov 2026",
        "lördag 21 november 2026", "Saturday, 21 November 2026, 10:15 AM", "21 november 2026 kl. 08.00",
        "2026-11-20T23:30:00Z", "2026-11-21T00:30+01:00", "21/11 2026 08:00", "21:a november 2026",
    ],
)  # fmt: skip
def test_a_day_is_understood(cell: Cell) -> None:
    assert read_date(cell) == DAY


@pytest.mark.parametrize(
    "cell",
    [
        "03/04/2026", "2026-02-30", "21 nov", "46347", 46347, True, "21.11.26", "0001-01-01", "2026-11-21x",
        "söndag 21 november 2026", "21 novmber 2026", "2026-11-21 25:00", "2026-11-21 13:00 PM", "1795219200",
        "2026-11-21 08:00+25:00", "21/11/26",
    ],
)  # fmt: skip
def test_what_could_be_another_day_or_none_is_refused(cell: Cell) -> None:
    with pytest.raises(ValueUnreadableError):
        read_date(cell)


@pytest.mark.parametrize(
    ("form", "cell", "day"),
    [
        ("day-first", "03/04/2026", date(2026, 4, 3)),
        ("month-first", "03/04/2026", date(2026, 3, 4)),
        ("day-first", "03/04/26, 10:15", date(2026, 4, 3)),
        ("unix", "1795219200", DAY),
        ("unix", 1795302000, date(2026, 11, 22)),  # 23:00 UTC is the next day in Sweden
    ],
)
def test_the_mapping_says_what_could_be_two_days(form: str, cell: Cell, day: date) -> None:
    assert read_date(cell, DayStyle(form)) == day  # type: ignore[arg-type]


@pytest.mark.parametrize(("form", "cell"), [("day-first", "11/21/2026"), ("month-first", "21/11/2026"), ("unix", "x")])
def test_and_what_does_not_fit_it_is_refused(form: str, cell: Cell) -> None:
    with pytest.raises(ValueUnreadableError):
        read_date(cell, DayStyle(form))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("cell", "time"),
    [
        ("2026-11-21 08:00", datetime(2026, 11, 21, 7, 0, tzinfo=UTC)),
        ("2026-07-21 08.00", datetime(2026, 7, 21, 6, 0, tzinfo=UTC)),
        ("2026-11-21T08:00:05Z", datetime(2026, 11, 21, 8, 0, 5, tzinfo=UTC)),
        ("21/11 2026 8:15 pm", datetime(2026, 11, 21, 19, 15, tzinfo=UTC)),
        ("21 November 2026, 12:05 AM", datetime(2026, 11, 20, 23, 5, tzinfo=UTC)),
        ("2026-11-21 08:00:00-05:00", datetime(2026, 11, 21, 13, 0, tzinfo=UTC)),
        (datetime(2026, 11, 21, 8, 0), datetime(2026, 11, 21, 7, 0, tzinfo=UTC)),  # noqa: DTZ001  # as Excel gives it
        (" ", None),
    ],
)
def test_a_time_is_understood_in_the_registers_zone(cell: Cell, time: datetime | None) -> None:
    assert read_time(cell) == time


@pytest.mark.parametrize("cell", ["2026-10-25 02:30", "2026-03-29 02:30", "2026-11-21", DAY])
def test_a_time_that_is_two_or_none_is_refused(cell: Cell) -> None:
    with pytest.raises(ValueUnreadableError):
        read_time(cell)


def test_the_mapping_says_what_a_day_stands_for() -> None:
    assert read_time(DAY, DayStyle(whole_days="start")) == datetime(2026, 11, 20, 23, 0, tzinfo=UTC)
    assert read_time("2026-11-21", DayStyle(whole_days="end")) == datetime(2026, 11, 21, 22, 59, 59, tzinfo=UTC)


@given(st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30) | st.dates() | st.datetimes())
def test_any_cell_is_read_or_refused(cell: Cell) -> None:
    for read in (read_date, read_time):
        for style in (DayStyle(), DayStyle("unix"), DayStyle("month-first", whole_days="end")):
            try:
                read(cell, style)
            except ValueUnreadableError:
                continue


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_every_day_is_read_back_from_each_way_to_write_it(day: date) -> None:
    for written in (f"{day:%Y-%m-%d}", f"{day:%Y%m%d}", f"{day:%d.%m.%Y}", f"{day.day}/{day.month} {day.year}"):
        assert read_date(written) == day

"""Times as directories write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.directory.times import (
    FILETIME_NEVER,
    MalformedValueError,
    parse_epoch_days,
    parse_filetime,
    parse_generalized_time,
    parse_integer,
)

EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
AFTER_EPOCH = st.timedeltas(timedelta(seconds=1), timedelta(days=3_000_000)).map(lambda age: EPOCH + age)
OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(AFTER_EPOCH)
def test_every_filetime_comes_back(moment: datetime) -> None:
    steps = (moment - EPOCH) // timedelta(microseconds=1) * 10
    assert parse_filetime(b"%d" % steps) == moment


@pytest.mark.parametrize("value", [b"0", b"%d" % FILETIME_NEVER, b"9223372036854775806"])
def test_filetimes_that_mean_never_are_no_time(value: bytes) -> None:
    assert parse_filetime(value) is None


def test_a_known_filetime() -> None:
    # The example of MS-DTYP's FILETIME as Windows shows it: 2009-07-25 23:00:00 UTC.
    assert parse_filetime(b"128930364000000000") == datetime(2009, 7, 25, 23, tzinfo=UTC)


@pytest.mark.parametrize("value", [b"", b"-1", b"1e9", b"1.0", b" 1", b"\xd9\xa1", b"9" * 30])
def test_what_is_no_filetime_is_refused(value: bytes) -> None:
    with pytest.raises(MalformedValueError):
        parse_filetime(value)


@given(AFTER_EPOCH, OFFSETS)
def test_every_generalized_time_comes_back(exact: datetime, zone: timezone) -> None:
    moment = exact.replace(microsecond=0).astimezone(zone)
    assert parse_generalized_time(moment.strftime("%Y%m%d%H%M%S%z").encode()) == moment
    assert parse_generalized_time(moment.astimezone(UTC).strftime("%Y%m%d%H%M%SZ").encode()) == moment


@pytest.mark.parametrize(
    ("value", "hour", "minute", "second", "micro"),
    [
        (b"20261121075100Z", 7, 51, 0, 0),
        (b"20261121075100.0Z", 7, 51, 0, 0),
        (b"20261121075100.250001Z", 7, 51, 0, 250001),
        (b"20261121075100,5Z", 7, 51, 0, 500000),
        (b"202611210751.5Z", 7, 51, 30, 0),
        (b"2026112107.25Z", 7, 15, 0, 0),
        (b"20261121085100+01", 7, 51, 0, 0),
        (b"20261121065160Z", 6, 52, 0, 0),
    ],
)
def test_the_forms_of_rfc_4517(value: bytes, hour: int, minute: int, second: int, micro: int) -> None:
    assert parse_generalized_time(value) == datetime(2026, 11, 21, hour, minute, second, micro, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"20261121075100",
        b"20261321075100Z",
        b"20261121245100Z",
        b"2026-11-21T07:51:00Z",
        b"000001010000Z",
        b"20261121075100+25",
    ],
)
def test_what_is_no_time_is_refused(value: bytes) -> None:
    with pytest.raises(MalformedValueError):
        parse_generalized_time(value)


@given(st.binary(max_size=40))
def test_hostile_bytes_give_a_time_or_the_one_error(value: bytes) -> None:
    for parse in (parse_filetime, parse_generalized_time, parse_epoch_days, parse_integer):
        try:
            parse(value)
        except MalformedValueError:
            continue


def test_shadow_days() -> None:
    assert parse_epoch_days(b"0") == datetime(1970, 1, 1, tzinfo=UTC)
    assert parse_epoch_days(b"20778") == datetime(2026, 11, 21, tzinfo=UTC)
    assert parse_epoch_days(b"-1") is None


@given(st.from_regex(rb"[0-9]{14}", fullmatch=True) | st.datetimes().map(lambda each: f"{each:%Y%m%d%H%M%S}".encode()))
def test_the_quick_way_says_what_the_whole_grammar_says(digits: bytes) -> None:
    by_grammar = moment_or_none(digits + b",0Z")  # no server writes it so: it is read by the grammar
    assert moment_or_none(digits + b"Z") == by_grammar
    assert moment_or_none(digits + b".0Z") == by_grammar


def moment_or_none(value: bytes) -> datetime | None:
    try:
        return parse_generalized_time(value)
    except MalformedValueError:
        return None

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.evidence_file import line_of, parse_json
from collector.quick_lines import line_reader, line_writer
from collector.records.access import Membership
from collector.records.codec import RecordError, decode, encode_line
from collector.records.identity import Account, Employment
from collector.records.kinds import KINDS
from collector.records.record import Record
from tests.checks.arbitrary import records_of

ANY_RECORD = st.one_of([records_of(kind) for kind in KINDS.values()])


@given(ANY_RECORD)
def test_a_line_is_the_codecs_own_to_the_octet(record: Record) -> None:
    assert line_writer(type(record))(record) == encode_line(record).encode()


@given(ANY_RECORD)
def test_a_line_is_read_as_the_codec_reads_it(record: Record) -> None:
    kind = type(record)
    line = encode_line(record).encode()
    quick, slow = line_reader(kind)(line), decode(kind, parse_json(line))
    assert quick == slow
    assert encode_line(quick) == encode_line(slow)  # the same types too: True is not 1


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 11, 21, 8, 0, 0, 120_000, UTC),
        datetime(2026, 11, 21, 8, 0, tzinfo=timezone(timedelta(hours=1))),
        datetime(1, 1, 1, tzinfo=UTC),
    ],
)
def test_any_time_is_written_in_utc_with_all_its_digits(moment: datetime) -> None:
    account = Account(name="a", created=moment)
    assert line_writer(Account)(account) == encode_line(account).encode()


@pytest.mark.parametrize("value", [1.5, float("nan"), b"octets", datetime(2026, 1, 1), object(), ("a", 1.5)])  # noqa: DTZ001
def test_what_has_no_place_in_evidence_is_refused(value: Any) -> None:
    with pytest.raises(RecordError):
        line_writer(Account)(Account(name="a", created=value))


@pytest.mark.parametrize("text", ["\ud800", "a\udfff"])
def test_text_that_is_no_text_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="surrogates"):
        line_writer(Account)(Account(name=text))


@pytest.mark.parametrize("days", [10**40, 2**64, 2**63, -(2**63), -(2**63) - 1])
def test_numbers_have_no_bound(days: int) -> None:
    account = Account(name="a", last_used_lag_days=days)
    line = line_writer(Account)(account)
    assert line == encode_line(account).encode()
    assert line_reader(Account)(line) == account


def test_what_is_judged_by_the_million_is_read_and_written_quickly() -> None:
    for kind in (Account, Employment, Membership):
        assert line_writer(kind) is not line_of, kind
        assert getattr(line_reader(kind), "func", None) is None, kind  # no strict reader

from __future__ import annotations

import dataclasses
import gzip
import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.evidence_file import MAX_LINE, EvidenceWriter, RecordKeeper, canonical, parse_json, read_records
from collector.records.codec import RecordError, decode, decode_time, encode, encode_line, encode_time
from collector.records.host import TimeSync
from collector.records.identity import Account
from collector.records.kinds import KINDS
from collector.records.record import Record


def records() -> st.SearchStrategy[Record]:
    times = st.datetimes(min_value=datetime(1601, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  # the zone is added
    st.register_type_strategy(datetime, times)
    return st.one_of([st.builds(kind, **_fields(kind)) for kind in KINDS.values()])


def _fields(kind: type[Any]) -> dict[str, Any]:
    return {field.name: ... for field in dataclasses.fields(kind)}


@given(records())
def test_every_record_comes_back_as_it_was(record: Record) -> None:
    stored = parse_json(canonical(encode(record)))
    assert decode(type(record), stored) == record


@given(records())
def test_standard_json_reads_what_we_write(record: Record) -> None:
    assert json.loads(canonical(encode(record))) == encode(record)


@given(records())
def test_a_line_is_the_canonical_json_of_the_record(record: Record) -> None:
    """By the standard library alone, field by field, as the format says."""
    stored = {
        field.name: value
        for field in dataclasses.fields(record)  # type: ignore[arg-type]  # every record is a dataclass
        if field.compare and (value := getattr(record, field.name)) != field.default
    }
    expected = json.dumps(
        {name: encode(value) for name, value in stored.items()},
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
        allow_nan=False,
    )
    assert encode_line(record) == expected
    assert encode_line(record).encode() == canonical(encode(record))


def test_not_known_and_none_are_apart() -> None:
    unread, none = TimeSync(host="a"), TimeSync(host="a", configured=())
    assert (encode(unread), encode(none)) == ({"host": "a"}, {"host": "a", "configured": []})
    assert decode(TimeSync, encode(none)).configured == ()
    assert decode(TimeSync, encode(unread)).configured is None


@pytest.mark.parametrize(
    "stored",
    [
        {"name": "a", "enabled": 1},
        {"name": "a", "enabled": "true"},
        {"name": 7},
        {},
        {"name": "a", "password": "secret"},
        {"name": "a", "created": "2026-11-21"},
        {"name": "a", "created": "2026-11-21T08:00:00+01:00"},
        {"name": "a", "created": "2026-13-21T08:00:00Z"},
        {"name": "a", "category": "robot"},
        {"name": "a", "last_used_lag_days": True},
        [],
        "a",
        None,
    ],
)
def test_what_does_not_fit_is_refused(stored: Any) -> None:
    with pytest.raises(RecordError):
        decode(Account, stored)


@pytest.mark.parametrize("value", [1.5, float("nan"), {1.5}, b"bytes", datetime(2026, 1, 1), object()])  # noqa: DTZ001
def test_what_has_no_place_in_evidence_is_refused(value: Any) -> None:
    with pytest.raises(RecordError):
        encode(value)


@pytest.mark.parametrize("text", [b'{"a":1,"a":2}', b'{"a":1.0}', b'{"a":NaN}', b"{", b"\xff", b"", b"[" * 100_000])
def test_json_that_is_not_ours_is_refused(text: bytes) -> None:
    with pytest.raises(RecordError):
        parse_json(text)


@given(st.integers(-12 * 60, 14 * 60))
def test_times_are_written_in_utc(minutes: int) -> None:
    local = datetime(2026, 11, 21, 8, 0, tzinfo=timezone(timedelta(minutes=minutes)))
    assert decode_time(encode_time(local)) == local
    assert encode_time(local).endswith("Z")


def test_canonical_json_sorts_keys_and_keeps_swedish_letters() -> None:
    assert canonical({"b": "åäö", "a": [1, None, True]}) == '{"a":[1,null,true],"b":"åäö"}'.encode()


def test_a_damaged_evidence_file_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "account.jsonl.gz"
    writer = EvidenceWriter(path)
    for name in ("a", "b"):
        writer.add(Account(name=name))
    writer.close()
    assert [account.name for account in read_records(path, Account)] == ["a", "b"]

    path.write_bytes(gzip.compress(b'{"name":"a"}\n{"name":2}\n'))
    with pytest.raises(RecordError, match=r"account\.jsonl\.gz:2: "):
        list(read_records(path, Account))
    path.write_bytes(gzip.compress(b'{"name":"' + b"x" * MAX_LINE + b'"}\n'))
    with pytest.raises(RecordError, match="longer than"):
        list(read_records(path, Account))
    path.write_bytes(gzip.compress(b'{"name":"a"}\n' * 1000)[:-20])
    with pytest.raises(EOFError):
        list(read_records(path, Account))
    whole = gzip.compress(b'{"name":"a"}\n' * 1000)
    path.write_bytes(whole[:12] + b"\xff\xff\xff" + whole[15:])
    with pytest.raises(RecordError, match="damaged"):
        list(read_records(path, Account))


def test_every_kind_has_a_sentence_for_itself_and_its_subject() -> None:
    for kind in KINDS.values():
        assert kind.__doc__
        assert kind.subject.__doc__


def test_records_that_fit_are_kept_and_others_are_read_again(tmp_path: Path) -> None:
    path = tmp_path / "account.jsonl.gz"
    writer = EvidenceWriter(path)
    for number in range(100):
        writer.add(Account(name=f"account{number:03}"))
    writer.close()
    keeper, small = RecordKeeper(10_000), RecordKeeper(500)
    read = list(keeper.read(path, Account))
    assert read == list(small.read(path, Account)) == list(read_records(path, Account))
    assert len(read) == 100
    interrupted = RecordKeeper()
    next(interrupted.read(path, Account))
    path.unlink()
    assert list(keeper.read(path, Account)) == read
    for other in (small, interrupted):
        with pytest.raises(FileNotFoundError):
            list(other.read(path, Account))

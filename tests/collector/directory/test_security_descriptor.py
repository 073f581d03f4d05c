from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.directory.security_descriptor import EVERYONE, allowed
from collector.directory.times import MalformedValueError

READ = 0x10
ALLOW, DENY, ALLOW_OBJECT, ALLOW_CALLBACK, AUDIT = 0, 1, 5, 9, 2


def identifier(number: int) -> bytes:
    return struct.pack("<BB6sII", 1, 2, b"\0\0\0\0\0\5", 21, number)


def named(number: int) -> str:
    return f"S-1-5-21-{number}"


def entry(
    kind: int, number: int, *, mask: int = READ, flags: int = 0, before: bytes = b"", after: bytes = b""
) -> bytes:
    body = before + identifier(number) + after
    return struct.pack("<BBHI", kind, flags, 8 + len(body), mask) + body


def descriptor(*entries: bytes, present: bool = True) -> bytes:
    rights = b"".join(entries)
    control = 0x8000 | (4 if present else 0)
    head = struct.pack("<BBHIIII", 1, 0, control, 0, 0, 0, 20 if present else 0)
    return head + struct.pack("<BBHHH", 4, 0, 8 + len(rights), len(entries), 0) + rights


def test_whoever_is_let_in_is_named_in_order_and_once() -> None:
    made = descriptor(entry(ALLOW, 2), entry(ALLOW, 1), entry(ALLOW, 2))
    assert allowed(made) == (named(2), named(1))


def test_entries_that_give_nothing_here_are_left() -> None:
    assert allowed(descriptor(entry(AUDIT, 1), entry(ALLOW, 2, mask=0), entry(ALLOW, 3, flags=8))) == ()


def test_who_was_denied_before_is_not_let_in_and_who_was_denied_after_is() -> None:
    assert allowed(descriptor(entry(DENY, 1), entry(ALLOW, 1), entry(ALLOW, 2), entry(DENY, 2))) == (named(2),)


@pytest.mark.parametrize("kinds", [0, 1, 2, 3])
def test_an_entry_for_one_kind_of_object(kinds: int) -> None:
    before = struct.pack("<I", kinds) + b"\xff" * 16 * kinds.bit_count()
    assert allowed(descriptor(entry(ALLOW_OBJECT, 7, before=before))) == (named(7),)


def test_a_condition_behind_the_identifier_is_left() -> None:
    assert allowed(descriptor(entry(ALLOW_CALLBACK, 7, after=b"artx" + bytes(8)))) == (named(7),)


def test_without_a_list_everyone_is_let_in_and_an_empty_one_lets_nobody() -> None:
    assert allowed(descriptor(present=False)) == (EVERYONE,)
    assert allowed(descriptor()) == ()


@pytest.mark.parametrize("cut", range(len(descriptor(entry(ALLOW, 1)))))
def test_one_that_is_cut_off_is_malformed(cut: int) -> None:
    with pytest.raises(MalformedValueError):
        allowed(descriptor(entry(ALLOW, 1))[:cut])


@given(
    st.binary(max_size=120) | st.builds(lambda tail: descriptor(entry(ALLOW, 1))[:28] + tail, st.binary(max_size=90))
)
def test_whatever_comes_is_understood_or_malformed(data: bytes) -> None:
    try:
        found = allowed(data)
    except MalformedValueError:
        return
    assert all(each.startswith("S-1-") for each in found)

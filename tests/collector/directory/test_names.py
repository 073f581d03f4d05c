"""Names of entries and identifiers of accounts."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ldap3.utils.dn import escape_rdn

from collector.directory.names import dn_key, filter_value, first_value, is_below, parent_key, parse_sid, relative_names
from collector.directory.times import MalformedValueError

NAMES = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"]) | st.just(" "), min_size=1, max_size=12
).filter(lambda text: text.strip() == text and "  " not in text)


@given(st.integers(0, 2**48 - 1), st.lists(st.integers(0, 2**32 - 1), max_size=15))
def test_every_identifier_is_read(authority: int, parts: list[int]) -> None:
    value = bytes([1, len(parts)]) + authority.to_bytes(6, "big") + b"".join(struct.pack("<I", part) for part in parts)
    shown = parse_sid(value).split("-")
    assert shown[:2] == ["S", "1"]
    assert int(shown[2], 0) == authority
    assert [int(part) for part in shown[3:]] == parts


def test_a_well_known_identifier() -> None:
    assert parse_sid(bytes.fromhex("01020000000000052000000020020000")) == "S-1-5-32-544"


@pytest.mark.parametrize("value", [b"", b"\x01\x02\x00\x00\x00\x00\x00\x05", b"\x02\x00" + bytes(6), b"S-1-5-32-544"])
def test_what_is_no_identifier_is_refused(value: bytes) -> None:
    with pytest.raises(MalformedValueError):
        parse_sid(value)


@given(st.lists(NAMES, min_size=1, max_size=4))
def test_a_name_comes_apart_where_it_was_put_together(names: list[str]) -> None:
    dn = ",".join(f"OU={escape_rdn(name)}" for name in names)
    assert len(relative_names(dn)) == len(names)
    assert first_value(dn) == names[0]


@given(st.lists(NAMES, min_size=1, max_size=3), st.lists(NAMES, min_size=1, max_size=3))
def test_two_names_share_a_key_only_if_their_parts_are_equal(left: list[str], right: list[str]) -> None:
    keys = [dn_key(",".join(f"OU={escape_rdn(name)}" for name in names)) for names in (left, right)]
    same = [name.casefold() for name in left] == [name.casefold() for name in right]
    assert (keys[0] == keys[1]) == same


@pytest.mark.parametrize(
    "other",
    [
        "cn=öberg\\, åsa,ou=personal,dc=example,dc=test",
        "CN = Öberg\\2c Åsa , OU=Personal;DC=example,DC=test",
        "CN=\\c3\\96berg\\, \\C3\\85sa,OU=Personal,DC=example,DC=test",
    ],
)
def test_one_name_has_one_key_however_it_is_written(other: str) -> None:
    assert dn_key(other) == dn_key("CN=Öberg\\, Åsa,OU=Personal,DC=example,DC=test")


def test_above_and_below() -> None:
    dn, unit = "CN=a\\,OU=Service,OU=x,DC=test", dn_key("OU=Service,OU=x,DC=test")
    assert parent_key(dn) == dn_key("OU=x,DC=test")
    assert not is_below(dn_key(dn), unit)
    assert is_below(dn_key("CN=b,OU=Service,OU=x,DC=test"), unit)
    assert is_below(unit, unit)


def test_a_filter_value_cannot_end_its_filter() -> None:
    assert filter_value("x)(cn=*\\\0") == "x\\29\\28cn=\\2a\\5c\\00"

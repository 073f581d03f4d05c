from __future__ import annotations

from array import array
from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from checks.packed import FREE, PackedJoin, PackedTexts, digest


@given(st.lists(st.text(max_size=8)))
def test_texts_come_back_as_they_were(texts: list[str]) -> None:
    packed = PackedTexts()
    for text in texts:
        packed.add(text)
    assert list(packed) == texts
    assert len(packed) == len(texts)


@given(st.lists(st.tuples(st.text(max_size=2), st.integers(-(2**62), 2**62))), st.text(max_size=2))
def test_a_join_finds_what_a_dictionary_finds(pairs: list[tuple[str, int]], other: str) -> None:
    packed, plain = PackedJoin(), defaultdict(list)
    for key, value in pairs:
        packed.add(key, value)
        plain[key].append(value)
    for key in {*plain, other}:
        assert sorted(packed.of(key)) == sorted(plain[key])


@given(st.sets(st.text(max_size=3) | st.integers(-5, 10**20).map(str), max_size=50))
def test_different_texts_have_different_numbers_that_an_array_holds(texts: set[str]) -> None:
    numbers = array("q", map(digest, texts))
    assert len(set(numbers)) == len(texts)
    assert all(number >= FREE for number in numbers)


def test_a_number_is_the_same_in_every_process() -> None:
    assert (digest("anna"), digest("7"), digest("\ud800")) == (6487592053314193745, 1007, 5206459170484625837)
    assert len({digest("7"), digest("07"), digest("\u0667"), digest("1007")}) == 4

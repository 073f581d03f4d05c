from __future__ import annotations

from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from checks.packed import PackedJoin, PackedTexts, digest


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


def test_a_digest_is_the_same_in_every_process() -> None:
    assert digest("anna") == -3439495794615104884
    assert digest("\ud800") != digest("")

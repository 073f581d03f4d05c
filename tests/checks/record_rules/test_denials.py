from __future__ import annotations

import pytest

from checks.record_rules.denials import says_none


@pytest.mark.parametrize("text", [None, "", "  ", "Nej", "NEJ.", " - ", "–", "saknas", "Ej  utfört", "0"])
def test_words_for_nobody(text: str | None) -> None:
    assert says_none(text)


@pytest.mark.parametrize("text", ["ja", "systemägare", "Nejlika", "ek", "N. N."])
def test_words_for_somebody(text: str) -> None:
    assert not says_none(text)

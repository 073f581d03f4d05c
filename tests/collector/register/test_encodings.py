"""The encoding of a file that does not say it: by a fixed order, told in words, and refused where nothing fits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.evidence import GapCause
from collector.register.encodings import decode
from collector.source import SourceError

TEXT = "Förtroendevald;Åtgärd\r\nÖrebroportalen;återläst på västra sidan – klart\r\n"
NARROW = TEXT.replace("–", "-")


@pytest.mark.parametrize(
    ("encoding", "words"),
    [
        ("utf-8", "UTF-8, which it is throughout"),
        ("utf-8-sig", "UTF-8, by its mark"),
        ("utf-16", "UTF-16, by its mark"),
        ("cp1252", "cp1252: it is not UTF-8 (byte 1)"),
        ("cp850", "cp850: it is not UTF-8 (byte 1)"),
    ],
)
def test_each_encoding_is_found_and_told(encoding: str, words: str) -> None:
    text, how = decode(NARROW.encode(encoding))
    assert text == NARROW
    assert how.startswith(words)


@pytest.mark.parametrize(
    "word", ["Göteborg", "ÅRE", "Ärende", "är", "Håbo", "avgörande", "Malmö;Luleå", "Östra Ämtervik"]
)
@pytest.mark.parametrize("encoding", ["cp1252", "cp850"])
def test_one_swedish_word_tells_the_two_apart(word: str, encoding: str) -> None:
    assert decode(f"System\r\n{word}\r\n".encode(encoding))[0] == f"System\r\n{word}\r\n"


def test_typography_of_word_processors_is_swedish_too() -> None:
    text = "”Riktlinje” – § 12 • 100 €; Annas’ svar…\r\nÖvrigt"
    assert decode(text.encode("cp1252"))[0] == text


@pytest.mark.parametrize(
    "data", [b"a;\xff\xfe\x81\n", "Ärende – é ÷ þ".encode("cp1252") + b"\x81\x8d", b"\x93\xd0\x96\xbc"]
)
def test_what_is_swedish_in_neither_is_refused_with_the_setting(data: bytes) -> None:
    with pytest.raises(SourceError) as caught:
        decode(data)
    assert caught.value.cause is GapCause.MALFORMED
    assert "encoding: cp1252" in caught.value.remedy


def test_a_mark_goes_before_the_settings_and_the_settings_before_the_letters() -> None:
    assert decode(TEXT.encode("utf-8-sig"), "cp1252") == (TEXT, "UTF-8, by its mark")
    assert decode("ö".encode("cp1252"), "cp850") == ("÷", "cp850, by the settings")
    with pytest.raises(SourceError, match="not utf-8"):
        decode("ö".encode("cp1252"), "utf-8")


@given(st.text(st.sampled_from("abc åäöÅÄÖ;\r\n"), max_size=40), st.sampled_from(["utf-8", "cp1252", "cp850"]))
def test_swedish_text_is_never_misread(text: str, encoding: str) -> None:
    try:
        read, _ = decode(text.encode(encoding))
    except SourceError:
        return
    assert read == text

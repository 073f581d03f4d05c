from __future__ import annotations

import io
from pathlib import Path

import pytest

from styrk.terminal import clean, coloured, columns, own_name, paint, paragraph, shortened, table, width


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_what_drives_a_terminal_is_shown_and_not_sent() -> None:
    assert clean("\x1b]0;owned\x07 \x1b[31mred\r\nnext") == "⟨U+001B⟩]0;owned⟨U+0007⟩ ⟨U+001B⟩[31mred next"
    assert "\u202e" not in clean("exe.\u202egpj")


@pytest.mark.parametrize("size", ["20", "60", "80", "500"])
def test_no_table_is_wider_than_the_terminal(monkeypatch: pytest.MonkeyPatch, size: str) -> None:
    monkeypatch.setenv("COLUMNS", size)
    lines = table([("a", "b", "many words " * 30), ("name", "c", "few")], ("one", "two", "three"))
    assert max(map(len, lines)) <= width() <= 100
    assert " ".join(" ".join(lines).split()).count("many") == 30


def test_columns_stay_straight_with_wide_and_combining_characters() -> None:
    lines = table([("日本", "x"), ("e\u0301", "x"), ("abcd", "x")])
    assert {columns(line[: line.index("x")]) for line in lines} == {8}


def test_a_long_word_stays_whole_for_copying() -> None:
    assert paragraph("sha256 " + "f" * 64, limit=40) == ["sha256", "f" * 64]


def test_a_shortened_text_says_that_it_was_cut() -> None:
    assert shortened("0123456789", 10) == "0123456789"
    assert shortened("0123456789x", 10) == "012345678…"


def test_colours_are_for_terminals_that_want_them(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    assert paint("x", "red", Terminal()) == "\x1b[31mx\x1b[0m"
    assert paint("x", "red", io.StringIO()) == "x"
    monkeypatch.setenv("TERM", "dumb")
    assert not coloured(Terminal())
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")
    assert not coloured(Terminal())


@pytest.mark.parametrize(
    ("called", "found", "told"),
    [
        (".venv/bin/styrk", False, ".venv/bin/styrk"),
        (".venv/bin/styrk", True, "styrk"),
        ("/opt/styrk/__main__.py", False, "styrk"),
    ],
)
def test_the_next_command_can_be_copied(
    called: str, found: bool, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if found:
        (tmp_path / "styrk").write_bytes(b"#!/bin/sh\n")
        (tmp_path / "styrk").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("sys.argv", [called, "scan"])
    assert own_name() == told

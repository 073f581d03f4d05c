"""Text stays as written, every mistake has its place, and hostile files cost little."""

from __future__ import annotations

import os
import time
import tracemalloc
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from config import yaml_reader
from config.problems import MAX_PROBLEMS, SettingsError
from config.yaml_reader import MAX_BYTES, MAX_DEPTH, parse_yaml, read_yaml


def mistakes(content: bytes) -> list[str]:
    """Every mistake of a file, whether it could be read on or not."""
    try:
        return [str(problem) for problem in parse_yaml(content, "f").problems]
    except SettingsError as error:
        return [str(problem) for problem in error.problems]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("NO", "NO"),
        ("yes", "yes"),
        ("True", "True"),
        ("22:30", "22:30"),
        ("010", "010"),
        ("0x1f", "0x1f"),
        ("1_000", "1_000"),
        ("3.10", "3.10"),
        ("1e3", "1e3"),
        (".nan", ".nan"),
        ("2026-11-21", "2026-11-21"),
        ("=", "="),
        ('"10"', "10"),
        ("'true'", "true"),
        ('""', ""),
        ("åäö", "åäö"),
        ("10", 10),
        ("-3", -3),
        ("0", 0),
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("[1, a, [b]]", [1, "a", ["b"]]),
        ("{b: {c: 1}}", {"b": {"c": 1}}),
        ("|\n  line\n  line", "line\nline"),
    ],
)
def test_plain_values_mean_what_they_look_like(written: str, value: object) -> None:
    document = parse_yaml(f"a: {written}".encode(), "f")
    assert document.root.plain() == {"a": value}
    assert document.problems == []


@pytest.mark.parametrize("loader", ["CSafeLoader", "SafeLoader"])
def test_both_parsers_give_the_same_places(loader: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_reader, "_LOADER", getattr(yaml, loader))
    document = parse_yaml("é: 1\nb:\n  - c: å\n    d: [1, 2]\n".encode(), "f")
    node = document.root.get("b", 0, "d", 1)
    assert node is not None
    assert (node.line, node.column) == (4, 12)
    assert document.root.keys["b"] == (2, 1)


def test_a_byte_order_mark_is_no_mistake() -> None:
    assert parse_yaml(b"\xef\xbb\xbfa: 1", "f").root.plain() == {"a": 1}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"a: 1\na: 2\n", "f:2:1: a: duplicate key, first on line 1; keep one of them"),
        (b"a: {b: 1, b: 2}\n", "f:1:11: a.b: duplicate key, first on line 1; keep one of them"),
        (b"a: &x 1\n", "f:1:4: a: anchors (&name) are not used here"),
        (b"a: [1, *x]\n", "f:1:8: a.1: aliases (*name) are not used here"),
        (b"a: {<<: {b: 1}}\n", "f:1:5: a: merge keys (<<) are not used here"),
        (b"a: !!python/object:os.system x\n", "f:1:4: a: tags (!name) are not used here"),
        (b"a: {{ x }}\n", "f:1:5: a: a key must be plain text"),
        (b"? [a]\n: 1\nb: 2\n", "f:1:3: a key must be plain text"),
        (b"---\na: 1\n---\nb: 2\n", "f:3:1: a second document begins here"),
        (b'a: "x\\ey"\n', "f:1:4: a: the text holds a control character"),
        (b'"x\\u202ey": 1\n', "f:1:1: a key holds a control character"),
        (b"a: \x07\n", "f:1:4: not YAML: a control character"),
        (b"a: 99999999999999999999\n", "f:1:4: a: the number is too large"),
        (b"b: 1\na: \xe5\xe4\n", "f:2:4: the file is not UTF-8 text; save it with the encoding UTF-8"),
        ("a: 1".encode("utf-16"), "f:1:1: the file is not UTF-8 text"),
        (b"", "f:1:1: the file is empty"),
        (b"# nothing\n", "f:1:1: the file is empty"),
        (b"a:\n\t- x\n", "f:2:1: a: not YAML: found character that cannot start any token"),
        (b"a: b: c\n", "f:1:5: not YAML: mapping values are not allowed"),
        (b"a: [1\nb: 2\n", "f:2:2: a.1: not YAML: did not find expected ',' or ']'"),
        (b'a: "x\n', "f:2:1: a: not YAML: found unexpected end of stream"),
    ],
)
def test_a_mistake_has_its_place(content: bytes, expected: str) -> None:
    found = mistakes(content)
    assert found[0].startswith(expected), found
    assert len(found) == 1


def test_mistakes_that_leave_the_file_readable_are_told_together() -> None:
    found = mistakes(b"a: 1\na: 2\nb: *x\nc: &y 1\nd: !z 1\n")
    assert [line.split(":")[1] for line in found] == ["2", "3", "4", "5"]


def test_the_first_of_two_equal_keys_is_kept_and_reading_goes_on() -> None:
    assert parse_yaml(b"a: {b: 1}\na: {c: [2]}\nd: 3\n", "f").root.plain() == {"a": {"b": 1}, "d": 3}


@pytest.mark.parametrize(
    "content",
    [
        b"[" * 200_000,
        b"{" * 200_000,
        b"[a," * 200_000,
        b"- " * 200_000,
        b"? " * 200_000,
        b"a: &a [x,x,x,x,x,x,x,x,x]\n"
        + b"".join(b"b%d: &b%d [%s]\n" % (n, n, b",".join([b"*b%d" % (n - 1)] * 9)) for n in range(1, 60)),
        b"a: 1\n" * 200_000,
        b"- a\n" * 400_000,
        b"x" * (MAX_BYTES + 1),
        b"a: '" + b"\n" * 1_000_000,
        b"&a " * 100_000,
        b"%YAML 1.1\n" * 100_000,
        b"!" * 1_000_000,
        b"# \n" * 1_000_000,
    ],
    ids=lambda content: content[:8].decode(),
)
def test_hostile_files_cost_little(content: bytes) -> None:
    tracemalloc.start()
    started = time.process_time()
    found = mistakes(content)
    used = time.process_time() - started
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found
    assert len(found) <= MAX_PROBLEMS + 1
    assert used < 20  # with tracemalloc, which makes it several times slower
    assert peak < 200 * 1024**2


def test_the_depth_is_bounded() -> None:
    assert mistakes(b"[" * MAX_DEPTH + b"1" + b"]" * MAX_DEPTH) == []
    assert "levels deep" in mistakes(b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1))[0]


def test_no_text_of_the_file_is_repeated_in_a_syntax_error() -> None:
    assert "hunter2" not in " ".join(mistakes(b"password: hunter2: x\n"))


@given(st.binary(max_size=400))
def test_any_bytes_give_a_document_or_a_settings_error(content: bytes) -> None:
    mistakes(content)


@given(st.text(alphabet="ab: -[]{}\n\"'|>&*!?#%,\t<~0é", max_size=120))
def test_any_text_gives_a_document_or_mistakes_within_the_file(text: str) -> None:
    for line in mistakes(text.encode()):
        _, number, column, _ = line.split(":", 3)
        assert 1 <= int(number) <= text.count("\n") + 2
        assert int(column) >= 1


def test_a_missing_file_and_a_folder_and_a_pipe_are_told(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path, words in [
        (tmp_path / "no.yaml", "No such file"),
        (tmp_path, "this is not a file"),
        (tmp_path / "pipe", "this is not a file"),
        (tmp_path / "a\0b", "not a file name"),
    ]:
        with pytest.raises(SettingsError, match=words):
            read_yaml(path)

"""Strict YAML: text stays as written, nothing is repeated or referred to, and every value knows its place.

Of plain scalars only `true`, `false`, `null`, `~`, nothing and whole numbers without leading zeros mean something else
than their text (YAML 1.2, JSON schema, without floats): `NO`, `22:30`, `010`, `2026-11-21` and `3.10` are text.
Duplicate keys, anchors, aliases, merge keys, tags and a second document are refused. Size and depth are bounded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from config.document import Document, Node
from config.problems import MAX_PROBLEMS, Problem, SettingsError

MAX_BYTES = 4 * 1024 * 1024
MAX_DEPTH = 24
MAX_NODES = 300_000

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}
_MAX_INTEGER = 2**53 - 1


def read_yaml(path: Path, name: str | None = None) -> Document:
    """Read a file; raises SettingsError where it is not there, too big, not UTF-8 or not YAML."""
    file = name or str(path)
    try:
        if path.exists() and not path.is_file():
            raise SettingsError([Problem(file, 1, 1, "", "this is not a file")])
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a path with a NUL character
        reason = (error.strerror if isinstance(error, OSError) else None) or "not a file name"
        raise SettingsError([Problem(file, 1, 1, "", f"the file cannot be read: {reason}")]) from error
    return parse_yaml(content, file)


def parse_yaml(content: bytes, file: str) -> Document:
    """Read the bytes of a file; raises SettingsError where nothing further can be read."""
    if len(content) > MAX_BYTES:
        raise SettingsError([Problem(file, 1, 1, "", f"the file is larger than {MAX_BYTES // 1024**2} MiB")])
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line = before.count(b"\n") + 1
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
        problem = Problem(file, line, column, "", "the file is not UTF-8 text", "save it with the encoding UTF-8")
        raise SettingsError([problem]) from error
    builder = _Builder(file)
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        builder.add(line, column, f"not YAML: {_syntax(error)}", _hint(error))
    except yaml.YAMLError as error:  # a character that YAML does not allow
        position = getattr(error, "position", 0) or 0
        start = text[: position if isinstance(position, int) else 0]
        line, column = start.count("\n") + 1, len(start) - start.rfind("\n")
        builder.add(line, column, "not YAML: a control character", "remove it")
    else:
        if builder.root is not None:
            return Document(file, builder.root, builder.problems)
        builder.add(1, 1, "the file is empty")
    raise SettingsError(builder.problems)


@dataclass(slots=True)
class _Frame:
    """A mapping or list that is being read."""

    node: Node
    key: str | None = None
    """Of a mapping: the key whose value comes next."""
    dropped: bool = False
    """The value that comes next has no usable key."""
    is_key: bool = False
    """This container stands where a key should."""


class _Builder:
    """Makes nodes of parser events, without recursion, and stops at the bounds."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.root: Node | None = None
        self.problems: list[Problem] = []
        self._stack: list[_Frame] = []
        self._count = 0
        self._documents = 0

    def add(self, line: int, column: int, message: str, suggestion: str = "") -> None:
        """Keep a mistake at the path that is being read."""
        path = ".".join(self._path())
        self.problems.append(Problem(self.file, line, column, path, message, suggestion))
        if len(self.problems) > MAX_PROBLEMS:
            raise SettingsError(self.problems)

    def take(self, event: yaml.Event) -> None:
        """Take the next event; raises SettingsError beyond the bounds."""
        mark = event.start_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        if isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                self.add(line, column, "a second document begins here", "keep one document in the file")
                raise SettingsError(self.problems)
        elif isinstance(event, yaml.NodeEvent):
            self._count += 1
            if self._count > MAX_NODES:
                self.add(line, column, f"more than {MAX_NODES} values")
                raise SettingsError(self.problems)
            self._node(event, line, column)
        elif isinstance(event, yaml.CollectionEndEvent):
            frame = self._stack.pop()
            if frame.is_key:
                self._stack[-1].dropped = True
            elif self._stack:
                self._stack[-1].key = None

    def _node(self, event: yaml.NodeEvent, line: int, column: int) -> None:
        top = self._stack[-1] if self._stack else None
        expects_key = top is not None and isinstance(top.node.value, dict) and top.key is None and not top.dropped
        if expects_key and top is not None and isinstance(event, yaml.ScalarEvent):
            self._key(top, event, line, column)
            return
        if expects_key and not any(frame.is_key for frame in self._stack):
            self.add(line, column, "a key must be plain text", "put text that begins with { or [ in quotes")
        node = Node(self._scalar(event, line, column), line, column)
        if not isinstance(event, yaml.CollectionStartEvent):
            if expects_key and top is not None:
                top.dropped = True
            else:
                self._place(node)
            return
        node.value = {} if isinstance(event, yaml.MappingStartEvent) else []
        if not expects_key:
            self._place(node)
        if len(self._stack) >= MAX_DEPTH:
            self.add(line, column, f"more than {MAX_DEPTH} levels deep")
            raise SettingsError(self.problems)
        self._stack.append(_Frame(node, is_key=expects_key))

    def _key(self, top: _Frame, event: yaml.ScalarEvent, line: int, column: int) -> None:
        key, mapping = event.value, top.node.value
        self._refuse(event, line, column)
        if key == "<<" and event.implicit[0]:
            self.add(line, column, "merge keys (<<) are not used here", "write the keys out")
            top.dropped = True
        elif _CONTROL.search(key):
            self.add(line, column, "a key holds a control character", "remove it")
            top.dropped = True
        elif isinstance(mapping, dict) and key in mapping:
            first = top.node.keys[key][0]
            top.key = key
            self.add(line, column, f"duplicate key, first on line {first}", "keep one of them")
            top.key, top.dropped = None, True
        else:
            top.key = key
            top.node.keys[key] = (line, column)

    def _scalar(self, event: yaml.NodeEvent, line: int, column: int) -> str | int | bool | None:
        self._refuse(event, line, column)
        if not isinstance(event, yaml.ScalarEvent):
            return None
        text = event.value
        if _CONTROL.search(text):
            self.add(line, column, "the text holds a control character", "remove it")
            return None
        if not event.implicit[0]:  # quoted, or a block of text
            return text
        if text in _WORDS:
            return _WORDS[text]
        if not _INTEGER.fullmatch(text):
            return text
        if len(text) > 17 or abs(int(text)) > _MAX_INTEGER:
            self.add(line, column, "the number is too large", "put it in quotes if it is a name or a key")
            return None
        return int(text)

    def _refuse(self, event: yaml.NodeEvent, line: int, column: int) -> None:
        if isinstance(event, yaml.AliasEvent):
            self.add(line, column, "aliases (*name) are not used here", "write the value out, or put it in quotes")
        elif event.anchor is not None:
            self.add(line, column, "anchors (&name) are not used here", "remove it, or put the value in quotes")
        elif getattr(event, "tag", None) is not None:
            self.add(line, column, "tags (!name) are not used here", "remove it, or put the value in quotes")

    def _place(self, node: Node) -> None:
        if not self._stack:
            self.root = node
            return
        top = self._stack[-1]
        if isinstance(top.node.value, list):
            top.node.value.append(node)
        elif top.dropped:
            top.dropped = False
        elif isinstance(top.node.value, dict) and top.key is not None:
            top.node.value[top.key] = node
            if not isinstance(node.value, list | dict):  # within one, its key is still where we are
                top.key = None

    def _path(self) -> Iterator[str]:
        for index, frame in enumerate(self._stack):
            value = frame.node.value
            if isinstance(value, list):
                entered = index + 1 < len(self._stack)
                yield str(len(value) - 1 if entered else len(value))
            elif frame.key is not None:
                yield frame.key


def _syntax(error: yaml.MarkedYAMLError) -> str:
    """PyYAML's own words, without the text of the file (there may be a secret in it)."""
    context = f" ({error.context})" if error.context else ""
    return _CONTROL.sub("?", f"{error.problem}{context}")


def _hint(error: yaml.MarkedYAMLError) -> str:
    problem = error.problem or ""
    if "mapping values are not allowed" in problem:
        return "put text that holds a colon and a space in quotes, and check the indentation"
    if "cannot start any token" in problem:
        return "indent with spaces, not tabs, and put text that begins with a special character in quotes"
    if "end of stream" in problem or "found unexpected" in problem:
        return "check that quotes and brackets are closed"
    return "check the indentation and the brackets around this line"

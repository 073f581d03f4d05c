"""The language of FortiGate configuration files: sections, entries and values as a tree; pure."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field

from collector.network.exports import malformed

REMEDY = "hand over the text of `show full-configuration` or a backup without a password"
_MAX_LINES = 4000
"""Lines of one quoted text (a certificate)."""


@dataclass
class Entry:
    """What stands between `edit` and `next`, or between `config` and `end`."""

    values: dict[str, list[str]] = field(default_factory=dict)
    parts: dict[str, Entry] = field(default_factory=dict)
    """`config` sections by their words, and `edit` entries by their name."""

    def words(self, key: str) -> list[str]:
        """The words of a value; none where it is not set."""
        return self.values.get(key, [])

    def word(self, key: str, default: str = "") -> str:
        """The first word of a value."""
        return (self.values.get(key) or [default])[0]

    def section(self, words: str) -> dict[str, Entry]:
        """The entries of a section by their names."""
        return self.parts[words].parts if words in self.parts else {}


def read_tree(text: str) -> Entry:
    """The whole file; raises SourceError malformed."""
    root = Entry()
    open_objects = [root]
    for words in _statements(text):
        here = open_objects[-1]
        verb = words[0]
        if verb == "config":
            open_objects.append(here.parts.setdefault(" ".join(words[1:]), Entry()))
        elif verb == "edit" and len(words) > 1:
            open_objects.append(here.parts.setdefault(words[1], Entry()))
        elif verb in {"next", "end"}:
            if len(open_objects) == 1:
                raise malformed("FortiGate", f"`{verb}` without a beginning", REMEDY)
            open_objects.pop()
        elif verb == "set" and len(words) > 1:
            here.values[words[1]] = words[2:]
    if len(open_objects) != 1:
        raise malformed("FortiGate", "it is cut off", "export it again")
    return root


def _statements(text: str) -> Iterator[list[str]]:
    held: list[str] = []
    for line in text.splitlines():
        if not held and (not line.strip() or line.lstrip().startswith("#")):
            continue
        held.append(line)
        try:
            words = shlex.split("\n".join(held))
        except ValueError as error:  # a quoted text goes on in the next line
            if len(held) > _MAX_LINES:
                raise malformed("FortiGate", "a quoted text without an end", REMEDY) from error
            continue
        held = []
        if words:
            yield words
    if held:
        raise malformed("FortiGate", "it ends within a quoted text", "export it again")

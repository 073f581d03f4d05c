"""Makes texts from foreign systems harmless to look at: what is invisible, or turns text around, is shown by its code.

A name in a directory is anyone's to choose. U+202E in it would show `gpj.exe` as `exe.jpg`, a zero-width space would
make two names look like one, and an escape character drives a terminal.
"""

from __future__ import annotations

import re
import unicodedata

_SUSPECT = re.compile(r"[^\x20-\x7e\xa0-\xac\xae-\u024f]")
"""Anything but printable ASCII and Latin letters; only these are looked up."""
_SHOWN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
_RIGHT_TO_LEFT = {"R", "AL", "AN"}
MAX_MARKS = 4
"""Combining marks on one letter; more of them paint over the lines above."""
_PILED_MARKS = re.compile(r"[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{5,}")


def neutralised(text: str) -> str:
    """The text with every control, formatting, surrogate and private character shown as `⟨U+202E⟩`."""
    if text.isascii() and text.isprintable():
        return text
    return _PILED_MARKS.sub(lambda piled: piled[0][:MAX_MARKS] + "⟨…⟩", _SUSPECT.sub(_shown, text))


def is_right_to_left(text: str) -> bool:
    """Whether any letter is written from right to left, so that the text needs a direction of its own."""
    return not text.isascii() and any(unicodedata.bidirectional(each) in _RIGHT_TO_LEFT for each in text)


def _shown(match: re.Match[str]) -> str:
    character = match[0]
    if character in "\n\t":
        return character
    return f"⟨U+{ord(character):04X}⟩" if unicodedata.category(character) in _SHOWN else character

"""The key of an account's person in the HR roster, as directories hold it."""

from __future__ import annotations

from collector.register.values import says_nothing


def key_of_person(text: str | None) -> str | None:
    """The key less blanks around it; None for a filler that is nobody's key (`-`, `saknas`, `n/a`, zeros alone).

    Directories themselves take values that differ in outer blanks for the same (RFC 4518, insignificant spaces). Case
    and leading zeros are kept: two people's keys may differ by no more.
    """
    if text is None or (text.isdecimal() and text[0] != "0"):
        return text
    key = text.strip()
    return None if not key.strip("0") or says_nothing(key) else key

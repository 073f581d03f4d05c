"""Much in little space: texts and joins of a population with a million records, some ten octets each.

A dictionary of a million names takes two hundred megabytes. Keys are kept here as numbers: a number as itself, any
other text as 61 bits of a digest (BLAKE2b, RFC 7693), which is the same in every process; that two of a million keys
share one by chance is one in four million.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator
from hashlib import blake2b

FREE = 1000
"""No text has a smaller number: who keeps numbers may give these a meaning of their own."""
_DIGITS = 18
_DIGESTS = 1 << 62
"""Digests begin here, above all numbers of 18 digits."""


def digest(text: str) -> int:
    """A number that stands for a text, from `FREE` to 63 bits."""
    if len(text) <= _DIGITS and text.isdecimal() and text[0] != "0" and text.isascii():
        return int(text) + FREE
    octets = blake2b(text.encode(errors="surrogatepass"), digest_size=8).digest()
    return int.from_bytes(octets, "big") >> 3 | _DIGESTS


class PackedTexts:
    """Texts in the order in which they were added."""

    def __init__(self) -> None:
        self._octets = bytearray()
        self._ends = array("q")

    def add(self, text: str) -> None:
        """Append one."""
        self._octets += text.encode(errors="surrogatepass")
        self._ends.append(len(self._octets))

    def __iter__(self) -> Iterator[str]:
        """All of them."""
        start = 0
        for end in self._ends:
            yield self._octets[start:end].decode(errors="surrogatepass")
            start = end

    def __len__(self) -> int:
        """How many there are."""
        return len(self._ends)


class PackedJoin:
    """Keys with whole numbers of at most 63 bits; a key may have several, in no order."""

    def __init__(self) -> None:
        self._keys = array("q")
        self._values = array("q")
        self._is_sorted = True

    def add(self, key: str, value: int) -> None:
        """Give a key one more number; not after the first look-up."""
        self._keys.append(digest(key))
        self._values.append(value)
        self._is_sorted = False

    def of(self, key: str) -> list[int]:
        """The numbers of a key; empty where it was not added."""
        if not self._is_sorted:
            self._sort()
        number, keys = digest(key), self._keys
        place = bisect_left(keys, number)
        found = []
        while place < len(keys) and keys[place] == number:
            found.append(self._values[place])
            place += 1
        return found

    def _sort(self) -> None:
        order = sorted(range(len(self._keys)), key=self._keys.__getitem__)
        self._keys = array("q", map(self._keys.__getitem__, order))
        self._values = array("q", map(self._values.__getitem__, order))
        self._is_sorted = True

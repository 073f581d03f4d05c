"""Distinguished names (RFC 4514), values in filters (RFC 4515), security identifiers (MS-DTYP 2.4.2)."""

from __future__ import annotations

import re
import struct
from array import array
from bisect import bisect_left
from collections.abc import Iterable
from functools import lru_cache

from collector.directory.times import MalformedValueError

_ESCAPED = re.compile(rb"\\(?:([0-9A-Fa-f]{2})|(.))", re.DOTALL)
_RELATIVE = re.compile(r"(?:[^\\,;]|\\.|\\$)+", re.DOTALL)


def relative_names(dn: str) -> tuple[str, ...]:
    """The parts of a distinguished name as written, nearest to the entry first; empty for the root."""
    return tuple(_RELATIVE.findall(dn))


def dn_key(dn: str) -> str:
    """One spelling for all ways to write a name: equal keys name the same entry. For comparison only."""
    first, above = _split(dn)
    key = _key_above(above)
    return f"{_relative_key(first)},{key}" if key else _relative_key(first) if first else ""


def parent_key(dn: str) -> str:
    """The key of the entry above."""
    return _key_above(_split(dn)[1])


def is_below(key: str, ancestor: str) -> bool:
    """Whether one key names an entry below the other, or the same."""
    return key == ancestor or key.endswith(f",{ancestor}")


def is_in_units(dn: str, units: tuple[str, ...]) -> bool | None:
    """Whether an entry stands in one of the units (given by their keys), or is one; None where no unit is named."""
    return place_of(dn, (units,))[1][0]


def place_of(dn: str, groups: tuple[tuple[str, ...], ...]) -> tuple[str, tuple[bool | None, ...]]:
    """The key of the entry above, and for each group of units what `is_in_units` says."""
    key, inside, beside = _place_below(_split(dn)[1], groups)
    if beside:
        own = dn_key(dn)
        return key, tuple(
            stands or own in units if units else None for stands, units in zip(inside, groups, strict=True)
        )
    return key, inside


@lru_cache(maxsize=4096)
def _place_below(above: str, groups: tuple[tuple[str, ...], ...]) -> tuple[str, tuple[bool | None, ...], bool]:
    """What holds of all entries right below another; last, whether one of them is itself a unit of some group."""
    key = _whole_key(above)
    inside = tuple(any(is_below(key, unit) for unit in units) if units else None for units in groups)
    return key, inside, any(unit.partition(",")[2] == key for units in groups for unit in units)


def first_value(dn: str) -> str:
    r"""The value of the first part: `CN=Ek\, Eva,OU=x` -> `Ek, Eva`."""
    part, _ = _split(dn)
    return unescape(part.partition("=")[2].strip()) or dn


def unescape(text: str) -> str:
    """An attribute value less its RFC 4514 escapes."""
    if "\\" not in text:
        return text
    octets = _ESCAPED.sub(lambda found: bytes.fromhex(found[1].decode()) if found[1] else found[2], text.encode())
    return octets.decode("utf-8", "backslashreplace")


def filter_value(text: str) -> str:
    """A value for use in a search filter (RFC 4515 section 3)."""
    return text.translate(_IN_FILTER)


def parse_sid(value: bytes) -> str:
    """A binary security identifier as `S-1-5-21-...-500`; raises MalformedValueError."""
    if len(value) < 8 or value[0] != 1 or value[1] > 15 or len(value) != 8 + 4 * value[1]:
        message = f"not a security identifier: {value[:40].hex()}"
        raise MalformedValueError(message)
    authority = int.from_bytes(value[2:8], "big")
    shown = str(authority) if authority < 2**32 else f"0x{authority:012x}"
    return "-".join(("S", "1", shown, *map(str, struct.unpack(f"<{value[1]}I", value[8:]))))


def _split(dn: str) -> tuple[str, str]:
    """The first part and what is above it; both as written."""
    if "\\" not in dn and ";" not in dn and dn[:1] != ",":
        first, _, above = dn.partition(",")
        return first, above
    found = _RELATIVE.search(dn)
    return ("", "") if found is None else (found[0], dn[found.end() + 1 :])


def _key_above(dn: str) -> str:
    """The key of a name that many entries have above them."""
    return _remembered_key(dn) if len(dn) < _MAX_REMEMBERED else _whole_key(dn)


def _whole_key(dn: str) -> str:
    return ",".join(_relative_key(part) for part in relative_names(dn))


@lru_cache(maxsize=4096)
def _remembered_key(dn: str) -> str:
    return _whole_key(dn)


def _relative_key(part: str) -> str:
    kind, _, value = part.partition("=")
    plain = " ".join(unescape(value).casefold().split())
    return f"{kind.strip().casefold()}={plain.translate(_IN_KEY)}"


_MAX_REMEMBERED = 1000
_IN_FILTER = {ord(each): f"\\{ord(each):02x}" for each in "\\*()\0"}
_IN_KEY = {**_IN_FILTER, ord(","): "\0"}


class NameSet:
    """A set of names as one server spells them, kept as 64-bit numbers: eight octets for each of a million names.

    The numbers are of this process alone (`hash`), so nobody can choose names that meet; that two meet by chance among
    a million is one in ten million.
    """

    def __init__(self) -> None:
        self._numbers = array("q")
        self._is_sorted = True

    def update(self, names: Iterable[str]) -> None:
        """Add names."""
        self._numbers.extend(map(hash, names))
        self._is_sorted = False

    def __contains__(self, name: object) -> bool:
        """Whether a name was added."""
        if not self._is_sorted:
            self._numbers = array("q", sorted(self._numbers))
            self._is_sorted = True
        number = hash(name)
        place = bisect_left(self._numbers, number)
        return place < len(self._numbers) and self._numbers[place] == number

    def __len__(self) -> int:
        """Names added, repeated ones too."""
        return len(self._numbers)

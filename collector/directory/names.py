"""Distinguished names (RFC 4514), values in filters (RFC 4515), security identifiers (MS-DTYP 2.4.2)."""

from __future__ import annotations

import re

from collector.directory.times import MalformedValueError

_ESCAPED = re.compile(rb"\\(?:([0-9A-Fa-f]{2})|(.))", re.DOTALL)
_RELATIVE = re.compile(r"(?:[^\\,;]|\\.|\\$)+", re.DOTALL)


def relative_names(dn: str) -> tuple[str, ...]:
    """The parts of a distinguished name as written, nearest to the entry first; empty for the root."""
    return tuple(_RELATIVE.findall(dn))


def dn_key(dn: str) -> str:
    """One spelling for all ways to write a name: equal keys name the same entry. For comparison only."""
    return ",".join(_relative_key(part) for part in relative_names(dn))


def parent_key(dn: str) -> str:
    """The key of the entry above."""
    return ",".join(_relative_key(part) for part in relative_names(dn)[1:])


def is_below(key: str, ancestor: str) -> bool:
    """Whether one key names an entry below the other, or the same."""
    return key == ancestor or key.endswith(f",{ancestor}")


def first_value(dn: str) -> str:
    r"""The value of the first part: `CN=Ek\, Eva,OU=x` -> `Ek, Eva`."""
    part = next(iter(relative_names(dn)), "")
    return unescape(part.partition("=")[2].strip()) or dn


def unescape(text: str) -> str:
    """An attribute value less its RFC 4514 escapes."""
    octets = _ESCAPED.sub(lambda found: bytes.fromhex(found[1].decode()) if found[1] else found[2], text.encode())
    return octets.decode("utf-8", "backslashreplace")


def filter_value(text: str) -> str:
    """A value for use in a search filter (RFC 4515 section 3)."""
    return "".join(f"\\{ord(each):02x}" if each in "\\*()\0" else each for each in text)


def parse_sid(value: bytes) -> str:
    """A binary security identifier as `S-1-5-21-...-500`; raises MalformedValueError."""
    if len(value) < 8 or value[0] != 1 or value[1] > 15 or len(value) != 8 + 4 * value[1]:
        message = f"not a security identifier: {value[:40].hex()}"
        raise MalformedValueError(message)
    authority = int.from_bytes(value[2:8], "big")
    shown = str(authority) if authority < 2**32 else f"0x{authority:012x}"
    parts = (str(int.from_bytes(value[at : at + 4], "little")) for at in range(8, len(value), 4))
    return "-".join(("S", "1", shown, *parts))


def _relative_key(part: str) -> str:
    kind, _, value = part.partition("=")
    plain = " ".join(unescape(value).casefold().split())
    return f"{kind.strip().casefold()}={filter_value(plain).replace(',', chr(0))}"

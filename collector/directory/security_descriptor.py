"""Security descriptors in their self-relative form (MS-DTYP 2.4.6): whom a list of access rights lets in; pure."""

from __future__ import annotations

import struct

from collector.directory.names import parse_sid
from collector.directory.times import MalformedValueError

EVERYONE = "S-1-1-0"
_DESCRIPTOR, _LIST, _ENTRY, _OBJECT = (
    struct.Struct("<BBHIIII"),
    struct.Struct("<BBHHH"),
    struct.Struct("<BBHI"),
    struct.Struct("<I"),
)
_LIST_PRESENT, _SELF_RELATIVE = 0x4, 0x8000
_ALLOW, _DENY = {0x00: False, 0x05: True, 0x09: False, 0x0B: True}, {0x01: False, 0x06: True, 0x0A: False, 0x0C: True}
"""Types of entries that let in or keep out (MS-DTYP 2.4.4), and whether they name a kind of object."""
_KIND, _INHERITED_KIND = 0x1, 0x2
_INHERIT_ONLY = 0x8


def allowed(descriptor: bytes) -> tuple[str, ...]:
    """The identifiers that a descriptor gives any right, in its order, less those that it denied before.

    Without a list everyone has every right; an empty list gives nobody any. Raises MalformedValueError.
    """
    if len(descriptor) < _DESCRIPTOR.size:
        message = "the security descriptor is cut off"
        raise MalformedValueError(message)
    revision, _, control, _, _, _, where = _DESCRIPTOR.unpack_from(descriptor)
    if revision != 1 or not control & _SELF_RELATIVE:
        message = f"not a self-relative security descriptor: {descriptor[:20].hex()}"
        raise MalformedValueError(message)
    if not control & _LIST_PRESENT or where == 0:
        return (EVERYONE,)
    return _let_in(descriptor, where)


def _let_in(descriptor: bytes, where: int) -> tuple[str, ...]:
    if where + _LIST.size > len(descriptor):
        message = "the access list lies outside its security descriptor"
        raise MalformedValueError(message)
    _, _, size, count, _ = _LIST.unpack_from(descriptor, where)
    at, end = where + _LIST.size, where + size
    if end > len(descriptor):
        message = "the access list is cut off"
        raise MalformedValueError(message)
    found: dict[str, None] = {}
    denied: set[str] = set()
    for _ in range(count):
        if at + _ENTRY.size > end:
            message = "an entry of the access list is cut off"
            raise MalformedValueError(message)
        kind, flags, length, mask = _ENTRY.unpack_from(descriptor, at)
        if length < _ENTRY.size or at + length > end:
            message = "an entry of the access list lies outside it"
            raise MalformedValueError(message)
        if mask and not flags & _INHERIT_ONLY and (kind in _ALLOW or kind in _DENY):
            names_kind = _ALLOW.get(kind, False) or _DENY.get(kind, False)
            who = _who(descriptor[at + _ENTRY.size : at + length], names_kind=names_kind)
            if kind in _DENY:
                denied.add(who)
            elif who not in denied:
                found[who] = None
        at += length
    return tuple(found)


def _who(rest: bytes, *, names_kind: bool) -> str:
    """The identifier of an entry; what a callback entry carries behind it is left."""
    if names_kind:
        if len(rest) < _OBJECT.size:
            message = "an entry of the access list is cut off"
            raise MalformedValueError(message)
        (flags,) = _OBJECT.unpack_from(rest)
        rest = rest[_OBJECT.size + 16 * (bool(flags & _KIND) + bool(flags & _INHERITED_KIND)) :]
    return parse_sid(rest[: 8 + 4 * rest[1]] if len(rest) > 1 else rest)

"""Evidence lines by msgspec: the same octets and the same records as `collector.records.codec`, several times faster.

A scan writes and reads back records by the million. Whatever is not certain to come out alike is left to the codec of
the standard library, which is also what reads a bundle: who verifies or re-performs needs no msgspec, and believes
nothing that this module would overlook (unknown fields, duplicate keys).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import cache
from operator import attrgetter
from types import NoneType
from typing import Any, Required, TypedDict, TypeVar, cast, get_type_hints

import msgspec

from collector.evidence_file import line_of, strict_reader
from collector.records.making import quick
from collector.records.record import Record

R = TypeVar("R", bound=Record)

_SINGLE = (None, True, False, (), "")
"""Defaults of which there is one object each: msgspec leaves a field out where it holds the default itself."""
_PLAIN = frozenset({str, bool, int, NoneType, date})
_ALL = _PLAIN | {datetime, tuple}
_MISSING = dataclasses.MISSING
_MAX_KNOWN = 4096
"""Combinations of types in one kind's fields that are remembered."""


@cache
def line_writer(kind: type[Record]) -> Callable[[Record], bytes]:
    """What writes a record of this kind as one line, without its end.

    It raises RecordError as `encode_line` does, and ValueError for text that UTF-8 cannot hold.
    """
    fields = sorted((f for f in dataclasses.fields(cast("Any", kind)) if f.compare), key=attrgetter("name"))
    defaults = [f.default for f in fields if f.default is not _MISSING]
    if len(fields) < 2 or any(not any(each is one for one in _SINGLE) for each in defaults):
        return line_of
    # The fields that have no default come first to msgspec, and last to no one: the encoder sorts them by name.
    ordered = sorted(fields, key=lambda f: f.default is not _MISSING)
    shape = msgspec.defstruct(
        kind.__name__,
        [(f.name, object) if f.default is _MISSING else (f.name, object, f.default) for f in ordered],
        omit_defaults=True,
        gc=False,
    )
    values = attrgetter(*(f.name for f in ordered))
    write = msgspec.json.Encoder(order="sorted").encode
    known: dict[tuple[type, ...], tuple[int, ...] | None] = {}

    def quickly(record: Record) -> bytes:
        found = values(record)
        types = tuple(map(type, found))
        try:
            places = known[types]
        except KeyError:
            places = _to_be_looked_at(types)
            if len(known) < _MAX_KNOWN:
                known[types] = places
        if places is None:
            return line_of(record)
        for place in places:
            value = found[place]
            is_certain = value.tzinfo is UTC if types[place] is datetime else all(type(each) is str for each in value)
            if not is_certain:
                return line_of(record)
        try:
            return write(shape(*found))
        except OverflowError:  # an integer of more than 64 bits
            return line_of(record)

    return quickly


def _to_be_looked_at(types: tuple[type, ...]) -> tuple[int, ...] | None:
    """Where values stand that may be written in several ways (times, tuples); None where a type is not known here."""
    if not _ALL.issuperset(types):
        return None
    return tuple(place for place, each in enumerate(types) if each not in _PLAIN)


def line_reader(kind: type[R]) -> Callable[[bytes], R]:
    """What reads a line of this kind that was written in this run.

    It raises ValueError for what does not fit, but not for unknown fields and duplicate keys.
    """
    without_default = {each.name for each in dataclasses.fields(cast("Any", kind)) if each.default is _MISSING}
    fields = {name: Required[hint] if name in without_default else hint for name, hint in get_type_hints(kind).items()}
    # Half the time of decoding to the record: msgspec sets the fields of a frozen dataclass by a call each.
    shape = TypedDict("shape", fields, total=False)  # type: ignore[misc]  # made of what the record type says
    try:
        decode = msgspec.json.Decoder(shape, strict=True).decode
    except TypeError:  # a field's type that msgspec does not know
        return strict_reader(kind)
    make = quick(kind)
    return lambda line: make(**decode(line))

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
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import msgspec

from collector.evidence_file import line_of, strict_reader
from collector.records.record import Record

R = TypeVar("R", bound=Record)

_SINGLE = (None, True, False, (), "")
"""Defaults of which there is one object each: msgspec leaves a field out where it holds the default itself."""
_PLAIN = frozenset({str, bool, int, NoneType, date})
_TIMED = _PLAIN | {datetime}
_ALL = _TIMED | {tuple}


@cache
def line_writer(kind: type[Record]) -> Callable[[Record], bytes]:
    """What writes a record of this kind as one line, without its end.

    It raises RecordError as `encode_line` does, and ValueError for text that UTF-8 cannot hold.
    """
    fields = sorted((f for f in dataclasses.fields(cast("Any", kind)) if f.compare), key=attrgetter("name"))
    defaults = [f.default for f in fields if f.default is not dataclasses.MISSING]
    if len(fields) < 2 or any(not any(each is one for one in _SINGLE) for each in defaults):
        return line_of
    missing = dataclasses.MISSING
    # The fields that have no default come first to msgspec, and last to no one: the encoder sorts them by name.
    ordered = sorted(fields, key=lambda f: f.default is not missing)
    shape = msgspec.defstruct(
        kind.__name__,
        [(f.name, object) if f.default is missing else (f.name, object, f.default) for f in ordered],
        omit_defaults=True,
        gc=False,
    )
    values = attrgetter(*(f.name for f in ordered))
    hints = get_type_hints(kind)
    uncertain = attrgetter(*(f.name for f in ordered if _may_vary(hints[f.name])), "subject")
    write = msgspec.json.Encoder(order="sorted").encode

    def quickly(record: Record) -> bytes:
        found = values(record)
        kinds = set(map(type, found))
        if kinds <= _PLAIN or (kinds <= _ALL and all(map(_is_certain, uncertain(record)))):
            try:
                return write(shape(*found))
            except OverflowError:  # an integer of more than 64 bits
                pass
        return line_of(record)

    return quickly


def _may_vary(hint: object) -> bool:
    """Whether a field's type allows a value that is not written in one way only: a time, a tuple."""
    if get_origin(hint) is Literal:
        return False
    if get_origin(hint) in {Union, UnionType}:
        return any(map(_may_vary, get_args(hint)))
    return hint not in {str, bool, int, NoneType, date}


def _is_certain(value: object) -> bool:
    """Whether a value is surely written as the codec writes it."""
    if type(value) is datetime:
        return value.tzinfo is UTC
    return type(value) is not tuple or all(type(each) is str for each in value)


def line_reader(kind: type[R]) -> Callable[[bytes], R]:
    """What reads a line of this kind that was written in this run.

    It raises ValueError for what does not fit, but not for unknown fields and duplicate keys.
    """
    try:
        return msgspec.json.Decoder(kind, strict=True).decode
    except TypeError:  # a field's type that msgspec does not know
        return strict_reader(kind)

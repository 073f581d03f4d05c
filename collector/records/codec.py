"""Records to and from JSON values, by their declared fields; standard library only, so that any Python re-performs.

A field that holds its default (for most: None, not known) is left out. Times are RFC 3339 in UTC
(`2026-11-21T07:51:00Z`, microseconds only where they are not zero), dates ISO 8601. Decoding is strict: an unknown
field, a wrong type or a missing required field raises `RecordError`.
"""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from collections.abc import Callable
from datetime import UTC, date, datetime
from enum import Enum
from functools import cache
from json.encoder import encode_basestring
from operator import attrgetter, itemgetter
from typing import Any, TypeVar

T = TypeVar("T")

JsonValue = str | int | bool | None | list["JsonValue"] | dict[str, "JsonValue"]


canonical_text = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode
"""Canonical JSON (RFC 8785 for ASCII keys and no floats), as text."""


class RecordError(ValueError):
    """A stored value does not fit the record type that it claims to be."""


def encode(value: Any) -> JsonValue:  # any dataclass or field value; the closed set is checked at run time
    """The JSON value of a record or of one of its field values.

    Raises RecordError for a value that the format does not hold (a float, a naive time).
    """
    if value is None or isinstance(value, (bool, int)) or type(value) is str:
        return value
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, datetime):
        return encode_time(value)
    if isinstance(value, date):
        return value.isoformat()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            name: encode(item)
            for name, default in _stored_fields(typing.cast("Any", type(value)))
            if (item := getattr(value, name)) != default
        }
    if isinstance(value, (tuple, list)):
        return [encode(item) for item in value]
    if isinstance(value, dict):
        return {str(key): encode(item) for key, item in value.items()}
    if isinstance(value, str):
        return str(value)
    message = f"{type(value).__name__} has no place in evidence: {value!r:.80}"
    raise RecordError(message)


def encode_line(record: Any) -> str:  # any dataclass
    """`canonical_text(encode(record))` in one pass over the fields: for records by the million.

    Raises RecordError as `encode` does.
    """
    values, plan = _line_plan(typing.cast("Any", type(record)))
    parts: list[str] = []
    for value, (default, key) in zip(values(record), plan, strict=True):
        if value is default or value == default:
            continue
        write = _WRITERS.get(type(value))
        parts.append(key + (canonical_text(encode(value)) if write is None else write(value)))
    return "{" + ",".join(parts) + "}"


def encode_time(value: datetime) -> str:
    """RFC 3339 in UTC with `Z`; raises RecordError for a time without a zone."""
    if value.tzinfo is None:
        message = f"a time without a zone is no evidence: {value.isoformat()}"
        raise RecordError(message)
    text = value.isoformat() if value.tzinfo is UTC else value.astimezone(UTC).isoformat()
    return f"{text[:-6]}Z"  # less «+00:00»


def decode_time(text: str) -> datetime:
    """The time that `encode_time` wrote; raises RecordError for anything else."""
    if not text.endswith("Z"):
        message = f"not a UTC time: {text!r:.80}"
        raise RecordError(message)
    try:
        return datetime.fromisoformat(text[:-1]).replace(tzinfo=UTC)
    except ValueError as error:
        message = f"not a UTC time: {text!r:.80}"
        raise RecordError(message) from error


def decode(kind: type[T], value: JsonValue) -> T:
    """A record of type `kind` from the value that `encode` gave; raises RecordError where it does not fit."""
    return typing.cast("T", _decoder(typing.cast("Any", kind))(value))


@cache
def _stored_fields(kind: type[Any]) -> tuple[tuple[str, Any], ...]:
    return tuple((f.name, f.default) for f in dataclasses.fields(kind) if f.compare)


@cache
def _line_plan(kind: type[Any]) -> tuple[Callable[[Any], tuple[Any, ...]], tuple[tuple[Any, str], ...]]:
    """How to get the stored fields' values in the order of their names, and each one's default and written key."""
    fields = sorted(_stored_fields(typing.cast("Any", kind)), key=itemgetter(0))
    names = [name for name, _ in fields]
    get = attrgetter(*names)
    values = get if len(names) > 1 else lambda record: (get(record),)
    return values, tuple((default, f"{encode_basestring(name)}:") for name, default in fields)


_WRITERS: dict[type[Any], Callable[[Any], str]] = {
    str: encode_basestring,
    bool: lambda value: "true" if value else "false",
    int: int.__repr__,
    datetime: lambda value: f'"{encode_time(value)}"',
    date: lambda value: f'"{value.isoformat()}"',
}
"""Field values of just these types; any other goes through `encode`."""


@cache
def _decoder(hint: Any) -> Callable[[Any], Any]:  # a type hint, of any form
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return _dataclass_decoder(hint)
    if hint is datetime:
        return _decode_time_field
    if hint is date:
        return _decode_date
    if hint in (str, int, bool):
        return lambda value: _typed(hint, value)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return lambda value: _member(hint, value)
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Literal:
        members = {each: each for each in arguments}
        return lambda value: _one_of(members, value)
    if origin is tuple and len(arguments) == 2 and arguments[1] is Ellipsis:
        item = _decoder(arguments[0])
        return lambda value: tuple(item(each) for each in _typed(list, value))
    if origin in (typing.Union, types.UnionType):
        return _union_decoder(arguments)
    message = f"no record field may be of type {hint}"
    raise RecordError(message)


def _dataclass_decoder(kind: type[Any]) -> Callable[[Any], Any]:
    hints = typing.get_type_hints(kind)
    stored = [f.name for f in dataclasses.fields(kind) if f.compare]
    decoders = {name: _decoder(hints[name]) for name in stored}
    plain = {name: _plain_type(hints[name]) for name in stored}

    def decode_fields(value: Any) -> Any:  # JSON in, a dataclass of `kind` out
        fields = _typed(dict, value)
        try:
            values = {
                name: item if type(item) is plain[name] else decoders[name](item) for name, item in fields.items()
            }
        except KeyError:
            message = f"{kind.__name__} has no field {', '.join(sorted(fields.keys() - decoders.keys()))}"
            raise RecordError(message) from None
        try:
            return kind(**values)
        except TypeError as error:
            message = f"{kind.__name__}: {error}"
            raise RecordError(message) from error

    return decode_fields


def _plain_type(hint: Any) -> type[Any] | None:
    """The JSON type whose values stand for themselves in a field of this type; None where there is no such type."""
    choices = [each for each in typing.get_args(hint) or (hint,) if each is not type(None)]
    return choices[0] if len(choices) == 1 and choices[0] in (str, int, bool) else None


def _union_decoder(arguments: tuple[Any, ...]) -> Callable[[Any], Any]:
    choices = [argument for argument in arguments if argument is not type(None)]
    optional = len(choices) < len(arguments)
    decoders = [_decoder(choice) for choice in choices]
    only = decoders[0]
    if optional and len(decoders) == 1:
        return lambda value: None if value is None else only(value)

    def decode_union(value: Any) -> Any:  # JSON in, one of the union's types out
        if value is None and optional:
            return None
        for decoder in decoders[:-1]:
            try:
                return decoder(value)
            except RecordError:
                continue
        return decoders[-1](value)

    return decode_union


def _typed(kind: type[T], value: object) -> T:
    if type(value) is not kind:
        message = f"expected {kind.__name__}, got {type(value).__name__}: {value!r:.80}"
        raise RecordError(message)
    return value


def _decode_time_field(value: object) -> datetime:
    return decode_time(value if type(value) is str else _typed(str, value))


def _decode_date(value: object) -> date:
    text = _typed(str, value)
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        message = f"not a date: {text!r:.80}"
        raise RecordError(message) from error


def _member(kind: type[Enum], value: object) -> Enum:
    try:
        return kind(value)
    except ValueError as error:
        message = f"{kind.__name__} has no {value!r:.80}"
        raise RecordError(message) from error


def _one_of(allowed: dict[Any, Any], value: object) -> object:
    """The member itself, not the equal value that was read: one text for a million records."""
    found = allowed.get(value) if type(value) in (str, int) else None
    if found is None:
        message = f"expected one of {', '.join(map(str, allowed))}, got {value!r:.80}"
        raise RecordError(message)
    return found

"""Records to and from JSON values, by their declared fields; standard library only, so that any Python re-performs.

A field that holds its default (for most: None, not known) is left out. Times are RFC 3339 in UTC
(`2026-11-21T07:51:00Z`, microseconds only where they are not zero), dates ISO 8601. Decoding is strict: an unknown
field, a wrong type or a missing required field raises `RecordError`.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Callable
from datetime import UTC, date, datetime
from enum import Enum
from functools import cache
from typing import Any, TypeVar

T = TypeVar("T")

JsonValue = str | int | bool | None | list["JsonValue"] | dict[str, "JsonValue"]


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
            for name, default in _stored_fields(type(value))
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


def encode_time(value: datetime) -> str:
    """RFC 3339 in UTC with `Z`; raises RecordError for a time without a zone."""
    if value.tzinfo is None:
        message = f"a time without a zone is no evidence: {value.isoformat()}"
        raise RecordError(message)
    text = value.astimezone(UTC).replace(tzinfo=None).isoformat()
    return f"{text}Z"


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
def _decoder(hint: Any) -> Callable[[Any], Any]:  # a type hint, of any form
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return _dataclass_decoder(hint)
    if hint is datetime:
        return lambda value: decode_time(_typed(str, value))
    if hint is date:
        return _decode_date
    if hint in (str, int, bool):
        return lambda value: _typed(hint, value)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return lambda value: _member(hint, value)
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Literal:
        return lambda value: _one_of(arguments, value)
    if origin is tuple and len(arguments) == 2 and arguments[1] is Ellipsis:
        item = _decoder(arguments[0])
        return lambda value: tuple(item(each) for each in _typed(list, value))
    if origin in (typing.Union, types.UnionType):
        return _union_decoder(arguments)
    message = f"no record field may be of type {hint}"
    raise RecordError(message)


def _dataclass_decoder(kind: type[Any]) -> Callable[[Any], Any]:
    hints = typing.get_type_hints(kind)
    decoders = {f.name: _decoder(hints[f.name]) for f in dataclasses.fields(kind) if f.compare}

    def decode_fields(value: Any) -> Any:  # JSON in, a dataclass of `kind` out
        fields = _typed(dict, value)
        unknown = fields.keys() - decoders.keys()
        if unknown:
            message = f"{kind.__name__} has no field {', '.join(sorted(unknown))}"
            raise RecordError(message)
        try:
            return kind(**{name: decoders[name](item) for name, item in fields.items()})
        except TypeError as error:
            message = f"{kind.__name__}: {error}"
            raise RecordError(message) from error

    return decode_fields


def _union_decoder(arguments: tuple[Any, ...]) -> Callable[[Any], Any]:
    choices = [argument for argument in arguments if argument is not type(None)]
    optional = len(choices) < len(arguments)
    decoders = [_decoder(choice) for choice in choices]

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


def _one_of(allowed: tuple[Any, ...], value: object) -> object:
    if value not in allowed or isinstance(value, bool):
        message = f"expected one of {', '.join(map(str, allowed))}, got {value!r:.80}"
        raise RecordError(message)
    return value

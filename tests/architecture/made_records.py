"""Records of any kind with every value that a field's type allows, made from the type alone; standard library only."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

T = TypeVar("T")

FORMS = {
    "addresses": "192.0.2.1/24",
    "destination_addresses": "192.0.2.0/28",
    "destinations": "192.0.2.0/24",
    "networks": "192.0.2.0/24",
    "ports": "443",
    "source_ports": "1024-65535",
    "sources": "192.0.2.0/24",
    "target": "192.0.2.1",
}
"""Text of the form that a field's docstring asks for; every other text is free."""


def variants(kind: type[T], as_of: datetime) -> Iterator[T]:
    """Records of one kind: all fields not known, all known, and then each value of each field beside known others."""
    hints = typing.get_type_hints(kind)
    fields = [field for field in dataclasses.fields(typing.cast("Any", kind)) if field.init]
    known = {field.name: values(field.name, hints[field.name], as_of)[-1] for field in fields}
    required = {
        field.name: known[field.name]
        for field in fields
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    }
    yield kind(**required)
    yield kind(**known)
    for field in fields:
        for value in values(field.name, hints[field.name], as_of):
            yield kind(**(known | {field.name: value}))


def values(name: str, hint: Any, as_of: datetime) -> list[Any]:  # a type hint of any form, and values of it
    """Values of one field's type, the most ordinary last."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return [value for argument in arguments for value in values(name, argument, as_of)][::-1]
    if origin is typing.Literal:
        return list(arguments)
    if origin is tuple:
        return [(), tuple(values(name, arguments[0], as_of))]
    if hint is types.NoneType:
        return [None]
    if hint is bool:
        return [False, True]
    if hint is int:
        return [0, 10**12, 1]
    if hint is str:
        return [FORMS[name]] if name in FORMS else ["", "x"]
    if isinstance(hint, type) and issubclass(hint, datetime):
        return [as_of + timedelta(days=400), as_of - timedelta(days=4000), as_of - timedelta(days=1)]
    if isinstance(hint, type) and issubclass(hint, date):
        return [as_of.date() + timedelta(days=400), as_of.date() - timedelta(days=4000), as_of.date()]
    message = f"no value is known for a field of type {hint}"
    raise TypeError(message)

"""Makes records by the million: a frozen dataclass sets each field by a call, which costs four times the assignment."""

from __future__ import annotations

import dataclasses
from functools import cache
from typing import Any, TypeVar, cast

from collector.records.record import Record

R = TypeVar("R", bound=Record)


def quick(kind: type[R]) -> type[R]:
    """A stand-in for the kind's constructor: it takes the same and gives the same, an instance of the kind itself."""
    return cast("type[R]", _stand_in(kind))


@cache
def _stand_in(kind: type[Record]) -> type:
    """A class with the same fields in the same slots, open while they are filled; what was made becomes the record."""

    def become_record(self: object) -> None:
        self.__class__ = kind  # both classes have the same slots, and no other content

    same_fields: list[tuple[str, Any, Any]] = [
        (each.name, each.type, dataclasses.field(default=each.default))
        for each in dataclasses.fields(cast("Any", kind))
    ]
    return dataclasses.make_dataclass(
        kind.__name__, same_fields, kw_only=True, slots=True, namespace={"__post_init__": become_record}
    )

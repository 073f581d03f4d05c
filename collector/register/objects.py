"""Rows of a JSON file: an array of objects, or an object with such a list; pure."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Sequence
from typing import Any

from collector.evidence import GapCause
from collector.register.encodings import decode
from collector.register.table import MAX_CELL, MAX_COLUMNS, Cell, Row, Table, Unreadable, plain
from collector.source import SourceError

MAX_DEPTH = 4
"""Objects within objects that become columns (`owner.unit.name`)."""
_TWICE = "\0twice"
"""Key of an object that names a key of it that was there twice."""
_BLANK = re.compile(r"[ \t\r\n]*")


def read_json(data: bytes, items: str | None = None) -> Table:
    """The table of a JSON file: a column per key, `a.b` for the key of an object within; rows counted from 1.

    A list of texts is one cell with several; a list of objects gives such a cell per key (`a[].b`). Raises SourceError:
    malformed (no JSON, no list of objects or several), absent (an empty file, no list of that name).
    """
    text, encoded = decode(data)
    if not text.strip():
        raise SourceError(GapCause.ABSENT, "the file is empty", "export it again")
    understood = {"format": "JSON", "encoding": encoded}
    try:
        held = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        return _cut_off(text, items, error, understood)
    except RecursionError as error:
        raise SourceError(GapCause.MALFORMED, "the file holds objects in objects without end") from error
    found, where = _list(held, items)
    understood["items"] = where
    return _table(found, understood)


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _ in pairs]
        made[_TWICE] = next(name for name in names if names.count(name) > 1)
    return made


def _whole(text: str) -> int | str:
    return int(text) if len(text) <= 18 else text


def _real(text: str) -> float | Unreadable:
    value = float(text)
    return value if math.isfinite(value) else Unreadable(f"{text:.20} is no number")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_pairs,
    parse_int=_whole,
    parse_float=_real,
    parse_constant=lambda name: Unreadable(f"{name} is no number"),
)


def _list(held: object, items: str | None) -> tuple[list[Any], str]:
    """The list of rows, and in words where it is."""
    if items is not None:
        found: object = held
        for key in items.split("."):
            found = found.get(key) if isinstance(found, dict) else None
        if isinstance(found, list):
            return found, f"{items}, by the settings"
        names = ", ".join(name for name, _ in _lists(held)) or "none"
        raise SourceError(
            GapCause.ABSENT, f"the file has no list {items!r}", f"it has {names[:300]}; correct `items` in the settings"
        )
    if isinstance(held, list):
        return held, "the whole file is one list"
    lists = list(_lists(held))
    if len(lists) == 1:
        return lists[0][1], f"{lists[0][0]}, the only list of objects"
    if not lists:
        raise SourceError(GapCause.MALFORMED, "the file holds no list of objects", "export a list of objects")
    names = ", ".join(name for name, _ in lists)
    raise SourceError(
        GapCause.MALFORMED, f"the file holds several lists: {names[:300]}", "say which one with `items` in the settings"
    )


def _lists(held: object, path: str = "", depth: int = 0) -> Iterator[tuple[str, list[Any]]]:
    if not isinstance(held, dict) or depth > MAX_DEPTH:
        return
    for key, value in held.items():
        name = f"{path}.{key}" if path else key
        if isinstance(value, list) and (not value or any(isinstance(each, dict) for each in value)):
            yield name, value
        else:
            yield from _lists(value, name, depth + 1)


def _table(found: Sequence[object], understood: dict[str, str]) -> Table:
    header: dict[str, int] = {}
    rows: list[tuple[dict[str, Cell], str | None]] = []
    for item in found:
        cells: dict[str, Cell] = {}
        fault = _flat(item, "", cells) if isinstance(item, dict) else "is no object"
        for name in cells:
            header.setdefault(name, len(header))
        if len(header) > MAX_COLUMNS:
            raise SourceError(GapCause.MALFORMED, f"more than {MAX_COLUMNS} keys", "export fewer of them")
        rows.append((cells, fault))
    return Table(
        tuple(header),
        [Row(number, tuple(map(cells.get, header)), fault) for number, (cells, fault) in enumerate(rows, start=1)],
        understood=understood,
    )


def _flat(item: dict[str, Any], path: str, cells: dict[str, Cell], depth: int = 0) -> str | None:
    """Fill the cells of an object; the fault where it cannot be read."""
    if _TWICE in item:
        return f"has the key {item[_TWICE][:60]!r} twice"
    for key, value in item.items():
        name = plain(f"{path}.{key}" if path else key)
        if isinstance(value, dict):
            if depth < MAX_DEPTH and (fault := _flat(value, name, cells, depth + 1)):
                return fault
        elif isinstance(value, list) and any(isinstance(each, dict) for each in value):
            _several(name, value, cells)
        elif isinstance(value, list):
            cells[name] = _texts(value)
        else:
            cells[name] = _cell(value)
    return None


def _several(name: str, objects: list[Any], cells: dict[str, Cell]) -> None:
    held = [each for each in objects if isinstance(each, dict)]
    for key in dict.fromkeys(key for each in held for key in each):
        cells[f"{name}[].{key}"] = _texts([each[key] for each in held if each.get(key) is not None])


def _texts(values: list[Any]) -> Cell:
    if any(isinstance(each, (list, dict)) for each in values):
        return Unreadable("a list within a list")
    unreadable = next((each for each in values if isinstance(each, Unreadable)), None)
    return unreadable or tuple(str(_cell(each)) for each in values if each is not None)


def _cell(value: object) -> Cell:
    if value is None or isinstance(value, (bool, int, float, Unreadable)):
        return value
    text = str(value)
    return text if len(text) <= MAX_CELL else Unreadable(f"{len(text)} characters; at most {MAX_CELL} are read")


def _cut_off(text: str, items: str | None, error: json.JSONDecodeError, understood: dict[str, str]) -> Table:
    """What can be read of a file that ends too early: the objects before the place where it stops being JSON."""
    start = _start(text, items)
    found: list[Any] = []
    place = start
    while place is not None:
        place = _BLANK.match(text, place).end()  # type: ignore[union-attr]  # it matches no blanks too
        try:
            item, place = _DECODER.raw_decode(text, place)
        except (json.JSONDecodeError, RecursionError):
            break
        found.append(item)
        place = _BLANK.match(text, place).end()  # type: ignore[union-attr]
        if text[place : place + 1] != ",":
            break
        place += 1
    where = f"line {error.lineno}, column {error.colno}"
    if not found:
        raise SourceError(
            GapCause.MALFORMED, f"the file is no JSON ({where}: {error.msg})", "export it again"
        ) from error
    understood["items"] = f"the {len(found)} objects before {where}, where it stops being JSON"
    table = _table(found, understood)
    table.cut_off = f"row {len(found) + 1} cannot be read ({where}: {error.msg})"
    return table


def _start(text: str, items: str | None) -> int | None:
    """Where the list begins: where the file is one, or after the last key that `items` names."""
    if items is None:
        match = re.match(r"\s*\[", text)
    else:
        match = re.search(rf'"{re.escape(items.rpartition(".")[2])}"\s*:\s*\[', text)
    return match.end() if match else None

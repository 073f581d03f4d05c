"""The values that the judgement used, and where each comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from reporters.html.book import Book
from reporters.report import Json
from reporters.texts.formats import fact, number


@dataclass(frozen=True, slots=True)
class ParameterRow:
    """One value of one control."""

    text: str
    name: str
    value: str
    origin: str


@dataclass(frozen=True, slots=True)
class ControlParameters:
    """A control that was tested, and the values that it was tested with."""

    id: str
    title: str
    rule: str
    rows: tuple[ParameterRow, ...]


def used_parameters(book: Book) -> tuple[ControlParameters, ...]:
    """Every control with a finding, by title."""
    used: dict[str, dict[tuple[str, str], Any]] = {}
    for finding in book.findings.values():
        values = used.setdefault(finding["control"], {})
        for name, value in sorted(finding["parameters"].items()):
            values[name, str(value)] = value
    rows = [
        ControlParameters(
            id=control,
            title=book.control_title(control),
            rule=book.text(book.controls.get(control, {}).get("rule")),
            rows=tuple(_row(book, control, name, value) for (name, _), value in sorted(values.items())),
        )
        for control, values in used.items()
    ]
    return tuple(sorted(rows, key=lambda each: (each.title, each.id)))


def _row(book: Book, control: str, name: str, value: Any) -> ParameterRow:
    declared: Json = book.controls.get(control, {}).get("parameters", {}).get(name, {})
    own: Json = book.contents.settings.get("controls", {}).get(control, {}).get("parameters", {})
    if name in own and own[name] == value:
        origin = book.words("parameter.own")
    elif declared.get("value") == value:
        stated = declared.get("origin", "default")
        if book.words.has(f"parameter-origin.{stated}"):
            origin = book.words(f"parameter-origin.{stated}")
        else:
            origin = book.words("parameter.requirement", id=stated)
    else:
        origin = book.words("parameter.stated")
    return ParameterRow(
        text=book.text(declared.get("text")) or name, name=name, value=_value(book, value, declared), origin=origin
    )


def _value(book: Book, value: Any, declared: Json) -> str:
    unit = declared.get("unit")
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{number(value)}\u00a0{book.words.code('unit', unit)}" if unit else number(value)
    if value in ([], ()):
        return book.words("parameter.none")
    return fact(value, book.language)

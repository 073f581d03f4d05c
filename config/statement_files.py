"""Files that the settings name besides the systems: one file, a folder, or a pattern such as `claims/*.yaml`.

Claims, questions, contracts and recommendations are kept by others than the systems are, often a file for each
supplier or report; an id stands once in all of them together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TypeVar

from config.document import Document, DocumentPath
from config.problems import Problem, SettingsError

T = TypeVar("T")
Read = Callable[[Path], tuple[Document, Sequence[T]]]
"""Reads one file, its mistakes added to the document."""


def files_of(entries: Iterable[Path]) -> tuple[Path, ...]:
    """Every file that the entries name, in the order of entries and then of names; raises SettingsError for none."""
    found: dict[Path, None] = {}
    for entry in entries:
        if any(character in entry.name for character in "*?["):
            matching = sorted(entry.parent.glob(entry.name))
        elif entry.is_dir():
            matching = sorted([*entry.glob("*.yaml"), *entry.glob("*.yml")])
        else:
            matching = [entry]
        if not matching:
            raise SettingsError(
                [Problem(str(entry), 1, 1, "", "no file is there", "correct the name, or add the file")]
            )
        found.update(dict.fromkeys(matching))
    return tuple(found)


def read_all(entries: Iterable[Path], key: str, read: Read[T]) -> tuple[T, ...]:
    """What all the files hold, in their order; raises SettingsError with every mistake in any of them."""
    problems: list[Problem] = []
    held: list[T] = []
    first: dict[str, str] = {}
    for path in files_of(entries):
        try:
            document, items = read(path)
        except SettingsError as error:
            problems += error.problems
            continue
        _once(document, key, first)
        problems += document.problems
        held += items
    if problems:
        raise SettingsError(problems)
    return tuple(held)


def _once(document: Document, key: str, first: dict[str, str]) -> None:
    """Add a problem for each id that this file or an earlier one has already."""
    for index, node in enumerate(document.root.items(key)):
        name = node.text("id")
        if name is None:
            continue
        path: DocumentPath = (key, index, "id")
        place = document.root.get(*path)
        if name in first:
            document.problem(path, f"{name} is used twice, first in {first[name]}")
        elif place is not None:
            first[name] = f"{document.file}:{place.line}"

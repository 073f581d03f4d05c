"""What the tree holds: names that say something, a test of each check, nothing of anyone's own machine."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from checks.discovery import discover
from tests.architecture.tree import PACKAGES, ROOT, files

SAYS_NOTHING = {"base", "common", "helper", "helpers", "misc", "util", "utils"}
MUST_NOT_BE_TRACKED = {
    # A character of each is in brackets, so that this file is no hit of its own.
    "a registry's address": re.compile(r"py[p]i\.org|python[h]osted|registry\.npm[j]s|index-ur[l] +http"),
    "a path of someone's machine": re.compile(
        rf"{re.escape(str(ROOT))}(?![\w-])|/Us[e]rs/|/ho[m]e/\w+/(?:src|git|dev|work|projects)/|\.pye[n]v/|/wo[r]k/"
    ),
    "a private key": re.compile(r"-BEGIN (?:[A-Z]+ )?PRIVATE KEY-+\s+[A-Za-z0-9+/]{40}"),
    "a merge conflict": re.compile(r"^(?:<{7}|>{7}) ", re.MULTILINE),
}


def test_module_names_say_what_is_inside() -> None:
    empty = [path for path in files() if path.suffix == ".py" and SAYS_NOTHING & {path.stem, *path.parts[:-1]}]
    assert not empty


def test_each_check_is_judged_with_in_the_tests_of_its_family() -> None:
    untested = [
        check.id
        for check in discover()
        if not any(_names(text, check.id) for text in _texts(Path("tests", *check.module.split(".")[:-1])))
    ]
    assert not untested


def _names(text: str, check_id: str) -> bool:
    control, second, kind = check_id.partition("--")
    return f'"{check_id}"' in text or (f'"{control}"' in text and f'{second}{kind}"' in text)


def _texts(folder: Path) -> list[str]:
    return [path.read_text("utf-8") for path in (ROOT / folder).glob("test_*.py")]


@pytest.mark.parametrize("what", MUST_NOT_BE_TRACKED)
def test_the_tree_is_free_of(what: str) -> None:
    found = [
        f"{path}: {hit[0]}"
        for path in files()
        for hit in MUST_NOT_BE_TRACKED[what].finditer((ROOT / path).read_bytes().decode("utf-8", "replace"))
    ]
    assert not found


def test_packages_are_the_ones_that_are_there() -> None:
    with_modules = {path.parts[0] for path in files() if path.match("*/__init__.py") and len(path.parts) == 2}
    assert with_modules == set(PACKAGES)

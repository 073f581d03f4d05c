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


def test_each_check_has_a_test_file_of_its_own_name() -> None:
    wanted = {check.id: _test_file(check.module) for check in discover()}
    missing = {check: str(path) for check, path in wanted.items() if not (ROOT / path).exists()}
    assert not missing


def test_each_check_is_judged_with_in_its_test_file() -> None:
    untested = [
        check.id for check in discover() if not _names((ROOT / _test_file(check.module)).read_text("utf-8"), check.id)
    ]
    assert not untested


def _names(text: str, check_id: str) -> bool:
    return f'"{check_id}"' in text


def _test_file(module: str) -> Path:
    *folders, name = module.split(".")
    return Path("tests", *folders, f"test_{name}.py")


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

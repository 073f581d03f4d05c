"""Every sentence that the collector gives as a remedy has its Swedish words."""

from __future__ import annotations

import ast
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from reporters.texts.remedies import in_swedish
from reporters.texts.words import Words
from tests.architecture.tree import ROOT

PAIRS: dict[str, str] = tomllib.loads((ROOT / "reporters/texts/remedies.toml").read_text("utf-8"))
ELSEWHERE = {"collector/register/columns.py": {"_wrong"}, "collector/backup/job_formats.py": {"_wrong"}}
"""Functions of the same name that take no remedy."""
FILES = sorted(
    [*(ROOT / "collector").rglob("*.py"), *(ROOT / "styrk" / name for name in ("relayed_evidence.py", "sealed_run.py"))]
)
PLACES = {
    "SourceError": 2,
    "Gap": 4,
    "Missing": 3,
    "miss": 3,
    "_wrong": 1,
    "_other": 1,
    "malformed": 2,
    "RowProblem": 3,
}
"""Which argument of a call is the remedy."""
KEYWORDS = {"remedy", "smaller"}
TABLES = {"_RESULTS", "_BIND_RESULTS", "_AD_REASONS", "_FAILURES", "_MEANINGS", "_REMEDIES", "_CERTIFICATE_REMEDIES"}
"""Tables whose entries end with a remedy, or are one."""


def written(node: ast.expr, named: dict[str, list[str]]) -> Iterator[str]:
    """The texts that an expression can give, with `{}` for what is put in."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        options = [""]
        for part in node.values:
            filled = [""] if isinstance(part, ast.Constant) else list(_of_constant(part, named)) or ["{}"]
            here = [str(part.value)] if isinstance(part, ast.Constant) else filled
            options = [before + each for before in options for each in here]
        yield from options
    elif isinstance(node, ast.IfExp):
        yield from written(node.body, named)
        yield from written(node.orelse, named)
    elif isinstance(node, ast.BoolOp):
        for each in node.values:
            yield from written(each, named)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        yield from (re.sub(r"\{\w*\}", "{}", each) for each in written(node.func.value, named))
    elif isinstance(node, ast.Name):
        yield from (re.sub(r"\{\w*\}", "{}", each) for each in tuple(named.get(node.id, ())))
    elif isinstance(node, ast.Tuple | ast.Call):
        last = node.elts[-1:] if isinstance(node, ast.Tuple) else []
        for each in last:
            yield from written(each, named)
    elif isinstance(node, ast.Starred):
        yield from written(node.value, named)


def _of_constant(part: ast.expr, named: dict[str, list[str]]) -> Iterator[str]:
    """What a place of an f-string holds where it is a constant of the module."""
    if isinstance(part, ast.FormattedValue) and isinstance(part.value, ast.Name) and part.value.id.isupper():
        yield from tuple(named.get(part.value.id, ()))


def remedies(file: Path) -> set[str]:
    tree = ast.parse(file.read_text("utf-8"))
    named: defaultdict[str, list[str]] = defaultdict(list)
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                _assign(target, node.value, named)
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            _assign(node.target, node.value, named)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if name == "Diagnosis" or name in ELSEWHERE.get(file.relative_to(ROOT).as_posix(), ()):
                continue  # the former is of `styrk doctor`, in the terminal
            given = node.args[PLACES[name] : PLACES[name] + 1] if name in PLACES else []
            for each in (*given, *(word.value for word in node.keywords if word.arg in KEYWORDS)):
                found.update(written(each, named))
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(each, ast.Name) and each.id in TABLES for each in targets):
                rows = node.value.values if isinstance(node.value, ast.Dict) else getattr(node.value, "elts", [])
                found.update(text for row in rows for text in written(row, named))
    return {re.sub(r"\{\w+\}", "{}", each) for each in found if " " in each}


def _assign(target: ast.expr, value: ast.expr, named: defaultdict[str, list[str]]) -> None:
    if isinstance(target, ast.Name):
        named[target.id] += written(value, named)
    elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        for one, its in zip(target.elts, value.elts, strict=True):
            _assign(one, its, named)


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_remedy_has_swedish_words(file: Path) -> None:
    assert sorted(remedies(file) - PAIRS.keys()) == []


def test_they_are_found_at_all() -> None:
    found = {each for file in FILES for each in remedies(file)}
    assert len(found) > 200
    assert "check that the server speaks TLS on this port" in found


@pytest.mark.parametrize("english", PAIRS)
def test_both_name_the_same_things(english: str) -> None:
    assert PAIRS[english].count("{}") == english.count("{}")
    assert set(re.findall(r"`[^`]*`", english)) == set(re.findall(r"`[^`]*`", PAIRS[english]))


def test_what_the_english_sentence_names_stands_in_the_swedish_one() -> None:
    words = Words("sv")
    told = in_swedish("export the register again; `max_age_days` is 31")
    assert told is not None
    assert told.text(words) == "exportera registret på nytt; `max_age_days` är 31"
    two = in_swedish(
        'let the reading account read the policy: by default only domain administrators may (dsacls "CN=x,'
        'DC=example,DC=test" /I:T /G <account>:GR)'
    )
    assert two is not None
    assert "CN=x,DC=example,DC=test" in two.text(words)
    assert in_swedish("ask whoever wrote this") is None
    assert in_swedish("let " + "x" * 5000 + " read it, or run the collector as root on this host") is None

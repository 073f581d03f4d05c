"""Reruns the judgement on a bundle's evidence, offline, and compares byte by byte."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from assessment.policy import PolicyError
from checks.judgement import CheckError
from collector.records.codec import JsonValue, RecordError
from reporters.bundle.errors import BundleError
from reporters.bundle.reader import Bundle, open_bundle
from styrk.check_code import check_code_hash
from styrk.judging import judge_evidence

POLICY = "data/policy/"
RESULTS = "data/results/"


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where the rerun says something else than the bundle."""

    document: str
    place: str
    """Which finding, requirement or claim; empty for the document as a whole."""
    sealed: str
    rerun: str


@dataclass(frozen=True, slots=True)
class Reperformance:
    """The outcome of a rerun."""

    identical: bool
    same_code: bool
    """Whether the rules that judged then are the rules that judge now."""
    differences: tuple[Difference, ...]
    identity: str


def reperform(path: Path) -> Reperformance:
    """Rerun the judgement of the bundle at `path` (a folder or a .zip).

    Raises BundleError for a bundle that cannot be read, or whose evidence or policy does not fit.
    """
    with open_bundle(path) as bundle:
        policy = read_policy_documents(bundle)
        try:
            _, rerun = judge_evidence(bundle.evidence(), policy)
        except (PolicyError, CheckError, RecordError, EOFError, OSError) as error:
            raise BundleError(
                f"the judgement cannot be rerun: {error}",
                "verify the bundle first; if it is whole, rerun it with the version of Styrk that made it",
            ) from error
        differences = tuple(
            difference
            for name, data in rerun.items()
            if (sealed := _sealed(bundle, name)) != data
            for difference in _differences(name, sealed, data)
        )
        return Reperformance(
            identical=not differences,
            same_code=bundle.statement().predicate["checks_code"] == check_code_hash(),
            differences=differences,
            identity=bundle.identity,
        )


def _sealed(bundle: Bundle, name: str) -> bytes | None:
    """A result document; None where the bundle, made by an earlier version, has none of this name."""
    path = f"{RESULTS}{name}"
    return bundle.read(path) if (bundle.path / path).is_file() else None


def read_policy_documents(bundle: Bundle) -> dict[str, JsonValue]:
    """The documents under data/policy/ by name; raises BundleError."""
    names = [path.relative_to(bundle.path).as_posix() for path in sorted((bundle.path / POLICY).rglob("*.json"))]
    return {name.removeprefix(POLICY): bundle.read_json(name) for name in names}


def _differences(document: str, sealed: bytes | None, rerun: bytes) -> Iterator[Difference]:
    """Each named part that differs; the document as a whole where no part does."""
    if sealed is None:
        yield Difference(document, "", "no such document", "made by this version")
        return
    try:
        before, after = _parts(json.loads(sealed)), _parts(json.loads(rerun))
    except ValueError:
        yield Difference(document, "", "not JSON", "JSON")
        return
    named = False
    for place in sorted(before.keys() | after.keys()):
        old, new = before.get(place), after.get(place)
        if old != new:
            named = True
            yield Difference(document, place, _short(old), _short(new))
    if not named:
        yield Difference(document, "", "other bytes, same content", "canonical")


def _parts(value: JsonValue) -> dict[str, JsonValue]:
    """The document's listed objects by id, and its other values by name."""
    groups: dict[str, JsonValue] = (
        {"": value} if isinstance(value, list) else dict(value) if isinstance(value, dict) else {}
    )
    parts: dict[str, JsonValue] = {}
    for group, items in groups.items():
        if isinstance(items, list):
            for index, item in enumerate(items):
                parts[_name(item, f"{group} {index}".strip())] = item
        else:
            parts[group] = items
    return parts


def _name(item: JsonValue, otherwise: str) -> str:
    if not isinstance(item, dict) or "id" not in item:
        return otherwise
    return " ".join(str(item[key]) for key in ("catalogue", "id") if key in item)


def _short(value: JsonValue) -> str:
    if value is None:
        return "nothing"
    status = value.get("status") if isinstance(value, dict) else None
    text = json.dumps(value, sort_keys=True, ensure_ascii=False)
    return f"{status}: {text[:160]}" if status else text[:160]

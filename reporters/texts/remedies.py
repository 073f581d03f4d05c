"""What to do about evidence that was not obtained, in Swedish.

Evidence carries it in English, as the collector wrote it, and a sealed bundle keeps that. The Swedish words are found
by the English sentence (`remedies.toml`), so that bundles of any age are reported in both languages.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from string import ascii_lowercase

from reporters.texts.words import Sentence

_LONGEST = 2000
"""Characters of a sentence that is looked for among those with places."""


def in_swedish(remedy: str) -> Sentence | None:
    """The Swedish sentence, with what the English one names in its places; None where there is none."""
    exact, shaped = _sentences()
    if remedy in exact:
        return Sentence(exact[remedy], {})
    if len(remedy) > _LONGEST:
        return None
    for shape, swedish in shaped:
        found = shape.fullmatch(remedy)
        if found is not None:
            return Sentence(swedish, dict(zip(ascii_lowercase, found.groups(), strict=False)))
    return None


@cache
def _sentences() -> tuple[Mapping[str, str], list[tuple[re.Pattern[str], str]]]:
    """The sentences without places by their English, and those with places, the most telling first."""
    with (Path(__file__).parent / "remedies.toml").open("rb") as file:
        pairs = tomllib.load(file)
    exact = {english: swedish for english, swedish in pairs.items() if "{}" not in english}
    shaped = sorted((english for english in pairs if "{}" in english), key=lambda each: (-len(each), each))
    return exact, [(_shape(english), _with_names(pairs[english])) for english in shaped]


def _shape(english: str) -> re.Pattern[str]:
    return re.compile("(.+?)".join(re.escape(piece) for piece in english.split("{}")), re.DOTALL)


def _with_names(swedish: str) -> str:
    first, *rest = swedish.split("{}")
    return first + "".join(f"{{{name}}}{piece}" for name, piece in zip(ascii_lowercase, rest, strict=False))

"""Looks up words in one language: from `sv.toml` and `en.toml`, and for reasons from the checks themselves."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from checks.discovery import discover
from checks.finding import Reason
from reporters.texts.formats import Language, fact, number

_PLACE = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A template with the facts that belong in its places."""

    template: str
    facts: Mapping[str, Any]

    def parts(self, words: Words) -> list[tuple[str, bool]]:
        """The sentence in pieces, each with whether it is a fact (and so a foreign text)."""
        pieces = _PLACE.split(self.template)
        return [
            (words.fact(piece, self.facts.get(piece)) if index % 2 else piece, bool(index % 2))
            for index, piece in enumerate(pieces)
            if piece
        ]

    def text(self, words: Words) -> str:
        """The sentence as plain text."""
        return "".join(piece for piece, _ in self.parts(words))


class Words:
    """The words of one language."""

    def __init__(self, language: Language) -> None:
        self.language: Language = language
        self._texts = catalogue(language)

    def __call__(self, key: str, /, count: int | None = None, **facts: Any) -> str:
        """The text of a key with its facts; with `count`, its form for one or for several. Raises KeyError."""
        text = self._texts[key] if count is None else self._texts[f"{key}.{'one' if count == 1 else 'other'}"]
        if count is not None:
            facts["count"] = number(count)
        return Sentence(text, facts).text(self) if facts else text

    def code(self, table: str, code: str) -> str:
        """The words of a code (`status`, `kind`, `cause` ...); the code itself where it has none."""
        return self._texts.get(f"{table}.{code}", code)

    def has(self, key: str) -> bool:
        """Whether there is a text of this key."""
        return key in self._texts

    def fact(self, name: str, value: Any) -> str:
        """A fact in words: `outcome` and the like by their code, everything else by its form."""
        if isinstance(value, str) and (known := self._texts.get(f"fact.{name}.{value}")):
            return known
        if name == "kind" and isinstance(value, str):
            return self.code("kind", value)
        if name == "kinds" and isinstance(value, list):
            value = [self.code("kind", str(each)) for each in value]
        elif isinstance(value, list):
            value = [self._texts.get(f"fact.{name}.{each}", each) for each in value]
        return fact(value, self.language)

    def reason(self, check: str, code: str, facts: Mapping[str, Any]) -> tuple[Sentence, Sentence | None]:
        """What a reason says and how to fix it; the code and the facts alone where the check is not installed."""
        found = _reasons().get((check, code))
        if found is not None:
            text, fix = getattr(found.text, self.language), getattr(found.fix, self.language)
            return Sentence(text, facts), Sentence(fix, facts) if fix else None
        if self.has(f"reason.{code}"):
            fix = self._texts.get(f"reason-fix.{code}", "")
            return Sentence(self._texts[f"reason.{code}"], facts), Sentence(fix, facts) if fix else None
        shown = "; ".join(f"{name}: {{{name}}}" for name in sorted(facts) if _PLACE.fullmatch(f"{{{name}}}"))
        return Sentence(f"{code} ({shown})" if shown else code, facts), None


@cache
def catalogue(language: Language) -> Mapping[str, str]:
    """All texts of a language by dotted key."""
    with (Path(__file__).parent / f"{language}.toml").open("rb") as file:
        return dict(_flat(tomllib.load(file), ""))


def _flat(table: Mapping[str, Any], prefix: str) -> list[tuple[str, str]]:
    flat: list[tuple[str, str]] = []
    for key, value in table.items():
        flat += _flat(value, f"{prefix}{key}.") if isinstance(value, dict) else [(f"{prefix}{key}", str(value))]
    return flat


@cache
def _reasons() -> Mapping[tuple[str, str], Reason]:
    return {(check.id, code): reason for check in discover() for code, reason in check.reasons.items()}

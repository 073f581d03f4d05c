"""What is wrong in a settings file, and where."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

MAX_PROBLEMS = 100
"""More mistakes than this are counted, not listed."""
MAX_COUNTED = 1000
"""Reading stops at so many mistakes in one file."""
_MAX_WORD = 64
_MAX_CHOICES = 200


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake in one file, with its place (line and column from 1)."""

    file: str
    line: int
    column: int
    path: str
    """Where in the document: `sources.0.port`; empty for the file as a whole."""
    message: str
    suggestion: str = ""
    """What to write instead."""

    def __str__(self) -> str:
        """`styrk.yaml:9:7: sources.0.port: message; suggestion`."""
        path = f"{self.path}: " if self.path else ""
        suggestion = f"; {self.suggestion}" if self.suggestion else ""
        return f"{self.file}:{self.line}:{self.column}: {path}{self.message}{suggestion}"


class SettingsError(Exception):
    """A settings, catalogue, control or claims file cannot be used; `problems` has every mistake in reading order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        found = _distinct(problems)
        super().__init__(found)
        self.problems: tuple[Problem, ...] = tuple(found)

    def __str__(self) -> str:
        """One line per mistake."""
        lines = [str(problem) for problem in self.problems[:MAX_PROBLEMS]]
        left = len(self.problems) - len(lines)
        return "\n".join([*lines, *([f"... and {left} more"] if left else [])])


def did_you_mean(word: str, choices: Iterable[str]) -> str:
    """Suggest the nearest of the choices, or name them all when they are few."""
    known = sorted(set(choices))[:_MAX_CHOICES]
    if not known:
        return ""
    close = nearest(word, known)
    if close:
        return f"did you mean {close}?"
    return f"choose from: {', '.join(known)}" if len(known) <= 25 else ""


def nearest(word: str, choices: Sequence[str]) -> str | None:
    """Find the choice that the word is most likely a slip of."""
    if len(word) > _MAX_WORD:
        return None
    return next(iter(difflib.get_close_matches(word, choices, n=1, cutoff=0.6)), None)


def _distinct(problems: Iterable[Problem]) -> list[Problem]:
    """Sort by place; one problem for each place and path, the first that was found there."""
    kept: dict[tuple[str, int, int, str], Problem] = {}
    for problem in problems:
        kept.setdefault((problem.file, problem.line, problem.column, problem.path), problem)
    return sorted(kept.values())

"""How a rule of the bundle comes out when it does not hold."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong."""

    code: str
    path: str = ""
    """The file in the bundle that it is about; empty where it is about none."""
    detail: str = ""
    """More, for people, in English."""

    @property
    def text(self) -> str:
        """The problem for people, in English."""
        return " ".join(filter(None, (f"{self.path}:" if self.path else "", self.detail or self.code)))


class Failed(Exception):  # noqa: N818  # an outcome of a rule, caught by the verifier alone
    """The rule does not hold."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(*problems)
        self.problems = problems


class NotChecked(Exception):  # noqa: N818  # as above
    """The rule could not be checked, for the reason given."""

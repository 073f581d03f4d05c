"""Verifies a bundle: every rule of docs/bundle.md section 11, in its order, each with its outcome."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from reporters.bundle.archive import LIMITS, Limits
from reporters.bundle.errors import BundleError, NewerFormatError
from reporters.bundle.problem import Failed, NotChecked, Problem
from reporters.bundle.reader import open_bundle
from reporters.bundle.rules import OPTIONAL_RULES, RULES, Case
from reporters.bundle.trust import TrustedKey

NEWER = "newer"
"""Code of the problem that a part is in a form that this version does not know."""
_SHOWN = 5


class StepStatus(StrEnum):
    """How one rule came out."""

    OK = "ok"
    FAILED = "failed"
    NOT_CHECKED = "not-checked"


class Overall(StrEnum):
    """What a verification says as a whole."""

    OK = "ok"
    """Whole, unchanged, and sealed by a trusted key."""
    SIGNER_NOT_CONFIRMED = "signer-not-confirmed"
    """Nothing contradicts the seal, but nobody said whose key to trust: anyone could have made this bundle."""
    FAILED = "failed"
    """Not the bundle that was sealed, or not sealed by a trusted key."""


@dataclass(frozen=True, slots=True)
class Step:
    """One rule and its outcome."""

    name: str
    status: StepStatus
    message: str
    """For people, in English; names the first few problems."""
    problems: tuple[Problem, ...] = ()
    """All of them, with codes."""


@dataclass(frozen=True, slots=True)
class Verification:
    """The outcome of every rule."""

    steps: tuple[Step, ...]
    identity: str = ""
    """SHA-256 (hex) of the tag manifest; empty where it cannot be read."""
    signer: str = ""
    """Fingerprint of the key that the seal names; empty where there is no readable seal."""
    principals: str = ""
    """The name that the trust file gives that key; empty where it is not trusted."""

    @property
    def overall(self) -> Overall:
        """OK only when every rule is, optional ones aside."""
        if any(step.status is StepStatus.FAILED for step in self.steps):
            return Overall.FAILED
        needed = [step for step in self.steps if step.name not in OPTIONAL_RULES]
        if len(self.steps) == len(RULES) and all(step.status is StepStatus.OK for step in needed):
            return Overall.OK
        return Overall.SIGNER_NOT_CONFIRMED

    @property
    def failed(self) -> tuple[Step, ...]:
        """The rules that failed."""
        return tuple(step for step in self.steps if step.status is StepStatus.FAILED)


def verify(path: Path, trust: Sequence[TrustedKey] | None, limits: Limits = LIMITS) -> Verification:
    """Verify a bundle's folder or .zip.

    `trust` holds the keys that the caller trusts; None when the caller has none, which can confirm no signer. Raises
    BundleError only when there is nothing at `path`; whatever is wrong with what is there is a failed step.
    """
    if not path.exists():
        raise BundleError(f"{path} is no bundle: there is no such folder or .zip file")
    try:
        with open_bundle(path, limits) as bundle:
            return verify_folder(bundle.path, trust)
    except BundleError as error:
        return Verification((Step("archive", StepStatus.FAILED, str(error), (Problem("archive", detail=str(error)),)),))


def verify_folder(folder: Path, trust: Sequence[TrustedKey] | None) -> Verification:
    """Verify a bundle's folder; like `verify`."""
    case = Case(folder, trust)
    steps = tuple(_step(name, case) for name in RULES)
    return Verification(steps, case.identity, case.fingerprint, case.principals)


def _step(name: str, case: Case) -> Step:
    try:
        return Step(name, StepStatus.OK, RULES[name](case))
    except Failed as failure:
        return Step(name, StepStatus.FAILED, _told(failure.problems), failure.problems)
    except NotChecked as reason:
        return Step(name, StepStatus.NOT_CHECKED, str(reason))
    except NewerFormatError as error:
        return Step(name, StepStatus.FAILED, str(error), (Problem(NEWER, detail=str(error)),))
    except BundleError as error:
        return Step(name, StepStatus.FAILED, str(error), (Problem("malformed", detail=str(error)),))
    except OSError as error:
        told = f"cannot be read: {error}"
        return Step(name, StepStatus.FAILED, told, (Problem("unreadable", detail=told),))


def _told(problems: Sequence[Problem]) -> str:
    shown = "; ".join(problem.text for problem in problems[:_SHOWN])
    return shown if len(problems) <= _SHOWN else f"{shown}; and {len(problems) - _SHOWN} more"

"""Finds checks: every module in a family folder here, and those that other packages register.

A check is a module with `CONTROL`, `READS`, `Parameters`, `REASONS` and `judge`; its docstring is the rule in words.
Another package registers its checks as entry points of the group `styrk.checks`, one per module.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.metadata import entry_points
from types import ModuleType
from typing import Any

import checks
from checks.finding import DEFERRED, Outcome, Reason
from checks.hindsight import REASONS, steps_in_hindsight
from checks.judgement import CheckError
from collector.evidence import EvidenceSet, Population
from collector.records.record import Record

GROUP = "styrk.checks"


@dataclass(frozen=True, slots=True)
class ModuleCheck:
    """A check made of a module; implements `checks.judgement.Check`."""

    id: str
    control: str
    reads: tuple[type[Record], ...]
    parameters: type[Any]
    reasons: Mapping[str, Reason]
    summary: str
    rule: str
    every_record: bool
    function: Callable[..., Iterator[Outcome]]
    module: str
    """Import name, for the code's hash and for messages."""
    confirms: bool = True
    """As `checks.judgement.Check` has it."""

    def steps(
        self, population: Population[Any], evidence: EvidenceSet, parameters: object, as_of: datetime
    ) -> Iterator[Outcome]:
        """What the module's `judge` yields, and of another run's reading nothing that came about since."""
        return steps_in_hindsight(
            lambda read, moment: self.function(read, evidence, parameters, moment), population, as_of
        )

    def judge(
        self, population: Population[Any], evidence: EvidenceSet, parameters: object, as_of: datetime
    ) -> Iterator[Outcome]:
        """One outcome per subject."""
        return (each for each in self.steps(population, evidence, parameters, as_of) if each is not DEFERRED)


@cache
def discover() -> tuple[ModuleCheck, ...]:
    """All checks, sorted by id; raises CheckError for two of the same id or a module that is no check."""
    found: dict[str, ModuleCheck] = {}
    for module in _modules():
        check = as_check(module)
        if check.id in found:
            message = f"two checks are called {check.id}: {found[check.id].module} and {check.module}"
            raise CheckError(message)
        found[check.id] = check
    return tuple(found[key] for key in sorted(found))


def as_check(module: ModuleType) -> ModuleCheck:
    """The check that a module holds; raises CheckError naming what it lacks."""
    lacking = [name for name in ("CONTROL", "READS", "Parameters", "REASONS", "judge") if not hasattr(module, name)]
    rule = inspect.getdoc(module)
    if lacking or not rule:
        message = f"{module.__name__} is no check: it lacks {', '.join([*lacking, *([] if rule else ['a docstring'])])}"
        raise CheckError(message)
    return ModuleCheck(
        id=module.__name__.rpartition(".")[2].replace("__", "--").replace("_", "-"),
        control=module.CONTROL,
        reads=tuple(module.READS),
        parameters=module.Parameters,
        reasons=REASONS | module.REASONS,
        summary=rule.partition("\n")[0],
        rule=rule,
        every_record=getattr(module, "EVERY_RECORD", True),
        function=module.judge,
        module=module.__name__,
        confirms=getattr(module, "CONFIRMS", True),
    )


def _modules() -> Iterator[ModuleType]:
    for family in pkgutil.iter_modules(checks.__path__):
        if family.ispkg:
            package = importlib.import_module(f"checks.{family.name}")
            for item in pkgutil.iter_modules(package.__path__):
                module = importlib.import_module(f"checks.{family.name}.{item.name}")
                if hasattr(module, "CONTROL"):
                    yield module
    for point in sorted(entry_points(group=GROUP), key=lambda each: each.name):
        yield point.load()

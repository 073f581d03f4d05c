"""Which requirements can be answered at all: which of their controls have a check, and which a source."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from assessment.policy import Policy
from checks.judgement import Check
from collector.records.record import Record, kind_name


@dataclass(frozen=True, slots=True)
class ControlCoverage:
    """What there is to test one control with."""

    id: str
    checks: tuple[str, ...]
    lacking: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Kinds of evidence that no configured source gives, by the check that reads them; known where sources are."""

    @property
    def covered(self) -> bool:
        """Whether one of its checks has a source for everything that it reads."""
        return any(check not in self.lacking for check in self.checks)

    @property
    def all_lacking(self) -> tuple[str, ...]:
        """Every kind that a check of it lacks, once."""
        return tuple(dict.fromkeys(kind for kinds in self.lacking.values() for kind in kinds))


@dataclass(frozen=True, slots=True)
class CatalogueCoverage:
    """One catalogue's requirements by what they can be answered with."""

    id: str
    requirements: int
    with_check: int
    """Requirements with at least one control that has a check."""
    covered: int
    """Requirements of which every control has a check and a source."""
    controls: int
    controls_with_check: int
    uncovered: tuple[str, ...]
    """Requirements of which no control has both a check and a source."""


def control_coverage(
    names: Iterable[str], checks: Sequence[Check], provided: frozenset[type[Record]] | None = None
) -> dict[str, ControlCoverage]:
    """Coverage of the named controls; `provided` is what the sources give, None where no sources are looked at."""
    found = {}
    for name in sorted(set(names)):
        testing = sorted((check for check in checks if check.control == name), key=lambda check: check.id)
        lacks = {
            check.id: tuple(kind_name(kind) for kind in check.reads if provided is not None and kind not in provided)
            for check in testing
        }
        lacking = {check: kinds for check, kinds in lacks.items() if kinds}
        found[name] = ControlCoverage(name, tuple(check.id for check in testing), lacking)
    return found


def catalogue_coverage(policy: Policy, controls: Mapping[str, ControlCoverage]) -> tuple[CatalogueCoverage, ...]:
    """Coverage of each catalogue, in the policy's order."""
    by_catalogue: dict[str, list[tuple[str, list[ControlCoverage]]]] = {}
    for requirement in policy.requirements:
        asked = [controls[each.id] for each in policy.asked(requirement)]
        by_catalogue.setdefault(requirement.catalogue, []).append((requirement.id, asked))
    return tuple(_catalogue(name, requirements) for name, requirements in by_catalogue.items())


def _catalogue(name: str, requirements: Sequence[tuple[str, Sequence[ControlCoverage]]]) -> CatalogueCoverage:
    controls = {each.id: each for _, asked in requirements for each in asked}
    return CatalogueCoverage(
        id=name,
        requirements=len(requirements),
        with_check=sum(any(each.checks for each in asked) for _, asked in requirements),
        covered=sum(bool(asked) and all(each.covered for each in asked) for _, asked in requirements),
        controls=len(controls),
        controls_with_check=sum(bool(each.checks) for each in controls.values()),
        uncovered=tuple(key for key, asked in requirements if not any(each.covered for each in asked)),
    )

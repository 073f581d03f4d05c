"""What one cloud directory's evidence says of its people and policies, put together for the what-if."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from checks.identity.access_policy import Person, Surroundings
from checks.identity.conditional_access import Coverage, WhatIf
from collector.evidence import EvidenceSet, Population, Reading
from collector.records.cloud import (
    AccessPolicy,
    CloudUser,
    NamedLocation,
    PolicyGroupMember,
    RoleHolder,
    SecurityDefaults,
)
from collector.records.record import Record

R = TypeVar("R", bound=Record)


@dataclass(frozen=True, slots=True)
class CloudDirectory:
    """One directory: its what-if, whether its baseline is on, and whether its policies were read to the end."""

    what_if: WhatIf
    security_defaults: bool | None
    policies_read: bool
    active: dict[str, frozenset[str]]
    """User to built-in roles that are active for the whole directory."""
    eligible: dict[str, frozenset[str]]
    other: dict[str, frozenset[str]]

    def coverage(self, user: RoleHolder | CloudUser) -> Coverage:
        """What the policies demand; an open way is certain only where no policy is missing."""
        identifier = user.holder_identifier if isinstance(user, RoleHolder) else user.identifier
        none: frozenset[str] = frozenset()
        person = Person(
            identifier,
            user.guest_type,
            self.active.get(identifier, none),
            self.eligible.get(identifier, none),
            self.other.get(identifier, none),
        )
        found = self.what_if.of(person)
        if found.covered is False and not self.policies_read:
            return Coverage(covered=None, reason="policies-not-read")
        if found.covered is False and self.security_defaults is None:
            return Coverage(covered=None, reason="security-defaults-unknown")
        return found


def cloud_directory(evidence: EvidenceSet, source: str, *, outside: bool = False) -> CloudDirectory:
    """Everything that one source gave on how its people are let in; `outside` leaves out what is marked as trusted."""
    policies = of_source(evidence, AccessPolicy, source)
    holders = of_source(evidence, RoleHolder, source)
    groups = of_source(evidence, PolicyGroupMember, source)
    members: defaultdict[str, set[str]] = defaultdict(set)
    may_join: defaultdict[str, set[str]] = defaultdict(set)
    for each in groups.records:
        (may_join if each.eligible else members)[each.group].add(each.member)
    places = list(of_source(evidence, NamedLocation, source).records)
    around = Surroundings(
        members={group: frozenset(held) for group, held in members.items()},
        may_join={group: frozenset(held) for group, held in may_join.items()},
        group_was_read=groups.covers,
        trusted={each.identifier: each.trusted for each in places},
        names={each.identifier: each.name for each in places},
        known_roles=holders.complete,
    )
    defaults = {each.enabled for each in of_source(evidence, SecurityDefaults, source).records}
    built_in = [each for each in holders.records if each.built_in and each.scope is None]
    return CloudDirectory(
        WhatIf(policies.records, around, outside=outside),
        defaults.pop() if len(defaults) == 1 else None,
        policies.complete,
        _roles(each for each in built_in if not each.eligible),
        _roles(each for each in built_in if each.eligible),
        _roles(each for each in holders.records if not each.built_in or each.scope is not None),
    )


def of_source(evidence: EvidenceSet, kind: type[R], source: str) -> Reading[R]:
    """What one source alone gave of a kind."""
    reading = evidence.reading(kind)
    populations: tuple[Population[R], ...] = tuple(each for each in reading.populations if each.source == source)
    return Reading(kind, populations, tuple(gap for gap in reading.gaps if gap.source == source))


def _roles(holders: Iterable[RoleHolder]) -> dict[str, frozenset[str]]:
    held: defaultdict[str, set[str]] = defaultdict(set)
    for each in holders:
        held[each.holder_identifier].add(each.role)
    return {identifier: frozenset(roles) for identifier, roles in held.items()}

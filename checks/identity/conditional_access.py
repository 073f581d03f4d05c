"""Conditional access as a what-if: for one person, on every way in, is more than a password demanded?

A way in is an application (any, Office 365, the admin portals, Azure management, and each one that some policy leaves
out), a kind of client, a platform, the named locations that the address is in and the device rules that the device
meets; the sign-in carries no risk. Only the differences that some policy makes are tried, and all combinations of them,
so that policies which complete each other count as what they are together. Every enabled policy that applies must be
satisfied (Microsoft Entra, "Conditional Access"): one that demands more than a password is enough, and a further policy
never loosens. A way is covered when a policy surely applies and surely demands more than one factor, or lets nobody in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, product

from checks.identity.access_policy import (
    ADMIN_PORTALS,
    ANY_APP,
    AZURE_MANAGEMENT,
    CLIENTS,
    GROUPS_OF_APPS,
    LEGACY,
    OFFICE,
    PLATFORMS,
    TRUSTED,
    UNRECOGNISED,
    Match,
    Person,
    Surroundings,
    Way,
    about,
    demand,
    device_rule,
    reaches,
)
from collector.records.cloud import AccessPolicy

MAX_FEATURES = 6
"""Places and device rules that are combined; with more, policies that depend on them cover nothing for sure."""
_NAMES = {AZURE_MANAGEMENT: "Windows Azure Service Management API", TRUSTED: "MFA trusted IPs"}
_APPS = (ANY_APP, OFFICE, ADMIN_PORTALS, AZURE_MANAGEMENT)


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the policies demand of one person."""

    covered: bool | None
    """True: more than one factor, or no entry, on every way; False: some way takes a password alone; None: not told."""
    reason: str = ""
    """A key of `checks.identity.access_reasons.REASONS`; empty when covered."""
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Trial:
    policy: AccessPolicy
    match: Match


class WhatIf:
    """The policies of one directory, tried on one person after another.

    `outside`: only from places that are not marked as trusted.
    """

    def __init__(self, policies: Iterable[AccessPolicy], around: Surroundings, *, outside: bool = False) -> None:
        self._policies = sorted(policies, key=_conditions)  # those that cover most first: they decide most ways
        self._around = around
        self._outside = outside
        self._named = {user for each in self._policies for user in (*each.include_users, *each.exclude_users)}
        self._groups: defaultdict[str, set[str]] = defaultdict(set)
        for mark, groups in (("", around.members), ("may join ", around.may_join)):
            for group, members in groups.items():
                for user in members:
                    self._groups[user].add(f"{mark}{group}")
        self._known: dict[tuple[object, ...], Coverage] = {}

    def of(self, person: Person) -> Coverage:
        """Try every way in that some policy tells apart; whoever the policies cannot tell apart is tried once."""
        alike = (
            person.identifier if person.identifier in self._named else None,
            frozenset(self._groups.get(person.identifier, ())),
            person.guest_type,
            person.roles,
            person.eligible,
            person.other_roles,
        )
        if alike not in self._known:
            trials = [_Trial(policy, about(policy, person, self._around)) for policy in self._policies]
            self._known[alike] = _coverage(trials, self._around, outside=self._outside)
        return self._known[alike]


def _conditions(policy: AccessPolicy) -> tuple[int, str]:
    narrowing = (
        "All" not in policy.include_applications,
        "all" not in policy.client_app_types,
        policy.include_platforms,
        policy.exclude_platforms,
        _locations(policy),
        policy.device_filter,
        policy.unknown,
    )
    return sum(bool(each) for each in narrowing), policy.identifier


def _coverage(tried: Sequence[_Trial], around: Surroundings, *, outside: bool) -> Coverage:
    concerned = [
        each
        for each in tried
        if each.policy.state in {"enabled", "unknown"} and each.match.applies is not False and _demands(each.policy)
    ]
    ways, narrowed = _ways([each.policy for each in concerned], around)
    if outside:
        ways = [way for way in ways if not any(place == TRUSTED or around.trusted.get(place) for place in way.places)]
    open_ways: list[Way] = []
    doubtful: list[_Trial] = []
    for way in ways:
        found = _verdict(way, concerned, around, narrowed=narrowed)
        if found is None:
            open_ways.append(way)
        else:
            doubtful += (each for each in found if each not in doubtful)
    if open_ways:
        return _explain(open_ways, ways, tried, around)
    if doubtful:
        return _doubt(doubtful)
    return Coverage(covered=True)


def _demands(policy: AccessPolicy) -> bool:
    return demand(policy) in {"enforced", "unknown"}


def _verdict(way: Way, concerned: Sequence[_Trial], around: Surroundings, *, narrowed: bool) -> list[_Trial] | None:
    """Empty: covered; None: open; else the policies that may cover the way, for want of knowledge."""
    maybe = []
    for trial in concerned:
        applies = trial.match.applies
        held = reaches(trial.policy, way, around)
        if held is False:
            continue
        sure = applies and held and demand(trial.policy) == "enforced" and trial.policy.state == "enabled"
        if sure and not (narrowed and _depends_on_features(trial.policy)):
            return []
        maybe.append(trial)
    return maybe or None


def _depends_on_features(policy: AccessPolicy) -> bool:
    return bool(_locations(policy) or policy.device_filter)


def _locations(policy: AccessPolicy) -> set[str]:
    return {*policy.include_locations, *policy.exclude_locations} - {"All"}


def _ways(policies: Sequence[AccessPolicy], around: Surroundings) -> tuple[list[Way], bool]:
    """Every way that the policies tell apart, and whether places and devices were too many to combine."""
    left_out = {app for policy in policies for app in policy.exclude_applications}
    apps = [*_APPS, *sorted(left_out - {*_APPS, *GROUPS_OF_APPS})]
    clients = CLIENTS if any("all" not in policy.client_app_types for policy in policies) else ("browser",)
    by_platform = any(policy.include_platforms or policy.exclude_platforms for policy in policies)
    platforms = (UNRECOGNISED, *PLATFORMS) if by_platform else (UNRECOGNISED,)
    places, devices = _features(policies, around)
    narrowed = len(places) + len(devices) > MAX_FEATURES
    if narrowed:
        places, devices = [], []
    found = [
        Way(app, client, platform, frozenset(near), frozenset(kept))
        for app, client, platform, near, kept in product(apps, clients, platforms, _subsets(places), _subsets(devices))
        # Exchange ActiveSync leads to mail and to nothing else.
        if client != "exchangeActiveSync" or app == OFFICE
    ]
    return found, narrowed


def _features(policies: Sequence[AccessPolicy], around: Surroundings) -> tuple[list[str], list[str]]:
    """Locations that differ in what some policy says of them, one of each sort, and device rules."""
    sorts: dict[tuple[object, ...], str] = {}
    named = {place for policy in policies for place in _locations(policy)}
    if "AllTrusted" in named:
        named = named - {"AllTrusted"} | {place for place, trusted in around.trusted.items() if trusted} | {TRUSTED}
    for place in sorted(named):
        uses = tuple((place in each.include_locations, place in each.exclude_locations) for each in policies)
        sorts.setdefault((*uses, around.trusted.get(place)), place)
    rules = sorted({device_rule(each.device_filter.partition(": ")[2])[0] for each in policies if each.device_filter})
    return list(sorts.values()), rules


def _subsets(items: Sequence[str]) -> list[tuple[str, ...]]:
    return [each for size in range(len(items) + 1) for each in combinations(items, size)]


def _explain(open_ways: Sequence[Way], ways: Sequence[Way], tried: Sequence[_Trial], around: Surroundings) -> Coverage:
    """Why some ways take a password alone: by what tells them from the others, or from what the policies lack."""
    modern, left = ([way for way in each if way.client not in LEGACY] for each in (ways, open_ways))
    if not left:
        return Coverage(covered=False, reason="legacy-clients", facts=_named(open_ways, around))
    if len(left) == len(modern):
        return _explain_none(tried)
    plain = [way for way in left if not way.places and not way.devices]
    reason = "some-ways"
    if not plain and all(way.places for way in left):
        reason = "trusted-location"
    elif not plain:
        reason = "some-devices"
    elif {way.platform for way in left} < {way.platform for way in modern}:
        reason = "some-platforms"
    elif {way.app for way in left} < {way.app for way in modern}:
        reason = "some-apps"
    elif {way.client for way in left} < {way.client for way in modern}:
        reason = "some-clients"
    elif any(way.places for way in modern) and not any(way.places for way in left):
        reason = "some-locations"
    elif not any(way.devices for way in left):
        reason = "some-devices"
    return Coverage(covered=False, reason=reason, facts=_named(left, around))


def _named(ways: Sequence[Way], around: Surroundings) -> dict[str, str]:
    """The ways in words; of places, those that are enough by themselves."""
    fewest = min(len(way.places) for way in ways)
    return {
        "apps": _words(_NAMES.get(way.app, way.app) for way in ways),
        "clients": _words(way.client for way in ways),
        "platforms": _words(way.platform for way in ways),
        "places": _words(
            around.names.get(place) or _NAMES.get(place, place)
            for way in ways
            if len(way.places) == fewest
            for place in way.places
        ),
    }


def _explain_none(tried: Sequence[_Trial]) -> Coverage:
    """Why no way is covered: the nearest policy, from an exclusion to none at all."""
    on = [each for each in tried if each.policy.state == "enabled"]
    for reason, found in (
        ("excluded", [t for t in on if t.match.included and t.match.applies is False and _demands(t.policy)]),
        ("alternative-control", [t for t in on if t.match.applies and demand(t.policy) == "alternative"]),
        ("risk-only", [t for t in on if t.match.applies and _demands(t.policy) and _by_risk(t.policy)]),
        (
            "report-only",
            [t for t in tried if t.policy.state == "report-only" and t.match.applies and _demands(t.policy)],
        ),
    ):
        if found:
            facts = {"policies": _words(each.policy.subject for each in found)}
            return Coverage(covered=False, reason=reason, facts=facts)
    return Coverage(covered=False, reason="not-covered")


def _by_risk(policy: AccessPolicy) -> bool:
    return bool(policy.sign_in_risk_levels or policy.user_risk_levels or policy.insider_risk_levels)


def _doubt(doubtful: Sequence[_Trial]) -> Coverage:
    """Which knowledge is missing, the most telling first."""
    facts = {"policies": _words(each.policy.subject for each in doubtful)}
    by_cause = {
        "eligible": "eligible-only",
        "group": "group-not-read",
        "joinable": "may-be-excluded",
        "guest": "guest-type-unknown",
        "roles": "roles-not-read",
    }
    for each in doubtful:
        if each.match.applies is None:
            return Coverage(covered=None, reason=by_cause[each.match.cause], facts=facts)
    if any(demand(each.policy) == "unknown" for each in doubtful):
        return Coverage(covered=None, reason="control-unknown", facts=facts)
    return Coverage(covered=None, reason="condition-unknown", facts=facts)


def _words(items: Iterable[str]) -> str:
    return ", ".join(_in_order(items))


def _in_order(items: Iterable[str]) -> Iterator[str]:
    held = set(items)
    order = (*_APPS, *CLIENTS, UNRECOGNISED, *PLATFORMS)
    yield from (each for each in order if each in held)
    yield from sorted(held - set(order))

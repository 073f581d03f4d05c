"""What one conditional access policy says of one person and one way in: applies, does not, or cannot be told (None).

Sources: the Microsoft Graph v1.0 pages of conditionalAccessUsers, conditionalAccessApplications,
conditionalAccessPlatforms, conditionalAccessLocations, conditionalAccessDevices, conditionalAccessGrantControls,
authenticationStrengthPolicy and authenticationMethodModes; Microsoft Entra, "Conditional Access: Users, groups, and
workload identities". An exclusion overrides an inclusion. A value that is not known here never counts as protection.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from collector.records.cloud import AccessPolicy, GuestType

OFFICE = "Office365"
ADMIN_PORTALS = "MicrosoftAdminPortals"
AZURE_MANAGEMENT = "797f4846-ba00-4fd7-ba43-dac1f8f63013"
"""Windows Azure Service Management API: Azure Resource Manager, its portal and command lines."""
ANY_APP = "any other app"
GROUPS_OF_APPS = frozenset({OFFICE, ADMIN_PORTALS})
PLATFORMS = ("android", "iOS", "windows", "windowsPhone", "macOS", "linux")
UNRECOGNISED = "unrecognised"
"""A platform that the client does not tell, or lies about: policies that list platforms do not reach it."""
CLIENTS = ("browser", "mobileAppsAndDesktopClients", "exchangeActiveSync", "other")
LEGACY = frozenset({"exchangeActiveSync", "other"})
TRUSTED = "trusted"
"""Stands for an address that is trusted by the MFA service's own settings, which no named location shows."""
_GUESTS = "GuestsOrExternalUsers"
_GUEST_NAMES: Mapping[GuestType, str] = {
    "internal-guest": "internalGuest",
    "b2b-guest": "b2bCollaborationGuest",
    "b2b-member": "b2bCollaborationMember",
}
_GUEST_TYPES = {*_GUEST_NAMES.values(), "b2bDirectConnectUser", "otherExternalUser", "serviceProvider", "none"}
_SINGLE = {"password", "sms", "email", "federatedSingleFactor", "x509CertificateSingleFactor", "qrCodePin"}
_STRONG = {
    "fido2",
    "windowsHelloForBusiness",
    "x509CertificateMultiFactor",
    "deviceBasedPush",
    "federatedMultiFactor",
    "temporaryAccessPassOneTime",
    "temporaryAccessPassMultiUse",
}
_FIRST = {"password", "federatedSingleFactor", "x509CertificateSingleFactor"}
_SECOND = {"voice", "sms", "hardwareOath", "softwareOath", "microsoftAuthenticatorPush"}
_WEAKER = {"compliantDevice", "domainJoinedDevice", "approvedApplication", "compliantApplication", "passwordChange"}

_ONE_COMPARISON = re.compile(r"(device\.\w+)\s+(-\w+)\s+((?:\"[^\"]*\"|\[[^\]]*\]|\w+))")
_OPPOSITES: Mapping[str, str] = {
    "-ne": "-eq",
    "-notstartswith": "-startswith",
    "-notendswith": "-endswith",
    "-notcontains": "-contains",
    "-notin": "-in",
}
Demand = Literal["enforced", "alternative", "none", "unknown"]
"""`enforced`: more than one factor, or no entry at all; `alternative`: a second factor or something weaker."""


@dataclass(frozen=True, slots=True)
class Person:
    """Whom a policy is tried on."""

    identifier: str
    guest_type: GuestType | None = "none"
    roles: frozenset[str] = frozenset()
    """Built-in roles, active and for the whole directory: the only ones that policies reach."""
    eligible: frozenset[str] = frozenset()
    """Built-in roles that the person must activate first."""
    other_roles: frozenset[str] = frozenset()
    """Roles for a part of the directory, made by itself, or of an unknown sort: policies are said not to reach them."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way in."""

    app: str = ANY_APP
    client: str = "browser"
    platform: str = UNRECOGNISED
    places: frozenset[str] = frozenset()
    """Named locations that the address is in; several at once, since they may overlap."""
    devices: frozenset[str] = frozenset()
    """Device rules that the device meets."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What policies refer to besides the person."""

    members: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Group to its users, by object id."""
    may_join: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Group to the users who may make themselves members of it."""
    group_was_read: Callable[[str], bool] = lambda _group: True
    trusted: Mapping[str, bool | None] = field(default_factory=dict)
    """Named location to whether it is trusted."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Named location to the name that its own people use."""
    known_roles: bool = True
    """Whether every holder of roles was read: without it, nobody is surely outside a role."""


@dataclass(frozen=True, slots=True)
class Match:
    """Whether a policy is about a person, and why not or why it cannot be told."""

    applies: bool | None
    included: bool | None
    cause: str = ""
    """Of an exclusion: `user`, `group`, `role`, `guest`; of None: `group`, `joinable`, `guest`, `eligible`, `roles`."""


def any_of(values: Iterable[bool | None]) -> bool | None:
    """True when one is, None when one cannot be told, else False."""
    held = list(values)
    return True if True in held else (None if None in held else False)


def all_of(values: Iterable[bool | None]) -> bool | None:
    """False when one is, None when one cannot be told, else True."""
    held = list(values)
    return False if False in held else (None if None in held else True)


def about(policy: AccessPolicy, person: Person, around: Surroundings) -> Match:
    """Whether the policy's users hold the person."""
    included = {
        "user": "All" in policy.include_users or person.identifier in policy.include_users,
        "group": _in_groups(policy.include_groups, person, around),
        "role": _in_roles(policy.include_roles, person, around),
        "guest": _is_guest(policy.include_users, policy.include_guest_types, policy.include_guests_of, person),
    }
    inside = any_of(included.values())
    excluded = {
        "user": person.identifier in policy.exclude_users or "All" in policy.exclude_users,
        "group": _in_groups(policy.exclude_groups, person, around),
        "joinable": None
        if any(person.identifier in around.may_join.get(group, ()) for group in policy.exclude_groups)
        else False,
        "role": _is_excluded_by_role(policy.exclude_roles, person, around),
        "guest": _is_guest(policy.exclude_users, policy.exclude_guest_types, policy.exclude_guests_of, person),
    }
    outside = any_of(excluded.values())
    applies = all_of([inside, None if outside is None else not outside])
    if applies is None:
        doubtful = excluded if outside is None else included
        cause = next(name for name, value in doubtful.items() if value is None)
        if cause == "role":
            cause = "eligible" if person.eligible & {*policy.include_roles, *policy.exclude_roles} else "roles"
        return Match(None, inside, cause)
    return Match(applies, inside, next((name for name, value in excluded.items() if value), ""))


def _in_groups(groups: Iterable[str], person: Person, around: Surroundings) -> bool | None:
    return any_of(
        True
        if person.identifier in around.members.get(group, ())
        else (False if around.group_was_read(group) else None)
        for group in groups
    )


def _in_roles(roles: Iterable[str], person: Person, around: Surroundings) -> bool | None:
    # Before an eligible role is activated no policy for the role applies, and what activation demands is not read.
    named = set(roles)
    if named & person.roles:
        return True
    return None if named & person.eligible or (named and not around.known_roles) else False


def _is_excluded_by_role(roles: Iterable[str], person: Person, around: Surroundings) -> bool | None:
    # An eligible holder is excluded as soon as the role is used.
    named = set(roles)
    if named & (person.roles | person.eligible):
        return True
    return None if named & person.other_roles or (named and not around.known_roles) else False


def _is_guest(users: Iterable[str], types: Iterable[str], directories: Iterable[str], person: Person) -> bool | None:
    keyword, named = _GUESTS in users, set(types)
    if not keyword and not named:
        return False
    if person.guest_type == "none":
        return None if named - _GUEST_TYPES else False
    if person.guest_type is None:
        return None
    if keyword and person.guest_type != "b2b-member":
        return True
    if _GUEST_NAMES[person.guest_type] in named:
        return True if person.guest_type == "internal-guest" or "all" in directories else None
    return None if keyword or named - _GUEST_TYPES or "otherExternalUser" in named else False


def reaches(policy: AccessPolicy, way: Way, around: Surroundings) -> bool | None:
    """Whether the policy's conditions other than its users hold this way in."""
    return all_of(
        [
            _holds_app(policy, way.app),
            _holds_client(policy, way.client),
            _holds_platform(policy, way.platform),
            _holds_place(policy, way.places, around),
            _holds_device(policy, way.devices),
            *(
                True if not levels else (None if "none" in levels else False)
                for levels in (policy.sign_in_risk_levels, policy.user_risk_levels, policy.insider_risk_levels)
            ),
            not policy.authentication_flows,
            None if policy.unknown else True,
        ]
    )


def _holds_app(policy: AccessPolicy, app: str) -> bool | None:
    grouped = app not in {ANY_APP, AZURE_MANAGEMENT, *GROUPS_OF_APPS}  # one app, which may belong to a group of apps
    named, left_out = set(policy.include_applications), set(policy.exclude_applications)
    inside = "All" in named or app in named or (None if grouped and named & GROUPS_OF_APPS else False)
    outside = app in left_out or (None if grouped and left_out & GROUPS_OF_APPS else False)
    doubt: bool | None = True
    if policy.application_filter is not None:
        doubt = None
        inside = inside or (None if policy.application_filter.startswith("include") else inside)
    return all_of([inside, None if outside is None else not outside, doubt])


def _holds_client(policy: AccessPolicy, client: str) -> bool | None:
    named = set(policy.client_app_types)
    if "all" in named or client in named:
        return True
    known = {*CLIENTS, "easSupported", "easUnsupported"} if client != "exchangeActiveSync" else set(CLIENTS)
    return None if not named or named - known else False


def _holds_platform(policy: AccessPolicy, platform: str) -> bool | None:
    named, left_out = set(policy.include_platforms), set(policy.exclude_platforms)
    if not named and not left_out:
        return True
    known = {*PLATFORMS, "all"}
    inside = "all" in named or platform in named or (None if not named or named - known else False)
    outside = "all" in left_out or platform in left_out or (None if left_out - known else False)
    return all_of([inside, None if outside is None else not outside])


def _holds_place(policy: AccessPolicy, places: frozenset[str], around: Surroundings) -> bool | None:
    named, left_out = set(policy.include_locations), set(policy.exclude_locations)
    if not named and not left_out:
        return True
    trusted = any_of(place == TRUSTED or around.trusted.get(place) for place in places)
    inside = any_of(["All" in named, bool(named & places), trusted if "AllTrusted" in named else False])
    outside = any_of(["All" in left_out, bool(left_out & places), trusted if "AllTrusted" in left_out else False])
    return all_of([inside, None if outside is None else not outside])


def _holds_device(policy: AccessPolicy, devices: frozenset[str]) -> bool | None:
    if policy.device_filter is None:
        return True
    mode, _, written = policy.device_filter.partition(": ")
    if mode not in {"include", "exclude"}:
        return None
    rule, negated = device_rule(written)
    return ((rule in devices) != negated) == (mode == "include")


def device_rule(written: str) -> tuple[str, bool]:
    """A rule over devices and whether it is the opposite: `device.isCompliant -ne True` is that of `-eq True`.

    The operators that deny hold for devices without the attribute too, registered or not (Microsoft Entra,
    "Conditional Access: Filter for devices"), so a rule of one comparison and its denial leave no device between them.
    """
    found = _ONE_COMPARISON.fullmatch(written.strip())
    if found is None:
        return written, False
    attribute, operator, value = found.groups()
    opposite = _OPPOSITES.get(operator.lower())
    return f"{attribute} {opposite or operator.lower()} {value}", opposite is not None


def demand(policy: AccessPolicy) -> Demand:
    """What the policy's controls demand of those whom it applies to.

    Of controls joined by OR the weakest counts: who has a compliant device needs no second factor, and a device is not
    the person. Another supplier's control may be a second factor, or none.
    """
    if "block" in policy.controls:
        return "enforced"
    factors: list[bool | None] = [
        True if each == "mfa" else (False if each in _WEAKER else None) for each in policy.controls
    ]
    factors += [None] * len(policy.custom_controls)
    factors += [False] * len(policy.terms_of_use)
    if policy.strength is not None:
        factors.append(_is_strong(policy.strength_combinations))
    if policy.operator is None and len(factors) > 1:
        return "unknown" if any_of(factors) is not False else "none"
    found = all_of(factors) if policy.operator == "OR" and factors else any_of(factors)
    if policy.operator not in {"AND", "OR", None}:
        found = all_of([found, None])
    if found is None:
        return "unknown"
    if found:
        return "enforced"
    return "alternative" if True in factors else "none"


def _is_strong(combinations: tuple[str, ...] | None) -> bool | None:
    return None if not combinations else all_of(_is_two_factors(each) for each in combinations)


def _is_two_factors(combination: str) -> bool | None:
    """Whether one allowed combination is more than one factor: `password,sms`, `fido2`."""
    methods = {each.strip() for each in combination.split(",")}
    if methods & _STRONG:
        return True
    if len(methods) > 1 and methods & _FIRST and methods & _SECOND:
        return True
    return False if len(methods) == 1 and methods <= _SINGLE else None

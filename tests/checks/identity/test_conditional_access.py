"""The what-if by its laws: what loosens a directory never makes it look safer, and what is not known is never safe."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.identity.access_policy import ADMIN_PORTALS, AZURE_MANAGEMENT, OFFICE, Person, Surroundings
from checks.identity.conditional_access import MAX_FEATURES, Coverage, WhatIf
from collector.records.cloud import AccessPolicy, GuestType

ME, OTHER, GROUP, UNREAD, ROLE = "me", "other", "group", "unread group", "global-administrator"
AROUND = Surroundings(
    members={GROUP: frozenset({ME})},
    group_was_read=lambda group: group != UNREAD,
    trusted={"office": True, "country": False},
)
MFA = AccessPolicy(
    identifier="all",
    state="enabled",
    include_users=("All",),
    include_applications=("All",),
    client_app_types=("all",),
    operator="OR",
    controls=("mfa",),
)


def some(*choices: str) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(choices), unique=True, max_size=2).map(tuple)


APPS = ("All", OFFICE, ADMIN_PORTALS, AZURE_MANAGEMENT, "app", "None")
POLICIES = st.builds(
    AccessPolicy,
    identifier=st.sampled_from("abcdef"),
    state=st.sampled_from(["enabled", "enabled", "enabled", "report-only", "disabled", "unknown"]),
    include_users=st.sampled_from([("All",), ("All",), (ME,), (OTHER,), ("GuestsOrExternalUsers",), ()]),
    exclude_users=st.sampled_from([(), (), (ME,), (OTHER,), ("GuestsOrExternalUsers",)]),
    include_groups=some(GROUP, UNREAD, "empty group"),
    exclude_groups=st.sampled_from([(), (), (GROUP,), (UNREAD,), ("empty group",)]),
    include_roles=some(ROLE, "user-administrator"),
    exclude_roles=st.sampled_from([(), (), (ROLE,), ("user-administrator",)]),
    include_applications=st.one_of(st.just(("All",)), some(*APPS)),
    exclude_applications=st.one_of(st.just(()), some(*APPS[1:])),
    client_app_types=st.one_of(st.just(("all",)), some("browser", "mobileAppsAndDesktopClients", "other", "new")),
    include_platforms=st.one_of(st.just(()), some("all", "iOS", "windows")),
    exclude_platforms=st.one_of(st.just(()), some("iOS", "windows", "new")),
    include_locations=st.one_of(st.just(()), some("All", "AllTrusted", "office", "country")),
    exclude_locations=st.one_of(st.just(()), some("AllTrusted", "office", "country", "unread place")),
    sign_in_risk_levels=st.sampled_from([(), (), ("high",), ("none",)]),
    device_filter=st.sampled_from([None, None, "include: a", "exclude: a", "x: a"]),
    operator=st.sampled_from(["AND", "OR", "XOR", None]),
    controls=st.one_of(st.just(("mfa",)), some("mfa", "block", "compliantDevice", "new")),
    custom_controls=st.sampled_from([(), (), ("duo",)]),
    strength=st.sampled_from([None, None, "strength"]),
    strength_combinations=st.sampled_from([None, ("fido2",), ("password",), ("password,sms",), ("new",)]),
    unknown=st.sampled_from([(), (), ("conditions.new",)]),
)
GUEST_TYPES: list[GuestType | None] = ["none", "internal-guest", "b2b-guest", "b2b-member", None]
PEOPLE = st.builds(
    Person,
    identifier=st.just(ME),
    guest_type=st.sampled_from(GUEST_TYPES),
    roles=st.sampled_from([frozenset(), frozenset({ROLE})]),
    eligible=st.sampled_from([frozenset(), frozenset({"user-administrator"})]),
)
LOOSER: dict[str, dict[str, object]] = {
    "disabled": {"state": "disabled"},
    "report-only": {"state": "report-only"},
    "excluded by id": {"exclude_users": (ME,)},
    "excluded by group": {"exclude_groups": (GROUP,)},
    "an unread group excluded": {"exclude_groups": (UNREAD,)},
    "excluded by role": {"exclude_roles": (ROLE,)},
    "an app excluded": {"exclude_applications": (OFFICE, "app")},
    "the office excluded": {"exclude_locations": ("office",)},
    "a platform excluded": {"exclude_platforms": ("iOS",)},
    "a device excluded": {"device_filter": "exclude: b"},
    "only risky": {"sign_in_risk_levels": ("high",)},
    "browsers only": {"client_app_types": ("browser",)},
    "an unknown condition": {"unknown": ("conditions.new",)},
}


def covered(policies: list[AccessPolicy], person: Person, *, outside: bool = False) -> Coverage:
    return WhatIf(policies, AROUND, outside=outside).of(person)


def loosened(policy: AccessPolicy, change: dict[str, object]) -> AccessPolicy:
    """The policy with something more excluded, or less included; never with anything less excluded."""
    merged = {
        key: tuple(dict.fromkeys((*getattr(policy, key), *value))) if key.startswith("exclude_") else value
        for key, value in change.items()
        if isinstance(value, (tuple, str))
    }
    if "exclude_locations" in change and not policy.include_locations:
        merged["include_locations"] = ("All",)
    if "exclude_platforms" in change and not policy.include_platforms:
        merged["include_platforms"] = ("all",)
    return replace(policy, **merged)  # type: ignore[arg-type]  # fields of their own types


@settings(max_examples=400, deadline=None)
@given(st.lists(POLICIES, min_size=1, max_size=4), PEOPLE, st.sampled_from(sorted(LOOSER)), st.booleans(), st.data())
def test_what_loosens_a_policy_never_covers_anyone(
    policies: list[AccessPolicy],
    person: Person,
    name: str,
    outside: bool,
    data: st.DataObject,
) -> None:
    at = data.draw(st.integers(0, len(policies) - 1))
    narrows = {"client_app_types", "sign_in_risk_levels", "device_filter"} & set(LOOSER[name])
    if any(getattr(policies[at], each) not in ((), None, ("all",)) for each in narrows):
        return  # another condition in its place may be wider
    changed = [*policies[:at], loosened(policies[at], LOOSER[name]), *policies[at + 1 :]]
    before, after = (covered(each, person, outside=outside) for each in (policies, changed))
    assert not (after.covered is True and before.covered is not True), (before, after)


@settings(max_examples=200, deadline=None)
@given(st.lists(POLICIES, max_size=3), POLICIES, PEOPLE)
def test_one_policy_more_never_uncovers(policies: list[AccessPolicy], more: AccessPolicy, person: Person) -> None:
    if covered(policies, person).covered is True:
        assert covered([*policies, more], person).covered is True


@settings(max_examples=200, deadline=None)
@given(st.lists(POLICIES, max_size=3), PEOPLE)
def test_nothing_is_left_without_a_reason(policies: list[AccessPolicy], person: Person) -> None:
    found = covered(policies, person)
    assert bool(found.reason) == (found.covered is not True)


@pytest.mark.parametrize("name", LOOSER)
def test_each_way_of_loosening_uncovers_the_policy_that_covers_all(name: str) -> None:
    person = Person(ME, roles=frozenset({ROLE}))
    assert covered([MFA], person).covered is True
    expected = None if "unread" in name or "unknown" in name else False
    assert covered([loosened(MFA, LOOSER[name])], person).covered is expected


def test_more_places_than_can_be_combined_cover_nothing_for_sure() -> None:
    places = [f"place {number}" for number in range(MAX_FEATURES + 2)]
    policies = [replace(MFA, identifier=each, include_locations=("All",), exclude_locations=(each,)) for each in places]
    assert covered(policies, Person(ME)).covered is None
    assert covered([*policies, MFA], Person(ME)).covered is True
    assert covered([replace(each, state="disabled") for each in policies], Person(ME)).covered is False


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("include: device.isCompliant -eq True", "include: device.isCompliant -ne True", True),
        ("exclude: device.isCompliant -eq True", "exclude: device.isCompliant -ne True", True),
        ('include: device.model -notIn ["a", "b"]', 'exclude: device.model -notIn ["a", "b"]', True),
        ('include: device.model -startsWith "a"', 'include: device.model -notStartsWith "a"', True),
        ("include: device.isCompliant -eq True", "exclude: device.isCompliant -ne True", False),
        ("include: device.isCompliant -eq True", "include: device.isCompliant -eq False", False),
        ('include: device.a -eq "1" -or device.b -ne "1"', 'include: device.a -eq "1" -or device.b -eq "1"', False),
    ],
)
def test_a_rule_over_devices_and_its_denial_leave_no_device_between_them(
    first: str, second: str, expected: bool
) -> None:
    policies = [replace(MFA, identifier=each, device_filter=each) for each in (first, second)]
    assert covered(policies, Person(ME)).covered is expected

"""The what-if against sign-ins tried one by one, by a reading of the policies that is written for this test alone.

What the what-if says for sure must be so for every sign-in; where an application may belong to Office 365 or to the
admin portals, it may say that it does not know.
"""

from __future__ import annotations

import random
from itertools import product
from typing import Any

import pytest

from checks.identity.access_policy import Person, Surroundings
from checks.identity.conditional_access import WhatIf
from collector.records.cloud import AccessPolicy

AZURE = "797f4846-ba00-4fd7-ba43-dac1f8f63013"
RESOURCES = {
    "mail": {"Office365"},
    "portal": {"MicrosoftAdminPortals"},
    "azure": {AZURE},
    "app-x": {"app-x"},
    "app-y": {"app-y"},
    "another": set[str](),
}
COMPLIANT = "device.isCompliant -eq True"
CLIENTS = ("browser", "mobileAppsAndDesktopClients", "exchangeActiveSync", "other")
PLATFORMS = ("android", "iOS", "windows", "linux", "none told")
TRUSTED = {"office": True, "abroad": False}
MEMBERS = {"g1": frozenset({"anna"}), "g2": frozenset({"bo"}), "g3": frozenset({"anna", "bo"})}
PLACES = ((), ("office",), ("abroad",), ("office", "abroad"))
SIGN_INS = tuple(
    each
    for each in product(RESOURCES, CLIENTS, PLATFORMS, PLACES, (False, True), (False, True))
    if each[1] != "exchangeActiveSync" or each[0] == "mail"
)


def some(dice: random.Random, likely: float, *choices: str) -> tuple[str, ...]:
    return tuple(each for each in choices if dice.random() < likely)


def policy(dice: random.Random, number: int) -> AccessPolicy:
    users = dice.choice([("All",), ("All",), ("All",), ("anna",), ("None",), (), ("GuestsOrExternalUsers",)])
    everyone = users == ("All",)
    conditions: dict[str, Any] = {}
    if dice.random() < 0.25:
        conditions["include_platforms"] = dice.choice([("all",), ("windows",), ("android", "iOS")])
        conditions["exclude_platforms"] = some(dice, 0.3, "windows", "linux")
    if dice.random() < 0.35:
        conditions["include_locations"] = dice.choice([("All",), ("office",), ("AllTrusted",), ("abroad",)])
        conditions["exclude_locations"] = dice.choice([(), ("AllTrusted",), ("office",), ("abroad",)])
    return AccessPolicy(
        identifier=str(number),
        state=dice.choice(["enabled", "enabled", "enabled", "enabled", "report-only", "disabled"]),
        include_users=users,
        exclude_users=some(dice, 0.1, "anna", "GuestsOrExternalUsers"),
        include_groups=() if everyone else some(dice, 0.2, *MEMBERS),
        exclude_groups=some(dice, 0.12, *MEMBERS),
        include_roles=() if everyone else some(dice, 0.3, "r1", "r2"),
        exclude_roles=some(dice, 0.1, "r1"),
        include_applications=dice.choice([*[("All",)] * 4, ("Office365",), ("app-x",), ("None",), ("app-y", AZURE)]),
        exclude_applications=some(dice, 0.1, "Office365", "app-x", "app-y", "MicrosoftAdminPortals", AZURE),
        client_app_types=dice.choice([*[("all",)] * 4, CLIENTS[:2], CLIENTS[2:], CLIENTS[:1]]),
        sign_in_risk_levels=dice.choice([*[()] * 6, ("high",)]),
        device_filter=dice.choice([*[None] * 5, f"include: {COMPLIANT}", f"exclude: {COMPLIANT}"]),
        operator=dice.choice(["OR", "AND"]),
        controls=dice.choice([*[("mfa",)] * 4, ("block",), ("mfa", "compliantDevice"), ("compliantDevice",), ()]),
        **conditions,
    )  # fmt: skip


def is_about(held: AccessPolicy, user: str, roles: frozenset[str], *, guest: bool) -> bool:
    def named(users: tuple[str, ...], groups: tuple[str, ...], of: tuple[str, ...]) -> bool:
        by_keyword = "All" in users or (guest and "GuestsOrExternalUsers" in users)
        return by_keyword or user in users or any(user in MEMBERS[each] for each in groups) or bool(roles & set(of))

    return named(held.include_users, held.include_groups, held.include_roles) and not named(
        held.exclude_users, held.exclude_groups, held.exclude_roles
    )


def stops(held: AccessPolicy, sign_in: tuple[Any, ...]) -> bool:
    """Whether the policy asks more than a password of this sign-in, or refuses it."""
    resource, client, platform, places, trusted_by_service, compliant = sign_in
    names = RESOURCES[resource]
    trusted = trusted_by_service or any(TRUSTED[each] for each in places)

    def there(listed: tuple[str, ...]) -> bool:
        return "All" in listed or bool(set(places) & set(listed)) or (trusted and "AllTrusted" in listed)

    demands = "block" in held.controls or (
        "mfa" in held.controls and (held.operator == "AND" or len(held.controls) == 1)
    )
    return (
        demands
        and not held.sign_in_risk_levels
        and ("All" in held.include_applications or bool(names & set(held.include_applications)))
        and not names & set(held.exclude_applications)
        and bool({"all", client} & set(held.client_app_types))
        and (not held.include_platforms or bool({"all", platform} & set(held.include_platforms)))
        and platform not in held.exclude_platforms
        and (not held.include_locations or (there(held.include_locations) and not there(held.exclude_locations)))
        and (held.device_filter is None or compliant == held.device_filter.startswith("include"))
    )


@pytest.mark.parametrize("seed", range(6))
def test_what_is_said_for_sure_is_so_for_every_sign_in(seed: int) -> None:
    dice, sure = random.Random(seed), 0  # noqa: S311  # no secret: the same tenants each time
    for _ in range(100):
        policies = [policy(dice, number) for number in range(dice.randint(1, 6))]
        user, roles = dice.choice(["anna", "bo", "eva"]), frozenset(some(dice, 0.4, "r1", "r2"))
        guest, outside = dice.random() < 0.2, dice.random() < 0.5
        around = Surroundings(members=MEMBERS, trusted=TRUSTED)
        person = Person(user, "b2b-guest" if guest else "none", roles)
        said = WhatIf(policies, around, outside=outside).of(person).covered
        held = [each for each in policies if each.state == "enabled" and is_about(each, user, roles, guest=guest)]
        tried = (each for each in SIGN_INS if not outside or not (each[4] or any(TRUSTED[place] for place in each[3])))
        covered = all(any(stops(each, sign_in) for each in held) for sign_in in tried)
        assert said in {None, covered}, (policies, person, outside)
        sure += said is not None
    assert sure > 90

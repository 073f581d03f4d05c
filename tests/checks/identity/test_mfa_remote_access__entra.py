"""Multi-factor authentication of every user of Entra ID (mfa-remote-access--entra)."""

from __future__ import annotations

import time
from typing import Any

import pytest

from checks.finding import Status
from collector.records.cloud import (
    AccessPolicy,
    CloudUser,
    NamedLocation,
    PolicyGroupMember,
    RoleHolder,
    SecurityDefaults,
)
from tests.checks.made import finding, gap, reasons, seen

CHECK = "mfa-remote-access--entra"
OFFICE = NamedLocation(identifier="office", name="Kontoret", form="networks", trusted=True)
SWEDEN = NamedLocation(identifier="sverige", name="Sverige", form="countries", trusted=False)


def person(name: str = "anna", **facts: Any) -> CloudUser:
    values: dict[str, Any] = {"name": name, "identifier": f"id-{name}", "enabled": True, "guest_type": "none"}
    return CloudUser(**values | facts)


def mfa(name: str = "a", **facts: Any) -> AccessPolicy:
    values: dict[str, Any] = {
        "identifier": name,
        "name": name,
        "state": "enabled",
        "include_users": ("All",),
        "include_applications": ("All",),
        "client_app_types": ("all",),
        "operator": "OR",
        "controls": ("mfa",),
    }
    return AccessPolicy(**values | facts)


def surroundings(*policies: AccessPolicy, defaults: bool = False) -> tuple[Any, ...]:
    return (
        seen(AccessPolicy, *policies),
        seen(SecurityDefaults, SecurityDefaults(enabled=defaults)),
        seen(PolicyGroupMember),
        seen(NamedLocation, OFFICE, SWEDEN),
        seen(RoleHolder),
    )


def outside(*places: str) -> dict[str, Any]:
    return {"include_locations": ("All",), "exclude_locations": places}


CASES: dict[str, tuple[tuple[AccessPolicy, ...], bool, str | None]] = {
    "everyone, everything": ((mfa(),), False, None),
    "trusted places left out": ((mfa(**outside("AllTrusted")),), False, None),
    "the office left out": ((mfa(**outside("office")),), False, None),
    "a country left out": ((mfa(**outside("sverige")),), False, "!trusted-location"),
    "the office left out by one, a country by another": (
        (mfa(**outside("office")), mfa("b", **outside("sverige"))),
        False,
        None,
    ),
    "excluded": ((mfa(exclude_users=("id-anna",)),), False, "!excluded"),
    "modern clients only": (
        (mfa(client_app_types=("browser", "mobileAppsAndDesktopClients")),),
        False,
        "!legacy-clients",
    ),
    "trusted places left out, legacy clients not covered": (
        (mfa(client_app_types=("browser", "mobileAppsAndDesktopClients"), **outside("AllTrusted")),),
        False,
        "!legacy-clients",
    ),
    "trusted places left out, and an unknown condition": (
        (mfa(unknown=("conditions.new",), **outside("AllTrusted")),),
        False,
        "?condition-unknown",
    ),
    "security defaults": ((), True, "!security-defaults-only"),
    "nothing": ((), False, "!not-covered"),
    "by a role only": ((mfa(include_users=(), include_roles=("global-administrator",)),), False, "!not-covered"),
}


@pytest.mark.parametrize("name", CASES)
def test_one_user(name: str) -> None:
    policies, defaults, expected = CASES[name]
    found = finding(CHECK, seen(CloudUser, person()), *surroundings(*policies, defaults=defaults))
    assert reasons(found) == ({} if expected is None else {"anna": expected})
    by_mark = {"!": Status.NOT_SATISFIED, "?": Status.NOT_DETERMINED}
    assert found.status is (Status.SATISFIED if expected is None else by_mark[expected[0]])


def test_who_is_set_aside() -> None:
    users = seen(CloudUser, person("off", enabled=False), person("sync", category="service"), person("x", enabled=None))
    found = finding(CHECK, users, *surroundings())
    assert found.out_of_scope == {"disabled": 1, "not-a-person": 1}
    assert reasons(found) == {"x": "?state-unknown"}


def test_policies_that_were_not_read_are_no_lack_of_policies() -> None:
    held = seen(CloudUser, person())
    assert reasons(finding(CHECK, held, gap(AccessPolicy))) == {"anna": "?policies-not-read"}
    assert reasons(finding(CHECK, held, seen(AccessPolicy, mfa()), gap(PolicyGroupMember))) == {}
    some = seen(AccessPolicy, mfa(exclude_users=("id-anna",)), missing=[gap(AccessPolicy, subject="b")])
    assert reasons(finding(CHECK, held, some)) == {"anna": "?policies-not-read"}
    assert reasons(finding(CHECK, held, seen(AccessPolicy), gap(SecurityDefaults))) == {
        "anna": "?security-defaults-unknown"
    }


def test_another_directorys_policies_cover_nobody() -> None:
    held = seen(CloudUser, person(), source="second")
    found = finding(CHECK, held, *surroundings(mfa()))
    assert reasons(found) == {"anna": "?policies-not-read"}


def test_the_reason_names_places_as_people_do() -> None:
    held = seen(CloudUser, person())
    found = finding(CHECK, held, *surroundings(mfa(**outside("sverige"))))
    assert found.exceptions[0].facts["places"] == "Sverige"


def test_twenty_thousand_users_are_judged_at_once() -> None:
    users = seen(CloudUser, *(person(f"u{number}") for number in range(20_000)))
    groups = tuple(PolicyGroupMember(group="staff", member=f"id-u{number}") for number in range(0, 20_000, 2))
    policies = [
        mfa(f"p{number}", include_users=(), include_groups=("staff",), include_platforms=("iOS",))
        for number in range(20)
    ]
    started = time.process_time()
    found = finding(
        CHECK,
        users,
        seen(AccessPolicy, *policies),
        seen(SecurityDefaults, SecurityDefaults(enabled=False)),
        seen(PolicyGroupMember, *groups),
    )
    assert len(found.exceptions) == 20_000
    assert {each.reason for each in found.exceptions} == {"some-platforms", "not-covered"}
    assert time.process_time() - started < 5

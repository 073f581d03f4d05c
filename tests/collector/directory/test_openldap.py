"""What OpenLDAP's attributes mean, value by value."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from collector.directory.names import dn_key
from collector.directory.openldap import ServerFacts, category_of, parse_account
from collector.records.identity import Account
from collector.transport.ldap import Entry
from tests.collector.directory.fake_ldap import entry

DN = "uid=anna,ou=Personal,dc=x"


def parse(*, unlocked: bool = False, policy: bool = True, **values: str | None) -> Account:
    given = {name: value for name, value in values.items() if value is not None}
    facts = ServerFacts(has_password_policy=policy)
    return parse_account(entry(DN, uid="anna", **given), facts, {DN} if unlocked else ()).account


@pytest.mark.parametrize(
    ("locked", "unlocked", "policy", "enabled"),
    [
        ("000001010000Z", False, True, False),
        ("20261101000000Z", False, True, True),
        (None, True, True, True),
        (None, False, False, True),
        (None, False, True, None),
    ],
)
def test_locked_by_an_administrator(locked: str | None, unlocked: bool, policy: bool, enabled: bool | None) -> None:
    assert parse(unlocked=unlocked, policy=policy, pwdAccountLockedTime=locked).enabled is enabled


def test_the_latest_recorded_use_counts_and_names_its_attribute() -> None:
    account = parse(pwdLastSuccess="20260101000000Z", authTimestamp="20260201000000Z")
    assert (account.last_used, account.last_used_from) == (datetime(2026, 2, 1, tzinfo=UTC), "authTimestamp")


@pytest.mark.parametrize(
    ("value", "expires", "never"),
    [("-1", None, True), ("20778", datetime(2026, 11, 21, tzinfo=UTC), False), (None, None, None)],
)
def test_shadow_expire(value: str | None, expires: datetime | None, never: bool | None) -> None:
    account = parse(shadowExpire=value)
    assert (account.expires, account.never_expires) == (expires, never)


@pytest.mark.parametrize(
    ("shell", "interactive"), [("/usr/sbin/nologin", False), ("/bin/false", False), ("/bin/bash", None), (None, None)]
)
def test_login_shells(shell: str | None, interactive: bool | None) -> None:
    assert parse(loginShell=shell).interactive is interactive


@pytest.mark.parametrize(("value", "must"), [("TRUE", True), ("FALSE", False), (None, None)])
def test_password_reset(value: str | None, must: bool | None) -> None:
    assert parse(pwdReset=value).password_must_change is must


@pytest.mark.parametrize(
    ("made", "category"),
    [
        (entry(DN, objectClass=["inetOrgPerson", "posixAccount"]), "person"),
        (entry("cn=backup,ou=System,dc=x", objectClass=["applicationProcess", "simpleSecurityObject"]), "service"),
        (entry(DN, objectClass=["account", "posixAccount"]), None),
        (entry("uid=a,ou=Service,dc=x", objectClass=["inetOrgPerson"]), "service"),
    ],
)
def test_categories(made: Entry, category: str | None) -> None:
    assert category_of(made, (dn_key("ou=Service,dc=x"),)) == category


def test_how_late_use_may_be_recorded_is_what_the_settings_say_and_not_known_of_kerberos() -> None:
    given = entry(DN, uid="anna", pwdLastSuccess="20260101000000Z")
    assert parse_account(given, ServerFacts(use_lag_days=3), ()).account.last_used_lag_days == 3
    assert parse(pwdLastSuccess="20260101000000Z").last_used_lag_days == 0
    assert parse(krbLastSuccessfulAuth="20260101000000Z").last_used_lag_days is None
    assert parse().last_used_lag_days is None


@pytest.mark.parametrize(
    ("end", "change", "must"),
    [
        ("20260101000000Z", "20260101000000Z", True),
        ("20260401000000Z", "20260101000000Z", False),
        ("20260101000000Z", None, None),
    ],
)
def test_a_password_that_ends_as_it_is_set_must_be_changed(end: str, change: str | None, must: bool | None) -> None:
    assert parse(krbPasswordExpiration=end, krbLastPwdChange=change).password_must_change is must

"""What Active Directory's attributes mean, value by value."""

from __future__ import annotations

import struct
from datetime import UTC, datetime, timedelta

import pytest

from collector.directory.active_directory import (
    DomainFacts,
    category_of,
    lag_days,
    members_of,
    parse_account,
    parse_holder,
    privileged_group_search,
    role_of,
)
from collector.directory.names import dn_key
from collector.transport.ldap import Entry
from tests.collector.directory.fake_ldap import entry

START = datetime(2026, 9, 1, tzinfo=UTC)


def filetime(when: datetime) -> str:
    return str((when - datetime(1601, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1) * 10)


def user(dn: str = "CN=anna,OU=Personal,DC=x", number: int = 1100, **values: str | list[str] | None) -> Entry:
    parts = (21, 1, 2, 3, number)
    sid = bytes([1, 5]) + (5).to_bytes(6, "big") + b"".join(struct.pack("<I", part) for part in parts)
    given = {"sAMAccountName": "anna", "objectClass": ["top", "user"], **values}
    made = entry(dn, **{name: value for name, value in given.items() if value is not None})
    return Entry(dn, {**made.attributes, "objectsid": (sid,)})


@pytest.mark.parametrize(
    ("later_days", "source", "lag"),
    [
        (None, "lastLogonTimestamp", 14),
        (-3, "lastLogonTimestamp", 14),
        (0, "lastLogonTimestamp", 14),
        (1, "lastLogon", 13),
        (14, "lastLogon", 0),
        (30, "lastLogon", 0),
    ],
)
def test_the_later_time_counts_and_the_lag_is_what_the_replicated_one_leaves_open(
    later_days: int | None, source: str, lag: int
) -> None:
    here = None if later_days is None else filetime(START + timedelta(days=later_days))
    account = parse_account(user(lastLogonTimestamp=filetime(START), lastLogon=here), DomainFacts()).account
    assert account.last_used == START + timedelta(days=max(0, later_days or 0))
    assert (account.last_used_from, account.last_used_lag_days, account.never_used) == (source, lag, None)


def test_a_log_on_here_alone_says_nothing_of_other_domain_controllers() -> None:
    parsed = parse_account(user(lastLogon=filetime(START)), DomainFacts())
    assert (parsed.account.last_used, parsed.account.never_used, parsed.may_be_unused) == (None, None, False)


def test_a_domain_that_keeps_no_log_on_times_proves_nothing() -> None:
    parsed = parse_account(user(lastLogonTimestamp="0"), DomainFacts(lag_days=0))
    assert (parsed.shows_use, parsed.may_be_unused, parsed.account.never_used) == (False, False, None)


@pytest.mark.parametrize(
    ("interval", "level", "days"), [(None, b"7", 14), ("9", b"7", 9), ("0", b"7", 0), (None, b"0", 0), (None, None, 14)]
)
def test_the_domain_says_how_late_its_log_on_times_are(interval: str | None, level: bytes | None, days: int) -> None:
    domain = entry("DC=x") if interval is None else entry("DC=x", msDS_LogonTimeSyncInterval=interval)
    assert lag_days(domain, level) == days


@pytest.mark.parametrize(
    ("flags", "enabled", "never_expires", "smartcard"),
    [
        ("512", True, False, False),
        ("514", False, False, False),
        ("66048", True, True, False),
        ("262656", True, False, True),
    ],
)
def test_user_account_control(flags: str, enabled: bool, never_expires: bool, smartcard: bool) -> None:
    account = parse_account(user(userAccountControl=flags), DomainFacts()).account
    assert (account.enabled, account.password_never_expires, account.smartcard_required) == (
        enabled,
        never_expires,
        smartcard,
    )


def test_what_is_absent_is_not_known() -> None:
    account = parse_account(entry("CN=only a name,DC=x"), DomainFacts()).account
    known = {name for name in account.__slots__ if getattr(account, name) is not None}
    assert known == {"name", "category"}
    assert account.name == "only a name"


@pytest.mark.parametrize(
    ("value", "expires", "never"),
    [("0", None, True), (str(2**63 - 1), None, True), (filetime(START), START, False), (None, None, None)],
)
def test_account_expires(value: str | None, expires: datetime | None, never: bool | None) -> None:
    account = parse_account(user(accountExpires=value), DomainFacts()).account
    assert (account.expires, account.never_expires) == (expires, never)


@pytest.mark.parametrize(("value", "must"), [("0", True), (filetime(START), False), (None, None)])
def test_pwd_last_set(value: str | None, must: bool | None) -> None:
    account = parse_account(user(pwdLastSet=value), DomainFacts()).account
    assert account.password_must_change is must
    assert account.password_set == (START if must is False else None)


@pytest.mark.parametrize(
    ("made", "category"),
    [
        (user(), "person"),
        (user(servicePrincipalName="http/x"), "person"),
        (user("CN=b,OU=Service,DC=x"), "service"),
        (user("CN=b,OU=In,OU=Service,DC=x"), "service"),
        (user("CN=b,OU=NoService,DC=x"), "person"),
        (user(number=500), "built-in"),
        (user(number=502), "built-in"),
        (user(objectClass=["user", "computer", "msDS-GroupManagedServiceAccount"]), "managed-service"),
        (user(objectClass=["user", "computer"]), "system"),
        (user(userAccountControl="2080"), "system"),
    ],
)
def test_categories(made: Entry, category: str) -> None:
    assert category_of(made, (dn_key("OU=Service,DC=x"),)) == category


@pytest.mark.parametrize(
    ("sid", "name", "role"),
    [
        ("S-1-5-21-1-2-3-512", "Domänadministratörer", "domain-admins"),
        ("S-1-5-21-9-9-9-512", "Domain Admins", None),
        ("S-1-5-32-544", "Administratörer", "administrators"),
        ("S-1-5-21-1-2-3-1101", "DnsAdmins", "dns-admins"),
        ("S-1-5-21-1-2-3-1102", "Domain Admins", None),
        (None, "Domain Admins", None),
    ],
)
def test_roles_are_known_by_identifier_and_not_by_name(sid: str | None, name: str, role: str | None) -> None:
    assert role_of(sid, name, "S-1-5-21-1-2-3") == role


def test_a_foreign_principal_is_known_by_its_identifier() -> None:
    made = entry("CN=S-1-5-21-7-7-7-1234,CN=ForeignSecurityPrincipals,DC=x", objectClass="foreignSecurityPrincipal")
    holder = parse_holder(made, ())
    assert (holder.name, holder.category, holder.enabled) == ("S-1-5-21-7-7-7-1234", "foreign", None)


def test_a_groups_name_cannot_change_the_search_for_its_members() -> None:
    group = entry("CN=a)(objectClass=*,DC=x", sAMAccountName="a")
    assert members_of(1, "DC=x", group, "S-1-5-32-544", "S-1-5-21-1-2-3").filter == (
        "(|(memberOf=CN=a\\29\\28objectClass=\\2a,DC=x)(primaryGroupID=0))"
    )
    assert "(primaryGroupID=512)" in members_of(1, "DC=x", group, "S-1-5-21-1-2-3-512", "S-1-5-21-1-2-3").filter


def test_no_secret_is_asked_for() -> None:
    assert "<domain SID>-512" in privileged_group_search(10).filter

"""What a domain says of itself, on made entries: the recordings of a real one are in test_recordings.py."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.directory.domain_state import (
    DSA_SIGNATURE,
    parse_computer,
    parse_domain,
    parse_trust,
    token_identity,
    written_times,
)
from collector.directory.exposures import exposures
from collector.directory.password_policies import dns_name, domain_policy, fine_grained_policy, overlay_policy
from collector.directory.times import MalformedValueError
from collector.records.directory import PasswordPolicy
from tests.collector.directory.fake_ldap import entry
from tests.collector.directory.small_directories import DOMAIN, WRITTEN, domain_sid, sid, written

EMPTY = entry("CN=x")


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        (0x200, ()),
        (0x220, ("password-not-required",)),
        (0x280, ("reversible-encryption",)),
        (0x80200, ("unconstrained-delegation",)),
        (0x200200, ("des-only",)),
        (0x400200, ("pre-authentication-off",)),
        (0x1000200, ("protocol-transition",)),
        (0x10200, ()),
        (None, None),
    ],
)
def test_each_flag_of_an_account(flags: int | None, expected: tuple[str, ...] | None) -> None:
    assert exposures(flags, EMPTY) == expected


def test_what_stands_beside_the_flags() -> None:
    made = entry("CN=x", servicePrincipalName="HTTP/x", msDS_AllowedToDelegateTo="cifs/y")
    assert exposures(0x200, made) == ("constrained-delegation", "service-principal")
    assert exposures(None, made) is None


def test_when_an_attribute_was_last_written() -> None:
    assert written_times(WRITTEN) == {
        DSA_SIGNATURE: datetime(2026, 11, 21, 9, 14, 37, tzinfo=UTC),
        0x00020002: datetime(2025, 11, 23, tzinfo=UTC),
    }


@pytest.mark.parametrize("wrong", [b"", WRITTEN[:-1], WRITTEN[:15], written(version=2), written((1, 2**63))])
def test_metadata_of_another_form_is_malformed(wrong: bytes) -> None:
    with pytest.raises(MalformedValueError):
        written_times(wrong)


@given(st.binary(max_size=200))
def test_no_metadata_raises_anything_else(data: bytes) -> None:
    try:
        written_times(data)
    except MalformedValueError:
        return
    assert len(data) >= 16


@pytest.mark.parametrize(
    ("metadata", "keeps", "expected"),
    [
        (WRITTEN, True, (datetime(2026, 11, 21, 9, 14, 37, tzinfo=UTC), None)),
        (written((0x00020002, 1)), True, (None, True)),
        (written((0x00020002, 1)), False, (None, None)),
        (written(), True, (None, None)),
        (None, True, (None, None)),
    ],
)
def test_the_age_of_the_backup(metadata: bytes | None, keeps: bool, expected: object) -> None:  # a case
    made = entry(DOMAIN) if metadata is None else entry(DOMAIN, replPropertyMetaData=metadata)
    found = parse_domain(made, None, None, keeps_backup_time=keeps)
    assert (found.last_backup, found.never_backed_up) == expected
    assert found.name == "corp.example.test"


@pytest.mark.parametrize(
    ("attributes", "filtered"),
    [("0", False), ("4", True), ("8", True), ("72", False), ("76", True), ("32", False), (None, None)],
)
def test_whether_a_trust_is_filtered(attributes: str | None, filtered: bool | None) -> None:
    made = entry("CN=x", cn="x") if attributes is None else entry("CN=x", cn="x", trustAttributes=attributes)
    assert parse_trust(made).sid_filtering is filtered


def test_a_trust_of_an_unknown_kind_says_nothing_of_it() -> None:
    found = parse_trust(entry("CN=x", trustPartner="y.example.test", trustDirection="9", trustType="9"))
    assert (found.name, found.direction, found.kind) == ("y.example.test", None, None)


def test_the_readers_own_rights_by_its_token() -> None:
    token = [domain_sid(1200), domain_sid(513), domain_sid(512), sid(32, 544), domain_sid(1300)]
    found = token_identity("svc", token, "S-1-5-21-1-2-3", {"S-1-5-21-1-2-3-1300": "CN=drift"})
    assert found.identifier == "S-1-5-21-1-2-3-1200"
    assert found.roles == ("CN=drift", "administrators", "domain-admins")
    assert token_identity("svc", [domain_sid(1200)], "S-1-5-21-1-2-3", {}).roles == ()
    assert token_identity("svc", [domain_sid(512)], "S-1-5-21-9-9-9", {}).roles == ()
    assert token_identity("svc", [], "S-1-5-21-1-2-3", {}).roles is None


def test_a_managed_service_account_is_no_computer_with_a_password() -> None:
    found = parse_computer(entry("CN=PC1", sAMAccountName="PC1$", userAccountControl="4096"), 14)
    assert (found.name, found.managed_password, found.last_used_lag_days) == ("PC1", None, None)


def test_windows_laps_and_its_forerunner() -> None:
    new = entry("CN=a", msLAPS_PasswordExpirationTime="134397260770000000")
    old = entry("CN=a", ms_Mcs_AdmPwdExpirationTime="0")
    assert parse_computer(new, 14).managed_password_expires == datetime(2026, 11, 21, 9, 14, 37, tzinfo=UTC)
    assert (parse_computer(old, 14).managed_password, parse_computer(old, 14).managed_password_expires) == (True, None)


def test_a_domains_policy_with_its_words_for_never() -> None:
    made = entry(DOMAIN, minPwdLength="7", maxPwdAge=str(-(2**63)), lockoutDuration="0", pwdProperties="17")
    assert domain_policy(made) == PasswordPolicy(
        name="corp.example.test",
        default=True,
        min_length=7,
        max_age_days=0,
        complexity=True,
        reversible_encryption=True,
        lockout_minutes=0,
    )
    assert domain_policy(entry(DOMAIN)) is None


@pytest.mark.parametrize(("steps", "days"), [("-864000000000", 1), ("-864000000001", 2), ("-1", 1), ("0", 0)])
def test_an_age_in_begun_days(steps: str, days: int) -> None:
    made = entry("CN=p", cn="p", msDS_MaximumPasswordAge=steps)
    assert fine_grained_policy(made, []).max_age_days == days


def test_a_policy_of_the_overlay_by_its_defaults() -> None:
    found = overlay_policy(entry("cn=p", pwdMinLength="12", pwdMaxFailure="5"), (), default=None)
    assert (found.min_length, found.lockout_threshold, found.max_age_days) == (0, 0, 0)
    strict = entry("cn=p", pwdMinLength="12", pwdCheckQuality="2", pwdMaxFailure="5", pwdLockout="TRUE", pwdMaxAge="1")
    found = overlay_policy(strict, ("a",), default=None)
    assert (found.min_length, found.lockout_threshold, found.max_age_days) == (12, 5, 1)
    assert found.applies_to == ("a",)


@pytest.mark.parametrize(("dn", "name"), [(DOMAIN, "corp.example.test"), ("OU=x,DC=y", "OU=x,DC=y"), ("", "")])
def test_a_domains_dns_name(dn: str, name: str) -> None:
    assert dns_name(dn) == name

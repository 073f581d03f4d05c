"""What an OpenLDAP server demands of passwords, the reader's own memberships, and accounts by FreeIPA's schema."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from collector.directory.accounts import Seen
from collector.directory.openldap import ServerFacts, parse_account, proof
from collector.evidence import EvidenceSet, GapCause
from collector.records.directory import CollectorIdentity, PasswordPolicy
from config.sources import LdapBind
from tests.collector.directory.fake_ldap import Answer, FakeLdap, entry, read, settings
from tests.collector.directory.small_directories import BASE, GROUP, person, population, server, with_first


def scan(fake: FakeLdap, folder: Path, **other: object) -> EvidenceSet:
    return read(fake, settings("openldap", **other), folder, frozenset({PasswordPolicy, CollectorIdentity}))


def with_policies(*names: str, used: dict[str, str] | None = None) -> FakeLdap:
    found = [entry(f"cn={name},{BASE}", cn=name, pwdMinLength="8", pwdCheckQuality="2") for name in names]
    users = [entry(f"uid={user},{BASE}", pwdPolicySubentry=f"cn={each},{BASE}") for user, each in (used or {}).items()]
    more = {"(objectClass=pwdPolicy)": Answer(found), "(pwdPolicySubentry=*)": Answer(users)}
    return with_first(server(), **more)


def test_the_policies_and_whom_they_are_for(tmp_path: Path) -> None:
    fake = with_policies("default", "svag", used={"eva": "svag", "bo": "SVAG"})
    found = population(scan(fake, tmp_path), PasswordPolicy)
    assert found.complete
    assert [(each.name, each.default, each.applies_to) for each in found.records] == [
        ("default", None, ()),
        ("svag", None, ("bo", "eva")),
    ]


def test_a_policy_that_is_named_and_not_seen_is_a_gap(tmp_path: Path) -> None:
    found = population(scan(with_policies("default", used={"eva": "hemlig"}), tmp_path), PasswordPolicy)
    assert [gap.subject for gap in found.missing] == [f"cn=hemlig,{BASE.replace('DC', 'dc')}"]


def test_a_server_whose_policies_are_hidden_is_not_taken_for_one_without(tmp_path: Path) -> None:
    (gap,) = [gap for gap in scan(with_policies(), tmp_path).gaps if gap.kind == "password-policy"]
    assert gap.cause is GapCause.DENIED


def test_a_server_without_the_overlay_demands_nothing(tmp_path: Path) -> None:
    fake = with_first(server(), **{'base="" ': Answer([entry("", supportedControl=["1.2.840.113556.1.4.319"])])})
    (found,) = population(scan(fake, tmp_path), PasswordPolicy).records
    assert (found.name, found.default, found.min_length, found.lockout_threshold) == ("example.test", True, 0, 0)


@pytest.mark.parametrize(("user", "roles"), [(f"UID=eva, ou=Personal,{BASE}", (GROUP,)), (f"uid=bo,{BASE}", ())])
def test_the_readers_own_memberships(tmp_path: Path, user: str, roles: tuple[str, ...]) -> None:
    bind = LdapBind(user=user, password="env:LDAP_PASSWORD")
    evidence = scan(with_policies("default"), tmp_path, bind=bind, privileged_groups=(GROUP,))
    (found,) = population(evidence, CollectorIdentity).records
    assert (found.name, found.roles) == (user, roles)


def test_without_groups_the_readers_rights_are_not_known(tmp_path: Path) -> None:
    found = population(scan(with_policies("default"), tmp_path), CollectorIdentity)
    assert [each.roles for each in found.records] == [None]
    assert found.unreadable == ("roles",)


FACTS = ServerFacts(has_password_policy=True)
USED = "20260801080000Z"


def test_accounts_by_the_schema_of_freeipa() -> None:
    made = person(
        "eva",
        ipaUniqueID="3c5f",
        krbLastSuccessfulAuth=USED,
        krbLastPwdChange="20260701080000Z",
        krbPrincipalExpiration="20270101000000Z",
        nsAccountLock="FALSE",
    )
    found = parse_account(made, FACTS, {f"uid=eva,ou=Personal,{BASE}"}).account
    assert (found.identifier, found.enabled, found.last_used_at_least) == ("3c5f", True, True)
    assert found.last_used == datetime(2026, 8, 1, 8, tzinfo=UTC)
    assert found.password_set == datetime(2026, 7, 1, 8, tzinfo=UTC)
    assert found.expires == datetime(2027, 1, 1, tzinfo=UTC)


def test_a_lock_of_389_directory_server_is_certain_whatever_else_is_hidden() -> None:
    parsed = parse_account(person("eva", nsAccountLock="true"), FACTS, ())
    assert parsed.account.enabled is False
    assert not parsed.state_open


def test_an_absent_log_on_proves_nothing_where_kerberos_keeps_it_by_server() -> None:
    made = entry(f"uid=eva,{BASE}", uid="eva", objectClass=["posixAccount", "krbPrincipalAux"])
    assert not parse_account(made, FACTS, ()).may_be_unused
    assert proof(()).never_used(parse_account(made, FACTS, ()), Seen()) is False

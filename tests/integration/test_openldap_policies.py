"""What a real slapd demands of passwords, and what its reading account holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from collector.collection import collect
from collector.directory.source import DirectorySource
from collector.evidence import EvidenceSet
from collector.recorder import ConfiguredSource
from collector.records.directory import CollectorIdentity, PasswordPolicy
from config.sources import LdapBind, LdapSource, LdapTls
from tests.servers.slapd import OpenLdap

pytestmark = [pytest.mark.integration, pytest.mark.root]

SUDO = "cn=sudo,ou=Grupper,dc=example,dc=test"


def read(server: OpenLdap, folder: Path) -> EvidenceSet:
    settings = LdapSource(
        id="directory",
        type="ldap",
        dialect="openldap",
        host=server.address,
        base=server.base_dn,
        bind=LdapBind(user=server.bind_dn, password="env:LDAP_PASSWORD"),
        tls=LdapTls(ca_file=server.ca_file),
        page_size=100,
        privileged_groups=(SUDO,),
    )
    source = DirectorySource(settings, lambda _reference: server.bind_password)
    return collect([ConfiguredSource(source, frozenset({PasswordPolicy, CollectorIdentity}))], folder, "0")


def test_the_overlays_policy_as_it_really_works(openldap: OpenLdap, tmp_path: Path) -> None:
    evidence = read(openldap, tmp_path)
    assert not evidence.gaps
    (found,) = evidence.reading(PasswordPolicy).populations
    (policy,) = found.records
    # Seeded with pwdMinLength 14 and without pwdCheckQuality: slapd then accepts any length.
    assert (policy.name, policy.min_length, policy.lockout_threshold, policy.max_age_days) == ("default", 0, 0, 0)
    assert found.complete


def test_the_reading_account_administers_nothing(openldap: OpenLdap, tmp_path: Path) -> None:
    (found,) = read(openldap, tmp_path).reading(CollectorIdentity).populations
    assert [(each.name, each.roles) for each in found.records] == [(openldap.bind_dn, ())]
    assert found.complete

"""FreeIPA's attributes in a real slapd, and last use as the overlay lastbind really writes it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from checks.discovery import discover
from checks.judgement import judge
from collector.collection import collect
from collector.directory.source import DirectorySource
from collector.evidence import EvidenceSet
from collector.recorder import ConfiguredSource
from collector.records.identity import Account, Privilege
from collector.transport.ldap import Search
from collector.transport.ldap_client import Ldap3Connection
from config.sources import LdapBind, LdapSource, LdapTls
from tests.servers.certificates import Authority
from tests.servers.network import Laboratory
from tests.servers.slapd import generalized
from tests.servers.slapd_freeipa import ACCOUNTS_DN, GROUPS_DN, PASSWORD, READER_DN, FreeIpaSchema

pytestmark = [pytest.mark.integration, pytest.mark.root]


@pytest.fixture(scope="module")
def server(laboratory: Laboratory, authority: Authority, now: datetime) -> Iterator[FreeIpaSchema]:
    """Accounts of every kind that the attributes tell apart."""

    def ago(days: float) -> str:
        return generalized(now - timedelta(days=days))

    accounts = {
        "anna": {"krbLastSuccessfulAuth": ago(200), "krbLastPwdChange": ago(30)},
        "bo": {"krbLastSuccessfulAuth": ago(5)},
        "cia": {"krbLastSuccessfulAuth": ago(200), "nsAccountLock": "TRUE"},
        "dan": {"krbLastPwdChange": ago(30), "nsAccountLock": "FALSE"},
        "eva": {"krbLastSuccessfulAuth": ago(200), "krbPrincipalExpiration": ago(1)},
        "fia": {"krbPasswordExpiration": ago(3), "krbLastPwdChange": ago(3)},
        "gun": {},
    }
    groups = {
        "helpdesk": [f"uid=bo,{ACCOUNTS_DN}"],
        "admins": [f"uid=cia,{ACCOUNTS_DN}", f"cn=helpdesk,{GROUPS_DN}"],
    }
    with FreeIpaSchema(laboratory, authority, accounts, groups) as made:
        made.log_on("gun")
        yield made


def settings(server: FreeIpaSchema) -> LdapSource:
    return LdapSource(
        id="ipa",
        type="ldap",
        dialect="openldap",
        host=server.address,
        base=ACCOUNTS_DN.partition(",cn=accounts,")[2],
        bind=LdapBind(user=READER_DN, password="env:X"),
        tls=LdapTls(ca_file=server.ca_file),
        page_size=100,
        privileged_groups=(f"cn=admins,{GROUPS_DN}",),
    )


@pytest.fixture(scope="module")
def evidence(server: FreeIpaSchema, tmp_path_factory: pytest.TempPathFactory) -> EvidenceSet:
    source = DirectorySource(settings(server), lambda _: PASSWORD)
    return collect([ConfiguredSource(source, frozenset({Account, Privilege}))], tmp_path_factory.mktemp("ipa"), "0")


def accounts(evidence: EvidenceSet) -> dict[str, Account]:
    return {each.name: each for each in evidence.reading(Account).records}


def test_what_kerberos_says_of_accounts(evidence: EvidenceSet, now: datetime) -> None:
    found = accounts(evidence)
    assert (found["anna"].last_used, found["anna"].last_used_at_least) == (now - timedelta(days=200), True)
    assert {name: each.enabled for name, each in found.items() if name in {"cia", "dan"}} == {"cia": False, "dan": True}
    assert found["eva"].expires == now - timedelta(days=1)
    assert (found["fia"].password_must_change, found["anna"].password_set) == (True, now - timedelta(days=30))
    assert found["bo"].identifier is not None


def test_use_that_kerberos_recorded_is_a_lower_bound_and_its_absence_proves_nothing(
    evidence: EvidenceSet, now: datetime
) -> None:
    check = next(each for each in discover() if each.id == "accounts-stale")
    (found,) = judge(check, evidence, {}, now + timedelta(minutes=10))
    assert not found.exceptions
    said = {each.subject: each.reason for each in found.undetermined}
    assert {name: said.get(name) for name in ("anna", "bo", "dan", "fia", "gun")} == {
        "anna": "later-use-possible",
        "bo": None,
        "dan": "last-use-unknown",
        "fia": "last-use-unknown",
        "gun": None,
    }
    assert found.out_of_scope == {"disabled": 1, "expired": 1}


def test_a_real_log_on_is_written_by_the_server_and_read(server: FreeIpaSchema, evidence: EvidenceSet) -> None:
    gun = accounts(evidence)["gun"]
    assert gun.last_used is not None
    assert abs(datetime.now(UTC) - gun.last_used) < timedelta(minutes=15)
    assert gun.last_used_from in {"pwdLastSuccess", "authTimestamp"}
    connection = Ldap3Connection(settings(server), lambda _: PASSWORD)
    connection.open()
    search = Search(f"uid=gun,{ACCOUNTS_DN}", "base", "(objectClass=*)", ("pwdLastSuccess", "authTimestamp"))
    (entry,) = connection.page(search).entries
    connection.close()
    assert all(entry.first(name) for name in ("pwdLastSuccess", "authTimestamp"))  # the database's, the overlay's


def test_nested_administrators(evidence: EvidenceSet) -> None:
    held = {each.holder: each.through for each in evidence.reading(Privilege).records}
    assert held == {"cia": (), "bo": ("helpdesk",)}

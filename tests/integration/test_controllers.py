"""Two real domain controllers: a log-on that only the second one saw."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from checks.discovery import discover
from checks.judgement import judge
from collector.collection import collect
from collector.directory.source import DirectorySource
from collector.evidence import EvidenceSet
from collector.recorder import ConfiguredSource
from collector.records.access import Membership
from collector.records.identity import Account
from collector.records.record import Record
from config.sources import LdapBind, LdapSource, LdapTls
from tests.servers.certificates import Authority
from tests.servers.network import Laboratory
from tests.servers.samba import ESTATE_DN, NORMAL, SambaDomainController, filetime
from tests.servers.samba_second import SecondDomainController, kerberos_settings, log_on

pytestmark = [pytest.mark.integration, pytest.mark.root]

USER, PASSWORD = "tvaan", "Tva4n-for-one-test"
DN = f"CN={USER},OU=Personal,{ESTATE_DN}"


@pytest.fixture(scope="module")
def second_dc(
    laboratory: Laboratory, authority: Authority, samba_dc: SambaDomainController, now: datetime
) -> Iterator[SecondDomainController]:
    """The other controller of the domain, which holds an account that looks unused for 200 days.

    Nothing is replicated after it has joined, so what it sees itself stays with it.
    """
    old = filetime(now - timedelta(days=200))
    made = {"dn": DN, "objectClass": "user", "sAMAccountName": USER, "employeeID": "T2"}
    samba_dc.seed([{"add": made}, {"password": [USER, PASSWORD]}])
    samba_dc.seed([{"modify-plainly": {"dn": DN, "userAccountControl": str(NORMAL)}}])
    samba_dc.seed([{"modify": {"dn": DN, "lastLogonTimestamp": old, "lastLogon": old}}])
    samba_dc.seed([{"modify": {"dn": DN, "whenCreated": (now - timedelta(days=900)).strftime("%Y%m%d%H%M%S.0Z")}}])
    with SecondDomainController(laboratory, authority, samba_dc) as server:
        yield server
    samba_dc.seed([{"delete": DN}])


def settings_of(server: SambaDomainController, **other: Any) -> LdapSource:
    values: dict[str, Any] = {
        "id": "directory",
        "type": "ldap",
        "dialect": "active-directory",
        "host": server.address,
        "base": f"OU=Personal,{server.estate_dn}",
        "bind": LdapBind(user=server.bind_user, password="env:LDAP_PASSWORD"),
        "tls": LdapTls(ca_file=server.ca_file),
        **other,
    }
    return LdapSource(**values)


def read(server: SambaDomainController, folder: Path, kinds: frozenset[type[Record]], **other: Any) -> EvidenceSet:
    source = DirectorySource(settings_of(server, **other), lambda _: server.bind_password)
    return collect([ConfiguredSource(source, kinds)], folder, "0")


def verdict(evidence: EvidenceSet, now: datetime) -> str | None:
    check = next(each for each in discover() if each.id == "accounts-stale")
    (found,) = judge(check, evidence, {}, now)
    said = {each.subject: each.reason for each in found.exceptions}
    return said.get(USER) or next((each.reason for each in found.undetermined if each.subject == USER), None)


def test_a_log_on_that_only_the_second_controller_saw(
    samba_dc: SambaDomainController, second_dc: SecondDomainController, now: datetime, tmp_path: Path
) -> None:
    at_second = kerberos_settings(tmp_path / "krb5.conf", second_dc.address)
    log_on(USER, PASSWORD, at_second, tmp_path / "cache")
    soon = now + timedelta(minutes=30)
    alone = read(samba_dc, tmp_path / "alone", frozenset({Account}))
    both = read(samba_dc, tmp_path / "both", frozenset({Account}), controllers=(second_dc.address,))
    assert verdict(alone, soon) == "unused"
    assert verdict(both, soon) is None
    (account,) = (each for each in both.reading(Account).records if each.name == USER)
    assert (account.last_used_from, account.last_used_lag_days) == ("lastLogon", 0)


def test_when_members_were_added_is_not_known_of_a_samba_server(
    samba_dc: SambaDomainController, tmp_path: Path
) -> None:
    # It answers neither msDS-ReplValueMetaData nor msDS-ReplAttributeMetaData, to an administrator either.
    group = f"CN=Domain Admins,CN=Users,{samba_dc.base_dn}"
    found = list(read(samba_dc, tmp_path, frozenset({Membership}), groups=(group,)).reading(Membership).records)
    assert found
    assert {each.added for each in found} == {None}

"""A real Samba AD DC with every weakness that an assessor looks for: found by name, and nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from checks.discovery import discover
from checks.finding import Finding, Status
from checks.judgement import judge
from collector.collection import collect
from collector.directory.source import DirectorySource
from collector.evidence import EvidenceSet, GapCause, Population
from collector.recorder import ConfiguredSource
from collector.records.directory import (
    CollectorIdentity,
    Computer,
    ConflictObject,
    Domain,
    PasswordPolicy,
    PolicySetting,
    ResourceDelegation,
    Trust,
)
from collector.records.identity import Account, Privilege
from collector.records.record import Record
from collector.source import SourceError
from collector.transport.smb import SmbShare
from config.sources import LdapBind, LdapSource, LdapTls
from tests.collector.directory.registry_policies import registry_policy
from tests.servers import samba_weaknesses
from tests.servers.network import Laboratory
from tests.servers.samba import ADMINISTRATOR_PASSWORD, SambaDomainController

pytestmark = [pytest.mark.integration, pytest.mark.root]

ALL: frozenset[type[Record]] = frozenset(
    {
        *(Account, Privilege, PasswordPolicy, Computer, Trust, Domain, CollectorIdentity),
        *(ResourceDelegation, ConflictObject),
    }
)


@pytest.fixture(scope="module")
def weak_dc(samba_dc: SambaDomainController, now: datetime) -> Iterator[SambaDomainController]:
    """The domain with the weaknesses in it, and without them afterwards."""
    samba_dc.seed(samba_weaknesses.plan(now))
    yield samba_dc
    samba_dc.seed(samba_weaknesses.undoing())


def settings_of(server: SambaDomainController, *, administrator: bool = False, **other: Any) -> LdapSource:
    user = f"Administrator@{server.realm.lower()}" if administrator else server.bind_user
    values: dict[str, Any] = {
        "id": "directory",
        "type": "ldap",
        "dialect": "active-directory",
        "host": server.address,
        "base": server.base_dn,
        "bind": LdapBind(user=user, password="env:LDAP_PASSWORD"),
        "tls": LdapTls(ca_file=server.ca_file),
        "service_accounts": (f"OU=Service,{server.estate_dn}",),
        **other,
    }
    return LdapSource(**values)


def read(
    server: SambaDomainController,
    folder: Path,
    *,
    administrator: bool = False,
    kinds: frozenset[type[Record]] = ALL,
    **other: Any,
) -> EvidenceSet:
    password = ADMINISTRATOR_PASSWORD if administrator else server.bind_password
    settings = settings_of(server, administrator=administrator, **other)
    return collect([ConfiguredSource(DirectorySource(settings, lambda _: password), kinds)], folder, "0")


@pytest.fixture(scope="module")
def evidence(weak_dc: SambaDomainController, tmp_path_factory: pytest.TempPathFactory) -> EvidenceSet:
    """As an ordinary reader sees the domain."""
    return read(weak_dc, tmp_path_factory.mktemp("reader"))


@pytest.fixture(scope="module")
def all_evidence(weak_dc: SambaDomainController, tmp_path_factory: pytest.TempPathFactory) -> EvidenceSet:
    """As its administrator sees it."""
    return read(weak_dc, tmp_path_factory.mktemp("administrator"), administrator=True)


def population(evidence: EvidenceSet, kind: type[Any]) -> Population[Any]:
    (found,) = evidence.reading(kind).populations
    return found


def finding(check_id: str, evidence: EvidenceSet, now: datetime, **parameters: Any) -> Finding:
    check = next(each for each in discover() if each.id == check_id)
    (found,) = judge(check, evidence, parameters, now + timedelta(minutes=10))
    return found


def exceptions(found: Finding) -> dict[str, str]:
    return {each.subject: each.reason for each in found.exceptions}


def test_everything_is_read_to_its_end(evidence: EvidenceSet) -> None:
    assert not evidence.gaps
    for kind in ALL - {PasswordPolicy}:
        assert population(evidence, kind).complete, kind
        assert population(evidence, kind).unreadable == (), kind


def test_each_exposed_account_is_found_by_its_settings(evidence: EvidenceSet) -> None:
    found = {each.name: each.exposures for each in population(evidence, Account).records}
    assert {name: found[name] for name in samba_weaknesses.EXPOSED} == {
        name: expected for name, (_, _, expected) in samba_weaknesses.EXPOSED.items()
    }
    others = {name: each for name, each in found.items() if each and name not in samba_weaknesses.EXPOSED}
    assert others == {
        "krbtgt": ("service-principal",),
        "Guest": ("password-not-required",),
        "svc-backup": ("service-principal",),
        "svc-gammal": ("service-principal",),
        samba_weaknesses.MANAGED: ("service-principal",),
    }


def test_the_accounts_that_the_check_names(evidence: EvidenceSet, now: datetime) -> None:
    assert exceptions(finding("password-policy--accounts", evidence, now)) == {
        "w-utan-losen": "password-not-required",
        "w-klartext": "reversible-encryption",
        "w-des": "des-only",
        "w-preauth": "pre-authentication-off",
        "w-spn": "kerberoastable",
    }


def test_who_may_act_in_everyones_name(evidence: EvidenceSet, now: datetime) -> None:
    assert exceptions(finding("privileged-restricted--delegation", evidence, now)) == {
        "w-delegering": "unconstrained-delegation",
        "w-begransad": "protocol-transition",
    }
    computers = finding("privileged-restricted--computers", evidence, now)
    assert exceptions(computers) == {"SRV-DELEG": "unconstrained-delegation"}
    assert computers.out_of_scope == {"domain-controller": 1}


def test_who_may_come_to_a_computer_in_everyones_name(evidence: EvidenceSet, now: datetime) -> None:
    found: dict[str, list[str]] = {name: [] for name in samba_weaknesses.RESOURCES}
    for each in population(evidence, ResourceDelegation).records:
        found[each.resource] += [each.may_act] if each.may_act else []
    assert {name: tuple(who) for name, who in found.items()} == samba_weaknesses.RESOURCES
    judged = finding("privileged-restricted--resource-delegation", evidence, now, approved=["pc002", "S-1-5-11"])
    assert {(each.subject, each.reason, each.facts["may_act"]) for each in judged.exceptions} == {
        ("SRV-RBCD", "may-act", "w-ren"),
        ("SRV-RBCD", "may-act", "GG-Svaga"),
        ("SRV-ALLA", "anyone-may-act", "Authenticated Users (S-1-5-11)"),
    }


def test_a_copy_left_by_a_conflict_is_told_by_the_name_that_it_had(evidence: EvidenceSet, now: datetime) -> None:
    (copy,) = population(evidence, ConflictObject).records
    assert (copy.name, copy.category, copy.enabled) == ("w-kopia", "account", True)
    assert exceptions(finding("account-unique--conflicts", evidence, now)) == {"w-kopia": "enabled-copy"}


def test_an_administrator_from_a_trusted_domain_is_told_with_that_domain(evidence: EvidenceSet, now: datetime) -> None:
    judged = finding("privileged-restricted", evidence, now, approved=["Administrator"])
    (foreign,) = (each for each in judged.exceptions if each.subject == samba_weaknesses.FOREIGN)
    assert (foreign.reason, foreign.facts["domain"]) == ("foreign-holder", "partner.example.test")


def test_a_privilege_that_everybody_has_through_a_group_is_told_by_name(evidence: EvidenceSet, now: datetime) -> None:
    judged = finding("privileged-restricted", evidence, now)
    (everybody,) = (each for each in judged.exceptions if each.subject == samba_weaknesses.EVERYBODY)
    assert (everybody.reason, everybody.facts["who"]) == ("everyone-holds", "Authenticated Users (S-1-5-11)")
    assert (everybody.facts["role"], everybody.facts["through"]) == ("Account Operators", "GG-Alla")


def test_what_accounts_log_on_by_is_read(evidence: EvidenceSet, weak_dc: SambaDomainController) -> None:
    # That two have the same cannot be shown here: a Samba server refuses the second.
    found = {each.name: each.principal_name for each in population(evidence, Account).records}
    assert (found["svc-styrk"], found["w-ren"]) == (weak_dc.bind_user, None)


def test_policies_that_only_administrators_may_read_are_gaps_for_others(evidence: EvidenceSet) -> None:
    found = population(evidence, PasswordPolicy)
    assert [each.name for each in found.records] == ["corp.example.test"]
    assert {gap.subject: gap.cause for gap in found.missing} == {
        f"CN={name},{samba_weaknesses.PSO_CONTAINER}": GapCause.DENIED for name in ("Stark", "Svag")
    }


def test_policies_are_judged_with_those_whom_they_are_for(all_evidence: EvidenceSet, now: datetime) -> None:
    found = {each.name: each for each in population(all_evidence, PasswordPolicy).records}
    assert found.keys() == {"corp.example.test", "Stark", "Svag", "Oanvänd"}
    assert population(all_evidence, PasswordPolicy).complete
    assert found["Svag"].applies_to == ("GG-Svaga", "w-ren")
    assert (found["Stark"].min_length, found["Stark"].max_age_days, found["Stark"].lockout_minutes) == (16, 365, 30)
    judged = finding("password-policy", all_evidence, now, min_length=7, lockout_threshold=5)
    assert exceptions(judged) == {"corp.example.test": "never-locks", "Svag": "too-short"}
    assert judged.out_of_scope == {"for-nobody": 1}


def test_trusts_without_filtering(evidence: EvidenceSet, now: datetime) -> None:
    judged = finding("privileged-restricted--trusts", evidence, now)
    assert exceptions(judged) == {"partner.example.test": "not-filtered", "gammal.example.test": "not-filtered"}
    assert judged.population.count == len(samba_weaknesses.TRUSTS) + 1


def test_the_domains_upkeep(evidence: EvidenceSet, now: datetime) -> None:
    (domain,) = population(evidence, Domain).records
    assert domain.krbtgt_password_set == now - timedelta(days=samba_weaknesses.KRBTGT_AGE_DAYS)
    assert abs(domain.last_backup - now) < timedelta(minutes=30)
    assert exceptions(finding("default-credentials--krbtgt", evidence, now)) == {domain.name: "old-krbtgt"}
    assert finding("backup-daily--directory", evidence, now).status is Status.SATISFIED


def test_managed_local_passwords(evidence: EvidenceSet, now: datetime) -> None:
    judged = finding("local-admin-restricted--laps", evidence, now)
    expected = dict.fromkeys(("PC002", "SRV-APP1", "SRV-DELEG"), "no-managed-password")
    assert exceptions(judged) == expected | {"directory": "coverage-too-low"}
    expiry = {each.name: each.managed_password_expires for each in population(evidence, Computer).records}
    assert expiry["PC001"] == now + timedelta(days=20)


def test_built_in_accounts(evidence: EvidenceSet, now: datetime) -> None:
    judged = finding("default-credentials", evidence, now)
    assert "Guest" not in exceptions(judged)
    assert judged.population.in_scope == 2  # Administrator and Guest; krbtgt is judged by itself


def test_an_overprivileged_reader_is_a_finding_of_its_own(
    evidence: EvidenceSet, all_evidence: EvidenceSet, now: datetime
) -> None:
    assert finding("privileged-restricted--collector", evidence, now).status is Status.SATISFIED
    judged = finding("privileged-restricted--collector", all_evidence, now)
    assert exceptions(judged) == {"Administrator": "collector-overprivileged"}
    assert judged.exceptions[0].facts == {"roles": "administrators, domain-admins, enterprise-admins, schema-admins"}


def test_the_only_controller_makes_last_use_exact_and_an_unknown_host_does_not(
    weak_dc: SambaDomainController, laboratory: Laboratory, tmp_path: Path
) -> None:
    for host, lag, whole in ((weak_dc.address, 0, True), (laboratory.gateway, 14, False)):  # the latter refuses
        folder = tmp_path / host
        found = population(read(weak_dc, folder, controllers=(host,)), Account)
        lags = {each.last_used_lag_days for each in found.records if each.last_used is not None}
        assert lags == {lag}
        assert found.complete is whole


DEFAULT_POLICY, CONTROLLERS_POLICY = (
    "{31B2F340-016D-11D2-945F-00C04FB984F9}",
    "{6AC1786C-016F-11D2-945F-00C04FB984F9}",
)
TEMPLATE = """[Unicode]
Unicode=yes
[System Access]
MinimumPasswordLength = 14
NewAdministratorName = "Chefen"
[Event Audit]
AuditLogonEvents = 3
[Registry Values]
MACHINE\\System\\CurrentControlSet\\Services\\NTDS\\Parameters\\LDAPServerIntegrity=4,1
MACHINE\\Software\\Microsoft\\Windows NT\\CurrentVersion\\Winlogon\\DefaultPassword=1,"hemligt"
"""


def test_group_policy_is_read_from_sysvol(weak_dc: SambaDomainController, tmp_path: Path) -> None:
    policies = weak_dc.folder / "state/sysvol/corp.example.test/Policies"
    template = policies / CONTROLLERS_POLICY / "MACHINE/Microsoft/Windows NT/SecEdit/GptTmpl.inf"
    template.parent.mkdir(parents=True, exist_ok=True)
    template.write_bytes(b"\xff\xfe" + TEMPLATE.replace("\n", "\r\n").encode("utf-16-le"))
    registry = policies / DEFAULT_POLICY / "MACHINE/Registry.pol"
    registry.write_bytes(
        registry_policy(("Software\\Policies\\Microsoft\\Windows NT\\DNSClient", "EnableMulticast", 0))
    )
    try:
        found = population(read(weak_dc, tmp_path, kinds=frozenset({PolicySetting}), sysvol=True), PolicySetting)
    finally:
        template.unlink()
        registry.unlink()
    domain, unit = weak_dc.base_dn, f"OU=Domain Controllers,{weak_dc.base_dn}"
    controllers = "Default Domain Controllers Policy"
    assert {(each.policy, each.name, each.value, each.linked_to) for each in found.records} == {
        ("Default Domain Policy", "llmnr", "0", (domain,)),
        (controllers, "ldap-server-signing", "1", (unit,)),
        (controllers, "system-access: MinimumPasswordLength", "14", (unit,)),
        (controllers, "event-audit: AuditLogonEvents", "3", (unit,)),
    }
    assert found.complete
    assert sum("sysvol" in each for each in found.provenance.method) == 6


def test_sysvol_without_the_right_password_is_a_gap(weak_dc: SambaDomainController, tmp_path: Path) -> None:
    bad = SmbShare(settings_of(weak_dc), lambda _reference: "wrong", "sysvol")
    with pytest.raises(SourceError) as failure:
        bad.read("corp.example.test\\Policies\\x")
    assert failure.value.cause is GapCause.DENIED
    assert "wrong" not in failure.value.detail
    good = SmbShare(settings_of(weak_dc), lambda _reference: weak_dc.bind_password, "sysvol")
    assert good.read("corp.example.test\\Policies\\x") is None
    good.close()
    bad.close()

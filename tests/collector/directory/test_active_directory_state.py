"""How reading a domain's own state fails and what that costs; on fakes, as Windows behaves."""

from __future__ import annotations

from pathlib import Path

import pytest

from collector.evidence import EvidenceSet, GapCause
from collector.records.directory import CollectorIdentity, Computer, Domain, PasswordPolicy, Trust
from collector.records.identity import Account
from collector.records.record import Record
from collector.transport.ldap import Search
from tests.collector.directory.fake_ldap import Answer, FakeLdap, entry, read, settings
from tests.collector.directory.small_directories import DOMAIN, domain, domain_sid, group, population, user, with_first

STATE: frozenset[type[Record]] = frozenset({PasswordPolicy, Computer, Trust, Domain, CollectorIdentity})
PSO = f"CN=Svag,CN=Password Settings Container,CN=System,{DOMAIN}"


def scan(fake: FakeLdap, folder: Path, **other: object) -> EvidenceSet:
    return read(fake, settings("active-directory", **other), folder, STATE)


def test_a_healthy_domain_is_complete(tmp_path: Path) -> None:
    evidence = scan(domain(), tmp_path)
    assert not evidence.gaps
    for kind in STATE:
        assert (population(evidence, kind).missing, population(evidence, kind).unreadable) == ((), ()), kind
    (reader,) = population(evidence, CollectorIdentity).records
    assert (reader.name, reader.roles) == ("reader", ())
    (made,) = population(evidence, Domain).records
    assert made.last_backup is not None


def test_a_policy_that_is_linked_and_not_seen_is_a_gap(tmp_path: Path) -> None:
    linked = Answer([entry("CN=GG", msDS_PSOApplied=[PSO]), entry("CN=b", msDS_PSOApplied=PSO)])
    fake = with_first(domain(), **{"(msDS-PSOApplied=*)": linked})
    found = population(scan(fake, tmp_path), PasswordPolicy)
    (gap,) = found.missing
    assert (gap.subject, gap.cause) == (PSO, GapCause.DENIED)
    assert "Password Settings Container" in gap.remedy
    assert [each.name for each in found.records] == ["corp.example.test"]


def test_more_targets_than_one_answer_holds_are_all_fetched(tmp_path: Path) -> None:
    targets = [f"CN=g{number},{DOMAIN}".encode() for number in range(2000)]

    def rest(search: Search) -> Answer:
        assert search.attributes == ("msDS-PSOAppliesTo;range=1500-*",)
        return Answer([entry(PSO, **{"msDS_PSOAppliesTo__range=1500_*": targets[1500:]})])

    first = entry(PSO, cn="Svag", **{"msDS_PSOAppliesTo__range=0_1499": targets[:1500]})
    fake = with_first(domain(), **{"(objectClass=msDS-PasswordSettings)": Answer([first])})
    with_first(fake, **{f'base="{PSO}"': rest})
    (_, policy) = population(scan(fake, tmp_path), PasswordPolicy).records
    assert policy.applies_to is not None
    assert len(policy.applies_to) == 2000


def test_a_domain_older_than_fine_grained_policies_has_none(tmp_path: Path) -> None:
    fake = with_first(domain(), **{"(objectClass=msDS-PasswordSettings)": Answer(code=32)})
    found = population(scan(fake, tmp_path), PasswordPolicy)
    assert found.complete
    assert found.count == 1


def test_a_hidden_domain_policy_is_a_gap(tmp_path: Path) -> None:
    fake = with_first(domain(), minPwdLength=Answer([entry(DOMAIN)]))
    evidence = scan(fake, tmp_path)
    assert population(evidence, PasswordPolicy).missing[0].subject == DOMAIN


@pytest.mark.parametrize(
    ("schema", "shown", "expected", "unreadable"),
    [
        (True, True, [True, False], ()),
        (True, False, [None, None], ("managed_password",)),
        (False, False, [False, False], ()),
    ],
)
def test_whether_a_password_is_managed(
    tmp_path: Path,
    schema: bool,  # a case
    shown: bool,  # a case
    expected: list[bool | None],
    unreadable: tuple[str, ...],
) -> None:
    managed = {"msLAPS_PasswordExpirationTime": "134397260770000000"} if shown else {}
    computers = [
        entry(f"CN=PC{number},{DOMAIN}", sAMAccountName=f"PC{number}$", userAccountControl="4096", **facts)
        for number, facts in enumerate((managed, {}))
    ]
    more = {
        "(objectCategory=computer)": Answer(computers),
        "lDAPDisplayName": Answer([entry("CN=ms-LAPS")] if schema else []),
    }
    found = population(scan(with_first(domain(), **more), tmp_path), Computer)
    assert [each.managed_password for each in found.records] == expected
    assert found.unreadable == unreadable


def test_the_password_itself_is_never_asked_for(tmp_path: Path) -> None:
    fake = domain()
    scan(fake, tmp_path)
    asked = {name.casefold() for search in fake.issued for name in search.attributes}
    assert not asked & {"mslaps-password", "mslaps-encryptedpassword", "ms-mcs-admpwd", "unicodepwd", "ntpwdhistory"}


def test_hidden_times_are_named(tmp_path: Path) -> None:
    more = {"replPropertyMetaData": Answer([entry(DOMAIN)]), "objectSid=S-1-5-21-1-2-3-502": Answer([])}
    found = population(scan(with_first(domain(), **more), tmp_path), Domain)
    assert found.unreadable == ("krbtgt_password_set", "last_backup")


def test_malformed_metadata_is_a_gap_and_no_backup_time(tmp_path: Path) -> None:
    fake = with_first(domain(), replPropertyMetaData=Answer([entry(DOMAIN, replPropertyMetaData=b"\1\0\0\0")]))
    found = population(scan(fake, tmp_path), Domain)
    assert found.count == 0
    assert found.missing[0].cause is GapCause.MALFORMED


def test_a_group_of_the_settings_counts_as_a_right_of_the_reader(tmp_path: Path) -> None:
    drift = f"CN=drift,{DOMAIN}"
    root = entry("", defaultNamingContext=DOMAIN, tokenGroups=[domain_sid(1200), domain_sid(1300)])
    more = {'base="" ': Answer([root]), f'base="{drift}"': Answer([group("drift", domain_sid(1300))])}
    evidence = scan(with_first(domain(), **more), tmp_path, privileged_groups=(drift,))
    (reader,) = population(evidence, CollectorIdentity).records
    assert reader.roles == (drift,)


def test_a_server_without_a_token_leaves_the_rights_unknown(tmp_path: Path) -> None:
    fake = with_first(domain(), **{'base="" ': Answer([entry("", defaultNamingContext=DOMAIN)])})
    found = population(scan(fake, tmp_path), CollectorIdentity)
    assert [(each.name, each.roles) for each in found.records] == [("cn=reader", None)]
    assert found.unreadable == ("roles",)


def test_hidden_principal_names_are_told(tmp_path: Path) -> None:
    fake = with_first(domain(), **{"objectSid=S-1-5-21-1-2-3-502": Answer([user("krbtgt", 502)])})
    evidence = read(fake, settings("active-directory"), tmp_path, frozenset({Account}))
    assert population(evidence, Account).unreadable == ("exposures",)

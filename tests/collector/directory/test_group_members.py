"""Members of groups that the settings name: nested, with their person's key and, where it is told, since when."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from collector.directory.group_members import added_times
from collector.directory.names import dn_key
from collector.directory.source import DirectorySource
from collector.evidence import GapCause
from collector.records.access import Membership
from collector.records.identity import Account
from tests.collector.directory.fake_ldap import Answer, FakeLdap, entry, read, settings

Value = str | bytes | list[str] | list[bytes]
ONLY = frozenset({Membership})
DOMAIN = "DC=corp,DC=example,DC=test"
SID = bytes.fromhex("0105000000000005150000000100000002000000030000005b040000")
DOMAIN_SID = bytes.fromhex("010400000000000515000000010000000200000003000000")
OUTER, INNER = f"CN=GG-Ekonomi,OU=Grupper,{DOMAIN}", f"CN=GG-Inre,OU=Grupper,{DOMAIN}"
ANNA, BO = f"CN=Ek\\, Anna & Co,OU=Personal,{DOMAIN}", f"CN=Bo,OU=Personal,{DOMAIN}"


def value(dn: str, changed: str, *, deleted: str = "1601-01-01T00:00:00Z", attribute: str = "member") -> str:
    """One value of msDS-ReplValueMetaData in the form that Microsoft documents (DS_REPL_VALUE_META_DATA)."""
    return (
        f"<DS_REPL_VALUE_META_DATA>\n\t<pszAttributeName>{attribute}</pszAttributeName>\n"
        f"\t<pszObjectDn>{dn.replace('&', '&amp;')}</pszObjectDn>\n\t<cbData>0</cbData>\n\t<pbData></pbData>\n"
        f"\t<ftimeDeleted>{deleted}</ftimeDeleted>\n\t<ftimeCreated>2020-01-01T00:00:00Z</ftimeCreated>\n"
        f"\t<dwVersion>1</dwVersion>\n\t<ftimeLastOriginatingChange>{changed}</ftimeLastOriginatingChange>\n"
        "</DS_REPL_VALUE_META_DATA>\n"
    )


def active_directory() -> FakeLdap:
    group: dict[str, Value] = {"objectClass": ["top", "group"], "objectSid": SID}
    user: dict[str, Value] = {"objectClass": ["top", "user"], "userAccountControl": "512", "objectSid": SID}
    anna = entry(ANNA, sAMAccountName="anna.ek", employeeID="1001", **user)
    bo = entry(BO, sAMAccountName="bo", **(user | {"userAccountControl": "514"}))
    outer = entry(OUTER, sAMAccountName="GG-Ekonomi", member=[ANNA, INNER], **group)
    inner = entry(INNER, sAMAccountName="GG-Inre", member=[BO, OUTER], **group)
    metadata = [value(ANNA, "2026-03-01T08:00:00Z"), value(INNER, "2026-04-01T08:00:00Z")]
    return FakeLdap(
        {
            "attributes=currentTime": Answer(
                [entry("", defaultNamingContext=DOMAIN, rootDomainNamingContext=DOMAIN, domainFunctionality="7")]
            ),
            "attributes=objectSid,msDS-LogonTime": Answer([entry(DOMAIN, objectSid=DOMAIN_SID)]),
            f'base="{OUTER}" scope=base filter=(objectClass=*) attributes=msDS-Repl': Answer(
                [entry(OUTER, msDS_ReplValueMetaData=metadata)]
            ),
            f'base="{OUTER}"': Answer([outer]),
            f"(memberOf={OUTER})": Answer([anna, inner]),
            f"(memberOf={INNER})": Answer([bo, outer]),
        }
    )


def test_members_of_a_named_group_in_active_directory(tmp_path: Path) -> None:
    fake = active_directory()
    evidence = read(fake, settings("active-directory", groups=(OUTER,)), tmp_path, ONLY)
    (population,) = evidence.reading(Membership).populations
    assert list(population.records) == [
        Membership(
            account="anna.ek",
            group="GG-Ekonomi",
            added=datetime(2026, 3, 1, 8, tzinfo=UTC),
            person_key="1001",
            category="person",
            enabled=True,
        ),
        Membership(account="bo", group="GG-Ekonomi", through=("GG-Inre",), category="person", enabled=False),
    ]
    assert population.complete
    asked = [str(search) for search in fake.issued if "memberOf" in str(search)]
    assert all("employeeID" in each for each in asked)


OPENLDAP_GROUP = "cn=ekonomi,ou=Grupper,dc=example,dc=test"


def openldap() -> FakeLdap:
    base = "ou=Personal,dc=example,dc=test"
    anna, bo = f"uid=anna,{base}", f"uid=bo,{base}"
    group = entry(OPENLDAP_GROUP, objectClass="groupOfNames", cn="ekonomi", member=[anna], memberUid=["bo"])
    return FakeLdap(
        {
            f'base="{OPENLDAP_GROUP}"': Answer([group]),
            "scope=base filter=(!(": Answer([entry(anna)]),
            f'base="{anna}"': Answer([entry(anna, objectClass="inetOrgPerson", uid="anna", employeeNumber="1001")]),
            "(uid=bo)": Answer([entry(bo, objectClass="inetOrgPerson", uid="bo", employeeNumber="1002")]),
        }
    )


def test_openldap_keeps_no_time_of_adding(tmp_path: Path) -> None:
    evidence = read(openldap(), settings("openldap", groups=(OPENLDAP_GROUP,)), tmp_path, ONLY)
    (population,) = evidence.reading(Membership).populations
    assert list(population.records) == [
        Membership(account=name, group="ekonomi", person_key=key, category="person", enabled=True)
        for name, key in (("anna", "1001"), ("bo", "1002"))
    ]
    assert population.complete


@pytest.mark.parametrize("dialect", ["active-directory", "openldap"])
def test_nothing_is_asked_that_the_plan_does_not_list(dialect: str, tmp_path: Path) -> None:
    fake, group = (active_directory(), OUTER) if dialect == "active-directory" else (openldap(), OPENLDAP_GROUP)
    chosen = settings(dialect, groups=(group,))
    source = DirectorySource(chosen, lambda _reference: "", connect=lambda: fake)
    planned = [re.compile(".*".join(map(re.escape, re.split(r"<[^>]*>", query.text)))) for query in source.plan(ONLY)]
    read(fake, chosen, tmp_path, ONLY)
    assert fake.issued
    for search in fake.issued:
        assert any(query.fullmatch(str(search)) for query in planned), str(search)
    assert all(set(query.kinds) <= ONLY for query in source.plan(ONLY))
    assert Membership in source.provides
    assert Membership not in DirectorySource(settings(dialect), lambda _reference: "", connect=lambda: fake).provides


@pytest.mark.parametrize("dialect", ["active-directory", "openldap"])
def test_a_group_that_is_not_there_is_a_gap_with_its_name(dialect: str, tmp_path: Path) -> None:
    fake = active_directory()
    nowhere = f"CN=Borta,{DOMAIN}"
    evidence = read(fake, settings(dialect, groups=(nowhere,)), tmp_path, ONLY)
    gaps = evidence.reading(Membership).all_gaps
    assert [(gap.subject, gap.cause) for gap in gaps] == [(nowhere, GapCause.ABSENT)]
    assert "correct groups" in gaps[0].remedy


def test_no_group_is_read_that_the_settings_do_not_name(tmp_path: Path) -> None:
    fake = active_directory()
    read(fake, settings("active-directory"), tmp_path, frozenset({Account}))
    assert not [search for search in fake.issued if "memberOf" in str(search)]


@pytest.mark.parametrize(
    "text",
    [
        value(ANNA, "2026-03-01T08:00:00Z", deleted="2026-03-02T08:00:00Z"),
        value(ANNA, "2026-03-01T08:00:00Z", attribute="memberOf"),
        value(ANNA, "yesterday"),
        "<pszAttributeName>member</pszAttributeName>",
        "",
        "\udcff",
    ],
)
def test_what_is_no_present_member_has_no_time(text: str) -> None:
    assert added_times([text.encode("utf-8", "surrogateescape")]) == {}


def test_names_with_marks_are_found_again() -> None:
    text = value("CN=Ek\\, Anna & Co,OU=P", "2026-03-01T08:00:00Z")
    assert "&amp;" in text
    assert added_times([text.encode()]) == {dn_key("cn=Ek\\2C Anna & Co,ou=p"): datetime(2026, 3, 1, 8, tzinfo=UTC)}

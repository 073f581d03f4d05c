"""OpenLDAP read from end to end: what is proven of an account, units that hide, groups that nest."""

from __future__ import annotations

from pathlib import Path

from collector.evidence import GapCause
from collector.records.identity import Account, Privilege
from tests.collector.directory.fake_ldap import Answer, entry, read, settings
from tests.collector.directory.small_directories import BASE, GROUP, person, population, server


def test_openldap_says_never_used_only_for_accounts_younger_than_its_records(tmp_path: Path) -> None:
    young, older, hidden = (
        person(
            "young",
        ),
        entry(f"uid=older,ou=Personal,{BASE}", uid="older", createTimestamp="20200101000000Z"),
        person("hidden"),
    )
    used = person("used", pwdLastSuccess="20250101000000Z")
    fake = server(young, older, hidden, used, unused=(young, older), unlocked=(young, used))
    found = population(read(fake, settings("openldap"), tmp_path), Account)
    records = {each.name: each for each in found.records}
    assert {name: each.never_used for name, each in records.items()} == {
        "young": True,
        "older": None,
        "hidden": None,
        "used": None,
    }
    assert {name: each.enabled for name, each in records.items()} == {
        "young": True,
        "older": None,
        "hidden": None,
        "used": True,
    }
    assert found.unreadable == ("enabled", "last_used")


def test_openldap_without_recorded_use_says_never_of_nobody(tmp_path: Path) -> None:
    someone = person("a")
    fake = server(someone, unused=(someone,), unlocked=(someone,))
    found = population(read(fake, settings("openldap"), tmp_path), Account)
    assert [each.never_used for each in found.records] == [None]
    assert found.unreadable == ("last_used",)


def test_a_unit_that_hides_its_entries_is_a_gap(tmp_path: Path) -> None:
    someone = person("a", pwdLastSuccess="20250101000000Z")
    units = (
        entry(f"ou=Personal,{BASE}", hasSubordinates="TRUE"),
        entry(f"ou=Skola,{BASE}", hasSubordinates="TRUE"),
        entry(f"ou=Tom,{BASE}", hasSubordinates="FALSE"),
    )
    found = population(read(server(someone, unlocked=(someone,), units=units), settings("openldap"), tmp_path), Account)
    assert [(gap.cause, gap.subject) for gap in found.missing] == [(GapCause.DENIED, f"ou=Skola,{BASE}")]


def test_a_part_that_another_openldap_holds_is_a_gap(tmp_path: Path) -> None:
    someone = person("a", pwdLastSuccess="20250101000000Z")
    fake = server(someone, unlocked=(someone,))
    fake.answers = {**fake.answers, "entryUUID": Answer([someone], referrals=("ldap://two.example.test/ou=Skola",))}
    found = population(read(fake, settings("openldap"), tmp_path), Account)
    assert [(gap.cause, gap.subject) for gap in found.missing] == [
        (GapCause.UNSUPPORTED, "ldap://two.example.test/ou=Skola")
    ]


def test_openldap_needs_to_be_told_its_privileged_groups(tmp_path: Path) -> None:
    evidence = read(server(), settings("openldap"), tmp_path)
    (gap,) = [gap for gap in evidence.gaps if gap.kind == "privilege"]
    assert gap.cause is GapCause.UNSUPPORTED
    assert "privileged_groups" in gap.remedy


def test_openldap_groups_are_resolved_and_loops_end(tmp_path: Path) -> None:
    chosen = settings("openldap", privileged_groups=(GROUP, f"cn=gone,{BASE}"))
    found = population(read(server(), chosen, tmp_path), Privilege)
    assert [(each.holder, each.role, each.role_name) for each in found.records] == [("eva", GROUP, "drift")]
    assert [(gap.cause, gap.subject) for gap in found.missing] == [(GapCause.ABSENT, f"cn=gone,{BASE}")]

"""The table over all sources: each privileged account, each way in, by the checks' own words."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from assessment.performance import documents, perform
from assessment.ways_in import Enforced, WayIn, usable, ways_in
from checks.discovery import discover
from checks.judgement import judge
from collector.evidence import Gap, Population
from collector.records.cloud import AccessPolicy, AuthenticationRegistration, RoleHolder, SecurityDefaults
from collector.records.factors import EntryPoint, EntryPointRule, Token
from collector.records.identity import Account, LocalPrivilege, Privilege, SshAccess
from tests.assessment.made import asks, policy
from tests.checks.made import AS_OF, ASKED, evidence, gap, seen

AD = [
    Privilege(holder="anna", role="domain-admins", role_name="Domain Admins", holder_category="person", enabled=True,
              smartcard_required=True),
    Privilege(holder="bo", role="domain-admins", holder_category="person", enabled=True, smartcard_required=False),
    Privilege(holder="gone", role="domain-admins", holder_category="person", enabled=False, smartcard_required=False),
    Privilege(holder="svc", role="domain-admins", holder_category="service", enabled=True, smartcard_required=False),
]  # fmt: skip
ACCOUNTS = [Account(name="anna", person_key="1001"), Account(name="bo", person_key="1002")]
HOSTS = [
    LocalPrivilege(holder="anna", host="app1", role="sudo", holder_category="person", enabled=True),
    LocalPrivilege(holder="anna", host="db1", role="sudo", holder_category="person", enabled=True),
]
SSH = [
    SshAccess(
        host="app1",
        public_key=True,
        password=True,
        keyboard_interactive=False,
        authentication_methods=("publickey,password",),
        **ASKED,
    ),
    SshAccess(
        host="db1", public_key=True, password=True, keyboard_interactive=False, authentication_methods=("any",), **ASKED
    ),
]


def token(**said: Any) -> Token:
    working: dict[str, Any] = {
        "serial": "T1",
        "user": "anna",
        "person_key": "1001",
        "form": "totp",
        "second_factor": True,
        "active": True,
    }
    return Token(**(working | said))


def table(*parts: Population[Any] | Gap) -> dict[tuple[str, str], WayIn]:
    rows = ways_in(evidence(*parts), discover(), AS_OF).rows
    assert len({(row.account, row.place) for row in rows}) == len(rows)
    return {(row.account, row.place): row for row in rows}


def test_every_way_of_every_privileged_account() -> None:
    found = table(
        seen(Privilege, *AD, source="ad"),
        seen(Account, *ACCOUNTS, source="ad"),
        seen(LocalPrivilege, *HOSTS, source="servers"),
        seen(SshAccess, *SSH, source="servers"),
    )
    assert {key: (row.way, row.enforced.value, row.reason) for key, row in found.items()} == {
        ("anna", "ad"): ("directory", "yes", ""),
        ("bo", "ad"): ("directory", "no", "password-enough"),
        ("anna@app1", "app1"): ("ssh", "yes", ""),
        ("anna@db1", "db1"): ("ssh", "no", "single-factor"),
    }
    assert found["anna", "ad"].factors == ("SMARTCARD_REQUIRED",)
    assert found["anna", "ad"].roles == ("Domain Admins",)
    assert found["anna@app1", "app1"].factors == ("publickey,password",)
    assert found["anna@app1", "app1"].kinds == ("local-privilege", "ssh-access")
    assert found["bo", "ad"].source == "ad"


def test_the_same_name_is_not_the_same_person() -> None:
    found = table(
        seen(Privilege, *AD, source="ad"),
        seen(Account, *ACCOUNTS, source="ad"),
        seen(LocalPrivilege, *HOSTS, source="servers"),
        seen(SshAccess, *SSH, source="servers"),
        seen(Token, token(), source="mfa"),
    )
    assert (found["anna", "ad"].person, found["anna@app1", "app1"].person) == ("1001", "")
    assert found["anna", "ad"].held == ("totp (mfa)",)
    assert found["anna@app1", "app1"].held == ()
    assert found["anna@app1", "app1"].registered is Enforced.UNKNOWN


def test_a_host_account_that_carries_the_key_is_the_person() -> None:
    keyed = Account(name="anna", host="app1", person_key="1001")
    found = table(
        seen(Privilege, *AD, source="ad"),
        seen(Account, *ACCOUNTS, source="ad"),
        seen(Account, keyed, source="servers"),
        seen(LocalPrivilege, *HOSTS, source="servers"),
        seen(SshAccess, *SSH, source="servers"),
    )
    assert [found[key].person for key in (("anna", "ad"), ("anna@app1", "app1"), ("anna@db1", "db1"))] == [
        "1001",
        "1001",
        "",
    ]


@pytest.mark.parametrize(
    ("tokens", "expected"),
    [
        ([], ("no", "no")),
        ([token()], ("yes", "no")),
        ([token(user="", person_key=None)], ("no", "no")),
        ([token(user="x", person_key=None)], ("unknown", "unknown")),
        ([token(user=None, person_key=None)], ("unknown", "unknown")),
        ([token(), token(serial="T2", user="x", person_key=None)], ("yes", "unknown")),
        ([token(second_factor=False, form="spass")], ("no", "no")),
        ([token(second_factor=None, form="new")], ("unknown", "unknown")),
        ([token(locked=True)], ("no", "no")),
    ],
)
def test_who_holds_a_second_factor(tokens: list[Token], expected: tuple[str, str]) -> None:
    found = table(
        seen(Privilege, *AD, source="ad"), seen(Account, *ACCOUNTS, source="ad"), seen(Token, *tokens, source="mfa")
    )
    assert (found["anna", "ad"].registered.value, found["bo", "ad"].registered.value) == expected


def test_tokens_that_were_not_all_read_tell_of_nobody_that_they_hold_none() -> None:
    parts: list[Any] = [seen(Privilege, *AD, source="ad"), seen(Account, *ACCOUNTS, source="ad")]
    for missing in (gap(Token, source="mfa"), seen(Token, source="mfa", missing=[gap(Token, subject="pages")])):
        assert table(*parts, missing)["bo", "ad"].registered is Enforced.UNKNOWN


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, True),
        ({"active": False}, False),
        ({"active": None}, None),
        ({"locked": True}, False),
        ({"revoked": True}, False),
        ({"rollout_state": "clientwait"}, False),
        ({"rollout_state": "enrolled"}, True),
        ({"second_factor": False}, False),
        ({"second_factor": None}, None),
        ({"second_factor": None, "revoked": True}, False),
        ({"valid_until": AS_OF}, False),
        ({"valid_until": AS_OF + timedelta(seconds=1)}, True),
        ({"valid_from": AS_OF}, True),
        ({"valid_from": AS_OF + timedelta(seconds=1)}, False),
    ],
)
def test_a_token_that_works(said: dict[str, Any], expected: bool | None) -> None:
    assert usable(token(**said), AS_OF) is expected


def test_entra_id_by_its_policies_and_registrations() -> None:
    holder = RoleHolder(
        holder="anna@example.test",
        holder_identifier="1",
        role="global-administrator",
        administrative=True,
        holder_category="person",
        enabled=True,
        guest_type="none",
        built_in=True,
    )
    everyone = AccessPolicy(
        identifier="p",
        name="MFA",
        state="enabled",
        include_users=("All",),
        include_applications=("All",),
        client_app_types=("all",),
        operator="OR",
        controls=("mfa",),
    )
    parts: list[Any] = [
        seen(RoleHolder, holder, source="entra"),
        seen(SecurityDefaults, SecurityDefaults(enabled=False), source="entra"),
    ]
    without = AuthenticationRegistration(name=holder.holder, identifier="1", mfa_registered=False)
    open_ = table(*parts, seen(AccessPolicy, source="entra"))[holder.holder, "entra"]
    assert (open_.enforced, open_.registered) == (Enforced.NO, Enforced.UNKNOWN)
    covered = table(
        *parts, seen(AccessPolicy, everyone, source="entra"), seen(AuthenticationRegistration, without, source="entra")
    )[holder.holder, "entra"]
    assert (covered.enforced, covered.reason, covered.registered) == (Enforced.YES, "not-registered", Enforced.NO)


def test_the_weakest_of_several_privileges_decides() -> None:
    twice = [
        Privilege(holder="anna", role="domain-admins", enabled=True, smartcard_required=True),
        Privilege(holder="anna", role="dns-admins", enabled=True, smartcard_required=None),
    ]
    found = table(seen(Privilege, *twice, source="ad"))["anna", "ad"]
    assert (found.enforced, found.roles) == (Enforced.UNKNOWN, ("dns-admins", "domain-admins"))


def test_the_table_and_the_findings_never_differ() -> None:
    held = evidence(
        seen(Privilege, *AD, source="ad"),
        seen(LocalPrivilege, *HOSTS, source="servers"),
        seen(SshAccess, *SSH, source="servers"),
    )
    deviating = {
        each.subject
        for check in discover()
        if check.id in {"mfa-admin-enforced", "mfa-admin-enforced--ssh"}
        for finding in judge(check, held, {}, AS_OF)
        for each in finding.exceptions
    }
    rows = ways_in(held, discover(), AS_OF).rows
    assert {row.account for row in rows if row.enforced is Enforced.NO} == deviating == {"bo", "anna@db1"}


def test_what_was_not_read_is_told() -> None:
    found = ways_in(evidence(seen(LocalPrivilege, *HOSTS), gap(SshAccess, subject="db1")), discover(), AS_OF)
    assert {row.enforced for row in found.rows} == {Enforced.UNKNOWN}
    assert [each.kind for each in found.gaps] == ["ssh-access"]


def test_the_document_is_among_the_results() -> None:
    results = perform(evidence(seen(Privilege, *AD, source="ad")), policy(), discover())
    document = json.loads(documents(results)["ways_in.json"])
    assert [(row["account"], row["enforced"]) for row in document["rows"]] == [("anna", "yes"), ("bo", "no")]
    assert len({row["id"] for row in document["rows"]}) == 2
    assert document["gaps"] == []
    assert document["joined"] is False


ENTRIES = [
    EntryPoint(name="VPN", category="vpn", external=True, factors="two", factor="engångskod"),
    EntryPoint(name="Portal", category="portal", external=True, factors="one", authentication="lösenord"),
    EntryPoint(name="Intranät", external=False, factors="one"),
    EntryPoint(name="Webbmejl", category="portal", external=True, factors="two", factor="Freja"),
]
RULES = [EntryPointRule(entry_point="VPN", rule="Alla", enabled=True, factors="two")]


def test_each_person_of_a_directory_has_a_row_for_each_entry_point_from_outside() -> None:
    found = table(
        seen(Privilege, *AD, source="ad"),
        seen(Account, *ACCOUNTS, source="ad"),
        seen(Account, Account(name="anna", host="app1", person_key="1001"), source="servers"),
        seen(LocalPrivilege, *HOSTS, source="servers"),
        seen(SshAccess, *SSH, source="servers"),
        seen(EntryPoint, *ENTRIES, source="ingångar"),
        seen(EntryPointRule, *RULES, source="regler"),
    )
    by_entry = {key: row for key, row in found.items() if row.way == "entry-point"}
    assert {key: (row.enforced.value, row.reason) for key, row in by_entry.items()} == {
        (who, name): said
        for who in ("anna", "bo")
        for name, said in {
            "VPN": ("yes", ""),
            "Portal": ("no", "stated-single-factor"),
            "Webbmejl": ("unknown", "only-stated"),
        }.items()
    }
    vpn = by_entry["anna", "VPN"]
    assert (vpn.person, vpn.roles, vpn.source, vpn.factors) == ("1001", ("Domain Admins",), "ingångar", ("engångskod",))
    assert by_entry["anna", "Webbmejl"].factors == ()


def test_without_privileged_people_of_a_directory_entry_points_give_no_rows() -> None:
    assert table(seen(EntryPoint, *ENTRIES), seen(EntryPointRule, *RULES)) == {}


def test_what_was_not_read_of_entry_points_is_told() -> None:
    held = evidence(seen(Privilege, *AD, source="ad"), gap(EntryPoint, source="ingångar"))
    assert [each.source for each in ways_in(held, discover(), AS_OF).gaps] == ["ingångar"]


def test_two_of_one_name_in_two_directories_stay_two() -> None:
    held = evidence(
        seen(Privilege, AD[1], source="ad"),
        seen(Privilege, AD[1], source="ldap"),
        seen(EntryPoint, ENTRIES[1], source="ingångar"),
    )
    rows = [row for row in ways_in(held, discover(), AS_OF).rows if row.way == "entry-point"]
    assert [(row.account, row.home, row.source) for row in rows] == [
        ("bo", "ad", "ingångar"),
        ("bo", "ldap", "ingångar"),
    ]
    made = perform(held, policy(requirements=[asks("r", "mfa-admin-enforced", "mfa-remote-access")]), discover())
    ids = [each["id"] for each in json.loads(documents(made)["ways_in.json"])["rows"]]
    assert len(set(ids)) == len(ids) == 4

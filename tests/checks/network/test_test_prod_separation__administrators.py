from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from checks.discovery import discover
from checks.finding import Status
from checks.judgement import judge
from collector.records.access import SharedAccount
from collector.records.assets import RegisteredHost
from collector.records.backup import ProtectedSystem
from collector.records.identity import Account, LocalPrivilege
from tests.checks.made import AS_OF, evidence, finding, findings, gap, reasons, seen

CHECK = "test-prod-separation--administrators"
SYSTEMS = (
    ProtectedSystem(name="Journal", environment="Produktion", hosts=("app1", "app2")),
    ProtectedSystem(name="Journal test", environment="test", hosts=("test1",)),
)
SHARED = SharedAccount(account="drift", purpose="övervakning", decided=date(2026, 1, 1), valid_until=date(2026, 12, 1))


def sudo(holder: str, *hosts: str, **facts: Any) -> list[LocalPrivilege]:
    given: dict[str, Any] = {"role": "sudo", "enabled": True} | facts
    return [LocalPrivilege(holder=holder, host=host, **given) for host in hosts]


ROOTS = [
    LocalPrivilege(holder="root", host=host, role="uid-0", holder_category="built-in")
    for host in ("app1", "app2", "test1")
]


def judged(*held: list[LocalPrivilege], **others: Any) -> dict[str, str]:
    parts = [seen(type(each[0]), *each, source=name) for name, each in others.items() if each]
    privileges = [each for part in (ROOTS, *held) for each in part]
    return reasons(
        finding(CHECK, seen(LocalPrivilege, *privileges), seen(ProtectedSystem, *SYSTEMS, source="register"), *parts)
    )


def test_separate_administrators_are_satisfied_and_root_is_set_aside() -> None:
    held = [*ROOTS, *sudo("anna", "test1"), *sudo("bo", "app1", "app2"), *sudo("old", "test1", "app1", enabled=False)]
    found = finding(CHECK, seen(LocalPrivilege, *held), seen(ProtectedSystem, *SYSTEMS, source="register"))
    assert (found.status, found.out_of_scope) == (
        Status.SATISFIED,
        {"disabled": 1, "every-host": 1, "production-only": 1},
    )


def test_one_account_on_hosts_of_both_is_named_with_them() -> None:
    held = [*ROOTS, *sudo("anna", "TEST1", "app2")]
    found = finding(CHECK, seen(LocalPrivilege, *held), seen(ProtectedSystem, *SYSTEMS, source="register"))
    assert reasons(found) == {"anna": "!same-account"}
    assert found.exceptions[0].facts == {"test": ["TEST1"], "production": ["app2"]}


def test_hosts_of_two_sources_are_held_together() -> None:
    found = findings(
        CHECK,
        seen(LocalPrivilege, *ROOTS[:2], *sudo("anna", "app1"), source="a"),
        seen(LocalPrivilege, ROOTS[2], *sudo("anna", "test1"), source="b"),
        seen(ProtectedSystem, *SYSTEMS, source="register"),
    )
    assert [reasons(each) for each in found] == [{"anna": "!same-account"}] * 2


@pytest.mark.parametrize(
    ("decision", "said"),
    [
        ({}, {}),
        ({"valid_until": date(2026, 11, 20)}, {"drift": "!same-account"}),
        ({"decided": date(2026, 11, 22)}, {"drift": "!same-account"}),
        ({"account": "Drift"}, {"drift": "!same-account"}),
        ({"decided": None}, {"drift": "?decision-undated"}),
        ({"decided": None, "valid_until": date(2026, 11, 20)}, {"drift": "!same-account"}),
    ],
)
def test_a_decision_in_force_is_the_reason(decision: dict[str, Any], said: dict[str, str]) -> None:
    facts: dict[str, Any] = {"account": "drift", "purpose": "övervakning", "decided": date(2026, 1, 1)}
    shared = [SharedAccount(**facts | decision)]
    assert judged(sudo("drift", "test1", "app1"), shared=shared) == said


def test_a_decided_account_is_named_and_tolerated() -> None:
    found = finding(
        CHECK,
        seen(LocalPrivilege, *ROOTS, *sudo("drift", "test1", "app1"), *sudo("anna", "test1")),
        seen(ProtectedSystem, *SYSTEMS, source="register"),
        seen(SharedAccount, SHARED),
    )
    assert found.status is Status.SATISFIED
    assert [(each.subject, each.facts["purpose"]) for each in found.tolerated] == [("drift", "övervakning")]


def test_decisions_that_were_not_read_may_be_the_reason() -> None:
    held = [*ROOTS, *sudo("anna", "test1", "app1")]
    parts = (seen(LocalPrivilege, *held), seen(ProtectedSystem, *SYSTEMS, source="register"))
    assert reasons(finding(CHECK, *parts, gap(SharedAccount))) == {"anna": "?decisions-unread"}


@pytest.mark.parametrize(
    ("accounts", "said"),
    [
        ([Account(name="anna-t", person_key="P1"), Account(name="anna-p", person_key="p1")], "!same-person"),
        (
            [Account(name="anna-t", host="test1", person_key="p1"), Account(name="anna-p", person_key="p1")],
            "!same-person",
        ),
        ([Account(name="anna-t", person_key="p1"), Account(name="anna-p", person_key="p2")], None),
        ([Account(name="anna-t"), Account(name="anna-p")], None),
    ],
)
def test_two_accounts_of_one_person(accounts: list[Account], said: str | None) -> None:
    found = judged(sudo("anna-t", "test1"), sudo("anna-p", "app1"), directory=accounts)
    assert found == ({"anna-t": said} if said else {})


def test_what_is_not_known_is_named() -> None:
    assert judged(sudo("anna", "test1", "stray")) == {"anna": "?environment-unknown"}
    assert judged(sudo("anna", "stray")) == {"anna": "?environment-unknown"}
    assert judged(sudo("%drift", "test1", holder_category="group")) == {"%drift": "?members-unread"}
    stray = [RegisteredHost(host="stray", environment="utbildning"), RegisteredHost(host="test1", environment="prod")]
    assert judged([LocalPrivilege(holder="root", host="stray", role="uid-0")], sudo("anna", "stray"), cmdb=stray) == {}
    assert judged(sudo("anna", "stray", "app1"), cmdb=stray) == {"anna": "!same-account"}


def test_hosts_that_were_not_read_leave_it_open() -> None:
    register = seen(ProtectedSystem, *SYSTEMS, source="register")
    held = [ROOTS[0], ROOTS[2], *sudo("anna", "test1")]
    assert reasons(finding(CHECK, seen(LocalPrivilege, *held), register)) == {"anna": "?production-unread"}
    held = [*ROOTS[:2], *sudo("bo", "app1")]
    assert reasons(finding(CHECK, seen(LocalPrivilege, *held), register)) == {"test1": "?test-unread"}
    lost = gap(LocalPrivilege, subject="app2")
    found = finding(CHECK, seen(LocalPrivilege, *ROOTS, *sudo("anna", "test1"), missing=[lost]), register)
    assert reasons(found) == {"anna": "?production-unread"}


def test_without_an_environment_of_test_there_is_nothing_to_part() -> None:
    held = seen(LocalPrivilege, *ROOTS, *sudo("anna", "app1"))
    found = finding(CHECK, held, seen(ProtectedSystem, SYSTEMS[0], source="register"))
    assert (found.status, found.out_of_scope["no-test"]) == (Status.NOT_APPLICABLE, 1)
    assert reasons(finding(CHECK, held)) == {"anna": "?register-unread"}
    partly = seen(ProtectedSystem, SYSTEMS[0], source="register", missing=[gap(ProtectedSystem, subject="row 3")])
    assert reasons(finding(CHECK, held, partly)) == {"anna": "?register-unread"}


def test_a_register_that_gave_less_than_it_has_shows_nobody_in_order_and_accuses_nobody() -> None:
    held = seen(LocalPrivilege, *ROOTS, *sudo("anna", "test1"), *sudo("bo", "app1", "app2"))
    short = seen(ProtectedSystem, *SYSTEMS, source="register", source_count=9)
    assert reasons(finding(CHECK, held, short)) == {"anna": "?register-unread"}
    both = seen(LocalPrivilege, *ROOTS, *sudo("anna", "test1", "app1"))
    systems = seen(ProtectedSystem, *SYSTEMS, source="register")
    decisions = seen(SharedAccount, source="shared", source_count=3)
    assert reasons(finding(CHECK, both, systems, decisions)) == {"anna": "?decisions-unread"}
    only = seen(ProtectedSystem, SYSTEMS[0], source="register", source_count=9)
    assert reasons(finding(CHECK, seen(LocalPrivilege, *ROOTS, *sudo("bo", "app1")), only)) == {
        "bo": "?register-unread"
    }


def test_accounts_that_were_not_obtained_show_no_person_apart() -> None:
    held = seen(LocalPrivilege, *ROOTS, *sudo("anna", "test1"), *sudo("anna2", "app1", "app2"))
    systems = seen(ProtectedSystem, *SYSTEMS, source="register")
    assert reasons(finding(CHECK, held, systems, gap(Account, source="ad"))) == {"anna": "?people-unread"}
    alone = seen(LocalPrivilege, *ROOTS, *sudo("anna", "test1"))
    assert finding(CHECK, alone, systems, gap(Account, source="ad")).status is Status.SATISFIED


def test_hosts_whose_environment_nobody_states_are_not_taken_for_an_estate_without_test() -> None:
    held = seen(LocalPrivilege, *ROOTS, *sudo("anna", "app1"))
    unstated = seen(ProtectedSystem, ProtectedSystem(name="Journal", hosts=("app1",)), source="register")
    found = finding(CHECK, held, unstated)
    assert (found.status, reasons(found)) == (Status.NOT_DETERMINED, {"anna": "?environment-unknown"})


def test_a_group_in_production_whose_members_are_not_known_may_hold_anyone() -> None:
    there = seen(LocalPrivilege, *ROOTS, *sudo("ops", "app1", holder_category="group"), source="production")
    here = seen(LocalPrivilege, *sudo("anna", "test1"))
    found = findings(CHECK, here, there, seen(ProtectedSystem, *SYSTEMS, source="register"))
    assert [reasons(each) for each in found] == [{"ops": "?members-unread"}, {"anna": "?group-unread"}]


def test_hosts_own_accounts_of_one_name_are_not_one_account() -> None:
    held = sudo("drift", "test1", "app1", "app2")
    own = [Account(name="drift", host=host) for host in ("TEST1", "app1", "app2")]
    assert judged(held, hosts=own) == {"drift": "?same-local-name"}
    assert judged(held, hosts=own[1:]) == {"drift": "?same-local-name"}
    # On one host of each side it is a directory's account.
    assert judged(held, hosts=own[2:]) == {"drift": "!same-account"}
    assert judged(held, hosts=[Account(name="drift")]) == {"drift": "!same-account"}
    parts = (seen(LocalPrivilege, *ROOTS, *held), seen(ProtectedSystem, *SYSTEMS, source="register"))
    assert reasons(finding(CHECK, *parts, gap(Account))) == {"drift": "?accounts-unread"}


def test_accounts_are_read_no_more_often_for_many_than_for_one() -> None:
    def times_read(administrators: int) -> int:
        names = [f"a{number}" for number in range(administrators)]
        accounts = seen(Account, *(Account(name=name) for name in names), source="directory")
        times = 0

        def read() -> Iterator[Account]:
            nonlocal times
            times += 1
            return accounts.read()

        held = [right for name in names for right in sudo(name, "test1", "app1")]
        held_against = evidence(
            seen(LocalPrivilege, *ROOTS, *held),
            seen(ProtectedSystem, *SYSTEMS, source="register"),
            replace(accounts, read=read),
        )
        check = next(each for each in discover() if each.id == CHECK)
        (found,) = judge(check, held_against, {}, AS_OF)
        assert reasons(found) == dict.fromkeys(names, "!same-account")
        return times

    assert times_read(20) == times_read(1)

from __future__ import annotations

from datetime import timedelta

import pytest

from collector.records.access import SharedAccount
from collector.records.identity import Account, Privilege
from tests.checks.made import AS_OF, finding, findings, gap, reasons, seen

CHECK = "account-unique"
DECIDED = AS_OF.date() - timedelta(days=100)
NO_KEYS = "?no-person-keys"
APPROVED = {"approved": ["delad-reception"]}


def person(name: str, key: str | None, **facts: object) -> Account:
    values = {"name": name, "person_key": key, "enabled": True, "category": "person"}
    return Account(**values | facts)  # type: ignore[arg-type]


def local(name: str, number: str, **facts: object) -> Account:
    return person(name, None, **{"host": "h", "identifier": number, "category": None} | facts)


CASES: dict[str, tuple[list[Account], dict[str, str]]] = {
    "one each": ([person("a", "1"), person("b", "2")], {}),
    "two of one person's": ([person("a", "1"), person("b", "1")], {"a": "!same-person", "b": "!same-person"}),
    "two, one of them disabled": ([person("a", "1"), person("b", "1", enabled=False)], {}),
    "two, one of them expired": ([person("a", "1"), person("b", "1", expires=AS_OF)], {}),
    "an administrator's beside it, by name": ([person("a", "1"), person("adm-a", "1")], {}),
    "an administrator's beside it, by right": ([person("a", "1"), person("Boss", "1")], {}),
    "a service of the person's": ([person("a", "1"), person("b", "1", category="service")], {}),
    "nobody's": ([person("a", "1"), person("b", None)], {"b": "!nobodys"}),
    "nobody's, and none has a key": ([person("b", None)], {"b": "?no-person-keys"}),
    "two of nobody's are not the same person's": (
        [person("a", "1"), person("b", None), person("c", None)],
        {"b": "!nobodys", "c": "!nobodys"},
    ),
    "the same name": ([person("a", "1"), person("A", "2")], {"a": "!same-name", "A": "!same-name"}),
    "one principal name twice": (
        [person("a", "1", principal_name="x@d.test"), person("b", "2", principal_name="X@D.test")],
        {"a": "!same-principal", "b": "!same-principal"},
    ),
    "a principal name like a person's key": ([person("a", "x"), person("b", "y", principal_name="x")], {}),
    "shared by its name": ([person("delad-kassa", "1")], {"delad-kassa": "!shared"}),
    "shared by decision": ([person("Delad-Reception", None)], {}),
    "shared by register": ([person("kiosk", None)], {}),
    "shared by register, by the principal name": ([person("vx01", None, principal_name="Vaxel@d.test")], {}),
    "in the register without a day": ([person("Odaterad", None)], {"Odaterad": "?decision-undated"}),
    "in the register without a day, and past its end": ([person("odaterad-slut", None)], {"odaterad-slut": NO_KEYS}),
    "by a decision that is still to come": ([person("framtid", None)], {"framtid": NO_KEYS}),
    "made since the register was written": (
        [person("delad-ny", "1", created=AS_OF), person("delad-x", "2", created=AS_OF - timedelta(days=1))],
        {"delad-ny": "?export-older", "delad-x": "!shared"},
    ),
    "by a decision that has run out": ([person("a", "1"), person("gammal", None)], {"gammal": "!nobodys"}),
    "managed, built in": (
        [person("g", None, category="managed-service"), person("k", None, category="built-in")],
        {},
    ),
    "state hidden": ([person("a", "1", enabled=None)], {"a": "?state-unknown"}),
    "one number twice": ([local("a", "1001"), local("b", "1001")], {"a@h": "!same-number", "b@h": "!same-number"}),
    "a second root": (
        [local("root", "0", category="built-in"), local("toor", "0", category="built-in")],
        {"root@h": "!same-number", "toor@h": "!same-number"},
    ),
    "one number on two hosts": ([local("a", "1001"), local("a", "1001", host="i")], {}),
    "one number, one without a shell": ([local("a", "1001"), local("b", "1001", interactive=False)], {}),
    "local people have no key": ([local("a", "1001")], {}),
    "numbers not shown": ([local("a", "1", identifier=None), local("b", "1", identifier=None)], {}),
}


@pytest.mark.parametrize("name", CASES)
def test_a_population(name: str) -> None:
    accounts, expected = CASES[name]
    shared = seen(
        SharedAccount,
        SharedAccount(account="kiosk", decided=DECIDED, valid_until=AS_OF.date()),
        SharedAccount(account="gammal", decided=DECIDED, valid_until=AS_OF.date() - timedelta(days=1)),
        SharedAccount(account="odaterad"),
        SharedAccount(account="odaterad-slut", valid_until=AS_OF.date() - timedelta(days=1)),
        SharedAccount(account="framtid", decided=AS_OF.date() + timedelta(days=1)),
        SharedAccount(account="vaxel@d.test", decided=DECIDED),
        SharedAccount(account="drift@h", decided=DECIDED),
        source="register",
    )
    found = finding(
        CHECK, seen(Account, *accounts), shared, seen(Privilege, Privilege(holder="boss")), parameters=APPROVED
    )
    assert reasons(found) == expected
    assert found.population.count == len(accounts)


def test_without_a_list_a_name_proves_nothing() -> None:
    found = finding(CHECK, seen(Account, person("delad-kassa", "1")))
    assert reasons(found) == {"delad-kassa": "?shared-no-list"}


def test_the_others_are_named() -> None:
    found = finding(CHECK, seen(Account, person("a", "1"), person("b", "1"), person("c", "1")))
    assert [each.facts["others"] for each in found.exceptions] == ["b, c", "a, c", "a, b"]


ADM, SKOLA = "adm", "skola"


def across(*there: Account, one: tuple[str, ...] = (ADM, SKOLA), missing: bool = False) -> dict[str, str]:
    here = seen(Account, person("a", "1", principal_name="a@d.test"), person("b", "2"), source=ADM)
    other = seen(Account, *there, source=SKOLA, missing=[gap(Account, source=SKOLA, subject="p")] if missing else ())
    found, _ = findings(CHECK, here, other, parameters={"one_directory": list(one)})
    return reasons(found) | {each.subject: str(each.facts["others"]) for each in found.exceptions}


def test_directories_that_count_as_one_are_judged_together() -> None:
    assert across(person("c", "1")) == {"a": "c (skola)"}
    assert across(person("c", "3", principal_name="A@d.test")) == {"a": "c (skola)"}
    assert across(person("c", "1", enabled=False), person("adm-a", "1"), person("s", "1", category="service")) == {}


def test_otherwise_a_person_may_have_an_account_in_each() -> None:
    assert across(person("c", "1"), one=()) == {}
    assert across(person("c", "1"), one=(SKOLA, "third")) == {}


def test_a_directory_that_was_not_read_whole_clears_nobody() -> None:
    assert across(missing=True) == {"a": "?directory-unread", "b": "?directory-unread"}
    assert across(person("c", "1"), missing=True) == {"a": "c (skola)", "b": "?directory-unread"}


def test_what_would_explain_a_double_and_was_not_read() -> None:
    double = seen(Account, person("a", "1"), person("Boss", "1"))
    assert reasons(finding(CHECK, double, gap(Privilege))) == {"a": "?rights-unread", "Boss": "?rights-unread"}
    nobodys = seen(Account, person("a", "1"), person("b", None), person("delad-kassa", "2"))
    for lost in (gap(SharedAccount, source="x"), seen(SharedAccount, source="x", missing=[gap(SharedAccount)])):
        assert reasons(finding(CHECK, nobodys, lost, parameters=APPROVED)) == {
            "b": "?shared-unread",
            "delad-kassa": "?shared-unread",
        }


def test_a_decision_that_ran_out_since_the_register_was_written_may_have_been_renewed() -> None:
    row = SharedAccount(account="gammal", decided=DECIDED, valid_until=AS_OF.date() - timedelta(days=5))
    people = seen(Account, person("a", "1"), person("gammal", None))
    for days, expected in ((5, "?export-older"), (4, "!nobodys")):
        register = seen(SharedAccount, row, source="register", started=AS_OF - timedelta(days=days))
        assert reasons(finding(CHECK, people, register)) == {"gammal": expected}

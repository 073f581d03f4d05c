from __future__ import annotations

import pytest

from checks.finding import Status
from collector.evidence import Gap, GapCause
from collector.records.identity import Account, Privilege
from tests.checks.made import finding, gap, reasons, seen

CHECK = "privileged-restricted--everyday"
HELD = seen(Privilege, *(Privilege(holder=each, enabled=True) for each in ("Boss", "adm-a", "svc", "glas", "kim")))


def person(name: str, key: str | None, **facts: object) -> Account:
    values = {"name": name, "person_key": key, "enabled": True, "category": "person"}
    return Account(**values | facts)  # type: ignore[arg-type]


CASES: dict[str, tuple[list[Account], dict[str, str]]] = {
    "the only one": ([person("boss", "1"), person("b", "2")], {"boss": "!everyday-account"}),
    "the other is disabled": ([person("boss", "1"), person("b", "1", enabled=False)], {"boss": "!everyday-account"}),
    "the other is a service": (
        [person("boss", "1"), person("b", "1", category="service")],
        {"boss": "!everyday-account"},
    ),
    "beside another": ([person("b", "1"), person("boss", "1")], {}),
    "by its name": ([person("ADM-A", None)], {}),
    "of nobody knows whom": ([person("boss", None)], {"boss": "?person-unknown"}),
    "a service": ([person("svc", "1", category="service")], {}),
    "disabled": ([person("boss", "1", enabled=False)], {}),
    "without any privilege": ([person("b", "1")], {}),
    "local": ([person("boss", "1", host="h")], {}),
    "two administrators' of one person": (
        [person("boss", "1"), person("kim", "1")],
        {"boss": "?everyday-unclear", "kim": "?everyday-unclear"},
    ),
    "two administrators' beside another": ([person("boss", "1"), person("kim", "1"), person("b", "1")], {}),
    "beside one that is for administration": (
        [person("boss", "1"), person("adm-a", "1")],
        {"boss": "!everyday-beside-own"},
    ),
    "beside one that is named as for administration": (
        [person("boss", "1"), person("adm-b", "1")],
        {"boss": "!everyday-beside-own"},
    ),
    "beside one that may be disabled": (
        [person("boss", "1"), person("b", "1", enabled=None)],
        {"boss": "?accounts-unread"},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_population(name: str) -> None:
    accounts, expected = CASES[name]
    found = finding(CHECK, seen(Account, *accounts), HELD)
    assert reasons(found) == expected
    assert found.population.count == len(accounts)


def test_the_patterns_are_the_organisations() -> None:
    found = finding(CHECK, seen(Account, person("glas", "1")), HELD, parameters={"admin_name_patterns": ["g*s"]})
    assert found.status is Status.SATISFIED
    assert reasons(
        finding(CHECK, seen(Account, person("adm-a", "1")), HELD, parameters={"admin_name_patterns": []})
    ) == {"adm-a": "!everyday-account"}


def test_privileges_that_were_not_read_keep_it_from_passing() -> None:
    accounts = seen(Account, person("adm-a", None))
    part = seen(Privilege, Privilege(holder="adm-a"), missing=[gap(Privilege, subject="domain-admins")])
    assert reasons(finding(CHECK, accounts, part)) == {accounts.source: "?rights-unread"}
    assert reasons(finding(CHECK, accounts, gap(Privilege))) == {accounts.source: "?rights-unread"}
    none = Gap("privilege", "test", GapCause.UNSUPPORTED, "no administrative groups of its own", "name them")
    assert finding(CHECK, accounts, none).status is Status.NOT_APPLICABLE


def test_nobody_is_accused_while_their_other_account_may_not_have_been_read() -> None:
    for accounts in (
        seen(Account, person("boss", "1"), missing=[gap(Account, subject="b")]),
        seen(Account, person("boss", "1"), source_count=2),
    ):
        assert reasons(finding(CHECK, accounts, HELD))["boss"] == "?accounts-unread"
    both = seen(Account, person("boss", "1"), person("b", "1"), source_count=3)
    assert "boss" not in reasons(finding(CHECK, both, HELD))

from __future__ import annotations

import pytest

from checks.finding import Status
from collector.records.directory import Trust
from collector.records.identity import Privilege
from tests.checks.made import finding, reasons, seen

CHECK = "privileged-restricted"


def held(name: str = "a", **facts: object) -> Privilege:
    defaults = {"holder": name, "role": "domain-admins", "role_name": "Domänadministratörer", "enabled": True}
    return Privilege(**defaults | {"holder_category": "person"} | facts)  # type: ignore[arg-type]


CASES = {
    "approved": (held("boss"), None),
    "not approved": (held(), "!not-approved"),
    "disabled but still a member": (held(enabled=False), "!disabled-holder"),
    "disabled, though approved": (held("boss", enabled=False), "!disabled-holder"),
    "state not known": (held(enabled=None), "!not-approved"),
    "a group that could not be read": (held(holder_category="group"), "?members-unknown"),
    "a foreign principal": (held(holder_category="foreign"), "!foreign-holder"),
    "everybody": (held("S-1-5-11", holder_category="foreign"), "!everyone-holds"),
    "one whom Entra ID does not name": (
        held(holder_category="foreign", directory="entra"),
        "?members-unknown",
    ),
    "a foreign principal, approved": (held("boss", holder_category="foreign"), None),
}


@pytest.mark.parametrize("name", CASES)
def test_one_holder(name: str) -> None:
    made, expected = CASES[name]
    found = finding(CHECK, seen(Privilege, made), parameters={"approved": ["boss"]})
    assert reasons(found).get(made.holder) == expected


def test_without_a_list_every_holder_is_named_and_nobody_is_accused() -> None:
    found = finding(CHECK, seen(Privilege, held("a"), held("b")))
    assert found.status is Status.NOT_DETERMINED
    assert reasons(found) == {"a": "?no-approved-list", "b": "?no-approved-list"}


def test_a_foreign_holder_is_told_with_the_domain_that_it_comes_from() -> None:
    foreign = held("S-1-5-21-7-7-7-1105", holder_category="foreign")
    trust = Trust(name="partner.example.test", identifier="S-1-5-21-7-7-7")
    found = finding(CHECK, seen(Privilege, foreign), seen(Trust, trust), parameters={"approved": ["boss"]})
    assert found.exceptions[0].facts["domain"] == "partner.example.test"
    without = finding(CHECK, seen(Privilege, foreign), seen(Trust, trust))
    assert reasons(without) == {foreign.holder: "?foreign-no-list"}
    assert without.undetermined[0].facts["domain"] == "partner.example.test"


@pytest.mark.parametrize(
    ("holder", "domain"),
    [
        ("CN=Ek\\, Anna-Karin,OU=Drift,DC=barn,DC=example,DC=test", "barn.example.test"),
        ("S-1-5-21-8-8-8-1105", "S-1-5-21-8-8-8"),
        ("okänd", "okänd"),
    ],
)
def test_where_a_foreign_holder_comes_from_without_a_trust_that_says_it(holder: str, domain: str) -> None:
    found = finding(CHECK, seen(Privilege, held(holder, holder_category="foreign")), parameters={"approved": ["boss"]})
    assert found.exceptions[0].facts["domain"] == domain


def test_identities_that_every_domain_has_are_named_by_name() -> None:
    holders = [held(each, holder_category="foreign", through=("IT",)) for each in ("S-1-5-11", "S-1-5-18")]
    found = finding(CHECK, seen(Privilege, *holders))
    assert {each.subject: (each.reason, each.facts["who"]) for each in found.exceptions} == {
        "S-1-5-11": ("everyone-holds", "Authenticated Users (S-1-5-11)"),
        "S-1-5-18": ("system-holder", "Local System (S-1-5-18)"),
    }
    decided = finding(CHECK, seen(Privilege, *holders), parameters={"approved": ["S-1-5-18"]})
    assert reasons(decided) == {"S-1-5-11": "!everyone-holds"}


def test_everybody_deviates_without_any_list_and_cannot_be_approved() -> None:
    everybody = held("S-1-1-0", holder_category="foreign")
    for parameters in ({}, {"approved": ["S-1-1-0"]}):
        found = finding(CHECK, seen(Privilege, everybody), parameters=parameters)
        assert reasons(found) == {"S-1-1-0": "!everyone-holds"}


def test_how_they_came_to_it_is_told() -> None:
    found = finding(CHECK, seen(Privilege, held(through=("helpdesk", "it"))), parameters={"approved": ["boss"]})
    assert found.exceptions[0].facts["through"] == "helpdesk > it"


@pytest.mark.parametrize(("holders", "expected"), [(5, False), (6, True)])
def test_more_holders_than_the_limit(holders: int, expected: bool) -> None:  # a case
    names = [f"a{number}" for number in range(holders)]
    records = [held(name) for name in names] + [held("gone", enabled=False)]
    found = finding(CHECK, seen(Privilege, *records), parameters={"approved": names})
    assert ("domain-admins" in reasons(found)) is expected

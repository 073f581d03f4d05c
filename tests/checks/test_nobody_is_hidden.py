"""No threshold hides anyone: whoever deviates alone deviates among thousands, and the lists equal the counts."""

from __future__ import annotations

import dataclasses
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checks.discovery import discover
from checks.judgement import judge
from collector.evidence import Population
from collector.records.directory import Computer, PasswordPolicy
from collector.records.identity import Account, Employment, LocalPrivilege, Privilege, SshAccess
from collector.records.record import Record
from tests.checks.arbitrary import as_evidence, parameters_of, parts_of
from tests.checks.made import AS_OF, ASKED, evidence, seen

CHECKS = {check.id: check for check in discover() if check.module.startswith(("checks.identity.", "checks.directory."))}
MANY = 1500
OWN = ("name", "holder", "account", "person_key", "identifier", "holder_identifier", "principal_name", "resource")
"""Fields that tell one subject from another."""


OLD = AS_OF - timedelta(days=900)
PERSON: dict[str, Any] = {
    "name": "a",
    "enabled": True,
    "category": "person",
    "created": OLD,
    "person_key": "p",
    "exposures": (),
}
HELD: dict[str, Any] = {"holder": "a", "enabled": True, "holder_category": "person"}
COMPUTER: dict[str, Any] = {
    "name": "c",
    "enabled": True,
    "domain_controller": False,
    "system": "Windows 11",
    "exposures": (),
}
WEAK = SshAccess(
    host="h", public_key=True, password=True, keyboard_interactive=False, authentication_methods=("any",), **ASKED
)
Part = Population[Any]


def account(**facts: Any) -> Account:
    return Account(**PERSON | facts)


def local(**facts: Any) -> LocalPrivilege:
    return LocalPrivilege(**HELD | {"host": "h", "role": "sudo"} | facts)


DEVIATES: dict[str, tuple[Record, list[Part], dict[str, Any]]] = {
    "account-unique": (account(person_key=None), [], {}),
    "accounts-stale": (account(last_used=OLD, last_used_lag_days=0), [], {}),
    "accounts-after-employment-end": (account(), [], {}),  # the roster is made below: it has one row a person
    "default-credentials": (
        account(host="h", category="system", password_present=True, exposures=None),
        [],
        {},
    ),
    "local-admin-restricted": (local(), [], {"approved": ["someone"]}),
    "local-admin-restricted--laps": (Computer(**COMPUTER, managed_password=False), [], {}),
    "mfa-admin-enforced": (Privilege(**HELD, role="r", smartcard_required=False), [], {}),
    "mfa-admin-enforced--ssh": (local(), [seen(SshAccess, WEAK)], {}),
    "password-age": (account(password_set=OLD), [], {"max_age_days": 365}),
    "password-policy": (PasswordPolicy(name="p", default=True, min_length=4), [], {"min_length": 12}),
    "password-policy--accounts": (account(exposures=("reversible-encryption",)), [seen(Privilege)], {}),
    "privileged-restricted": (Privilege(**HELD, role="r"), [], {"approved": ["someone"]}),
    "privileged-restricted--computers": (Computer(**COMPUTER | {"exposures": ("unconstrained-delegation",)}), [], {}),
    "privileged-restricted--delegation": (account(exposures=("unconstrained-delegation",)), [], {}),
}
"""Check to a record that deviates, what it is joined with, and parameters."""


def alike(record: Record, number: int) -> Record:
    """The same record of someone else."""
    given = {
        field.name: f"{getattr(record, field.name)}{number}"
        for field in dataclasses.fields(record)  # type: ignore[arg-type]  # records are dataclasses
        if field.name in OWN and getattr(record, field.name) is not None
    }
    changed: Record = dataclasses.replace(record, **given)  # type: ignore[type-var]
    return changed


@pytest.mark.parametrize("name", DEVIATES)
def test_whoever_deviates_alone_deviates_among_thousands(name: str) -> None:
    record, others, parameters = DEVIATES[name]
    check = CHECKS[name]
    for many in (1, MANY):
        records = [alike(record, number) for number in range(many)]
        # Someone has a key: otherwise that the others have none would tell nothing.
        extra = [account(name="keyed", person_key="k")] if name == "account-unique" else []
        roster = [seen(Employment, *(Employment(person_key=f"p{n}", end=OLD.date()) for n in range(many)))]
        joined = roster if name == "accounts-after-employment-end" else others
        (found,) = judge(check, evidence(seen(check.reads[0], *records, *extra), *joined), parameters, AS_OF)
        listed = [each.subject for each in found.exceptions]
        assert {each.subject for each in records} <= set(listed)
        assert found.population.examined == found.population.count == many + len(extra) + (len(listed) - many)


@pytest.mark.parametrize("name", sorted(CHECKS))
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_the_lists_equal_the_counts(name: str, data: st.DataObject) -> None:
    check = CHECKS[name]
    parts = data.draw(parts_of(check))
    parameters = data.draw(parameters_of(check) | st.just({}))
    for found in judge(check, as_evidence(parts), parameters, AS_OF):
        outside = sum(found.out_of_scope.values())
        listed = len(found.exceptions) + len(found.undetermined) + outside
        general = Counter(each.reason for each in found.undetermined)
        added = general["empty-population"] + general["population-incomplete"]
        assert found.population.count >= listed - added
        assert found.population.in_scope == found.population.count - outside
        assert found.population.examined == found.population.count - (len(found.undetermined) - added)

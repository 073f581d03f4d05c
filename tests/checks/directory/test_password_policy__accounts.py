from __future__ import annotations

from dataclasses import replace

import pytest

from checks.finding import Severity, Status
from collector.records.identity import Account, Privilege
from tests.checks.made import AS_OF, finding, gap, reasons, seen

CHECK = "password-policy--accounts"


def account(**facts: object) -> Account:
    values = {"name": "a", "category": "person", "enabled": True, "exposures": (), "password_never_expires": False}
    return Account(**values | facts)  # type: ignore[arg-type]


EXPOSED = {
    "nothing": (account(), None),
    "readable password": (account(exposures=("reversible-encryption",)), "!reversible-encryption"),
    "no pre-authentication": (account(exposures=("pre-authentication-off",)), "!pre-authentication-off"),
    "may be empty": (account(exposures=("password-not-required",)), "!password-not-required"),
    "DES": (account(exposures=("des-only",)), "!des-only"),
    "the most urgent is said": (account(exposures=("des-only", "reversible-encryption")), "!reversible-encryption"),
    "a person with a principal name": (account(exposures=("service-principal",)), "!kerberoastable"),
    "a service account with one": (account(category="service", exposures=("service-principal",)), None),
    "a managed one": (account(category="managed-service", exposures=("service-principal",)), None),
    "delegation is another check's": (account(exposures=("unconstrained-delegation",)), None),
    "disabled": (account(enabled=False, exposures=("reversible-encryption",)), None),
    "expired": (account(expires=AS_OF, exposures=("reversible-encryption",)), None),
    "state hidden": (account(enabled=None, exposures=None), "?state-unknown"),
    "another directory": (account(exposures=None), None),
    "never expires, and nothing is decided": (account(password_never_expires=True), None),
}


@pytest.mark.parametrize("name", EXPOSED)
def test_one_account(name: str) -> None:
    made, expected = EXPOSED[name]
    found = finding(CHECK, seen(Account, made), seen(Privilege))
    assert reasons(found).get("a") == expected


def test_every_setting_of_the_account_is_told() -> None:
    found = finding(CHECK, seen(Account, account(exposures=("password-not-required", "des-only"))), seen(Privilege))
    assert found.exceptions[0].facts == {"settings": "password-not-required, des-only"}


@pytest.mark.parametrize("category", ["person", "service"])
def test_a_principal_name_on_an_administrator_is_urgent(category: str) -> None:
    made = account(name="Svc", category=category, exposures=("service-principal",))
    held = Privilege(holder="svc", role="domain-admins")
    found = finding(CHECK, seen(Account, made), seen(Privilege, held))
    assert reasons(found) == {"Svc": "!kerberoastable-privileged"}
    assert found.exceptions[0].severity is Severity.HIGH


def test_another_directorys_administrator_of_the_same_name_is_someone_else() -> None:
    made = account(category="service", exposures=("service-principal",))
    held = Privilege(holder="a", role="domain-admins")
    found = finding(CHECK, seen(Account, made), seen(Privilege), seen(Privilege, held, source="other"))
    assert reasons(found) == {}


def test_without_the_privileges_a_service_account_is_not_cleared() -> None:
    made = account(category="service", exposures=("service-principal",))
    assert reasons(finding(CHECK, seen(Account, made), gap(Privilege))) == {"a": "?privileges-unknown"}


def test_hidden_principal_names_clear_nobody() -> None:
    population = replace(seen(Account, account()), unreadable=("exposures",))
    assert reasons(finding(CHECK, population, seen(Privilege))) == {"a": "?principals-hidden"}


def test_a_password_that_never_expires_deviates_from_a_decided_age() -> None:
    made = seen(Account, account(password_never_expires=True), account(name="b"))
    found = finding(CHECK, made, seen(Privilege), parameters={"max_age_days": 365})
    assert reasons(found) == {"a": "!never-expires"}


def test_local_accounts_are_outside() -> None:
    found = finding(CHECK, seen(Account, account(host="h", exposures=None)), seen(Privilege))
    assert found.status is Status.NOT_APPLICABLE


def local(**facts: object) -> Account:
    values = {"host": "h", "exposures": None, "password_present": True, "password_never_expires": True}
    return account(**values | facts)


LOCAL = {
    "never expires": (local(), "!never-expires"),
    "expires": (local(password_never_expires=False), None),
    "has none": (local(password_present=False), None),
    "disabled": (local(enabled=False), None),
    "expired": (local(expires=AS_OF), None),
    "not readable": (local(password_present=None), "?state-unknown"),
    "how long is not readable": (local(password_never_expires=None), "?state-unknown"),
}


@pytest.mark.parametrize("name", LOCAL)
def test_a_hosts_password_against_a_decided_age(name: str) -> None:
    made, expected = LOCAL[name]
    found = finding(CHECK, seen(Account, made), seen(Privilege), parameters={"max_age_days": 365})
    assert reasons(found).get("a@h") == expected

from __future__ import annotations

import pytest

from checks.finding import Severity, Status
from collector.records.directory import PasswordPolicy
from collector.records.identity import Account, Privilege
from tests.checks.made import AS_OF, finding, gap, reasons, seen

CHECK = "password-policy"
ACCOUNTS = "password-policy--accounts"
RULE = {"min_length": 12, "lockout_threshold": 10, "max_age_days": 365}


def policy(**facts: object) -> PasswordPolicy:
    values = {"name": "p", "default": True, "min_length": 14, "lockout_threshold": 5, "max_age_days": 180}
    return PasswordPolicy(**values | facts)  # type: ignore[arg-type]


POLICIES = {
    "at least as strict": (policy(), None),
    "exactly the rule": (policy(min_length=12, lockout_threshold=10, max_age_days=365), None),
    "one character too short": (policy(min_length=11), "!too-short"),
    "never locks": (policy(lockout_threshold=0), "!never-locks"),
    "one attempt too many": (policy(lockout_threshold=11), "!locks-late"),
    "never expires": (policy(max_age_days=0), "!never-expires"),
    "a day too long": (policy(max_age_days=366), "!lasts-long"),
    "readable passwords, strict otherwise": (policy(reversible_encryption=True), "!reversible"),
    "length hidden": (policy(min_length=None), "?value-unknown"),
    "length hidden, and never locks": (policy(min_length=None, lockout_threshold=0), "!never-locks"),
    "weak and linked to someone": (policy(default=False, applies_to=("GG",), min_length=4), "!too-short"),
    "weak and linked to nobody": (policy(default=False, applies_to=(), min_length=4), None),
    "weak, and not known whom it is for": (policy(default=None, applies_to=(), min_length=4), "!too-short"),
}


@pytest.mark.parametrize("name", POLICIES)
def test_one_policy_against_the_rule(name: str) -> None:
    made, expected = POLICIES[name]
    assert reasons(finding(CHECK, seen(PasswordPolicy, made), parameters=RULE)).get("p") == expected


def test_a_policy_for_nobody_is_outside() -> None:
    found = finding(CHECK, seen(PasswordPolicy, policy(default=False, applies_to=())), parameters=RULE)
    assert found.out_of_scope == {"for-nobody": 1}


def test_without_a_rule_nothing_is_satisfied_and_readable_passwords_still_deviate() -> None:
    found = finding(CHECK, seen(PasswordPolicy, policy(), policy(name="q", reversible_encryption=True)))
    assert reasons(found) == {"p": "?no-rule", "q": "!reversible"}


def test_a_hidden_policy_keeps_the_rest_from_being_satisfied() -> None:
    made = seen(PasswordPolicy, policy(), missing=[gap(PasswordPolicy, subject="CN=Svag")])
    assert finding(CHECK, made, parameters=RULE).status is Status.NOT_DETERMINED


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
    found = finding(ACCOUNTS, seen(Account, made), seen(Privilege))
    assert reasons(found).get("a") == expected


def test_every_setting_of_the_account_is_told() -> None:
    found = finding(ACCOUNTS, seen(Account, account(exposures=("password-not-required", "des-only"))), seen(Privilege))
    assert found.exceptions[0].facts == {"settings": "password-not-required, des-only"}


@pytest.mark.parametrize("category", ["person", "service"])
def test_a_principal_name_on_an_administrator_is_urgent(category: str) -> None:
    made = account(name="Svc", category=category, exposures=("service-principal",))
    held = Privilege(holder="svc", role="domain-admins")
    found = finding(ACCOUNTS, seen(Account, made), seen(Privilege, held))
    assert reasons(found) == {"Svc": "!kerberoastable-privileged"}
    assert found.exceptions[0].severity is Severity.HIGH


def test_another_directorys_administrator_of_the_same_name_is_someone_else() -> None:
    made = account(category="service", exposures=("service-principal",))
    held = Privilege(holder="a", role="domain-admins")
    found = finding(ACCOUNTS, seen(Account, made), seen(Privilege), seen(Privilege, held, source="other"))
    assert reasons(found) == {}


def test_without_the_privileges_a_service_account_is_not_cleared() -> None:
    made = account(category="service", exposures=("service-principal",))
    assert reasons(finding(ACCOUNTS, seen(Account, made), gap(Privilege))) == {"a": "?privileges-unknown"}


def test_hidden_principal_names_clear_nobody() -> None:
    from dataclasses import replace

    population = replace(seen(Account, account()), unreadable=("exposures",))
    assert reasons(finding(ACCOUNTS, population, seen(Privilege))) == {"a": "?principals-hidden"}


def test_a_password_that_never_expires_deviates_from_a_decided_age() -> None:
    made = seen(Account, account(password_never_expires=True), account(name="b"))
    found = finding(ACCOUNTS, made, seen(Privilege), parameters={"max_age_days": 365})
    assert reasons(found) == {"a": "!never-expires"}


def test_local_accounts_are_outside() -> None:
    found = finding(ACCOUNTS, seen(Account, account(host="h", exposures=None)), seen(Privilege))
    assert found.status is Status.NOT_APPLICABLE

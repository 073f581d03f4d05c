from __future__ import annotations

import pytest

from checks.finding import Status
from collector.records.directory import PasswordPolicy
from tests.checks.made import finding, gap, reasons, seen

CHECK = "password-policy"
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
    "a host's, weak": (policy(host="p", default=False, applies_to=("root",), min_length=6), "!too-short"),
    "a host's, and no account has a password": (policy(host="p", default=False, applies_to=(), min_length=6), None),
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


def test_an_account_with_an_age_of_its_own_is_judged_by_that_alone() -> None:
    host = policy(host="app1", name="app1", default=False, applies_to=("anna", "root"), min_length=4)
    root = policy(host="app1", name="root@app1", default=False, applies_to=("root",), min_length=4, max_age_days=0)
    anna = policy(host="app1", name="anna@app1", default=False, applies_to=("anna",), min_length=4, max_age_days=90)
    found = finding(CHECK, seen(PasswordPolicy, host, root, anna), parameters=RULE)
    assert reasons(found) == {"app1": "!too-short", "root@app1": "!never-expires"}
    without = finding(CHECK, seen(PasswordPolicy, root, anna), parameters=RULE | {"max_age_days": 0})
    assert without.out_of_scope == {"no-age-rule": 2}

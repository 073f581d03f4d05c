from __future__ import annotations

from datetime import timedelta

import pytest

from checks.finding import Severity
from collector.records.identity import Account
from tests.checks.made import AS_OF, finding, reasons, seen


def account(days: int | None, **facts: object) -> Account:
    changed = None if days is None else AS_OF - timedelta(days=days)
    return Account(**{"name": "a", "enabled": True, "password_set": changed} | facts)  # type: ignore[arg-type]


CASES = {
    "young": (account(10), None, None),
    "old": (account(400), "?no-rule", "!older-than-rule"),
    "years old": (account(800), "?no-rule", "!years-old"),
    "at the rule": (account(180), None, None),
    "a day over the rule": (account(181), None, "!older-than-rule"),
    "not known": (account(None), "?age-unknown", "?age-unknown"),
    "must be changed": (account(None, password_must_change=True), None, None),
    "smart card": (account(900, smartcard_required=True), None, None),
    "no password": (account(900, password_present=False), None, None),
    "disabled": (account(900, enabled=False), None, None),
    "state not known": (account(900, enabled=None), "?state-unknown", "?state-unknown"),
    "krbtgt": (account(900, category="built-in"), None, None),
    "root with a password": (account(900, category="built-in", password_present=True), "?no-rule", "!years-old"),
}


@pytest.mark.parametrize("name", CASES)
def test_one_account(name: str) -> None:
    made, without_rule, with_rule = CASES[name]
    assert reasons(finding("password-age", seen(Account, made))).get("a") == without_rule
    found = finding("password-age", seen(Account, made), parameters={"max_age_days": 180})
    assert reasons(found).get("a") == with_rule


def test_years_are_urgent() -> None:
    (exception,) = finding("password-age", seen(Account, account(731)), parameters={"max_age_days": 365}).exceptions
    assert exception.severity is Severity.HIGH

from __future__ import annotations

from datetime import timedelta

import pytest

from collector.records.identity import Account
from tests.checks.made import AS_OF, finding, reasons, seen

CHECK = "default-credentials"
DAY = timedelta(days=1)


def built_in(number: int, **facts: object) -> Account:
    values = {"name": "a", "category": "built-in", "identifier": f"S-1-5-21-1-2-3-{number}", "enabled": True}
    return Account(**values | {"password_set": AS_OF - 10 * DAY} | facts)  # type: ignore[arg-type]


def local(**facts: object) -> Account:
    values = {"name": "a", "host": "h", "category": "system", "enabled": True, "password_present": True}
    return Account(**values | facts)  # type: ignore[arg-type]


CASES = {
    "the administrator, kept for emergencies": (built_in(500), None),
    "disabled": (built_in(500, enabled=False, password_set=None), None),
    "old password": (built_in(500, password_set=AS_OF - 366 * DAY), "!old-password"),
    "in use": (built_in(500, last_used=AS_OF - 30 * DAY), "!in-use"),
    "used long ago": (built_in(500, last_used=AS_OF - 31 * DAY), None),
    "used by decision": (built_in(500, name="boss", last_used=AS_OF), None),
    "password age hidden": (built_in(500, password_set=None), "?password-age-unknown"),
    "state hidden": (built_in(500, enabled=None), "?state-unknown"),
    "guest": (built_in(501), "!guest-enabled"),
    "guest, disabled": (built_in(501, enabled=False), None),
    "krbtgt is judged by itself": (built_in(502, password_set=AS_OF - 999 * DAY), None),
    "another built-in": (built_in(503), "!built-in-enabled"),
    "a person of the domain": (built_in(1104, category="person", password_set=AS_OF - 999 * DAY), None),
    "a system account with a password": (local(), "!system-password"),
    "a system account without": (local(password_present=False), None),
    "a system account, locked": (local(enabled=False), None),
    "a system account, not readable": (local(password_present=None), "?state-unknown"),
    "root without a password": (local(category="built-in", password_present=False), None),
    "root with one": (local(category="built-in", password_set=AS_OF - 365 * DAY), None),
    "root with an old one": (local(category="built-in", password_set=AS_OF - 366 * DAY), "!root-old-password"),
    "root with one, of what age is hidden": (local(category="built-in"), "?password-age-unknown"),
    "root with one of tomorrow": (local(category="built-in", password_set=AS_OF + 2 * DAY), "?dated-in-future"),
    "delivered with the image": (local(name="Ubuntu", category=None), "!default-account"),
    "delivered, and locked": (local(name="ubuntu", category=None, password_present=False), None),
    "delivered, by decision": (local(name="pi", category=None, host="kiosk"), None),
    "delivered, not readable": (local(name="pi", category=None, password_present=None), "?state-unknown"),
    "a person of the host": (local(name="anna", category=None), None),
    "an administrator's password of tomorrow": (built_in(500, password_set=AS_OF + 2 * DAY), "?dated-in-future"),
}


@pytest.mark.parametrize("name", CASES)
def test_one_account(name: str) -> None:
    made, expected = CASES[name]
    found = finding(CHECK, seen(Account, made), parameters={"approved": ["BOSS", "pi@kiosk"]})
    assert reasons(found).get(made.subject) == expected


def test_names_in_the_settings_are_of_any_case() -> None:
    account = Account(name="labb", host="h", enabled=True, password_present=True)
    found = finding("default-credentials", seen(Account, account), parameters={"default_names": ["Labb"]})
    assert reasons(found) == {"labb@h": "!default-account"}

from __future__ import annotations

from datetime import timedelta

import pytest

from checks.finding import Status
from collector.evidence import EvidenceSet
from collector.records.identity import Account
from tests.checks.made import AS_OF, finding, gap, reasons, seen

DAY = timedelta(days=1)


def account(name: str, **facts: object) -> Account:
    return Account(**{"name": name, "enabled": True, "created": AS_OF - 1000 * DAY} | facts)  # type: ignore[arg-type]


CASES = {
    "used today": (account("a", last_used=AS_OF), None),
    "unused, exact": (account("a", last_used=AS_OF - 91 * DAY, last_used_lag_days=0), "!unused"),
    "lag not known, inside the most that is given": (account("a", last_used=AS_OF - 104 * DAY), "?lag-unknown"),
    "lag not known, in use all the same": (account("a", last_used=AS_OF - 90 * DAY), None),
    "lag not known, and past it": (account("a", last_used=AS_OF - 105 * DAY), "!unused"),
    "at the limit": (account("a", last_used=AS_OF - 90 * DAY, last_used_lag_days=0), None),
    "inside the replication lag": (account("a", last_used=AS_OF - 103 * DAY, last_used_lag_days=14), None),
    "outside the replication lag": (account("a", last_used=AS_OF - 105 * DAY, last_used_lag_days=14), "!unused"),
    "a lower bound, and old": (
        account("a", last_used=AS_OF - 105 * DAY, last_used_at_least=True),
        "?later-use-possible",
    ),
    "a lower bound, and lately": (account("a", last_used=AS_OF - 5 * DAY, last_used_at_least=True), None),
    "a lag that nobody would accept": (
        account("a", last_used=AS_OF - 105 * DAY, last_used_lag_days=30),
        "?lag-too-long",
    ),
    "and past it": (account("a", last_used=AS_OF - 121 * DAY, last_used_lag_days=30), "!unused"),
    "and inside what is accepted of it": (account("a", last_used=AS_OF - 104 * DAY, last_used_lag_days=30), None),
    "never used, old": (account("a", never_used=True), "!never-used"),
    "never used, new": (account("a", never_used=True, created=AS_OF - 5 * DAY), None),
    "never used, age not known": (account("a", never_used=True, created=None), "?age-unknown"),
    "never used, password old": (
        account("a", never_used=True, created=None, password_set=AS_OF - 91 * DAY),
        "!never-used-since-password",
    ),
    "never used, password new": (
        account("a", never_used=True, created=None, password_set=AS_OF - 90 * DAY),
        "?age-unknown",
    ),
    "use not recorded": (account("a"), "?last-use-unknown"),
    "state not known": (account("a", enabled=None, last_used=AS_OF - 400 * DAY), "?state-unknown"),
    "disabled": (account("a", enabled=False, last_used=AS_OF - 400 * DAY), None),
    "expired": (account("a", expires=AS_OF - DAY, never_used=True), None),
    "no session": (account("a", interactive=False, never_used=True), None),
    "gMSA": (account("a", category="managed-service", never_used=True), None),
    "service account that nobody uses": (account("a", category="service", never_used=True), "!never-used"),
}


@pytest.mark.parametrize("name", CASES)
def test_one_account(name: str) -> None:
    made, expected = CASES[name]
    assert reasons(finding("accounts-stale", seen(Account, made))).get("a") == expected


def test_every_account_is_counted() -> None:
    population = seen(Account, *(made for made, _ in CASES.values()))
    found = finding("accounts-stale", population)
    assert found.population.count == len(CASES)
    assert found.population.examined == len(CASES) - len(found.undetermined)
    assert found.population.in_scope == len(CASES) - sum(found.out_of_scope.values())
    assert found.status is Status.NOT_SATISFIED


def test_exempt_accounts_are_set_aside_and_counted() -> None:
    found = finding("accounts-stale", seen(Account, account("a", never_used=True)), parameters={"exempt": ["a"]})
    assert found.out_of_scope == {"exempt": 1}
    assert found.status is Status.NOT_APPLICABLE


def test_an_empty_directory_is_not_a_clean_one() -> None:
    assert finding("accounts-stale", seen(Account)).status is Status.NOT_DETERMINED


def test_a_directory_that_was_not_reached_is_not_determined() -> None:
    found = finding("accounts-stale", gap(Account))
    assert (found.status, found.gaps[0].detail) == (Status.NOT_DETERMINED, "no route to host")


def test_a_missing_page_keeps_the_rest_from_passing() -> None:
    found = finding("accounts-stale", seen(Account, account("a", last_used=AS_OF), missing=[gap(Account)]))
    assert (found.status, found.exceptions) == (Status.NOT_DETERMINED, ())


def test_fewer_accounts_than_the_source_counts_is_not_determined() -> None:
    found = finding("accounts-stale", seen(Account, account("a", last_used=AS_OF), source_count=2))
    assert reasons(found) == {"test": "?population-incomplete"}


def test_no_source_of_accounts_gives_no_finding() -> None:
    from tests.checks.made import findings

    assert findings("accounts-stale") == []
    assert EvidenceSet().reading(Account).complete is False

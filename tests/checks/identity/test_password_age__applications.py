from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from checks.finding import Status
from collector.records.cloud import ApplicationCredential
from tests.checks.made import AS_OF, finding, reasons, seen

CHECK = "password-age--applications"


def credential(days: int | None = 90, **facts: object) -> ApplicationCredential:
    start = AS_OF - timedelta(days=30)
    values = {"application": "a", "identifier": "k", "form": "secret", "enabled": True, "start": start}
    values["end"] = None if days is None else start + timedelta(days=days)
    return ApplicationCredential(**values | facts)  # type: ignore[arg-type]


CASES = {
    "short": (credential(), None, None),
    "as long as the rule": (credential(180), None, None),
    "longer than the rule": (credential(181), "!too-long", None),
    "longer than what is reported": (credential(366), "!too-long", "?no-rule"),
    "a year with a leap day": (
        credential(start=datetime(2027, 10, 1, tzinfo=UTC), end=datetime(2028, 10, 1, tzinfo=UTC)),
        "!too-long",
        None,
    ),
    "a year with a leap day, and a second": (
        credential(start=datetime(2027, 10, 1, tzinfo=UTC), end=datetime(2028, 10, 1, 0, 0, 1, tzinfo=UTC)),
        "!too-long",
        "?no-rule",
    ),
    "without an end": (credential(None), "!never-ends", "?no-rule-never-ends"),
    "a certificate": (credential(366, form="certificate"), "!too-long", "?no-rule"),
    "without a start": (credential(start=None), "?start-unknown", "?start-unknown"),
    "that ends before it begins": (
        credential(start=AS_OF + timedelta(days=900)),
        "?start-unknown",
        "?start-unknown",
    ),
    "whose application's state is not known": (credential(366, enabled=None), "!too-long", "?no-rule"),
}


@pytest.mark.parametrize("name", CASES)
def test_one_credential(name: str) -> None:
    made, by_rule, without = CASES[name]
    ruled = finding(CHECK, seen(ApplicationCredential, made), parameters={"application_max_days": 180})
    assert reasons(ruled).get("a: k") == by_rule
    assert reasons(finding(CHECK, seen(ApplicationCredential, made))).get("a: k") == without


@pytest.mark.parametrize(
    ("made", "word"),
    [(credential(30), "ended"), (credential(3000, enabled=False), "disabled"), (credential(None, enabled=False), None)],
)
def test_what_cannot_be_used_is_not_judged(made: ApplicationCredential, word: str | None) -> None:
    found = finding(CHECK, seen(ApplicationCredential, made), parameters={"application_max_days": 1})
    assert found.out_of_scope == {word or "disabled": 1}
    assert found.status is Status.NOT_APPLICABLE


def test_what_a_finding_tells() -> None:
    found = finding(CHECK, seen(ApplicationCredential, credential(400)), parameters={"application_max_days": 180})
    assert found.exceptions[0].facts["days"] == 400
    assert found.exceptions[0].facts["limit"] == 180


def test_a_rule_of_whole_years_is_met_on_the_same_date() -> None:
    two_years = credential(start=datetime(2026, 10, 1, tzinfo=UTC), end=datetime(2028, 10, 1, tzinfo=UTC))
    for days, expected in ((730, {}), (729, {"a: k": "!too-long"}), (365, {"a: k": "!too-long"})):
        found = finding(CHECK, seen(ApplicationCredential, two_years), parameters={"application_max_days": days})
        assert reasons(found) == expected

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from assessment.performance import Results, perform
from assessment.requirements import Judgement
from assessment.waivers import WaiverState
from checks.discovery import discover
from checks.finding import Status
from collector.records.identity import Account
from tests.assessment.made import asks, policy, source
from tests.checks.made import AS_OF, evidence, gap, seen

STALE = tuple(
    Account(name=name, enabled=True, last_used=AS_OF - timedelta(days=200), last_used_lag_days=0) for name in ("a", "b")
)
WAIVER: dict[str, Any] = {
    "id": "w1",
    "control": "accounts-stale",
    "scope": {"subjects": ["a", "b"]},
    "decided_by": "IT-chef",
    "decided": "2026-01-01",
    "reason": "Kontona behövs under en pågående utredning.",
    "expires": "2026-11-21",
}


def results(*waivers: dict[str, Any], complete: bool = True) -> Results:
    accounts = seen(Account, *STALE, source="ad", missing=() if complete else [gap(Account, source="ad")])
    made = policy(
        settings={"waivers": list(waivers)},
        sources=[source("ad", "prod")],
        requirements=[asks("r", "accounts-stale")],
    )
    return perform(evidence(accounts), made, discover())


def test_a_waiver_accepts_a_risk_and_satisfies_nothing() -> None:
    made = results(WAIVER)
    ((_, finding),) = made.findings
    assert finding.status is Status.RISK_ACCEPTED
    assert [each.waiver for each in finding.exceptions] == ["w1", "w1"]
    assert made.requirements[0].status is Judgement.LARGELY_MET
    assert (made.waivers[0].state, made.waivers[0].covers) == (WaiverState.IN_FORCE, 2)


@pytest.mark.parametrize(
    ("change", "state"),
    [
        ({"expires": "2026-11-20"}, WaiverState.EXPIRED),
        ({"decided": "2026-11-22", "expires": "2027-01-01"}, WaiverState.NOT_YET_VALID),
        ({"scope": {"subjects": ["c"]}}, WaiverState.MATCHES_NOTHING),
        ({"scope": {"sources": ["other"], "subjects": ["a", "b"]}}, WaiverState.MATCHES_NOTHING),
        ({"scope": {"tags": ["test"], "subjects": ["a", "b"]}}, WaiverState.MATCHES_NOTHING),
        ({"scope": {}}, WaiverState.MATCHES_NOTHING),
        ({"control": "password-age"}, WaiverState.MATCHES_NOTHING),
        ({"decision": {"subjects": ["a"]}}, WaiverState.WIDER_THAN_DECISION),
        ({"decision": {"subjects": ["a", "b"], "until": "2026-11-20"}}, WaiverState.WIDER_THAN_DECISION),
        ({"decision": {"subjects": ["a"]}, "expires": "2026-11-20"}, WaiverState.EXPIRED),
    ],
)
def test_a_waiver_that_does_not_hold_bites_no_more(change: dict[str, Any], state: WaiverState) -> None:
    made = results(WAIVER | change)
    assert made.findings[0][1].status is Status.NOT_SATISFIED
    assert made.waivers[0].state is state


def test_a_waiver_for_one_of_two_leaves_the_other() -> None:
    made = results(WAIVER | {"scope": {"subjects": ["a"], "tags": ["prod"]}})
    ((_, finding),) = made.findings
    assert finding.status is Status.NOT_SATISFIED
    assert {each.subject: each.waiver for each in finding.exceptions} == {"a": "w1", "b": None}


def test_what_was_not_read_is_not_accepted() -> None:
    assert results(WAIVER, complete=False).findings[0][1].status is Status.NOT_DETERMINED


@pytest.mark.parametrize("until", [{}, {"until": "2026-11-21"}, {"until": "2027-01-01"}])
def test_a_waiver_within_its_decision_holds(until: dict[str, str]) -> None:
    made = results(WAIVER | {"decision": {"subjects": ["a", "b", "c"], **until}})
    assert made.findings[0][1].status is Status.RISK_ACCEPTED
    assert (made.waivers[0].state, made.waivers[0].beyond) == (WaiverState.IN_FORCE, ())


def test_what_goes_beyond_the_decision_is_named() -> None:
    made = results(WAIVER | {"decision": {"subjects": ["b"]}})
    assert made.waivers[0].beyond == ("a",)
    assert made.requirements[0].status is Judgement.NOT_MET

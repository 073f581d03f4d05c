"""Nobody is accused of what has aged only since another run read it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checks.discovery import discover
from checks.finding import Outcome, Status, Verdict
from checks.hindsight import AGED
from checks.judgement import Check, fit_parameters
from collector.evidence import EvidenceSet, Population, Relay
from collector.records.backup import ProtectedSystem, Snapshot
from collector.records.identity import Account
from collector.records.network import DeclaredFlow, Probe
from tests.checks.arbitrary import as_evidence, parts_of
from tests.checks.made import AS_OF, finding, reasons, seen

CHECKS = {check.id: check for check in discover()}
READ = AS_OF - timedelta(hours=20)


def relayed(population: Population[Any]) -> Population[Any]:
    """As another run read it, twenty hours before."""
    relay = Relay("ab" * 32, "20261120T120000Z", "ad", "Exempelkommun", "SHA256:x", READ, AS_OF)
    return replace(population, provenance=replace(population.provenance, started=READ, relayed=(relay,)))


def account(hours: int) -> Account:
    """Last used so many hours more than the limit of 90 days ago."""
    used = AS_OF - timedelta(days=90, hours=hours)
    return Account(name=f"used-{hours}", enabled=True, last_used=used, last_used_lag_days=0)


def test_an_account_that_may_have_been_used_since_is_not_called_unused() -> None:
    accounts = seen(Account, account(-1), account(1), account(19), account(21))
    there = finding("accounts-stale", relayed(accounts))
    assert reasons(there) == {"used-1": f"?{AGED}", "used-19": f"?{AGED}", "used-21": "!unused"}
    assert there.undetermined[0].facts == {"read": "2026-11-20T12:00:00Z"}
    assert (there.oldest_evidence, there.population.examined) == (READ, 2)
    assert there.exceptions[0].facts["days"] == 90
    here = finding("accounts-stale", accounts)
    assert reasons(here) == {"used-1": "!unused", "used-19": "!unused", "used-21": "!unused"}
    alone = finding("accounts-stale", relayed(seen(Account, account(1))))
    assert (alone.status, alone.exceptions) == (Status.NOT_DETERMINED, ())


def test_an_opening_that_was_allowed_when_it_was_tried_is_not_called_expired() -> None:
    probe = Probe(
        vantage="w", zone="clients", target="192.0.2.130", target_zone="servers", port=22, outcome="open", time=READ
    )

    def flow(last: date) -> Population[DeclaredFlow]:
        return seen(DeclaredFlow, DeclaredFlow(source="clients", destination="servers", valid_until=last))

    tried = relayed(seen(Probe, probe))
    assert reasons(finding("segmentation-flows", tried, flow(READ.date()))) == {probe.subject: f"?{AGED}"}
    earlier = flow(READ.date() - timedelta(days=1))
    assert reasons(finding("segmentation-flows", tried, earlier)) == {probe.subject: "!open-after-expiry"}
    assert reasons(finding("segmentation-flows", tried, flow(AS_OF.date()))) == {}


def test_a_list_of_restore_points_is_as_old_as_its_reading() -> None:
    systems = seen(ProtectedSystem, ProtectedSystem(name="lön", critical=True, hosts=("app01",)))
    points = seen(
        Snapshot, Snapshot(identifier="a", time=AS_OF - timedelta(hours=30), host="app01", paths=("/srv",)), source="r"
    )
    assert set(reasons(finding("backup-daily", systems, points)).values()) == {"!too-old"}
    assert set(reasons(finding("backup-daily", systems, relayed(points))).values()) == {"?export-older"}


@pytest.mark.parametrize("name", sorted(CHECKS))
@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_every_check_accuses_of_what_it_says_at_both_moments_alone(name: str, data: st.DataObject) -> None:
    check = CHECKS[name]
    held = as_evidence(data.draw(parts_of(check)))
    first = held.reading(check.reads[0]).populations[0]
    late = EvidenceSet(
        tuple(
            relayed(each) if (each.kind, each.source) == (first.kind, first.source) else each
            for each in held.populations
        )
    )
    by_another = late.reading(check.reads[0]).populations[0]
    assert accused(check, by_another, late) <= accused(check, replace(by_another, provenance=first.provenance), late)
    said = outcomes(check, by_another, late)
    plain = outcomes(check, replace(by_another, provenance=first.provenance), late)
    assert [each.subject for each in said] == [each.subject for each in plain]
    for ours, theirs in zip(said, plain, strict=True):
        assert ours == theirs or (ours.reason == AGED and theirs.verdict is Verdict.DEVIATES)


def outcomes(check: Check, population: Population[Any], held: EvidenceSet) -> list[Outcome]:
    return list(check.judge(population, held, fit_parameters(check, {}), AS_OF))


def accused(check: Check, population: Population[Any], held: EvidenceSet) -> Counter[str]:
    return Counter(each.subject for each in outcomes(check, population, held) if each.verdict is Verdict.DEVIATES)

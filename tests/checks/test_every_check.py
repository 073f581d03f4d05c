"""What holds of every check, whatever a decodable record says: hostile hosts, broken exports, absurd parameters."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assessment.performance import finding_document, finding_id
from checks.discovery import discover
from checks.finding import Finding, Status, Verdict
from checks.judgement import Check, fit_parameters, judge
from collector.evidence import EvidenceSet
from collector.evidence_file import canonical, parse_json
from tests.checks.arbitrary import as_evidence, parameters_of, parts_of
from tests.checks.made import AS_OF

CHECKS = {check.id: check for check in discover()}
MOMENTS = st.sampled_from((AS_OF, datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)))


def documents(check: Check, held: EvidenceSet, parameters: dict[str, Any], as_of: datetime) -> list[bytes]:
    return [canonical(finding_document(finding_id(each), each)) for each in judge(check, held, parameters, as_of)]


@pytest.mark.parametrize("name", sorted(CHECKS))
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_whatever_the_records_say(name: str, data: st.DataObject) -> None:
    check = CHECKS[name]
    parts = data.draw(parts_of(check))
    parameters = data.draw(parameters_of(check) | st.just({}))
    as_of = data.draw(MOMENTS)
    held = as_evidence(parts)

    found = list(judge(check, held, parameters, as_of))

    assert [each.source for each in found] == sorted(
        population.source for population in held.reading(check.reads[0]).populations
    )
    for each in found:
        is_honest(each, held, check)
    written = documents(check, held, parameters, as_of)
    for document in written:
        assert canonical(parse_json(document)) == document
    assert documents(check, as_evidence(parts, backwards=True), parameters, as_of) == written
    every_subject_has_a_verdict(check, held, parameters, as_of)


def is_honest(found: Finding, held: EvidenceSet, check: Check) -> None:
    (population,) = (each for each in held.reading(check.reads[0]).populations if each.source == found.source)
    if found.status in {Status.SATISFIED, Status.NOT_APPLICABLE, Status.RISK_ACCEPTED}:
        assert not found.undetermined
        assert not found.exceptions
        assert population.complete
    if found.status is Status.SATISFIED:
        assert found.population.in_scope > 0
    if found.status is Status.NOT_SATISFIED:
        assert found.exceptions
    assert set(check.reasons) >= {each.reason for each in found.exceptions}


def every_subject_has_a_verdict(check: Check, held: EvidenceSet, parameters: dict[str, Any], as_of: datetime) -> None:
    if not check.every_record:
        return
    for population in held.reading(check.reads[0]).populations:
        outcomes = list(check.judge(population, held, fit_parameters(check, parameters), as_of))
        assert {record.subject for record in population.records} <= {outcome.subject for outcome in outcomes}
        assert all(outcome.reason for outcome in outcomes if outcome.verdict is not Verdict.CONFORMS)


@pytest.mark.parametrize("name", sorted(CHECKS))
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_what_a_check_joins_with_and_did_not_get_never_makes_it_satisfied(name: str, data: st.DataObject) -> None:
    """With its subjects alone, a check that joins them may only be satisfied where the join decides nothing."""
    check = CHECKS[name]
    parts = [part for part in data.draw(parts_of(check)) if part.kind is check.reads[0]]
    for found in judge(check, as_evidence(parts), {}, AS_OF):
        if found.status is Status.SATISFIED:
            assert name in SUBJECTS_DECIDE, f"{name} is satisfied without {check.reads[1:]}"


SUBJECTS_DECIDE = {name for name, check in CHECKS.items() if len(check.reads) == 1} | {
    "password-policy--accounts",  # only an account with a principal name is judged by its privileges
    "email-encryption--transport",  # whether a server takes TLS is its own; what joins it is told and decides nothing
    "account-unique",  # two accounts of one person are seen in the directory itself
    "encryption-at-rest",  # a volume that is encrypted is in order whatever the system register calls for
    "firewall-policy-review--rules",  # a rule is judged by the rules before it; a host only tells how long it counted
    "time-sync-source",  # a configured name of the national service needs no other host's word
}

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessment.performance import Results, perform
from assessment.requirements import ControlAssessment, Judgement, Missing, control_status, roll_up
from checks.discovery import discover
from checks.finding import Status
from collector.evidence import Gap, Population
from collector.records.backup import MajorChange, ProtectedSystem, RestoreTest, Snapshot
from collector.records.identity import Account, LocalPrivilege
from collector.records.record import Record
from tests.assessment.made import asks, policy
from tests.checks.made import AS_OF, evidence, gap, seen

USED = Account(name="used", enabled=True, last_used=AS_OF, password_set=AS_OF)
STALE = Account(
    name="stale", enabled=True, last_used=AS_OF - timedelta(days=100), last_used_lag_days=0, password_set=AS_OF
)


def results(*parts: Population[Record] | Gap, **changes: object) -> Results:
    return perform(evidence(*parts), policy(**changes), discover())


def control(status: Status, *, nearly: bool = False) -> ControlAssessment:
    return ControlAssessment("c", status, nearly=nearly, findings=())


S, N, R, U, A = (
    Status.SATISFIED,
    Status.NOT_SATISFIED,
    Status.RISK_ACCEPTED,
    Status.NOT_DETERMINED,
    Status.NOT_APPLICABLE,
)
TABLE = {
    (): Judgement.NOT_DETERMINED,
    (S,): Judgement.MET,
    (S, A): Judgement.MET,
    (A,): Judgement.NOT_APPLICABLE,
    (U,): Judgement.NOT_DETERMINED,
    (U, A): Judgement.NOT_DETERMINED,
    (S, U): Judgement.NOT_DETERMINED,
    (R,): Judgement.LARGELY_MET,
    (S, R): Judgement.LARGELY_MET,
    (R, U): Judgement.NOT_DETERMINED,
    (N,): Judgement.NOT_MET,
    (N, U): Judgement.NOT_MET,
    (N, A): Judgement.NOT_MET,
    (N, S): Judgement.PARTLY_MET,
    (N, R): Judgement.PARTLY_MET,
    (N, S, U): Judgement.PARTLY_MET,
}


@pytest.mark.parametrize("statuses", TABLE)
def test_roll_up(statuses: tuple[Status, ...]) -> None:
    assert roll_up([control(status) for status in statuses]) is TABLE[statuses]


def test_nearly_all_conforming_is_largely_met_only_when_everything_is_determined() -> None:
    nearly = control(N, nearly=True)
    assert roll_up([nearly]) is Judgement.LARGELY_MET
    assert roll_up([nearly, control(S)]) is Judgement.LARGELY_MET
    assert roll_up([nearly, control(U)]) is Judgement.PARTLY_MET
    assert roll_up([nearly, control(N)]) is Judgement.PARTLY_MET


@given(st.lists(st.tuples(st.sampled_from(list(Status)), st.booleans()), max_size=8))
def test_nothing_undetermined_or_deviating_is_ever_met(drawn: list[tuple[Status, bool]]) -> None:
    controls = [control(status, nearly=nearly and status is N) for status, nearly in drawn]
    judged = roll_up(controls)
    if judged is Judgement.MET:
        assert {each.status for each in controls} <= {S, A}
        assert any(each.status is S for each in controls)
    if judged is Judgement.LARGELY_MET:
        assert not any(each.status is U for each in controls)
    assert roll_up(list(reversed(controls))) is judged


@given(st.lists(st.sampled_from(list(Status)), min_size=1, max_size=8))
def test_a_control_is_no_better_than_its_findings(statuses: list[Status]) -> None:
    worst = control_status(statuses)
    assert worst in statuses
    assert (worst is S) <= (not {N, U, R} & set(statuses))


def test_each_requirement_cites_the_finding_with_its_own_parameters() -> None:
    made = results(
        seen(Account, STALE),
        requirements=[asks("strict", "accounts-stale"), asks("lax", "accounts-stale", stale_days=365)],
    )
    strict, lax = made.requirements
    assert (strict.status, lax.status) == (Judgement.NOT_MET, Judgement.MET)
    assert strict.controls[0].findings != lax.controls[0].findings
    assert {finding.parameters["stale_days"] for _, finding in made.findings} == {90, 365}


def test_the_organisation_sets_defaults_and_cannot_weaken_what_is_demanded() -> None:
    settings = {"controls": {"accounts-stale": {"parameters": {"stale_days": 365}}}}
    made = results(
        seen(Account, STALE),
        settings=settings,
        requirements=[asks("silent", "accounts-stale"), asks("stated", "accounts-stale", stale_days=90)],
    )
    assert [each.status for each in made.requirements] == [Judgement.MET, Judgement.NOT_MET]


def test_what_is_missing_is_said() -> None:
    made = results(requirements=[asks("no check", "made-up"), asks("no evidence", "accounts-stale"), asks("nothing")])
    unchecked, unfed, empty = made.requirements
    assert unchecked.controls[0].missing is Missing.NO_CHECK
    assert (unfed.controls[0].missing, unfed.controls[0].needs) == (Missing.NO_EVIDENCE, ("account",))
    assert empty.missing is Missing.NO_CONTROL
    assert {each.status for each in made.requirements} == {Judgement.NOT_DETERMINED}
    assert (made.coverage.controls, made.coverage.controls_with_check) == (2, 1)
    assert (made.coverage.requirements_with_evidence, made.coverage.requirements_determined) == (0, 0)


def test_a_gap_is_evidence_that_was_asked_for() -> None:
    made = results(gap(Account), requirements=[asks("r", "accounts-stale")])
    assert made.requirements[0].status is Judgement.NOT_DETERMINED
    assert made.requirements[0].controls[0].missing is None
    assert made.coverage.requirements_with_evidence == 1


def test_a_host_alone_never_answers_for_a_directory() -> None:
    """All of one check out of scope, and nobody asked for what the control's other checks read: not determined."""
    local = Account(name="root", host="app1", enabled=True)
    made = results(seen(Account, local), requirements=[asks("r", "privileged-restricted")])
    (asked,) = made.requirements[0].controls
    assert asked.findings
    assert (asked.status, asked.missing) == (Status.NOT_DETERMINED, Missing.NO_EVIDENCE)
    assert "privilege" in asked.needs
    assert made.requirements[0].status is Judgement.NOT_DETERMINED


def test_a_framework_point_takes_its_controls_from_the_crosswalk() -> None:
    points = [
        {"id": reference, "crosswalk": {"framework": "iso-27002-2022", "reference": reference}}
        for reference in ("5.16", "8.34")
    ]
    covered, bare = results(seen(Account, USED), requirements=points).requirements
    assert (covered.status, bare.missing) == (Judgement.MET, Missing.NO_CONTROL)


def test_a_run_limited_to_some_controls_says_so_of_the_others() -> None:
    made = results(
        seen(Account, STALE),
        only_controls=["password-age"],
        requirements=[asks("a", "accounts-stale"), asks("p", "password-age")],
    )
    assert made.requirements[0].controls[0].missing is Missing.NOT_SELECTED
    assert made.requirements[1].status is Judgement.MET


def test_an_excluded_source_is_not_judged() -> None:
    settings = {"controls": {"accounts-stale": {"exclude_sources": ["old"]}}}
    made = results(
        seen(Account, USED),
        seen(Account, STALE, source="old"),
        settings=settings,
        requirements=[asks("r", "accounts-stale")],
    )
    assert [finding.source for _, finding in made.findings] == ["test"]


@pytest.mark.parametrize(("stale", "expected"), [(5, Judgement.LARGELY_MET), (6, Judgement.NOT_MET)])
def test_five_in_a_hundred_is_in_all_material_respects(stale: int, expected: Judgement) -> None:
    accounts = [
        Account(name=f"s{n}", enabled=True, last_used=STALE.last_used, last_used_lag_days=0) for n in range(stale)
    ]
    accounts += [Account(name=f"u{n}", enabled=True, last_used=AS_OF) for n in range(100 - stale)]
    made = results(seen(Account, *accounts), requirements=[asks("r", "accounts-stale")])
    assert made.requirements[0].status is expected


def test_one_who_deviates_in_every_role_is_not_few() -> None:
    held = [LocalPrivilege(holder="eva", host="h", role="sudo", role_name=f"line {n}") for n in range(20)]
    made = results(
        seen(LocalPrivilege, *held), requirements=[asks("r", "local-admin-restricted", approved=["someone-else"])]
    )
    assert made.requirements[0].status is Judgement.NOT_MET


def test_every_pair_of_statuses_is_judged() -> None:
    for pair in product(Status, repeat=2):
        assert roll_up([control(status) for status in pair]) in Judgement


def test_several_checks_of_one_control_do_not_make_a_deviation_small() -> None:
    names = [f"s{number}" for number in range(12)]
    tests = [
        RestoreTest(
            system=name,
            date=AS_OF.date() - timedelta(days=500 if name == "s0" else 5),
            result="passed",
            verified_by_business="ja",
        )
        for name in names
    ]
    made = results(
        seen(ProtectedSystem, *(ProtectedSystem(name=name, critical=True) for name in names), source="r"),
        seen(RestoreTest, *tests, source="log"),
        seen(MajorChange, source="changes"),
        seen(Snapshot, *(Snapshot(identifier=name, time=AS_OF, host=name, verification="passed") for name in names)),
        requirements=[asks("r", "restore-test-annual")],
    )
    (requirement,) = made.requirements
    assert [finding.population.in_scope for _, finding in made.findings].count(12) > 1
    assert (requirement.controls[0].status, requirement.controls[0].nearly) == (N, False)

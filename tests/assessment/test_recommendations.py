"""Whether a recommendation was heeded is proposed by evidence before and after the measure, never by an answer."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessment.control_state import stand
from assessment.performance import documents, perform
from assessment.policy import AskedControl, Policy
from assessment.recommendations import Change, Difference, FollowUp, Heeded, follow_up, linked_controls
from assessment.stand import ControlState, Stand, read_stand, stand_document
from checks.discovery import discover
from checks.finding import Status
from collector.evidence import EvidenceSet, Obtained
from collector.records.backup import MajorChange, ProtectedSystem, RestoreTest
from collector.records.identity import Account
from tests.assessment.made import asks, policy
from tests.checks.made import AS_OF, evidence, gap, seen

DAY = timedelta(days=1)
MEASURED = AS_OF - 60 * DAY
BEFORE = AS_OF - 200 * DAY
S, N, U, A, X = (
    Status.SATISFIED,
    Status.NOT_SATISFIED,
    Status.NOT_DETERMINED,
    Status.RISK_ACCEPTED,
    Status.NOT_APPLICABLE,
)


def ledger(*controls: str, **fields: Any) -> list[dict[str, Any]]:
    one = {
        "id": "R-1",
        "controls": [{"id": each} for each in controls],
        "status": "done",
        "measure": {"done": MEASURED.date().isoformat()},
    }
    return [{"id": "granskning", "recommendations": [one | fields]}]


def states(statuses: dict[str, Status], deviating: int = 10, when: Any = AS_OF) -> Stand:
    names = tuple(f"s: n{number}" for number in range(deviating))
    return Stand(
        when, "", tuple(ControlState(key, {}, each, 20, names if each is N else ()) for key, each in statuses.items())
    )


def propose(before: dict[str, Status] | None, after: dict[str, Status], **changes: Any) -> FollowUp:
    was, now = changes.pop("deviating", (10, 10))
    made = policy(recommendations=ledger(*after, **changes))
    old = None if before is None else states(before, was, BEFORE)
    (one,) = follow_up(made, old, states(after, now))
    return one


PROPOSALS: dict[str, tuple[dict[str, Status], Heeded]] = {
    "all met": ({"a": S, "b": S}, Heeded.YES),
    "all met that apply": ({"a": S, "b": X}, Heeded.YES),
    "one of two": ({"a": S, "b": N}, Heeded.PARTLY),
    "one under an accepted risk": ({"a": S, "b": A}, Heeded.PARTLY),
    "an accepted risk is no measure": ({"a": A}, Heeded.PARTLY),
    "none": ({"a": N, "b": N}, Heeded.NO),
    "met, but for what was not seen": ({"a": S, "b": U}, Heeded.NOT_DETERMINED),
    "not met, and something not seen": ({"a": N, "b": U}, Heeded.NOT_DETERMINED),
    "in part, whatever was not seen": ({"a": N, "b": S, "c": U}, Heeded.PARTLY),
    "nothing seen": ({"a": U}, Heeded.NOT_DETERMINED),
    "nothing applies": ({"a": X}, Heeded.NOT_DETERMINED),
}


@pytest.mark.parametrize("name", PROPOSALS)
def test_a_proposal_from_the_linked_controls(name: str) -> None:
    after, expected = PROPOSALS[name]
    assert propose(dict.fromkeys(after, N), after).proposal is expected


@pytest.mark.parametrize(("now", "expected"), [(5, Heeded.PARTLY), (6, Heeded.NO), (10, Heeded.NO), (12, Heeded.NO)])
def test_half_of_the_exceptions_gone_is_a_part(now: int, expected: Heeded) -> None:
    assert propose({"a": N}, {"a": N}, deviating=(10, now)).proposal is expected


def test_fewer_than_in_a_time_that_was_not_seen_is_no_part() -> None:
    assert propose({"a": U}, {"a": N}, deviating=(10, 1)).proposal is Heeded.NO


@pytest.mark.parametrize(
    ("answer", "difference"),
    [("yes", Difference.CLAIMS_MORE), ("partly", Difference.AGREES), ("no", Difference.CLAIMS_LESS)],
)
def test_managements_answer_stands_beside_and_decides_nothing(answer: str, difference: Difference) -> None:
    one = propose({"a": N, "b": N}, {"a": S, "b": N}, answer=answer)
    assert (one.proposal, one.difference) == (Heeded.PARTLY, difference)


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        ("done", Heeded.YES),
        ("ongoing", Heeded.PARTLY),
        ("not-started", Heeded.NO),
        ("rejected", Heeded.NO),
        (None, None),
    ],
)
def test_a_status_is_an_answer_too(status: str | None, answer: Heeded | None) -> None:
    one = propose({"a": N}, {"a": S}, status=status)
    assert one.answer is answer
    assert (one.difference is Difference.NO_ANSWER) is (answer is None)


def test_no_evidence_is_no_difference() -> None:
    assert propose({"a": N}, {"a": U}).difference is Difference.CANNOT_TELL


@pytest.mark.parametrize(
    ("days", "proposal", "remark"),
    [
        (30, Heeded.YES, None),
        (29, Heeded.NOT_DETERMINED, "too-early"),
        (0, Heeded.NOT_DETERMINED, "too-early"),
        (-1, Heeded.NOT_DETERMINED, "read-before-measure"),
        (None, Heeded.NOT_DETERMINED, "no-day-of-measure"),
    ],
)
def test_an_effect_must_last(days: int | None, proposal: Heeded, remark: str | None) -> None:
    measure = {} if days is None else {"done": (AS_OF - days * DAY).date().isoformat()}
    one = propose({"a": N}, {"a": S}, measure=measure)
    assert one.proposal is proposal
    assert remark is None or remark in one.remarks


def test_what_was_met_before_shows_no_effect() -> None:
    one = propose({"a": S}, {"a": S})
    assert (one.proposal, one.before, one.remarks) == (Heeded.YES, Heeded.YES, ("met-before",))
    assert one.controls[0].change is Change.STILL_MET


def test_without_evidence_from_before_it_is_said() -> None:
    assert propose(None, {"a": S}).remarks == ("nothing-before",)
    assert propose({"a": U}, {"a": S}).remarks == ("before-not-determined",)


def test_a_reading_after_the_measure_is_not_before_it() -> None:
    made = policy(recommendations=ledger("a"))
    (one,) = follow_up(made, states({"a": N}, when=AS_OF - 30 * DAY), states({"a": S}))
    assert "before-is-after-measure" in one.remarks


def test_without_linked_controls_nothing_is_proposed() -> None:
    one = propose({}, {}, controls=[{"id": "recommendation-status"}])
    assert (one.proposal, "no-controls" in one.remarks) == (Heeded.NOT_DETERMINED, True)


@given(st.dictionaries(st.sampled_from("abcd"), st.sampled_from(list(Status)), min_size=1), st.integers(0, 20))
def test_more_seen_to_be_met_never_makes_a_proposal_worse(after: dict[str, Status], now: int) -> None:
    order = (Heeded.NO, Heeded.PARTLY, Heeded.YES)
    before = propose(dict.fromkeys(after, N), after, deviating=(10, now)).proposal
    for name in after:
        better = propose(dict.fromkeys(after, N), {**after, name: S}, deviating=(10, now)).proposal
        if Heeded.NOT_DETERMINED not in (before, better):
            assert order.index(better) >= order.index(before)
        if better is Heeded.YES:
            assert set({**after, name: S}.values()) <= {S, X}


def account(name: str, idle_days: int) -> Account:
    return Account(name=name, enabled=True, last_used=AS_OF - idle_days * DAY, last_used_lag_days=0)


STALE = AskedControl("accounts-stale", {})


def stale_at(made: Policy, *accounts: Account) -> Stand:
    return stand([STALE], made, discover(), evidence(seen(Account, *accounts, source="ad")))


def test_a_run_proposes_from_a_sealed_stand_and_names_who_remains() -> None:
    before = stale_at(policy(), account("a", 300), account("b", 300), account("c", 300))
    written = stand_document(before)
    assert read_stand(written) == before
    written["as_of"] = BEFORE.isoformat().replace("+00:00", "Z")
    made = policy(
        recommendations=ledger("accounts-stale"),
        before=written,
        requirements=[asks("r", "recommendation-effect-verified")],
    )
    results = perform(evidence(seen(Account, account("a", 1), account("b", 300), account("d", 200))), made, discover())
    (one,) = json.loads(documents(results)["recommendations.json"])["recommendations"]
    assert (one["proposal"], one["before"], one["difference"]) == ("no", "no", "claims-more")
    assert one["answer"] == "yes"
    (change,) = one["controls"]
    assert (change["before"]["status"], change["after"]["status"]) == ("not-satisfied", "not-satisfied")
    assert (change["before"]["deviating"], change["after"]["deviating"]) == (
        ["ad: a", "ad: b", "ad: c"],
        ["test: b", "test: d"],
    )
    ((_, finding),) = results.findings
    assert (finding.status, [each.reason for each in finding.exceptions]) == (Status.NOT_SATISFIED, ["no"])
    assert finding.evidence == ("test/account",)


def test_who_is_gone_and_who_is_new() -> None:
    made = policy(recommendations=ledger("accounts-stale"))
    was = stale_at(made, account("a", 300), account("b", 300))
    now = stale_at(made, account("a", 1), account("b", 300), account("c", 300))
    (one,) = follow_up(made, was, now)
    assert (one.controls[0].resolved, one.controls[0].added) == (("ad: a",), ("ad: c",))


def test_what_was_not_read_is_not_resolved() -> None:
    made = policy(recommendations=ledger("accounts-stale"))
    was = stale_at(made, account("a", 300))
    now = stand(linked_controls(made.recommendations), made, discover(), evidence(gap(Account, source="ad")))
    (one,) = follow_up(made, was, now)
    assert (one.proposal, one.controls[0].resolved) == (Heeded.NOT_DETERMINED, ())


def test_both_times_are_measured_by_the_same_yardstick() -> None:
    made = policy(recommendations=ledger("accounts-stale", controls=[{"id": "accounts-stale", "parameters": {}}]))
    strict = policy(settings={"controls": {"accounts-stale": {"parameters": {"stale_days": 30}}}})
    assert stale_at(made, account("a", 60)).states[0].status is S
    assert stale_at(strict, account("a", 60)).states[0].status is N


def ads(made: Policy, *parts: Any) -> Stand:
    return stand([STALE], made, discover(), evidence(*parts))


def stale_in(source: str, count: int, **changes: Any) -> Any:
    return seen(Account, *(account(f"{source}{number}", 300) for number in range(count)), source=source, **changes)


def test_a_source_that_was_not_read_again_shows_no_improvement() -> None:
    made = policy(recommendations=ledger("accounts-stale"))
    was = ads(made, stale_in("ad1", 4), stale_in("ad2", 6))
    for part in (gap(Account, source="ad2"), stale_in("ad2", 0, missing=[gap(Account, source="ad2", subject="ou")])):
        (one,) = follow_up(made, was, ads(made, stale_in("ad1", 4), part))
        (control,) = one.controls
        assert (control.change, control.resolved, one.proposal) == (Change.UNKNOWN, (), Heeded.NOT_DETERMINED)


def test_a_source_that_was_not_read_before_shows_no_worsening() -> None:
    made = policy(recommendations=ledger("accounts-stale"))
    was = ads(made, stale_in("ad1", 4), gap(Account, source="ad2"))
    (one,) = follow_up(made, was, ads(made, stale_in("ad1", 4), stale_in("ad2", 6)))
    assert (one.controls[0].change, one.controls[0].added) == (Change.UNKNOWN, ())


def test_what_was_read_in_part_before_can_be_gone_but_is_not_new() -> None:
    made = policy(recommendations=ledger("accounts-stale"))
    was = ads(made, stale_in("ad1", 1, missing=[gap(Account, source="ad1", subject="ou")]))
    now = ads(made, seen(Account, account("ad10", 1), account("b", 300), source="ad1"))
    (one,) = follow_up(made, was, now)
    assert (one.controls[0].resolved, one.controls[0].added) == (("ad1: ad10",), ())


def test_the_days_are_counted_to_what_was_read_and_not_to_the_judgement() -> None:
    made = policy(recommendations=ledger("accounts-stale", measure={"done": (AS_OF - 40 * DAY).date().isoformat()}))
    used = seen(Account, account("a", 1), source="ad", started=AS_OF - 20 * DAY)
    (one,) = follow_up(made, None, ads(made, used))
    assert (one.days, one.proposal) == (20, Heeded.NOT_DETERMINED)


def test_a_stand_of_an_older_version_says_as_much_as_it_did() -> None:
    written: dict[str, Any] = stand_document(stale_at(policy(), account("a", 300)))
    for name in ("whole", "partial", "read"):
        del written["states"][0][name]
    (state,) = read_stand(written).states
    assert (state.whole, state.decides("ad")) == (None, True)


@pytest.mark.parametrize(("open_after", "change"), [(1, Change.BETTER), (3, Change.UNCHANGED)])
def test_whoever_the_evidence_does_not_decide_may_still_deviate(open_after: int, change: Change) -> None:
    made = policy(recommendations=ledger("accounts-stale"))
    was = ads(made, stale_in("ad", 6))
    unknown = [Account(name=f"ad{number}", enabled=True) for number in range(1, open_after + 1)]
    now = ads(made, seen(Account, account("ad0", 300), *unknown, source="ad"))
    (one,) = follow_up(made, was, now)
    assert one.controls[0].change is change
    assert not {f"ad: {each.name}" for each in unknown} & set(one.controls[0].resolved)


def test_a_source_that_was_never_read_hides_no_improvement_of_another() -> None:
    made = policy(recommendations=ledger("accounts-stale"))
    was = ads(made, stale_in("ad1", 6), gap(Account, source="ad2"))
    (one,) = follow_up(made, was, ads(made, stale_in("ad1", 2), gap(Account, source="ad2")))
    assert (one.controls[0].change, one.proposal) == (Change.BETTER, Heeded.PARTLY)


def test_a_source_that_is_not_asked_any_more_is_no_measure() -> None:
    made = policy(recommendations=ledger("accounts-stale"))
    was = ads(made, stale_in("ad1", 0), stale_in("ad2", 6))
    (one,) = follow_up(made, was, ads(made, seen(Account, account("a", 1), source="ad1")))
    assert (one.proposal, one.controls[0].change, one.controls[0].resolved) == (
        Heeded.NOT_DETERMINED,
        Change.UNKNOWN,
        (),
    )


def test_no_is_not_proposed_while_someone_is_not_decided() -> None:
    made = policy(recommendations=ledger("accounts-stale"))
    unknown = Account(name="ad3", enabled=True)
    still = [account(f"ad{number}", 300) for number in range(3)]
    (one,) = follow_up(made, ads(made, stale_in("ad", 4)), ads(made, seen(Account, *still, unknown, source="ad")))
    assert one.proposal is Heeded.NOT_DETERMINED


@pytest.mark.parametrize(
    ("obtained", "controlled_by", "expected"),
    [
        (Obtained.PROVIDED, "Driftbolaget", Heeded.NOT_DETERMINED),
        (Obtained.OBSERVED, "Driftbolaget", Heeded.YES),
        (Obtained.PROVIDED, "own", Heeded.YES),
    ],
)
def test_a_suppliers_own_export_alone_shows_no_effect(obtained: Obtained, controlled_by: str, expected: Heeded) -> None:
    used = Account(name="used", enabled=True, last_used=AS_OF, last_used_lag_days=0)
    held = evidence(seen(Account, used, obtained=obtained, controlled_by=controlled_by))
    made = policy(recommendations=ledger("accounts-stale"))
    now = stand(linked_controls(made.recommendations), made, discover(), held)
    (one,) = follow_up(made, None, now)
    assert one.proposal is expected
    assert one.controls[0].after.missing == ("suppliers-word" if expected is Heeded.NOT_DETERMINED else "")


def test_a_suppliers_export_shows_what_is_not_done() -> None:
    old = Account(name="old", enabled=True, last_used=AS_OF - 300 * DAY, last_used_lag_days=0)
    held = evidence(seen(Account, old, obtained=Obtained.PROVIDED, controlled_by="Driftbolaget"))
    made = policy(recommendations=ledger("accounts-stale"))
    (one,) = follow_up(made, None, stand(linked_controls(made.recommendations), made, discover(), held))
    assert one.proposal is Heeded.NO


def test_an_effect_that_our_own_evidence_shows_too_is_one() -> None:
    held = evidence(
        seen(ProtectedSystem, ProtectedSystem(name="Lön", critical=True), obtained=Obtained.PROVIDED, source="systems"),
        seen(RestoreTest, passed("Lön"), obtained=Obtained.PROVIDED, source="ours"),
        seen(RestoreTest, passed("Lön"), obtained=Obtained.PROVIDED, controlled_by="Driftbolaget", source="theirs"),
        seen(MajorChange, obtained=Obtained.PROVIDED, source="changes"),
    )
    made = policy(recommendations=ledger("restore-test-annual"))
    asked = linked_controls(made.recommendations)
    assert follow_up(made, None, stand(asked, made, discover(), held))[0].proposal is Heeded.YES
    theirs = EvidenceSet(tuple(each for each in held.populations if each.source != "ours"), held.gaps)
    assert follow_up(made, None, stand(asked, made, discover(), theirs))[0].proposal is Heeded.NOT_DETERMINED


def passed(system: str) -> RestoreTest:
    return RestoreTest(system=system, date=(AS_OF - 10 * DAY).date(), result="passed", verified_by_business="chef")

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from assessment.claims import ClaimAssessment, ClaimReason, ClaimStatus
from assessment.performance import perform
from checks.discovery import discover
from collector.evidence import Gap, Obtained, Population
from collector.records.backup import MajorChange, ProtectedSystem, RestoreTest, Snapshot
from collector.records.host import TimeSync
from collector.records.identity import Account
from collector.records.record import Record
from collector.records.statements import SupplierQuestion
from collector.records.suppliers import Responsibility
from tests.assessment.made import policy, source
from tests.checks.made import AS_OF, evidence, gap, seen

DAY = timedelta(days=1)
USED = Account(name="used", enabled=True, last_used=AS_OF)
STALE = Account(name="stale", enabled=True, last_used=AS_OF - 100 * DAY, last_used_lag_days=0)
UNKNOWN = Account(name="unknown", enabled=True)
CLAIM: dict[str, Any] = {
    "id": "c1",
    "supplier": "Leverantören AB",
    "statement": "Inaktiva konton stängs inom 90 dagar.",
    "as_of": "2026-11-21",
    "control": "accounts-stale",
    "parameters": {},
    "scope": {},
}


def assess(*parts: Population[Record] | Gap, **changes: Any) -> ClaimAssessment:
    sources = [source("test", controlled_by="Leverantören AB"), source("other", "site-b")]
    made = perform(evidence(*parts), policy(claims=[CLAIM | changes], sources=sources), discover())
    (claim,) = made.claims
    return claim


def test_our_own_reading_confirms_and_cites_its_evidence() -> None:
    claim = assess(seen(Account, USED, controlled_by="Leverantören AB"))
    assert (claim.status, claim.evidence) == (ClaimStatus.CONFIRMED, ("test/account",))


def test_a_deviation_contradicts_by_name() -> None:
    claim = assess(seen(Account, USED, STALE))
    assert claim.status is ClaimStatus.CONTRADICTED
    assert claim.reasons[0].facts["subjects"] == ["stale"]


def test_the_value_claimed_is_the_yardstick() -> None:
    assert assess(seen(Account, STALE), parameters={"stale_days": 365}).status is ClaimStatus.CONFIRMED


@pytest.mark.parametrize("obtained", [Obtained.PROVIDED, Obtained.ATTESTED])
def test_a_suppliers_own_export_never_confirms(obtained: Obtained) -> None:
    export = seen(Account, USED, obtained=obtained, controlled_by="Leverantören AB")
    claim = assess(export)
    assert (claim.status, claim.reasons[0].code) == (ClaimStatus.NOT_VERIFIABLE, "suppliers-own-word")


def test_but_it_can_contradict() -> None:
    export = seen(Account, STALE, obtained=Obtained.PROVIDED, controlled_by="Leverantören AB")
    assert assess(export).status is ClaimStatus.CONTRADICTED


def test_our_own_export_may_confirm() -> None:
    assert assess(seen(Account, USED, obtained=Obtained.PROVIDED)).status is ClaimStatus.CONFIRMED


@pytest.mark.parametrize("account", [USED, STALE])
def test_evidence_from_before_the_claim_says_nothing_of_it(account: Account) -> None:
    claim = assess(seen(Account, account, started=AS_OF - 2 * DAY))
    assert (claim.status, claim.reasons[0].code) == (ClaimStatus.NOT_VERIFIABLE, "evidence-older")


def test_one_source_read_and_one_not_confirms_a_part() -> None:
    claim = assess(seen(Account, USED), gap(Account, source="other"))
    assert claim.status is ClaimStatus.PARTLY_CONFIRMED
    assert {reason.code for reason in claim.reasons} == {"confirmed-by", "gap"}


NOTHING_TO_GO_BY: dict[str, tuple[list[Population[Record] | Gap], dict[str, Any], str]] = {
    "no source": ([], {}, "no-evidence"),
    "source not reached": ([gap(Account)], {}, "gap"),
    "use not recorded": ([seen(Account, UNKNOWN)], {}, "undetermined"),
    "no accounts": ([seen(Account)], {}, "undetermined"),
    "no check": ([], {"control": "made-up"}, "no-check"),
    "scope that the evidence does not reach": ([seen(Account, USED)], {"scope": {"tags": ["site-c"]}}, "no-evidence"),
    "subject that was not seen": ([seen(Account, USED)], {"scope": {"subjects": ["someone"]}}, "undetermined"),
    "all disabled": ([seen(Account, Account(name="x", enabled=False))], {}, "nothing-in-scope"),
}


@pytest.mark.parametrize("name", NOTHING_TO_GO_BY)
def test_not_verifiable(name: str) -> None:
    parts, changes, code = NOTHING_TO_GO_BY[name]
    claim = assess(*parts, **changes)
    assert (claim.status, claim.reasons[0].code) == (ClaimStatus.NOT_VERIFIABLE, code)


def test_scope_limits_sources_and_subjects() -> None:
    stale_elsewhere = seen(Account, STALE, source="other")
    assert assess(seen(Account, USED), stale_elsewhere, scope={"sources": ["test"]}).status is ClaimStatus.CONFIRMED
    assert assess(seen(Account, USED), stale_elsewhere, scope={"tags": ["site-b"]}).status is ClaimStatus.CONTRADICTED
    assert assess(seen(Account, USED, STALE), scope={"subjects": ["used"]}).status is ClaimStatus.CONFIRMED


def test_every_subject_that_a_claim_names_must_have_been_seen() -> None:
    claim = assess(seen(Account, USED), scope={"subjects": ["used", "usde"]})
    assert claim.status is ClaimStatus.PARTLY_CONFIRMED
    assert claim.reasons[-1].facts == {"source": "usde", "count": 1, "reason": "subject-not-seen"}
    both = assess(seen(Account, USED), seen(Account, UNKNOWN, source="other"), scope={"subjects": ["used"]})
    assert both.status is ClaimStatus.CONFIRMED


def test_every_source_that_a_claim_names_must_have_been_judged() -> None:
    claim = assess(seen(Account, USED), scope={"sources": ["test", "other"]})
    assert claim.status is ClaimStatus.PARTLY_CONFIRMED
    assert claim.reasons[-1].facts["reason"] == "source-not-judged"


def test_a_check_that_has_nothing_to_say_leaves_nothing_open() -> None:
    claim = assess(
        seen(ProtectedSystem, ProtectedSystem(name="app", critical=True), source="register"),
        seen(Snapshot, Snapshot(identifier="1", time=AS_OF, host="app")),
        control="backup-daily",
    )
    assert claim.status is ClaimStatus.CONFIRMED
    assert {reason.code for reason in claim.reasons} == {"confirmed-by", "nothing-in-scope"}


def test_a_check_without_subjects_beside_one_with_them_asks_nothing_of_anybody() -> None:
    claim = assess(
        seen(ProtectedSystem, ProtectedSystem(name="app", critical=True), source="register"),
        seen(RestoreTest, source="log"),
        seen(MajorChange, source="changes"),
        control="restore-test-annual",
    )
    assert claim.status is ClaimStatus.CONTRADICTED
    assert [reason.code for reason in claim.reasons] == ["contradicted-by"]
    assert [question.code for question in claim.questions] == ["explain"]


def test_a_suppliers_list_of_systems_does_not_confirm_what_is_held_against_it() -> None:
    claim = assess(
        seen(
            ProtectedSystem,
            ProtectedSystem(name="app", critical=True),
            source="register",
            obtained=Obtained.PROVIDED,
            controlled_by="Leverantören AB",
        ),
        seen(Snapshot, Snapshot(identifier="1", time=AS_OF, host="app")),
        control="backup-daily",
    )
    assert claim.status is ClaimStatus.NOT_VERIFIABLE


def test_an_accepted_risk_does_not_make_a_statement_true() -> None:
    waiver = {
        "id": "w",
        "control": "accounts-stale",
        "scope": {"subjects": ["stale"]},
        "decided_by": "IT-chef",
        "decided": "2026-01-01",
        "reason": "Kontot behövs under en utredning.",
        "expires": "2027-01-01",
    }
    made = policy(claims=[CLAIM], settings={"waivers": [waiver]})
    (claim,) = perform(evidence(seen(Account, STALE)), made, discover()).claims
    assert claim.status is ClaimStatus.CONTRADICTED


def test_a_part_is_confirmed_where_only_some_subjects_are_decided() -> None:
    claim = assess(seen(Account, USED, replace(USED, name="other"), UNKNOWN))
    assert claim.status is ClaimStatus.PARTLY_CONFIRMED
    assert claim.reasons[0] == ClaimReason("confirmed-part", {"source": "test", "count": 2, "of": 3})
    assert claim.reasons[1].facts["subjects"] == ["unknown"]


SHARES: dict[str, tuple[int, list[Account], ClaimStatus]] = {
    "nine of ten, and ninety per cent claimed": (90, [STALE], ClaimStatus.CONFIRMED),
    "nine of ten, and ninety-one claimed": (91, [STALE], ClaimStatus.CONTRADICTED),
    "one that is not known, within the share": (90, [UNKNOWN], ClaimStatus.CONFIRMED),
    "one that is not known beside one that deviates": (90, [STALE, UNKNOWN], ClaimStatus.PARTLY_CONFIRMED),
}


@pytest.mark.parametrize("name", SHARES)
def test_a_share_is_counted_over_all_subjects(name: str) -> None:
    share, others, status = SHARES[name]
    accounts = [replace(USED, name=f"a{number}") for number in range(10 - len(others))]
    claim = assess(seen(Account, *accounts, *others), share_percent=share)
    assert claim.status is status


def test_a_share_is_not_contradicted_while_there_may_be_others() -> None:
    claim = assess(seen(Account, STALE, missing=[gap(Account)]), share_percent=50)
    assert claim.status is ClaimStatus.NOT_VERIFIABLE


SYSTEMS = seen(
    ProtectedSystem,
    ProtectedSystem(name="Lön", hosts=("h1", "h2")),
    ProtectedSystem(name="Karta"),
    source="register",
)


def test_a_system_stands_for_its_hosts() -> None:
    clocks = [TimeSync(host=name, offset_us=off, stratum=2) for name, off in (("h1", 0), ("h2", 0), ("h3", 10**9))]
    changes: dict[str, Any] = {"control": "time-sync-offset", "scope": {"systems": ["Lön"]}}
    assert assess(seen(TimeSync, *clocks), SYSTEMS, **changes).status is ClaimStatus.CONFIRMED
    half = assess(seen(TimeSync, *clocks[:1]), SYSTEMS, **changes)
    assert half.status is ClaimStatus.PARTLY_CONFIRMED
    assert half.reasons[-1].facts["source"] == "h2"
    nothing = assess(seen(TimeSync, *clocks), SYSTEMS, control="time-sync-offset", scope={"systems": ["Karta"]})
    assert nothing.status is ClaimStatus.NOT_VERIFIABLE
    assert [each.code for each in nothing.questions] == ["which-hosts"]


def test_an_export_that_was_written_before_the_claim_says_nothing_of_it() -> None:
    population = seen(Account, USED, obtained=Obtained.PROVIDED)
    old = replace(population, provenance=replace(population.provenance, dated=AS_OF - 2 * DAY))
    assert assess(old).status is ClaimStatus.NOT_VERIFIABLE


def test_what_is_open_is_asked_of_the_one_who_can_answer() -> None:
    at_supplier = assess(gap(Account))
    assert [(each.code, each.to) for each in at_supplier.questions] == [("let-us-read", "supplier")]
    assert at_supplier.questions[0].facts["names"] == ["test"]
    ours = assess(seen(Account, USED), gap(Account, source="other"))
    assert [(each.code, each.to) for each in ours.questions] == [("let-us-read", "own")]
    late = assess(seen(Account, USED, started=AS_OF - 2 * DAY))
    assert [(each.code, each.to) for each in late.questions] == [("read-again", "own")]
    assert assess(seen(Account, USED)).questions == ()


@pytest.mark.parametrize(("named", "where"), [({}, ""), ({"contract": "Driftavtal"}, " (Driftavtal)")])
def test_a_question_names_the_clause_where_there_is_one(named: dict[str, str], where: str) -> None:
    assert [each.facts["where"] for each in assess(gap(Account), **named).questions] == [where]


def test_a_question_shortens_a_long_list_of_names_and_says_so() -> None:
    stale = [replace(STALE, name=f"a{number:02}") for number in range(50)]
    names = assess(seen(Account, *stale)).questions[0].facts["names"]
    assert isinstance(names, list)
    assert (len(names), names[-1]) == (41, "+10")


def restored(*systems: str, **changes: Any) -> Population[Record]:
    tests = [
        RestoreTest(system=name, date=AS_OF.date(), result="passed", verified_by_business="ja") for name in systems
    ]
    return seen(RestoreTest, *tests, **changes)


TWO = seen(
    ProtectedSystem, ProtectedSystem(name="a", critical=True), ProtectedSystem(name="b", critical=True), source="r"
)
HANDED: dict[str, Any] = {"obtained": Obtained.PROVIDED, "controlled_by": "Leverantören AB", "source": "theirs"}


@pytest.mark.parametrize(
    ("ours", "status"),
    [
        (("a", "b"), ClaimStatus.CONFIRMED),
        (("a",), ClaimStatus.PARTLY_CONFIRMED),
        ((), ClaimStatus.NOT_VERIFIABLE),
    ],
)
def test_a_suppliers_log_beside_our_own_adds_nothing_to_what_ours_shows(
    ours: tuple[str, ...], status: ClaimStatus
) -> None:
    claim = assess(
        TWO,
        restored(*ours, source="ours"),
        restored("a", "b", **HANDED),
        seen(MajorChange, source="changes"),
        control="restore-test-annual",
    )
    assert claim.status is status
    assert ("suppliers-own-word" in [each.code for each in claim.reasons]) is (status is not ClaimStatus.CONFIRMED)


A_PATCHED = ProtectedSystem(name="A", patch_party="Leverantören AB")
BY_THE_SUPPLIER = seen(
    Responsibility,
    Responsibility(
        system="A",
        control="patch-level",
        doer="Leverantören AB",
        responsible="Leverantören AB",
        payer="Kommunen",
        decided=AS_OF.date(),
    ),
)


@pytest.mark.parametrize("scope", [{}, {"subjects": ["A: patch-level"]}])
def test_a_scope_does_not_hide_what_is_not_known_of_the_source(scope: dict[str, Any]) -> None:
    unread = assess(BY_THE_SUPPLIER, gap(ProtectedSystem, source="r"), control="responsibility-matrix", scope=scope)
    assert unread.status is not ClaimStatus.CONFIRMED
    handed = seen(ProtectedSystem, A_PATCHED, **HANDED)
    assert (
        assess(BY_THE_SUPPLIER, handed, control="responsibility-matrix", scope=scope).status
        is not ClaimStatus.CONFIRMED
    )


def test_several_checks_of_a_control_do_not_thin_a_share_out() -> None:
    names = [f"s{number}" for number in range(10)]
    late = {"s0", "s1"}
    points = [
        Snapshot(identifier=f"{name}-{day}", time=AS_OF - day * DAY, host=name, paths=("/srv",), size_bytes=1000)
        for name in names
        for day in range(2 if name in late else 0, 20)
    ]
    claim = assess(
        seen(ProtectedSystem, *(ProtectedSystem(name=name, critical=True) for name in names), source="r"),
        seen(Snapshot, *points),
        control="backup-daily",
        share_percent=90,
    )
    assert claim.status is ClaimStatus.CONTRADICTED


def test_a_subject_that_two_checks_name_counts_once_in_a_share() -> None:
    names = [f"s{number}" for number in range(10)]
    points = [Snapshot(identifier=name, time=AS_OF, host=name) for name in names[1:]]
    systems = seen(
        ProtectedSystem,
        *(ProtectedSystem(name=name, critical=True, rpo_hours=24) for name in names),
        source="r",
    )
    claim = assess(systems, seen(Snapshot, *points), control="backup-daily", share_percent=90)
    assert [each.facts["subjects"] for each in claim.reasons if each.code == "deviating"]
    assert claim.status is not ClaimStatus.CONTRADICTED


def test_a_suppliers_export_whose_file_is_not_known_confirms_nothing_either() -> None:
    export = seen(Account, USED, obtained=Obtained.PROVIDED, controlled_by="Leverantören AB")
    assert assess(replace(export, digest="")).status is ClaimStatus.NOT_VERIFIABLE


def test_a_log_of_questions_is_judged_whatever_the_catalogues_ask() -> None:
    asked = SupplierQuestion(reference="q1", supplier="Driftbolaget", asked=(AS_OF - 200 * DAY).date())
    log = evidence(seen(SupplierQuestion, asked, source="questions"))
    with_log = perform(log, policy(settings={"questions": ["questions.yaml"]}), discover())
    ((_, finding),) = with_log.findings
    assert (finding.control, [each.facts["days"] for each in finding.exceptions]) == ("supplier-question-open", [200])
    assert with_log.coverage.controls == 0
    assert perform(log, policy(), discover()).findings == ()
    limited = policy(settings={"questions": ["questions.yaml"]}, only_controls=["accounts-stale"])
    assert perform(log, limited, discover()).findings == ()

"""A claim about a period is held against each of its days, by evidence that tells of those days."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, ClassVar

import pytest

from assessment.claims import ClaimAssessment, ClaimStatus
from assessment.performance import perform
from assessment.periods import judge_days, tells_of_days
from assessment.policy import Period
from checks.discovery import discover
from checks.judgement import Selection
from collector.evidence import Obtained, Population
from collector.records.backup import IntegrityCheck, MajorChange, ProtectedSystem, RestoreDrill, RestoreTest, Snapshot
from collector.records.identity import Account
from collector.records.record import Record
from collector.records.suppliers import ReportSpecification, SupplierReport
from tests.assessment.made import policy
from tests.checks.made import AS_OF, evidence, gap, seen

DAY = timedelta(days=1)
SYSTEMS = seen(ProtectedSystem, ProtectedSystem(name="app", critical=True, hosts=("app",)), source="register")
MONTH = {"from": "2026-10-01", "to": "2026-10-31"}
CLAIM: dict[str, Any] = {
    "id": "c1",
    "supplier": "Driftbolaget",
    "statement": "Säkerhetskopior togs varje dygn i oktober.",
    "control": "backup-daily",
    "period": MONTH,
}


def assess(*parts: Population[Record], **changes: Any) -> ClaimAssessment:
    made = perform(evidence(*parts), policy(claims=[CLAIM | changes]), discover())
    (claim,) = made.claims
    return claim


def nightly(days_ago: Iterable[int], **changes: Any) -> Population[Snapshot]:
    """Restore points of nights, counted back from the reading on 21 November."""
    made = [Snapshot(identifier=str(each), time=AS_OF - each * DAY, host="app") for each in days_ago]
    return seen(Snapshot, *made, **changes)


EVERY_NIGHT = range(60)
"""From 22 September."""


def test_a_restore_point_of_every_day_confirms() -> None:
    assert assess(nightly(EVERY_NIGHT), SYSTEMS).status is ClaimStatus.CONFIRMED


def test_a_night_missed_among_whole_ones_contradicts_with_its_date() -> None:
    claim = assess(nightly(each for each in EVERY_NIGHT if each != 30), SYSTEMS)
    assert claim.status is ClaimStatus.CONTRADICTED
    missed = next(each for each in claim.reasons if each.code == "missed-days")
    assert missed.facts["days"] == ["2026-10-22"]


def test_what_retention_may_have_taken_away_contradicts_nothing() -> None:
    thinned = nightly([*range(30), *range(30, 120, 7)])
    claim = assess(thinned, SYSTEMS)
    assert claim.status is ClaimStatus.PARTLY_CONFIRMED
    part = next(each for each in claim.reasons if each.code == "confirmed-days")
    assert (part.facts["first"], part.facts["last"]) == ("2026-10-22", "2026-10-31")
    assert "show-history" in [each.code for each in claim.questions]


def test_restore_points_that_begin_after_the_period_confirm_nothing() -> None:
    claim = assess(nightly(range(10)), SYSTEMS)
    assert claim.status is ClaimStatus.NOT_VERIFIABLE


def test_a_period_that_is_not_over_is_confirmed_in_part() -> None:
    claim = assess(nightly(EVERY_NIGHT), SYSTEMS, period={"from": "2026-10-01", "to": "2026-12-31"})
    assert claim.status is ClaimStatus.PARTLY_CONFIRMED
    assert [each.code for each in claim.questions] == ["read-later"]


def test_a_period_that_has_not_begun_cannot_be_verified() -> None:
    claim = assess(nightly(EVERY_NIGHT), SYSTEMS, period={"from": "2026-12-01", "to": "2026-12-31"})
    assert claim.status is ClaimStatus.NOT_VERIFIABLE


def test_the_suppliers_own_list_of_restore_points_confirms_no_day_and_may_contradict() -> None:
    own: dict[str, Any] = {"obtained": Obtained.PROVIDED, "controlled_by": "Driftbolaget"}
    assert assess(nightly(EVERY_NIGHT, **own), SYSTEMS).status is ClaimStatus.NOT_VERIFIABLE
    missed = nightly((each for each in EVERY_NIGHT if each != 30), **own)
    assert assess(missed, SYSTEMS).status is ClaimStatus.CONTRADICTED


@pytest.mark.parametrize(("tested", "status"), [(400, ClaimStatus.CONTRADICTED), (300, ClaimStatus.CONFIRMED)])
def test_a_log_tells_of_each_day(tested: int, status: ClaimStatus) -> None:
    log = seen(
        RestoreTest,
        RestoreTest(system="app", date=(AS_OF - tested * DAY).date(), result="passed", verified_by_business="ja"),
        source="log",
    )
    claim = assess(log, SYSTEMS, seen(MajorChange, source="changes"), control="restore-test-annual")
    assert claim.status is status


class TestState:
    """A reading of accounts tells of its own moment only."""

    USED = Account(name="used", enabled=True, last_used=AS_OF, last_used_lag_days=0)
    STALE = Account(name="stale", enabled=True, last_used=AS_OF - 200 * DAY, last_used_lag_days=0)

    def test_within_the_period_it_confirms_nothing_and_may_contradict(self) -> None:
        within = {"from": "2026-11-01", "to": "2026-11-30"}
        clean = assess(seen(Account, self.USED), control="accounts-stale", period=within)
        assert (clean.status, clean.reasons[0].code) == (ClaimStatus.NOT_VERIFIABLE, "moment-only")
        found = assess(seen(Account, self.STALE), control="accounts-stale", period=within)
        assert found.status is ClaimStatus.CONTRADICTED

    def test_outside_the_period_it_says_nothing(self) -> None:
        claim = assess(seen(Account, self.STALE), control="accounts-stale")
        assert (claim.status, claim.reasons[0].code) == (ClaimStatus.NOT_VERIFIABLE, "outside-period")


def test_a_day_of_the_source_as_a_whole_is_kept_whatever_is_selected() -> None:
    check = next(each for each in discover() if each.id == "backup-coverage")
    systems = seen(ProtectedSystem, ProtectedSystem(name="app", critical=True), source="register")
    points = [Snapshot(identifier=str(day), time=AS_OF - timedelta(days=day), host="app") for day in range(20)]
    held = evidence(systems, seen(Snapshot, *points), gap(Snapshot, source="vault"))
    period = Period(AS_OF.date() - timedelta(days=3), AS_OF.date())
    (days,) = judge_days(check, held, {}, period, Selection(subjects=frozenset({"app"})))
    assert (days.upheld, days.open) == (("app",), ("register",))


class TestRunsAndDrills:
    """What was done on a day is dated like a log, and adds to what the log of restore tests shows."""

    YEAR: ClassVar = {"from": "2026-02-01", "to": "2026-10-31"}
    TESTED = seen(
        RestoreTest,
        RestoreTest(system="app", date=date(2026, 1, 15), result="passed", verified_by_business="ja"),
        source="log",
    )
    CHANGES = seen(MajorChange, source="changes")

    def drills(self, *results: tuple[date, Any]) -> Population[RestoreDrill]:
        made = [
            RestoreDrill(repository="vault", host="app", time=datetime.combine(day, time(3), UTC), result=result)
            for day, result in results
        ]
        return seen(RestoreDrill, *made, source="drills")

    def claimed(self, *parts: Population[Record]) -> ClaimAssessment:
        return assess(SYSTEMS, *parts, control="restore-test-annual", period=self.YEAR)

    def test_a_drill_that_went_well_keeps_no_claim_open(self) -> None:
        assert self.claimed(self.TESTED, self.CHANGES).status is ClaimStatus.CONFIRMED
        good = self.drills((date(2026, 3, 1), "passed"), (date(2026, 11, 20), "failed"))
        assert self.claimed(self.TESTED, self.CHANGES, good).status is ClaimStatus.CONFIRMED

    def test_a_drill_that_failed_contradicts_from_its_day(self) -> None:
        bad = self.claimed(self.TESTED, self.CHANGES, self.drills((date(2026, 10, 30), "failed")))
        assert bad.status is ClaimStatus.CONTRADICTED
        missed = next(each for each in bad.reasons if each.code == "missed-days")
        assert missed.facts["days"] == ["2026-10-30", "2026-10-31"]

    def test_drills_alone_are_no_restore_test(self) -> None:
        alone = self.claimed(self.drills((date(2026, 1, 5), "passed")))
        assert alone.status is ClaimStatus.NOT_VERIFIABLE
        assert "outside-period" in [each.code for each in alone.reasons]
        assert not [each for each in alone.reasons if each.code.startswith("confirmed")]

    @pytest.mark.parametrize(("every", "status"), [(28, ClaimStatus.CONFIRMED), (60, ClaimStatus.CONTRADICTED)])
    def test_checks_of_a_repository_are_held_against_each_day(self, every: int, status: ClaimStatus) -> None:
        days = [AS_OF.date() - timedelta(days=each) for each in range(0, 400, every)]
        checks = [IntegrityCheck(repository="vault", date=day, result="passed", data_percent=5) for day in days]
        points = [Snapshot(identifier=str(each), time=AS_OF - each * DAY, host="app") for each in range(400)]
        parts = seen(Snapshot, *points, source="vault"), seen(IntegrityCheck, *checks, source="log")
        claim = self.claimed(self.TESTED, self.CHANGES, *parts)
        assert claim.status is status


@pytest.mark.parametrize(("missing", "status"), [((), ClaimStatus.CONFIRMED), ((7,), ClaimStatus.CONTRADICTED)])
def test_reports_that_came_each_month(missing: tuple[int, ...], status: ClaimStatus) -> None:
    agreed = ReportSpecification(supplier="Driftbolaget", report="Drift", decided=date(2025, 1, 1), interval_months=1)
    came = [
        SupplierReport(supplier="Driftbolaget", report="Drift", received=date(2026, month, 5))
        for month in range(1, 12)
        if month not in missing
    ]
    claim = assess(
        seen(ReportSpecification, agreed, source="agreed"),
        seen(SupplierReport, *came, source="received"),
        control="supplier-report-received",
        period={"from": "2026-02-01", "to": "2026-10-31"},
    )
    assert claim.status is status


@pytest.mark.parametrize(
    ("check", "told"),
    [
        ("backup-daily", True),
        ("supplier-report-received", True),
        ("accounts-stale", False),  # an account says how it is today
        ("access-review-annual", False),  # it reads the groups too, and these tell of no day
        ("backup-coverage", True),
    ],
)
def test_which_checks_can_be_judged_on_a_day_that_is_past(check: str, told: bool) -> None:
    assert tells_of_days(next(each for each in discover() if each.id == check)) is told

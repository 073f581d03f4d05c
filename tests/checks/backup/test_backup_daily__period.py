from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from checks.finding import Status
from collector.evidence import Obtained
from collector.records.backup import BackupRun, Snapshot
from tests.checks.backup.protected import at, nightly, point, ran, register, system
from tests.checks.made import finding, gap, reasons, seen

CHECK = "backup-daily--period"
CASES: dict[str, tuple[list[Snapshot], str | None]] = {
    "every night": (nightly(10), None),
    "a night is missing": (nightly(10, without=[3]), "!days-missing"),
    "the last night is missing": (nightly(10, without=[0]), None),  # backup-daily says so
    "the night before the period": (nightly(12, without=[9]), None),
    "late one day": ([*nightly(10, without=[3]), point(6 + 24 * 3 - 5)], None),
    "nothing": ([], None),
    "new": (nightly(3), "?history-short"),
    "a gap in what is new": (nightly(4, without=[2]), "?thinned-out"),
    "a gap after four nights": (nightly(7, without=[2]), "!days-missing"),
    "another host": (nightly(10, host="app2"), None),
    "in the future alone": ([point(-50)], None),
}


@pytest.mark.parametrize("name", CASES)
def test_one_system(name: str) -> None:
    taken, expected = CASES[name]
    found = finding(CHECK, register(system()), seen(Snapshot, *taken))
    assert reasons(found).get("Ekonomi") == expected


THINNED = [*nightly(7), *(point(6 + 24 * day) for day in (13, 20, 27, 34))]
"""What `forget --keep-daily 7 --keep-weekly 4` leaves of nightly restore points."""
MONTH = {"period_days": 31}


@pytest.mark.parametrize("period_days", [7, 14, 31])
def test_what_retention_removed_is_no_gap(period_days: int) -> None:
    parts = register(system()), seen(Snapshot, *THINNED)
    assert reasons(finding(CHECK, *parts, parameters={"period_days": period_days})) == {"Ekonomi": "?thinned-out"}


def test_a_gap_among_what_retention_keeps_is_one() -> None:
    kept = [each for each in THINNED if each.time != at(6 + 24 * 2)]
    found = finding(CHECK, register(system()), seen(Snapshot, *kept), parameters=MONTH)
    assert reasons(found) == {"Ekonomi": "!days-missing"}
    assert found.exceptions[0].facts["count"] == 1


def test_the_log_of_the_jobs_tells_of_the_days_that_retention_removed() -> None:
    parts = register(system()), seen(Snapshot, *THINNED)

    def with_runs(days: Iterable[int]) -> dict[str, str]:
        log = seen(BackupRun, *(ran(6 + 24 * day) for day in days), source="jobs")
        return reasons(finding(CHECK, *parts, log, parameters=MONTH))

    assert with_runs(range(33)) == {}
    assert with_runs(day for day in range(33) if day != 17) == {"Ekonomi": "!days-missing"}
    assert with_runs(range(10)) == {"Ekonomi": "?thinned-out"}


@pytest.mark.parametrize("result", [None, "running"])
def test_a_run_that_may_have_ended_well_is_held_against_nobody(result: Any) -> None:
    log = [ran(6 + 24 * day) for day in range(33) if day != 17]
    parts = register(system()), seen(Snapshot, *THINNED)
    unclear = seen(BackupRun, *log, replace(ran(6 + 24 * 17), result=result), source="jobs")
    assert reasons(finding(CHECK, *parts, unclear, parameters=MONTH)) == {"Ekonomi": "?run-unclear"}
    nights = seen(Snapshot, *nightly(10, without=[3, 5]))
    unclear = seen(BackupRun, replace(ran(6 + 24 * 3), result=result), source="jobs")
    (exception,) = finding(CHECK, register(system()), nights, unclear).exceptions
    assert (exception.reason, exception.facts["days"]) == ("days-missing", ["2026-11-16"])


def test_the_days_are_named() -> None:
    found = finding(CHECK, register(system()), seen(Snapshot, *nightly(10, without=[2, 3])))
    (exception,) = found.exceptions
    assert exception.facts == {"host": "app1", "count": 2, "days": ["2026-11-18", "2026-11-19"], "longest": 72}


def test_the_job_failed_on_that_day_or_ran_and_its_point_was_thinned_out() -> None:
    parts = register(system()), seen(Snapshot, *nightly(10, without=[3]))
    failed = finding(CHECK, *parts, seen(BackupRun, ran(6 + 24 * 3, "failed"), source="jobs"))
    assert reasons(failed) == {"Ekonomi": "!job-failed"}
    good = finding(CHECK, *parts, seen(BackupRun, ran(6 + 24 * 3, "warning"), source="jobs"))
    assert good.status is Status.SATISFIED


@pytest.mark.parametrize(
    ("interval", "taken", "expected"),
    [
        (48, nightly(10, without=[1, 3, 5, 7]), None),
        (48, nightly(10, without=[2, 3]), "!interval-exceeded"),
        (1, [point(each / 2) for each in range(1, 400)], None),
        (1, [point(each) for each in range(0, 200, 4)], "!interval-exceeded"),
        (4, [point(each) for each in range(20, 260, 4)], "!interval-exceeded"),
        (4, [point(each) for each in range(0, 240, 4)], None),
        (1, [*(point(each) for each in range(24)), *(point(24 * day) for day in range(1, 9))], "?thinned-out"),
    ],
)
def test_the_register_names_another_interval(interval: int, taken: list[Any], expected: str | None) -> None:
    found = finding(CHECK, register(system(backup_interval_hours=interval)), seen(Snapshot, *taken))
    assert reasons(found).get("Ekonomi") == expected


def test_a_longer_period_finds_more() -> None:
    parts = register(system()), seen(Snapshot, *nightly(40, without=[20]))
    assert finding(CHECK, *parts).status is Status.SATISFIED
    assert reasons(finding(CHECK, *parts, parameters={"period_days": 31})) == {"Ekonomi": "!days-missing"}


def test_what_could_not_be_read_may_fill_the_gap() -> None:
    part = seen(Snapshot, *nightly(10, without=[3]), missing=[gap(Snapshot, subject="1a2b")])
    assert reasons(finding(CHECK, register(system()), part)) == {"Ekonomi": "?repositories-incomplete"}
    assert reasons(finding(CHECK, register(system()))) == {"Ekonomi": "?no-backup-source"}


def test_jobs_that_could_not_be_read_may_have_run() -> None:
    unread = gap(BackupRun, source="jobs")
    missing = seen(Snapshot, *nightly(10, without=[3]))
    assert reasons(finding(CHECK, register(system()), missing, unread)) == {"Ekonomi": "?jobs-unread"}
    often = register(system(backup_interval_hours=24))
    assert reasons(finding(CHECK, often, missing, unread)) == {"Ekonomi": "?jobs-unread"}
    assert finding(CHECK, register(system()), seen(Snapshot, *nightly(10)), unread).status is Status.SATISFIED


@pytest.mark.parametrize(("interval", "reason"), [(None, "?export-older"), (24, "?export-older")])
def test_what_came_after_a_list_was_written_is_not_known(interval: int | None, reason: str) -> None:
    held = register(system(backup_interval_hours=interval))
    taken = nightly(14, without=[0, 1, 2, 3])
    handed = seen(Snapshot, *taken, obtained=Obtained.PROVIDED, started=at(24 * 4))
    assert reasons(finding(CHECK, held, handed)) == {"Ekonomi": reason}
    older = seen(Snapshot, *taken, obtained=Obtained.PROVIDED, started=at(24 * 2))
    (exception,) = finding(CHECK, register(system()), older).exceptions
    assert exception.facts["days"] == ["2026-11-18"]
    assert exception.facts["longest"] == 54
    ancient = seen(Snapshot, *nightly(14, without=range(9)), obtained=Obtained.PROVIDED, started=at(24 * 8))
    assert reasons(finding(CHECK, register(system()), ancient)) == {"Ekonomi": "?export-older"}
    read = seen(Snapshot, *taken, started=at(24 * 4))
    assert reasons(finding(CHECK, held, read))["Ekonomi"] in {"!days-missing", "!interval-exceeded"}

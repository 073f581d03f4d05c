from __future__ import annotations

import pytest

from checks.finding import Status
from collector.evidence import Obtained
from collector.records.backup import BackupRun, Snapshot
from tests.checks.backup.protected import at, nightly, point, ran, register, system
from tests.checks.made import finding, gap, reasons, seen

CHECK = "backup-daily--rpo"
CASES: dict[str, tuple[int, list[Snapshot], str | None]] = {
    "every night": (24, nightly(10), None),
    "half an hour late": (24, [*nightly(10, without=[3]), point(6 + 72 - 0.5)], None),
    "an hour late": (24, [*nightly(10, without=[3]), point(6 + 72 - 1)], "!rpo-missed"),
    "a night is missing": (24, nightly(10, without=[3]), "!rpo-missed"),
    "more than may be lost": (4, nightly(10), "!rpo-missed"),
    "since the last one": (4, [point(each) for each in range(5, 200, 4)], "!rpo-missed"),
    "hourly": (1, [point(each) for each in range(200)], None),
    "before the period": (24, nightly(14, without=[10]), None),
    "nothing": (24, [], None),
}


@pytest.mark.parametrize("name", CASES)
def test_one_system(name: str) -> None:
    hours, taken, expected = CASES[name]
    found = finding(CHECK, register(system(rpo_hours=hours)), seen(Snapshot, *taken))
    assert reasons(found).get("Ekonomi") == expected


def test_no_rpo_no_source_and_part_of_it() -> None:
    assert finding(CHECK, register(system()), seen(Snapshot, point(600))).status is Status.NOT_APPLICABLE
    promised = register(system(rpo_hours=24))
    assert reasons(finding(CHECK, promised)) == {"Ekonomi": "?no-backup-source"}
    part = seen(Snapshot, point(60), missing=[gap(Snapshot, subject="1a2b")])
    assert reasons(finding(CHECK, promised, part)) == {"Ekonomi": "?repositories-incomplete"}


THINNED = [point(each) for each in range(24)] + [point(24 * day) for day in range(1, 9)]
"""Hourly for a day, then daily, as retention leaves them."""


def test_points_that_were_thinned_out_are_no_lost_work() -> None:
    held = register(system(rpo_hours=1)), seen(Snapshot, *THINNED)
    assert reasons(finding(CHECK, *held)) == {"Ekonomi": "?thinned-out"}
    hourly = [ran(each) for each in range(24 * 9)]
    assert finding(CHECK, *held, seen(BackupRun, *hourly, source="jobs")).status is Status.SATISFIED
    without = [each for each in hourly if not at(105) <= each.started <= at(101)]
    assert reasons(finding(CHECK, *held, seen(BackupRun, *without, source="jobs"))) == {"Ekonomi": "!rpo-missed"}


def test_a_gap_among_points_that_were_not_thinned_out_is_known() -> None:
    taken = [point(each) for each in range(190) if not 40 < each < 60]
    held = register(system(rpo_hours=1)), seen(Snapshot, *taken)
    assert reasons(finding(CHECK, *held)) == {"Ekonomi": "!rpo-missed"}
    assert reasons(finding(CHECK, *held, gap(BackupRun, source="jobs"))) == {"Ekonomi": "?jobs-unread"}


def test_runs_do_not_make_up_for_what_came_after_the_last_point() -> None:
    held = register(system(rpo_hours=4)), seen(Snapshot, *[point(each) for each in range(9, 200, 4)])
    for jobs in (seen(BackupRun, ran(1), source="jobs"), gap(BackupRun, source="jobs")):
        assert reasons(finding(CHECK, *held, jobs)) == {"Ekonomi": "!rpo-missed"}


def test_what_came_after_a_list_was_written_is_not_known() -> None:
    taken = [point(each) for each in range(30, 250, 4)]
    handed = seen(Snapshot, *taken, obtained=Obtained.PROVIDED, started=at(28))
    assert reasons(finding(CHECK, register(system(rpo_hours=4)), handed)) == {"Ekonomi": "?export-older"}
    older = seen(Snapshot, *taken, obtained=Obtained.PROVIDED, started=at(20))
    assert reasons(finding(CHECK, register(system(rpo_hours=4)), older)) == {"Ekonomi": "!rpo-missed"}

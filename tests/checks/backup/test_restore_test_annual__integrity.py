from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from checks.finding import Status
from collector.evidence import GapCause
from collector.records.backup import BackupRepository, IntegrityCheck, Snapshot
from tests.checks.backup.protected import at, point, register, system
from tests.checks.made import AS_OF, finding, gap, reasons, seen

CHECK = "restore-test-annual--integrity"


def checked(days: int = 3, result: Any = "passed", percent: int | None = 10, **said: Any) -> IntegrityCheck:
    day: date = AS_OF.date() - timedelta(days=days)
    return IntegrityCheck(**({"repository": "BACKUP", "date": day, "result": result, "data_percent": percent} | said))


CASES: dict[str, tuple[list[IntegrityCheck], str | None]] = {
    "recent, with data": ([checked()], None),
    "recent without data, older with": ([checked(percent=0), checked(300)], None),
    "to the day": ([checked(31)], None),
    "a day late": ([checked(32)], "!check-too-old"),
    "data never read": ([checked(percent=0)], "!data-not-read"),
    "data read too long ago": ([checked(percent=0), checked(400)], "!data-not-read"),
    "nobody wrote how much": ([checked(percent=None)], "?share-unknown"),
    "damaged": ([checked(20), checked(result="failed", damaged=("pack 1a2b",))], "!damaged"),
    "failed": ([checked(result="failed")], "!check-failed"),
    "failed, and passed since": ([checked(20, "failed"), checked()], None),
    "nobody wrote how it went": ([checked(result=None)], "?result-unknown"),
    "another repository's": ([checked(repository="other")], "!never-checked"),
    "in the future": ([checked(-3)], "!never-checked"),
}


@pytest.mark.parametrize("name", CASES)
def test_one_system(name: str) -> None:
    log, expected = CASES[name]
    held = seen(Snapshot, point(6), source="backup")
    found = finding(CHECK, register(system()), held, seen(IntegrityCheck, *log, source="log"))
    assert reasons(found).get("Ekonomi") == expected


def test_where_nobody_looks_and_where_it_could_not_be_looked() -> None:
    held = seen(Snapshot, point(6), source="backup")
    assert finding(CHECK, register(system()), held).status is Status.NOT_APPLICABLE
    assert finding(CHECK, register(system())).status is Status.NOT_APPLICABLE
    alone = seen(IntegrityCheck, checked(), source="log")
    assert reasons(finding(CHECK, register(system()), alone)) == {"Ekonomi": "?no-backup-source"}
    failed = gap(IntegrityCheck, source="backup")
    assert reasons(finding(CHECK, register(system()), held, failed)) == {"Ekonomi": "?check-not-run"}


@pytest.mark.parametrize(("hours", "expected"), [(23, {}), (25, {"Ekonomi": "!locked"})])
def test_a_lock_that_somebody_left(hours: int, expected: dict[str, str]) -> None:
    shown = BackupRepository(name="backup", tool="restic", locked_since=at(hours), locked_by="app1")
    parts = seen(Snapshot, point(6), source="backup"), seen(BackupRepository, shown, source="backup")
    assert (
        reasons(finding(CHECK, register(system()), *parts, seen(IntegrityCheck, checked(), source="log"))) == expected
    )


def test_the_product_verified_it() -> None:
    def with_points(*points: Snapshot) -> dict[str, str]:
        return reasons(finding(CHECK, register(system()), seen(Snapshot, *points, source="pbs")))

    assert with_points(point(6, verification="failed")) == {"Ekonomi": "!verification-failed"}
    assert not with_points(point(30, verification="failed"), point(6, verification="passed"))


def test_a_restore_point_that_cannot_be_read() -> None:
    lost = replace(gap(Snapshot, source="backup", subject="1a2b"), cause=GapCause.MALFORMED)
    held = seen(Snapshot, point(6), source="backup", missing=[lost])
    assert reasons(finding(CHECK, register(system()), held)) == {
        "Ekonomi": "!points-unreadable",
        "register": "?repositories-incomplete",
    }


def test_what_lies_in_a_repository_that_was_not_read_is_not_known() -> None:
    good = seen(IntegrityCheck, checked(), source="log")
    held = seen(Snapshot, point(6), source="backup")
    assert reasons(finding(CHECK, register(system()), gap(Snapshot))) == {"Ekonomi": "?no-backup-source"}
    cut = seen(Snapshot, missing=[gap(Snapshot, source="backup")], source="backup")
    assert reasons(finding(CHECK, register(system()), cut, good))["Ekonomi"] == "?repositories-incomplete"
    beside = finding(CHECK, register(system()), held, good, gap(Snapshot, source="vault"))
    assert reasons(beside) == {"register": "?repositories-incomplete"}


def test_a_lock_that_could_not_be_looked_for() -> None:
    parts = register(system()), seen(Snapshot, point(6), source="backup")
    good = seen(IntegrityCheck, checked(), source="log")
    assert reasons(finding(CHECK, *parts, good, gap(BackupRepository, source="backup"))) == {"Ekonomi": "?lock-unknown"}
    assert reasons(finding(CHECK, *parts, gap(BackupRepository, source="backup"))) == {"Ekonomi": "?lock-unknown"}
    assert not reasons(finding(CHECK, *parts, good, gap(BackupRepository, source="other")))

from __future__ import annotations

from datetime import date

import pytest

from checks.finding import Status
from collector.records.backup import RestoreTest
from tests.checks.backup.protected import register, system
from tests.checks.made import finding, gap, reasons, seen

CHECK = "restore-test-annual--rto"


def log_of(minutes: int | None, day: date = date(2026, 5, 4), result: str = "passed") -> RestoreTest:
    return RestoreTest(system="ekonomi", date=day, result=result, duration_minutes=minutes)  # type: ignore[arg-type]


CASES: dict[str, tuple[list[RestoreTest], str | None]] = {
    "in time": ([log_of(240)], None),
    "a minute late": ([log_of(241)], "!rto-missed"),
    "the last one counts": ([log_of(500, date(2025, 12, 1)), log_of(60)], None),
    "a failed one does not": ([log_of(60), log_of(999, date(2026, 6, 1), "failed")], None),
    "nobody measured": ([log_of(None)], "?duration-unknown"),
    "never tested": ([], None),
}


@pytest.mark.parametrize("name", CASES)
def test_one_system(name: str) -> None:
    log, expected = CASES[name]
    found = finding(CHECK, register(system(rto_minutes=240)), seen(RestoreTest, *log, source="log"))
    assert reasons(found).get("Ekonomi") == expected


def test_no_rto_no_log_and_part_of_it() -> None:
    assert finding(CHECK, register(system()), seen(RestoreTest, log_of(999))).status is Status.NOT_APPLICABLE
    promised = register(system(rto_minutes=240))
    assert reasons(finding(CHECK, promised)) == {"Ekonomi": "?no-log"}
    part = seen(RestoreTest, log_of(60), missing=[gap(RestoreTest, subject="row 3")])
    assert reasons(finding(CHECK, promised, part)) == {"Ekonomi": "?log-incomplete"}

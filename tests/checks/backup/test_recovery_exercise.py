from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from collector.records.incidents import Exercise
from tests.checks.backup.protected import register, system
from tests.checks.made import finding, gap, reasons, seen

CHECK = "recovery-exercise"
RECENT, OLD = date(2026, 5, 4), date(2025, 11, 20)


def exercise(day: date = RECENT, kind: Any = "restore", **said: Any) -> Exercise:
    return Exercise(system="ekonomi", date=day, category=kind, **said)


TWO: dict[str, Any] = {"sites": ("Hall A", "Hall B")}
CASES: dict[str, tuple[dict[str, Any], list[Exercise], str | None]] = {
    "exercised": ({}, [exercise()], None),
    "never": ({}, [], "!never-exercised"),
    "too long ago": ({}, [exercise(OLD)], "!too-old"),
    "to the day": ({}, [exercise(date(2025, 11, 21))], None),
    "in the future": ({}, [exercise(date(2027, 1, 1))], "!never-exercised"),
    "sites not switched": (TWO, [exercise()], "!failover-never"),
    "sites switched": (TWO, [exercise(), exercise(kind="failover")], None),
    "sites switched too long ago": (TWO, [exercise(), exercise(OLD, "failover")], "!failover-too-old"),
    "perhaps switched": (TWO, [exercise(kind=None)], "?kind-unknown"),
    "perhaps a restore": ({}, [exercise(kind=None)], "?kind-unknown"),
    "perhaps a restore, long ago": ({}, [exercise(OLD, kind=None)], "!too-old"),
    "a restore, and something since": ({}, [exercise(), exercise(date(2026, 6, 1), kind=None)], None),
    "a restore long ago, and something since": ({}, [exercise(OLD), exercise(kind=None)], "?kind-unknown"),
    "nobody wrote how long": ({"rto_minutes": 60}, [exercise()], "?time-unknown"),
    "one site twice": ({"sites": ("Hall A", "hall a")}, [exercise()], None),
    "too slow": ({"rto_minutes": 60}, [exercise(achieved_minutes=61)], "!too-slow"),
    "in time": ({"rto_minutes": 60}, [exercise(achieved_minutes=60)], None),
    "at a table alone": ({}, [exercise(kind="tabletop")], "!never-exercised"),
    "lessons": ({}, [exercise(open_lessons=2)], "!lessons-open"),
    "lessons before the last one": ({}, [exercise(OLD, open_lessons=2), exercise(open_lessons=0)], None),
}


@pytest.mark.parametrize("name", CASES)
def test_one_system(name: str) -> None:
    said, log, expected = CASES[name]
    found = finding(CHECK, register(system(**said)), seen(Exercise, *log, source="log"))
    assert reasons(found).get("Ekonomi") == expected


def test_without_a_log_or_with_part_of_it() -> None:
    assert reasons(finding(CHECK, register(system()))) == {"Ekonomi": "?no-log"}
    part = seen(Exercise, exercise(), missing=[gap(Exercise, subject="row 3")])
    assert reasons(finding(CHECK, register(system()), part)) == {"Ekonomi": "?log-incomplete"}


def test_an_export_that_does_not_name_the_system_shows_nothing_of_any() -> None:
    log = replace(seen(Exercise, Exercise(date=RECENT, category="restore")), unreadable=("system",))
    assert reasons(finding(CHECK, register(system()), log)) == {"Ekonomi": "?no-column"}

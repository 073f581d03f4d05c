from __future__ import annotations

from typing import Any

import pytest

from checks.finding import Status
from collector.records.backup import RestoreDrill
from tests.checks.backup.protected import at, register, system
from tests.checks.made import finding, gap, reasons, seen

CHECK = "restore-test-annual--drill"


def drill(hours: float = 50, **said: Any) -> RestoreDrill:
    passed: dict[str, Any] = {"repository": "backup", "host": "app1", "time": at(hours), "result": "passed"}
    return RestoreDrill(**(passed | said))


CASES: dict[str, tuple[list[RestoreDrill], str | None]] = {
    "passed": ([drill()], None),
    "failed": ([drill(result="failed")], "!drill-failed"),
    "another canary": ([drill(result="failed", canary=False, differing=1)], "!canary-wrong"),
    "other content": ([drill(result="failed", canary=True, differing=2, files=9)], "!files-differ"),
    "failed, and passed since": ([drill(90, result="failed"), drill()], None),
    "passed, and failed since": ([drill(90), drill(result="failed")], "!drill-failed"),
    "one host of two": ([drill(), drill(host="db1", result="failed")], "!drill-failed"),
    "another system's": ([drill(system="Skola", result="failed")], None),
    "by the system's name": ([drill(host="x", system="EKONOMI", result="failed")], "!drill-failed"),
    "too long ago": ([drill(24 * 400, result="failed")], None),
    "in the future": ([drill(-48, result="failed")], None),
}


@pytest.mark.parametrize("name", CASES)
def test_one_system(name: str) -> None:
    drills, expected = CASES[name]
    found = finding(CHECK, register(system(hosts=("app1", "db1"))), seen(RestoreDrill, *drills, source="drills"))
    assert reasons(found).get("Ekonomi") == expected


def test_no_drill_is_no_fault_and_an_unread_report_may_be_one() -> None:
    assert finding(CHECK, register(system())).status is Status.NOT_APPLICABLE
    part = seen(RestoreDrill, missing=[gap(RestoreDrill, subject="drill.json")])
    assert reasons(finding(CHECK, register(system()), part)) == {"Ekonomi": "?reports-incomplete"}

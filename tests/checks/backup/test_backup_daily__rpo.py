from __future__ import annotations

import pytest

from checks.finding import Status
from collector.records.backup import Snapshot
from tests.checks.backup.protected import nightly, point, register, system
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

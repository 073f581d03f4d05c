from __future__ import annotations

import pytest

from collector.records.backup import Snapshot
from tests.checks.backup.protected import point, register, system
from tests.checks.made import finding, gap, reasons, seen

CHECK = "backup-daily--clock"
CASES: dict[str, tuple[list[Snapshot], str | None]] = {
    "in order": ([point(30, identifier="a"), point(6, identifier="b", parent="a")], None),
    "a little ahead": ([point(-0.1)], None),
    "in the future": ([point(6), point(-5)], "!clock-ahead"),
    "before its parent": ([point(6, identifier="a"), point(30, identifier="b", parent="a")], "!clock-backwards"),
    "its parent is gone": ([point(30, identifier="b", parent="a")], None),
    "another host's clock": ([point(6), point(-5, host="app2")], None),
    "nothing": ([], None),
}


@pytest.mark.parametrize("name", CASES)
def test_one_system(name: str) -> None:
    taken, expected = CASES[name]
    found = finding(CHECK, register(system()), seen(Snapshot, *taken))
    assert reasons(found).get("Ekonomi") == expected


def test_no_source_is_no_answer() -> None:
    assert reasons(finding(CHECK, register(system()))) == {"Ekonomi": "?no-backup-source"}


def test_what_was_not_read_may_be_wrong() -> None:
    cut = seen(Snapshot, missing=[gap(Snapshot, subject="1a2b")])
    unread = {"register": "?repositories-incomplete"}
    assert reasons(finding(CHECK, register(system()), cut)) == {"Ekonomi": "?repositories-incomplete"} | unread
    good = seen(Snapshot, point(6, size_bytes=1))
    assert reasons(finding(CHECK, register(system()), good, gap(Snapshot, source="vault"))) == unread

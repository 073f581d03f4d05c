from __future__ import annotations

import pytest

from collector.records.backup import Snapshot
from tests.checks.backup.protected import point, register, system
from tests.checks.made import finding, gap, reasons, seen

CHECK = "backup-daily--content"
CASES: dict[str, tuple[list[Snapshot], str | None]] = {
    "as before": ([point(30, size_bytes=100), point(6, size_bytes=99)], None),
    "half": ([point(30, size_bytes=100), point(6, size_bytes=50)], None),
    "less than half": ([point(30, size_bytes=100), point(6, size_bytes=49)], "!shrunken"),
    "empty": ([point(30, size_bytes=100), point(6, size_bytes=0)], "!empty"),
    "no files": ([point(6, size_bytes=4096, files=0)], "!empty"),
    "the first": ([point(6, size_bytes=1)], None),
    "it was empty before": ([point(54, size_bytes=100), point(30, size_bytes=0), point(6, size_bytes=90)], None),
    "no size told": ([point(30), point(6)], None),
    "size not told": ([point(30, size_bytes=100), point(6)], "?size-unknown"),
    "other folders are no measure": (
        [point(30, size_bytes=10**9, paths=("/srv",)), point(29, size_bytes=10, paths=("/etc",))],
        None,
    ),
    "one selection of two": (
        [point(30, size_bytes=0, paths=("/srv",)), point(29, size_bytes=10, paths=("/etc",))],
        "!empty",
    ),
    "folders that are not taken any more": (
        [point(24 * 400, size_bytes=0, paths=("/old",)), point(6, size_bytes=10, paths=("/etc",))],
        None,
    ),
    "the last in its place": (
        [point(24 * 400, size_bytes=0, location="vault"), point(6, size_bytes=10)],
        "!empty",
    ),
    "dated in the future": ([point(6, size_bytes=10), point(-90, size_bytes=0)], None),
    "nothing": ([], None),
}


@pytest.mark.parametrize("name", CASES)
def test_one_system(name: str) -> None:
    taken, expected = CASES[name]
    found = finding(CHECK, register(system()), seen(Snapshot, *taken))
    assert reasons(found).get("Ekonomi") == expected


def test_the_share_is_a_parameter_and_no_source_is_no_answer() -> None:
    taken = seen(Snapshot, point(30, size_bytes=100), point(6, size_bytes=89))
    found = finding(CHECK, register(system()), taken, parameters={"shrunken_percent": 90})
    assert found.exceptions[0].facts["percent"] == 89
    assert reasons(finding(CHECK, register(system()))) == {"Ekonomi": "?no-backup-source"}


def test_what_was_not_read_may_be_wrong() -> None:
    cut = seen(Snapshot, missing=[gap(Snapshot, subject="1a2b")])
    unread = {"register": "?repositories-incomplete"}
    assert reasons(finding(CHECK, register(system()), cut)) == {"Ekonomi": "?repositories-incomplete"} | unread
    good = seen(Snapshot, point(6, size_bytes=1))
    assert reasons(finding(CHECK, register(system()), good, gap(Snapshot, source="vault"))) == unread

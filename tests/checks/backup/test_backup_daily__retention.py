from __future__ import annotations

import pytest

from checks.finding import Status
from collector.evidence import Obtained
from collector.records.backup import Snapshot
from tests.checks.backup.protected import DAY, nightly, point, register, system
from tests.checks.made import AS_OF, finding, gap, reasons, seen

CHECK = "backup-daily--retention"


@pytest.mark.parametrize(
    ("nights", "expected"), [(31, None), (29, None), (28, "!too-short"), (1, "!too-short"), (0, None)]
)
def test_as_far_back_as_the_register_demands(nights: int, expected: str | None) -> None:
    found = finding(CHECK, register(system(retention_days=30)), seen(Snapshot, *nightly(nights)))
    assert reasons(found).get("Ekonomi") == expected


def test_a_list_shows_what_could_be_had_when_it_was_written() -> None:
    listed = seen(Snapshot, point(24 * 40), point(24 * 21), obtained=Obtained.PROVIDED, started=AS_OF - 20 * DAY)
    found = finding(CHECK, register(system(retention_days=30)), listed)
    assert reasons(found) == {"Ekonomi": "?export-older"}
    there = seen(Snapshot, point(24 * 31), source="repository")
    assert not reasons(finding(CHECK, register(system(retention_days=30)), listed, there))


def test_each_host_and_no_demand() -> None:
    both = system(hosts=("app1", "db1"), retention_days=30)
    found = finding(CHECK, register(both), seen(Snapshot, *nightly(40), point(6, host="db1")))
    assert found.exceptions[0].facts["host"] == "db1"
    assert finding(CHECK, register(system()), seen(Snapshot, point(6))).status is Status.NOT_APPLICABLE


def test_what_could_not_be_read_may_be_older() -> None:
    demanding = register(system(retention_days=30))
    part = seen(Snapshot, point(6), missing=[gap(Snapshot, subject="1a2b")])
    assert reasons(finding(CHECK, demanding, part)) == {"Ekonomi": "?repositories-incomplete"}
    cut = seen(Snapshot, missing=[gap(Snapshot, subject="1a2b")])
    assert reasons(finding(CHECK, demanding, cut)) == {"Ekonomi": "?repositories-incomplete"}
    assert reasons(finding(CHECK, demanding)) == {"Ekonomi": "?no-backup-source"}

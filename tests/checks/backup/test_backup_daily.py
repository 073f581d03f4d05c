from __future__ import annotations

from datetime import timedelta
from typing import Literal

import pytest

from collector.evidence import Obtained
from collector.records.backup import BackupRun, ProtectedSystem, Snapshot
from tests.checks.backup.protected import point, register, system
from tests.checks.made import AS_OF, finding, gap, reasons, seen
from tests.checks.registers import without

HOUR = timedelta(hours=1)


def snapshot(host: str, hours: int, *tags: str) -> Snapshot:
    return Snapshot(identifier=f"{host}{hours}", time=AS_OF - hours * HOUR, host=host, tags=tags)


TAKEN = (
    snapshot("APP1", 3),
    snapshot("app1", 30),
    snapshot("db1", 27),
    snapshot("edge", 26),
    snapshot("backup", 2, "journal"),
    snapshot("future", -5),
)
CASES = {
    "taken": (("ekonomi", True, ("app1",)), None),
    "at the limit": (("kant", True, ("edge",)), None),
    "an hour too old": (("vård", True, ("db1",)), "!too-old"),
    "one host of two has none": (("skola", True, ("app1", "app2")), "!no-restore-point"),
    "no host has any": (("arkiv", True, ("arkiv1",)), "!no-restore-point"),
    "found by its name as a tag": (("journal", True, ("jrn1",)), None),
    "its name is one of its hosts": (("app1", True, ("app1", "app2")), "!no-restore-point"),
    "not critical": (("lunch", False, ("lunch1",)), None),
    "criticality not known": (("okänt", None, ("app1",)), "?criticality-unknown"),
    "dated in the future": (("framtid", True, ("future",)), "?clock-ahead"),
}


@pytest.mark.parametrize("name", CASES)
def test_one_system(name: str) -> None:
    (system, critical, hosts), expected = CASES[name]
    register = seen(ProtectedSystem, ProtectedSystem(name=system, critical=critical, hosts=hosts), source="register")
    found = finding("backup-daily", register, seen(Snapshot, *TAKEN))
    assert reasons(found).get(system) == expected


SYSTEM = ProtectedSystem(name="arkiv", critical=True, hosts=("arkiv1",))


def test_a_missing_restore_point_may_lie_where_we_could_not_look() -> None:
    register = seen(ProtectedSystem, SYSTEM, source="register")
    read, unread = seen(Snapshot, *TAKEN), gap(Snapshot, source="offsite")
    assert reasons(finding("backup-daily", register, read, unread)) == {"arkiv": "?repositories-unread"}
    assert reasons(finding("backup-daily", register, unread)) == {"arkiv": "?no-backup-source"}
    assert reasons(finding("backup-daily", register)) == {"arkiv": "?no-backup-source"}


def test_an_empty_repository_read_to_its_end_proves_that_there_is_none() -> None:
    register = seen(ProtectedSystem, SYSTEM, source="register")
    assert reasons(finding("backup-daily", register, seen(Snapshot, source_count=0))) == {"arkiv": "!no-restore-point"}


@pytest.mark.parametrize(
    ("taken", "runs", "expected"),
    [
        ([], [(3, "ok")], "?only-job-report"),
        ([], [(3, "failed")], "!no-restore-point"),
        ([], [(40, "ok")], "!no-restore-point"),
        ([snapshot("arkiv1", 40)], [(3, "ok")], "?only-job-report"),
        ([snapshot("arkiv1", 40)], [(3, "failed")], "!too-old"),
        ([snapshot("arkiv1", 4)], [(3, "failed")], None),
        ([snapshot("arkiv1", 4), snapshot("arkiv1", -50)], [], None),
    ],
)
def test_a_green_job_is_not_a_restore_point(
    taken: list[Snapshot], runs: list[tuple[int, Literal["ok", "failed"]]], expected: str | None
) -> None:
    ran = [BackupRun(job="natt", host="ARKIV1", started=AS_OF - hours * HOUR, result=said) for hours, said in runs]
    parts = (
        seen(ProtectedSystem, SYSTEM, source="register"),
        seen(Snapshot, *taken),
        seen(BackupRun, *ran, source="jobs"),
    )
    assert reasons(finding("backup-daily", *parts)).get("arkiv") == expected


def test_jobs_that_could_not_be_read_may_show_a_backup() -> None:
    register = seen(ProtectedSystem, SYSTEM, source="register")
    unread = gap(BackupRun, source="jobs")
    assert reasons(finding("backup-daily", register, seen(Snapshot), unread)) == {"arkiv": "?jobs-unread"}
    taken = seen(Snapshot, snapshot("arkiv1", 40))
    assert reasons(finding("backup-daily", register, taken, unread)) == {"arkiv": "?jobs-unread"}
    assert not reasons(finding("backup-daily", register, seen(Snapshot, snapshot("arkiv1", 4)), unread))


@pytest.mark.parametrize(("hours", "expected"), [(40, "?export-older"), (20, "!too-old")])
def test_a_list_shows_what_there_was_when_it_was_written(hours: int, expected: str) -> None:
    register = seen(ProtectedSystem, SYSTEM, source="register")
    handed = seen(Snapshot, snapshot("arkiv1", 50), obtained=Obtained.PROVIDED, started=AS_OF - hours * HOUR)
    other = seen(Snapshot, snapshot("app1", 50), source="b", obtained=Obtained.PROVIDED, started=AS_OF - 45 * HOUR)
    assert reasons(finding("backup-daily", register, handed, other)) == {"arkiv": expected}


def test_a_register_that_was_exported_without_hosts_accuses_nobody() -> None:
    nobody = without(register(system(hosts=())), "hosts")
    points = seen(Snapshot, point(6))
    assert reasons(finding("backup-daily", nobody, points)) == {"Ekonomi": "?no-column"}
    assert reasons(finding("backup-daily", register(system(hosts=())), points)) == {"Ekonomi": "!no-restore-point"}
    assert reasons(finding("backup-daily", nobody, seen(Snapshot, point(6, tags=("ekonomi",))))) == {}


@pytest.mark.parametrize(("written", "seen_as"), [("app1", "app1.example.test"), ("app1.example.test", "APP1")])
def test_a_host_by_another_form_of_its_name_is_neither_taken_nor_missed(written: str, seen_as: str) -> None:
    held = register(system(hosts=(written,)))
    assert reasons(finding("backup-daily", held, seen(Snapshot, point(3, host=seen_as)))) == {
        "Ekonomi": "?named-otherwise"
    }
    ran = seen(BackupRun, BackupRun(job="Natt", host=seen_as, started=AS_OF - 3 * HOUR, result="ok"), source="jobs")
    other = seen(Snapshot, point(3, host="db1"))
    assert reasons(finding("backup-daily", held, other, ran)) == {"Ekonomi": "?named-otherwise"}

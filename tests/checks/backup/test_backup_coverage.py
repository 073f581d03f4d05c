from __future__ import annotations

from typing import Any

import pytest

from checks.finding import Status
from collector.records.backup import BackupRun, ProtectedSystem, Snapshot
from tests.checks.backup.protected import point, ran, register, system
from tests.checks.made import finding, gap, reasons, seen

CHECK = "backup-coverage"
CASES: dict[str, tuple[dict[str, Any], dict[str, Any], str | None]] = {
    "by its host": ({}, {}, None),
    "by its name": ({"hosts": ()}, {"host": "EKONOMI"}, None),
    "by a tag": ({"hosts": ("app1", "db1")}, {"host": "dump", "tags": ("ekonomi",)}, None),
    "not at all": ({}, {"host": "app2"}, "!not-covered"),
    "one of two hosts": ({"hosts": ("app1", "db1")}, {}, "!not-covered"),
    "the folder is in it": ({"backup_paths": ("/srv/data",)}, {"paths": ("/srv",)}, None),
    "the very folder": ({"backup_paths": ("/srv/data/",)}, {"paths": ("/srv/data",)}, None),
    "everything": ({"backup_paths": ("/srv/data",)}, {"paths": ("/",)}, None),
    "a folder with a like name": ({"backup_paths": ("/srv/data2",)}, {"paths": ("/srv/data",)}, "!path-missing"),
    "a volume": ({"backup_paths": ("D:\\\\data",)}, {"paths": ("d:\\\\",)}, None),
    "another volume": ({"backup_paths": ("E:",)}, {"paths": ("D:",)}, "!path-missing"),
    "a folder of one host": ({"backup_paths": ("app1:/srv",)}, {"paths": ("/srv",)}, None),
    "a folder that is left out": (
        {"backup_paths": ("/srv/data/a",)},
        {"paths": ("/srv",), "excludes": ("/srv/data",)},
        "!path-excluded",
    ),
    "a folder whose content is left out": (
        {"backup_paths": ("/srv/data",)},
        {"paths": ("/srv",), "excludes": ("/srv/data/*",)},
        "!path-excluded",
    ),
    "a name that is left out anywhere": (
        {"backup_paths": ("/srv/data",)},
        {"paths": ("/srv",), "excludes": ("*.tmp", "dat?")},
        "!path-excluded",
    ),
    "part of a folder is left out": (
        {"backup_paths": ("/srv/data",)},
        {"paths": ("/srv",), "excludes": ("/srv/data/tmp", "*.tmp", "/data", "cache", "/srv/data/**", "!data")},
        None,
    ),
    "a folder that is taken back": (
        {"backup_paths": ("/srv/data/a",)},
        {"paths": ("/srv",), "excludes": ("/srv/*", "!/srv/data")},
        None,
    ),
    "a folder that is left out after all": (
        {"backup_paths": ("/srv/data",)},
        {"paths": ("/srv",), "excludes": ("!data", "/srv/data")},
        "!path-excluded",
    ),
    "nothing is taken back within a folder that is left out": (
        {"backup_paths": ("/srv/data/a",)},
        {"paths": ("/srv",), "excludes": ("/srv/data", "!/srv/data/a")},
        "!path-excluded",
    ),
    "part of what is left out is taken back": (
        {"backup_paths": ("/srv/data",)},
        {"paths": ("/srv",), "excludes": ("/srv/data/*", "!/srv/data/a")},
        None,
    ),
    "with a domain": ({}, {"host": "APP1.example.test"}, "?named-otherwise"),
    "without its domain": ({"hosts": ("app1.example.test",)}, {"host": "app1"}, "?named-otherwise"),
    "in another domain": ({"hosts": ("app1.example.test",)}, {"host": "app1.test"}, "!not-covered"),
    "an address": ({"hosts": ("10.1.2.3",)}, {"host": "10"}, "!not-covered"),
    "paths are not told": ({"backup_paths": ("/srv",)}, {}, "?paths-unknown"),
    "a folder of a host that it has not": ({"backup_paths": ("db1:/srv",)}, {"paths": ("/srv",)}, "?paths-unknown"),
    "not critical": ({"critical": False}, {"host": "app2"}, None),
    "criticality not known": ({"critical": None}, {}, "?criticality-unknown"),
}


@pytest.mark.parametrize("name", CASES)
def test_one_system(name: str) -> None:
    said, taken, expected = CASES[name]
    found = finding(CHECK, register(system(**said)), seen(Snapshot, point(6, **({"host": "app1"} | taken))))
    assert reasons(found).get("Ekonomi") == expected


def test_a_job_covers_too_and_a_stranger_is_named() -> None:
    jobs = seen(BackupRun, ran(6), ran(6, host="gammal"), source="jobs")
    found = finding(CHECK, register(system()), jobs)
    assert reasons(found) == {"gammal": "!not-in-register"}


def test_a_host_by_another_form_of_its_name_is_no_stranger() -> None:
    found = finding(CHECK, register(system()), seen(Snapshot, point(6), point(6, host="app1.example.test")))
    assert reasons(found) == {"app1.example.test": "?named-otherwise"}
    jobs = seen(BackupRun, ran(6, host="app1.example.test"), source="jobs")
    found = finding(CHECK, register(system()), jobs)
    assert reasons(found) == {"Ekonomi": "?named-otherwise", "app1.example.test": "?named-otherwise"}


def test_a_selection_that_still_holds_it_is_enough() -> None:
    held = seen(Snapshot, point(6, paths=("/srv",), excludes=("/srv/data",)), point(7, paths=("/srv/data",)))
    assert not reasons(finding(CHECK, register(system(backup_paths=("/srv/data",))), held))


def test_the_stranger_may_be_in_the_rows_that_could_not_be_read() -> None:
    part = seen(ProtectedSystem, system(), source="register", missing=[gap(ProtectedSystem, subject="row 3")])
    found = finding(CHECK, part, seen(Snapshot, point(6), point(6, host="okänd")))
    assert reasons(found) == {"okänd": "?register-incomplete"}


def test_an_old_selection_does_not_count() -> None:
    paths: dict[str, Any] = {"backup_paths": ("/srv", "/var/lib")}
    held = seen(Snapshot, point(6, paths=("/srv",)), point(24 * 20, paths=("/var/lib",)))
    assert reasons(finding(CHECK, register(system(**paths)), held)) == {"Ekonomi": "!path-missing"}


def test_without_repositories_or_with_part_of_them() -> None:
    assert reasons(finding(CHECK, register(system()))) == {"Ekonomi": "?no-backup-source"}
    part = seen(Snapshot, missing=[gap(Snapshot, subject="1a2b")])
    assert reasons(finding(CHECK, register(system()), part)) == {
        "Ekonomi": "?repositories-unread",
        "register": "?repositories-incomplete",
    }


def test_whose_backup_lies_in_a_repository_that_was_not_read_is_not_known() -> None:
    jobs, unread = seen(BackupRun, ran(6), source="jobs"), gap(Snapshot, source="restic")
    assert reasons(finding(CHECK, register(system()), jobs, unread)) == {"register": "?repositories-incomplete"}


def test_a_lower_share_is_a_decision() -> None:
    held = register(system(), system("Arkiv", hosts=("arkiv1",)))
    parts = held, seen(Snapshot, point(6))
    assert reasons(finding(CHECK, *parts)) == {"Arkiv": "!not-covered"}
    found = finding(CHECK, *parts, parameters={"critical_coverage_percent": 50})
    assert (found.status, found.out_of_scope) == (Status.SATISFIED, {"within-accepted-share": 1})
    assert reasons(finding(CHECK, *parts, parameters={"critical_coverage_percent": 51})) == {"Arkiv": "!not-covered"}

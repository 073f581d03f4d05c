from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from collector.evidence import Obtained, Population
from collector.records.backup import BackupLocation, BackupRepository, Snapshot
from tests.checks.backup.protected import at, point, register, system
from tests.checks.made import finding, gap, reasons, seen

CHECK = "backup-separate"
NEAR = BackupLocation(repository="near", host="nas1", site="Stadshuset", immutable=False, offline=False,
                      separate_credentials=False)  # fmt: skip
FAR = BackupLocation(repository="far", host="nas2", site="Hall B", immutable=True, reviewed=date(2026, 10, 1))
OWN = BackupLocation(repository="near", host="APP1", site="Stadshuset")
WEAK = BackupLocation(repository="far", site="Hall B", immutable=False, offline=False, separate_credentials=False)
HERE: dict[str, Any] = {"sites": ("Stadshuset",)}

CASES: dict[str, tuple[dict[str, Any], dict[str, float], list[BackupLocation], str | None]] = {
    "here and elsewhere": (HERE, {"near": 6, "far": 20}, [NEAR, FAR], None),
    "elsewhere alone": (HERE, {"far": 20}, [FAR], None),
    "at the same site": (HERE, {"near": 6}, [NEAR], "!same-site"),
    "on its own host": (HERE, {"near": 6}, [OWN], "!same-host"),
    "its own host, and elsewhere": (HERE, {"near": 6, "far": 20}, [OWN, FAR], None),
    "deletable": (HERE, {"near": 6, "far": 20}, [NEAR, WEAK], "!deletable"),
    "nobody knows who can delete": (
        HERE,
        {"far": 6},
        [BackupLocation(repository="far", site="B")],
        "?protection-unknown",
    ),
    "nobody knows where it stands": (HERE, {"near": 6}, [BackupLocation(repository="near")], "?place-unknown"),
    "nobody knows where it runs": ({}, {"far": 6}, [FAR], "?place-unknown"),
    "a site that is demanded": ({**HERE, "copies_at": ("hall b",)}, {"near": 6, "far": 20}, [NEAR, FAR], None),
    "not at that site": ({**HERE, "copies_at": ("Hall C",)}, {"near": 6, "far": 20}, [NEAR, FAR], "!copy-missing"),
    "perhaps at that site": ({**HERE, "copies_at": ("Hall C",)}, {"x": 6, "far": 20}, [FAR], "?place-unknown"),
    "too old there": ({**HERE, "copies_at": ("Hall B",)}, {"near": 6, "far": 193}, [NEAR, FAR], "!copy-too-old"),
    "kept apart long ago": (HERE, {"near": 3, "far": 21600}, [NEAR, FAR], "!apart-too-old"),
    "everything is old": (HERE, {"far": 21600}, [FAR], "?all-old"),
    "the old one is not apart either": (HERE, {"near": 21600}, [NEAR], "!same-site"),
    "on its own host, and apart long ago": (HERE, {"near": 3, "far": 21600}, [OWN, FAR], "!apart-too-old"),
    "the old one is the immutable one": (
        HERE,
        {"far": 21600, "third": 3},
        [FAR, replace(WEAK, repository="third")],
        "!apart-too-old",
    ),
    "nobody knows where the new one stands": (HERE, {"x": 3, "far": 21600}, [FAR], "?place-unknown"),
    "the old one stands where nobody knows": (HERE, {"near": 3, "x": 21600}, [NEAR], "!same-site"),
    "no restore points": (HERE, {}, [NEAR, FAR], None),
}


def copies(held: dict[str, float]) -> list[Population[Any]]:
    return [seen(Snapshot, point(hours), source=name) for name, hours in held.items()] or [seen(Snapshot)]


@pytest.mark.parametrize("name", CASES)
def test_one_system(name: str) -> None:
    said, held, stated, expected = CASES[name]
    parts = register(system(**said)), *copies(held), seen(BackupLocation, *stated, source="places")
    assert reasons(finding(CHECK, *parts)).get("Ekonomi") == expected


def test_each_host_has_copies_of_its_own() -> None:
    both = register(system(hosts=("app1", "db1"), **HERE))
    places = seen(BackupLocation, NEAR, FAR, source="places")
    near = seen(Snapshot, point(6), point(6, host="db1"), source="near")
    found = finding(CHECK, both, near, seen(Snapshot, point(20), source="far"), places)
    assert [(each.reason, each.facts["host"]) for each in found.exceptions] == [("same-site", "db1")]
    aged = seen(Snapshot, point(20), point(24 * 90, host="db1"), source="far")
    found = finding(CHECK, both, near, aged, places)
    assert [(each.reason, each.facts["host"]) for each in found.exceptions] == [("apart-too-old", "db1")]
    assert reasons(finding(CHECK, both, seen(Snapshot, point(20), source="far"), places)) == {
        "Ekonomi": "?host-without-copies"
    }
    tagged = seen(Snapshot, point(20, host="dump", tags=("ekonomi",)), source="far")
    assert not reasons(finding(CHECK, both, near, tagged, places))


def test_what_the_repository_itself_shows() -> None:
    own = seen(BackupRepository, BackupRepository(name="near", tool="restic", host="app1"), source="near")
    assert reasons(finding(CHECK, register(system(**HERE)), *copies({"near": 6}), own)) == {"Ekonomi": "!same-host"}
    kept = seen(BackupRepository, BackupRepository(name="far", tool="borg", append_only=True), source="far")
    places = seen(BackupLocation, BackupLocation(repository="far", site="Hall B"), source="places")
    assert not reasons(finding(CHECK, register(system(**HERE)), *copies({"far": 6}), kept, places))


def test_a_location_by_the_name_in_a_report() -> None:
    held = seen(Snapshot, point(6, location="far"), source="veeam")
    assert not reasons(finding(CHECK, register(system(**HERE)), held, seen(BackupLocation, FAR, source="places")))


def test_without_a_register_or_with_part_of_the_copies() -> None:
    assert reasons(finding(CHECK, register(system(**HERE)))) == {"Ekonomi": "?no-backup-source"}
    assert reasons(finding(CHECK, register(system(**HERE)), *copies({"far": 6}))) == {"Ekonomi": "?place-unknown"}
    part = seen(Snapshot, point(6), source="near", missing=[gap(Snapshot, source="near", subject="1a2b")])
    found = finding(CHECK, register(system(**HERE)), part, seen(BackupLocation, NEAR, source="places"))
    assert reasons(found) == {"Ekonomi": "?repositories-incomplete"}


def test_the_organisation_may_demand_less() -> None:
    parts = register(system()), *copies({"near": 6}), seen(BackupLocation, NEAR, source="places")
    less = {"copies_other_site_min": 0, "immutable_or_offline": False}
    assert not reasons(finding(CHECK, *parts, parameters=less))


@pytest.mark.parametrize(("hours", "expected"), [(100, "?export-older"), (20, "!apart-too-old")])
def test_what_came_after_a_list_was_written_is_not_known(hours: int, expected: str) -> None:
    handed = seen(Snapshot, point(250), source="far", obtained=Obtained.PROVIDED, started=at(hours))
    parts = register(system(**HERE)), *copies({"near": 6}), seen(BackupLocation, NEAR, FAR, source="places")
    assert reasons(finding(CHECK, *parts, handed)) == {"Ekonomi": expected}

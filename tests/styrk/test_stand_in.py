"""A source that `--source` leaves out is not read, and never taken for one that is empty."""

from __future__ import annotations

from pathlib import Path

import pytest

from checks.discovery import discover
from checks.finding import Status
from checks.judgement import judge
from collector.collection import collect
from collector.evidence import EvidenceSet, GapCause
from collector.records.backup import MajorChange, ProtectedSystem, RestoreTest
from config.loading import load_settings
from styrk.sources import scanned_sources
from styrk.stand_in import NOT_ASKED, StandIn
from tests.checks.made import AS_OF
from tests.styrk.runs import write_estate

KINDS = frozenset({ProtectedSystem, RestoreTest, MajorChange})


def scan(folder: Path, *only: str) -> EvidenceSet:
    built = scanned_sources(load_settings(write_estate(folder)), KINDS, only)
    return collect([configured for configured, _ in built], folder / "evidence", "0")


def test_what_was_left_out_is_a_gap_with_its_reason(tmp_path: Path) -> None:
    evidence = scan(tmp_path, "systems")
    assert [each.source for each in evidence.populations if each.kind == "protected-system"] == ["systems"]
    (gap,) = evidence.reading(RestoreTest).gaps
    assert (gap.source, gap.cause) == ("tests", GapCause.ABSENT)
    assert "--source" in gap.remedy


def test_nobody_is_accused_by_what_was_not_read(tmp_path: Path) -> None:
    check = next(each for each in discover() if each.id == "restore-test-annual")
    (whole,) = judge(check, scan(tmp_path / "whole"), {}, AS_OF)
    (part,) = judge(check, scan(tmp_path / "part", "systems"), {}, AS_OF)
    assert whole.exceptions
    assert (part.status, part.exceptions) == (Status.NOT_DETERMINED, ())


def test_the_stand_in_asks_nothing() -> None:
    stand_in = StandIn("tests", KINDS, NOT_ASKED)
    assert list(stand_in.plan(KINDS)) == []
    assert [(each.ok, each.remedy) for each in stand_in.diagnose()] == [
        (False, "scan without --source, or name it too")
    ]
    assert stand_in.provides == KINDS


def test_a_run_of_everything_has_no_stand_in(tmp_path: Path) -> None:
    built = scanned_sources(load_settings(write_estate(tmp_path)), KINDS)
    assert not [configured for configured, _ in built if isinstance(configured.source, StandIn)]


@pytest.mark.parametrize("only", [("systems",), ("systems", "changes")])
def test_every_source_is_there_in_the_order_of_ids(tmp_path: Path, only: tuple[str, ...]) -> None:
    settings = load_settings(write_estate(tmp_path))
    ids = [configured.source.id for configured, _ in scanned_sources(settings, KINDS)]
    assert [configured.source.id for configured, _ in scanned_sources(settings, KINDS, only)] == ids == sorted(ids)

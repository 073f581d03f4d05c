"""Zones and flows of the settings, and the end-of-support table."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from collector.collection import collect
from collector.evidence import GapCause
from collector.recorder import ConfiguredSource
from collector.records.host import Lifecycle
from collector.records.network import Zone
from collector.register.declared import DeclaredNetwork
from collector.register.lifecycle import LifecycleTable, parse_lifecycle
from collector.source import SourceError
from config.settings import FlowSettings, ZoneSettings

ZONES = (
    ZoneSettings(name="clients", roles=("user-clients",), networks=("10.77.1.0/24",)),
    ZoneSettings(name="servers", networks=("10.77.2.0/24", "fd00:77::/64")),
)


def test_zones_and_flows_are_given_as_declared(tmp_path: Path) -> None:
    source = DeclaredNetwork(ZONES, (FlowSettings(source="clients", destination="servers", ports=("443",)),))
    evidence = collect([ConfiguredSource(source, source.provides)], tmp_path, "test")
    zones = list(evidence.reading(Zone).records)
    assert [zone.networks for zone in zones] == [("10.77.1.0/24",), ("10.77.2.0/24", "fd00:77::/64")]
    assert [population.count for population in evidence.populations] == [1, 2]
    assert all(population.complete for population in evidence.populations)


def test_no_zones_is_a_gap_and_no_empty_population(tmp_path: Path) -> None:
    source = DeclaredNetwork((), ())
    evidence = collect([ConfiguredSource(source, source.provides)], tmp_path, "test")
    assert not evidence.populations
    assert {gap.cause for gap in evidence.gaps} == {GapCause.ABSENT}


@pytest.mark.parametrize(
    ("zones", "flows", "words"),
    [
        ((ZoneSettings(name="a", networks=("10.77.1.7/24",)),), (), "host bits"),
        ((*ZONES, ZONES[0]), (), "declared twice"),
        (ZONES, (FlowSettings(source="clients", destination="printers"),), "printers, which is not declared"),
        (
            ZONES,
            (FlowSettings(source="clients", destination="servers", destination_addresses=("x",)),),
            "does not appear to be",
        ),
    ],
)
def test_a_mistake_in_the_settings_is_refused(
    zones: tuple[ZoneSettings, ...], flows: tuple[FlowSettings, ...], words: str
) -> None:
    with pytest.raises(SourceError, match=words):
        DeclaredNetwork(zones, flows)


def test_the_lifecycle_table_is_sound(tmp_path: Path) -> None:
    source = LifecycleTable()
    evidence = collect([ConfiguredSource(source, source.provides)], tmp_path, "test")
    records = list(evidence.reading(Lifecycle).records)
    assert len({record.subject for record in records}) == len(records)
    assert all(record.origin is not None and record.origin.startswith("https://") for record in records)
    assert all(record.extended_ends is None or record.extended_ends > record.support_ends for record in records)
    by_subject = {record.subject: record for record in records}
    assert by_subject["debian 12"].support_ends == date(2026, 7, 11)
    assert by_subject["windows-server 2012 R2"].support_ends == date(2023, 10, 10)


@pytest.mark.parametrize("distribution", ["debian", "ubuntu"])
def test_the_table_agrees_with_the_distributions_own_data(distribution: str) -> None:
    file = Path("/usr/share/distro-info") / f"{distribution}.csv"
    if not file.exists():
        pytest.skip("needs Debian's distro-info-data")
    with file.open(encoding="utf-8", newline="") as opened:
        published = {row["version"].removesuffix(" LTS"): row for row in csv.DictReader(opened)}
    table = Path(LifecycleTable.__module__.replace(".", "/") + ".csv")
    data = (Path(__file__).parents[3] / table).read_bytes()
    compared = 0
    for record in parse_lifecycle(data):
        if record.product == distribution and record.version in published:
            assert record.support_ends.isoformat() == published[record.version]["eol"], record.subject
            compared += 1
    assert compared >= 4


@pytest.mark.parametrize(
    "row",
    ["debian,12,soon,,https://x", "debian,12,,2027-01-01,https://x", ",12,2026-01-01,,x", "debian,,2026-01-01,,x"],
)
def test_a_damaged_table_is_an_error(row: str) -> None:
    with pytest.raises(SourceError, match="row 2"):
        list(parse_lifecycle(f"product,version,support_ends,extended_ends,origin\n{row}\n".encode()))

"""Zones from a list, as a spreadsheet has them: read as evidence, and what probes and flows are held against."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from collector.collection import collect
from collector.evidence import EvidenceSet, GapCause
from collector.records.network import DeclaredFlow, Probe, Zone
from config.loading import load_settings
from config.problems import SettingsError
from styrk.errors import UsageError
from styrk.sources import scanned_sources

SETTINGS = """
organisation: {{name: Exempelkommun}}
{zones}
flows:
  - {{source: klient, destination: server, ports: ["{port}"], owner: it}}
registers:
  - id: zoner
    holds: {holds}
    file: zoner.csv
    columns: {{name: Zon, networks: Nät, roles: Roll, purpose: Ändamål, owner: Ägare}}
sources:
  - id: probe
    type: probe
    zone: klient
    targets:
      - {{address: 127.0.9.1, ports: [{port}]}}
"""
HEADINGS = "Zon;Nät;Roll;Ändamål;Ägare"
CLIENTS = "klient;127.0.8.0/24, 2001:db8:8::/64;user-clients;Arbetsplatser;it-enheten"
SERVERS = "server;127.0.9.0/24;servers;;"


@pytest.fixture
def port() -> Iterator[int]:
    with socket.create_server(("127.0.9.1", 0)) as listening:
        yield listening.getsockname()[1]


def settings(folder: Path, port: int, *rows: str, zones: str = "", holds: str = "zone") -> Path:
    (folder / "zoner.csv").write_text("\n".join((HEADINGS, *rows)), "utf-8")
    path = folder / "styrk.yaml"
    path.write_text(SETTINGS.format(port=port, zones=zones, holds=holds), "utf-8")
    return path


def read(folder: Path, port: int, *rows: str, zones: str = "") -> EvidenceSet:
    built = scanned_sources(
        load_settings(settings(folder, port, *rows, zones=zones)), frozenset({Zone, DeclaredFlow, Probe})
    )
    return collect([configured for configured, _ in built], folder / "run", "0")


def test_a_list_of_zones_is_what_probes_and_flows_are_held_against(tmp_path: Path, port: int) -> None:
    held = read(tmp_path, port, CLIENTS, SERVERS)
    assert held.gaps == ()
    assert list(held.reading(Zone).records) == [
        Zone(
            name="klient",
            networks=("127.0.8.0/24", "2001:db8:8::/64"),
            roles=("user-clients",),
            purpose="Arbetsplatser",
            owner="it-enheten",
            row=2,
        ),
        Zone(name="server", networks=("127.0.9.0/24",), roles=("servers",), row=3),
    ]
    (flow,) = held.reading(DeclaredFlow).records
    assert (flow.source, flow.destination) == ("klient", "server")
    (probe,) = held.reading(Probe).records
    assert (probe.zone, probe.target_zone, probe.outcome) == ("klient", "server", "open")


def test_zones_of_the_settings_and_of_a_list_stand_beside_each_other(tmp_path: Path, port: int) -> None:
    held = read(tmp_path, port, CLIENTS, zones="zones: [{name: server, networks: [127.0.9.0/24], purpose: Drift}]")
    assert {(zone.name, zone.purpose) for zone in held.reading(Zone).records} == {
        ("klient", "Arbetsplatser"),
        ("server", "Drift"),
    }
    assert [probe.target_zone for probe in held.reading(Probe).records] == ["server"]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (";127.0.9.0/24;;;", "row 3"),
        ("server;127.0.9.1/24;;;", "the zone server: 127.0.9.1/24 has host bits set"),
        ("server;;;;", "the zone server has no network"),
        ("klient;127.0.9.0/24;;;", "the zone klient is declared twice"),
        ("server;127.0.9.0/24,127.0.8.0/24;;;", "127.0.8.0/24 is in the zones klient and server"),
        ("server;192.0.2.0/24;;;", "the target 127.0.9.1 lies in no declared zone"),
    ],
)
def test_what_is_wrong_with_the_list_costs_the_probes_and_nothing_else(
    tmp_path: Path, port: int, row: str, said: str
) -> None:
    held = read(tmp_path, port, CLIENTS, row)
    (gap,) = held.gaps
    assert (gap.source, gap.kind) == ("probe", "probe")
    assert said in gap.detail
    assert held.reading(DeclaredFlow).populations[0].complete


@pytest.mark.parametrize(
    ("more", "said"),
    [("expected_rows: 3", "zoner.csv: the file has 2 rows; the settings expect 3"), ("max_age_days: 1", "days old")],
)
def test_zones_of_a_list_that_is_short_or_old_are_not_probed_by(
    tmp_path: Path, port: int, more: str, said: str
) -> None:
    path = settings(tmp_path, port, CLIENTS, SERVERS)
    path.write_text(path.read_text("utf-8").replace("    holds: zone\n", f"    holds: zone\n    {more}\n"), "utf-8")
    os.utime(tmp_path / "zoner.csv", (1_700_000_000, 1_700_000_000))
    built = scanned_sources(load_settings(path), frozenset({Probe}))
    (gap,) = collect([configured for configured, _ in built], tmp_path / "run", "0").gaps
    assert (gap.source, said in gap.detail) == ("probe", True), gap.detail


def test_a_list_that_is_not_there_is_a_gap_of_both(tmp_path: Path, port: int) -> None:
    path = settings(tmp_path, port, CLIENTS)
    (tmp_path / "zoner.csv").unlink()
    built = scanned_sources(load_settings(path), frozenset({Zone, Probe}))
    held = collect([configured for configured, _ in built], tmp_path / "run", "0")
    assert sorted((gap.source, gap.cause) for gap in held.gaps) == [
        ("probe", GapCause.ABSENT),
        ("zoner", GapCause.ABSENT),
    ]


def test_without_a_list_what_no_zone_holds_is_a_mistake_in_the_settings(tmp_path: Path, port: int) -> None:
    with pytest.raises(SettingsError, match="there is no zone klient"):
        load_settings(settings(tmp_path, port, CLIENTS, holds="document"))
    declared = "zones: [{name: klient, networks: [127.0.8.0/24]}, {name: klient, networks: [127.0.9.0/24]}]"
    with pytest.raises((SettingsError, UsageError), match="klient"):
        read(tmp_path, port, SERVERS, zones=declared)

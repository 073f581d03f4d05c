"""Eight zones, 200 flows and 15 faults: every fault is named, nothing else is, and the rate holds on the wire."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from assessment.segmentation import Picture, matrix
from checks.discovery import discover
from checks.judgement import judge
from collector.collection import collect
from collector.evidence import EvidenceSet
from collector.host.source import SshHosts
from collector.network.nftables import NftablesFirewalls
from collector.network.probe import ReachabilityProbe
from collector.recorder import ConfiguredSource
from collector.records.host import Host, Interface, Listener, Route
from collector.records.network import Probe
from collector.register.declared import DeclaredNetwork
from collector.transport.ssh import RemoteShell
from config.settings import FlowSettings, ZoneSettings
from config.sources import FirewallSource, ProbeSource, ProbeTarget, SshLogin, SshSource, SshTarget
from tests.checks.made import reasons
from tests.integration.test_network import NamespaceShell
from tests.servers.capture import first_packets, most_in_a_second
from tests.servers.network import Laboratory
from tests.servers.segments import EXPECTED, NAMES, SILENT, ZONES, Segments, host

pytestmark = [pytest.mark.integration, pytest.mark.root]

LOGIN = SshLogin(user="styrk", private_key="file:/k", known_hosts=Path("/h"))
CHECKS = sorted({check for check, _, _ in EXPECTED})
RATE = 50
SEEDED: dict[str, list[ProbeTarget]] = {
    "klient": [
        ProbeTarget(address=host("server"), ports=(3389, 9005, 23)),
        ProbeTarget(address="fd81:3::10", ports=(8443,)),
        ProbeTarget(address=host("drift"), ports=(2200,)),
        ProbeTarget(address=SILENT, ports=(7777,)),
    ],
    "admin": [
        ProbeTarget(address=host("server"), ports=(5432,)),
        ProbeTarget(address=host("drift"), ports=(2200,)),
    ],
    "server": [ProbeTarget(address=host("drift"), ports=(8181,))],
    "tradlost": [
        ProbeTarget(address=host("server"), ports=(161,), protocol="udp"),
        ProbeTarget(address=host("dmz"), ports=(6100,)),
    ],
    "dmz": [ProbeTarget(address=host("drift"), ports=(4444,)), ProbeTarget(address=host("labb"), ports=(7070,))],
    "labb": [ProbeTarget(address=host("skrivare"), ports=(9100,))],
}


class Namespaces:
    """Hosts in namespaces; implements `collector.host.source.Reach`."""

    def __init__(self, names: dict[str, str]) -> None:
        self.names = names

    def shell(self, target: SshTarget) -> RemoteShell:
        return NamespaceShell(self.names[target.name])

    def user(self, target: SshTarget) -> str:
        return "root"

    def prepare(self) -> object:
        return None


@pytest.fixture(scope="module")
def segments(laboratory: Laboratory) -> Iterator[Segments]:
    with Segments(laboratory, (datetime.now(UTC) - timedelta(days=1)).date()) as made:
        yield made


@pytest.fixture(scope="module")
def sent() -> list[float]:
    """The times of the first packets that the vantage in `klient` sent; complete when the evidence is there."""
    return []


@pytest.fixture(scope="module")
def evidence(segments: Segments, sent: list[float], tmp_path_factory: pytest.TempPathFactory) -> EvidenceSet:
    names = segments.namespaces
    flows = [
        FlowSettings(
            source=each.source,
            destination=each.destination,
            ports=each.ports,
            destination_addresses=each.destination_addresses,
            purpose=each.purpose,
            owner=each.owner,
            valid_until=each.valid_until,
        )
        for each in segments.flows
    ]
    declared = DeclaredNetwork([ZoneSettings(name=each.name, networks=each.networks) for each in ZONES], flows)
    firewalls = FirewallSource(
        id="fw", type="nftables", login=LOGIN, hosts=(SshTarget(name="fw1"), SshTarget(name="fw2"))
    )
    hosts = tuple(SshTarget(name=name) for name in (*NAMES, "dubbel", "smyg"))
    read = frozenset({Host, Interface, Route, Listener})
    reach = Namespaces(names)
    sources = [
        ConfiguredSource(declared, declared.provides),
        ConfiguredSource(rules := NftablesFirewalls(firewalls, reach.shell), rules.provides - {Host}),
        ConfiguredSource(
            SshHosts(SshSource(id="hosts", type="ssh", login=LOGIN, hosts=hosts, parallel=4), str, reach=reach), read
        ),
        *(ConfiguredSource(probes(segments, zone), frozenset({Probe})) for zone in NAMES),
    ]
    with first_packets(names["klient"], "zone", host("klient", 1)) as first:
        read_once = collect(sources, tmp_path_factory.mktemp("segments") / "run", "test")
    sent.extend(first)
    return read_once


def probes(segments: Segments, zone: str) -> ReachabilityProbe:
    """Attempts from one zone: every declared flow, one port that is closed to it everywhere, and the seeded ones."""
    targets = [
        ProbeTarget(address=each.destination_addresses[0], ports=tuple(map(int, each.ports)))
        for each in segments.flows[: 200 - 6]
        if each.source == zone
    ]
    targets += [ProbeTarget(address=host(other), ports=(22,)) for other in NAMES if other != zone]
    settings = ProbeSource(
        id=f"probe-{zone}",
        type="probe",
        zone=zone,
        targets=(*targets, *SEEDED.get(zone, [])),
        per_second=RATE,
        source_address=None,
    )
    return ReachabilityProbe(settings, ZONES, local=NamespaceShell(segments.namespaces[zone]))


def test_every_fault_is_named_and_nothing_else(segments: Segments, evidence: EvidenceSet) -> None:
    assert len(segments.flows) == 200
    found = set()
    for check in discover():
        if check.id in CHECKS:
            for finding in judge(check, evidence, {}, datetime.now(UTC)):
                assert not finding.gaps, finding.gaps
                found |= {(check.id, subject, said) for subject, said in reasons(finding).items()}
    shadowed = next(subject for check, subject, said in found if said == "!shadowed")
    expected = {
        (check, shadowed if subject.endswith("#SHADOWED") else subject, said) for check, subject, said in EXPECTED
    }
    assert found - expected == set()
    assert expected - found == set()


def test_the_matrix_shows_where_the_three_disagree(evidence: EvidenceSet) -> None:
    cells = {(each.source, each.destination): each for each in matrix(evidence, discover(), datetime.now(UTC)).cells}
    counted = Counter(cell.picture for cell in cells.values())
    differing = {pair for pair, cell in cells.items() if cell.picture is Picture.DIFFERS}
    assert differing == {
        ("klient", "server"), ("admin", "server"), ("tradlost", "server"), ("labb", "skrivare"), ("skrivare", "labb"),
        ("dmz", "drift"),
        ("dmz", "labb"), ("admin", "drift"), ("klient", "drift"), ("tradlost", "dmz"), ("server", "drift"),
    }  # fmt: skip
    assert (counted[Picture.UNKNOWN], counted[Picture.AGREES]) == (1, 56 - 12)
    assert cells["klient", "dmz"].picture is Picture.UNKNOWN


def test_no_second_has_more_first_packets_than_the_rate(evidence: EvidenceSet, sent: list[float]) -> None:
    asked = sum(1 for each in evidence.reading(Probe).records if each.zone == "klient" and ":" not in each.target)
    assert len(sent) >= asked
    assert 1 < most_in_a_second(sent) <= RATE

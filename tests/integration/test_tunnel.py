"""Probes through a real SSH server's channels, and by a script where it forwards nothing."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from collector.collection import collect
from collector.network.probe import ReachabilityProbe
from collector.network.tunnel import GROUP_SECONDS, Answer, Gate, attempt_all, packets_of
from collector.recorder import ConfiguredSource
from collector.records.network import Probe, Zone
from collector.secrets import resolve
from collector.source import SourceError
from collector.transport.ssh import SshClient
from config.sources import ProbeSource, ProbeTarget, SshLogin, SshTarget
from tests.servers.capture import first_packets, most_in_a_second, standstill
from tests.servers.zones import Zones

pytestmark = [pytest.mark.integration, pytest.mark.root]

RATE = 60
TRIES = 5
STANDSTILL = 0.15
"""Seconds. A machine that stands still for twice as long keeps connections open for longer than their groups last: the
kernel repeats a first packet then, and what had to wait leaves at once."""


def client(zones: Zones, folder: Path) -> SshClient:
    known = folder / "known_hosts"
    known.write_text(zones.known_hosts, encoding="utf-8")
    login = SshLogin(user=zones.user, private_key=f"file:{zones.key_file}", known_hosts=known)
    return SshClient(login, resolve)


def test_the_servers_own_words_tell_the_outcomes_apart(zones: Zones, tmp_path: Path) -> None:
    by_address: dict[str, list[int]] = {}
    for address, port in zones.truth.probes:
        by_address.setdefault(address, []).append(port)
    settings = ProbeSource(
        id="probe",
        type="probe",
        zone="klient",
        vantage=SshTarget(name="vantage1", address=zones.vantage_address),
        targets=tuple(ProbeTarget(address=address, ports=tuple(ports)) for address, ports in by_address.items()),
        per_second=50,
    )
    declared = [Zone(name=zone.name, networks=(zone.network,)) for zone in zones.truth.zones]
    source = ReachabilityProbe(settings, declared, client(zones, tmp_path).shell)
    evidence = collect([ConfiguredSource(source, source.provides)], tmp_path / "run", "test")
    found = {(probe.target, probe.port): probe.outcome for probe in evidence.reading(Probe).records}
    assert found == zones.truth.probes
    (population,) = evidence.populations
    assert len(population.provenance.method) == len(found)
    assert all("direct-tcpip" in text for text in population.provenance.method)


def test_silent_targets_are_waited_for_together(zones: Zones, tmp_path: Path) -> None:
    assert zones.vantage is not None
    shell = client(zones, tmp_path).shell(SshTarget(name="vantage1", address=zones.vantage_address))
    server = zones.truth.zones[1]
    silent = [(server.host(10), port) for port in range(6000, 6120)]
    longest = 0.0
    for _ in range(TRIES):
        with first_packets(zones.vantage.namespace.name, "zone", server.host(11)) as sent, standstill() as waited:
            began = time.monotonic()
            answers = attempt_all(shell, silent, RATE, timeout=0.5)  # type: ignore[arg-type]  # it is a Tunnel too
            took = time.monotonic() - began
        # 2.5 s by the rate, and some 4 s on an idle machine; one after the other they take 60 s on any.
        assert took < 0.5 * len(silent) / 2
        assert [answers[number] for number in range(len(silent)) if not isinstance(answers[number], Answer)] == []
        assert {answer.code for answer in answers.values() if isinstance(answer, Answer)} == {None}
        assert len(sent) >= len(silent)
        longest = waited[0]
        if longest < STANDSTILL:
            assert len(sent) == len(silent)  # none was sent again
            assert most_in_a_second(sent) <= RATE
            return
    pytest.skip(f"the machine stood still for {longest:.2f} s: whether packets are sent again was not seen")


def test_a_vantage_that_cannot_be_reached_is_one_error(zones: Zones, tmp_path: Path) -> None:
    shell = client(zones, tmp_path).shell(SshTarget(name="vantage1", address=zones.vantage_address, port=1))
    with pytest.raises(SourceError):
        attempt_all(shell, [("10.78.2.10", 443)], per_second=10, timeout=0.5)  # type: ignore[arg-type]  # as above


def test_repeated_first_packets_are_counted() -> None:
    assert [packets_of(seconds) for seconds in (0.75 + GROUP_SECONDS, 1.0, 3.5, 10.0)] == [1, 2, 3, 4]


def test_the_gate_keeps_its_distance() -> None:
    now = [0.0]
    gate = Gate(10, clock=lambda: now[0], sleep=lambda seconds: now.__setitem__(0, now[0] + seconds))
    times = []
    for _ in range(5):
        gate.wait()
        times.append(round(now[0], 6))
    assert times == [0.0, 0.1, 0.2, 0.3, 0.4]

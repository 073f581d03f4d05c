"""Firewalls and probes as sources, over a shell that answers as recorded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.collection import collect
from collector.evidence import EvidenceSet, GapCause
from collector.network.nftables import NftablesFirewalls
from collector.network.probe import Attempt, ReachabilityProbe, outcome_of, parse_results, zone_of
from collector.network.shell import cut
from collector.recorder import ConfiguredSource
from collector.records.host import Host
from collector.records.network import FirewallChain, FirewallRule, Probe, Zone
from collector.source import Source, SourceError
from config.sources import FirewallSource, ProbeSource, ProbeTarget, SshLogin, SshTarget

RECORDINGS = Path(__file__).parents[1] / "recordings" / "nftables"
EXPORTS = RECORDINGS.parent / "firewall_exports"
LOGIN = SshLogin(user="styrk", private_key="file:/k", known_hosts=Path("/h"), sudo=True)
ZONES = (Zone(name="clients", networks=("10.77.1.0/24",)), Zone(name="servers", networks=("10.77.2.0/24",)))


class AnsweringShell:
    """Gives one answer; implements `collector.transport.ssh.RemoteShell`."""

    def __init__(self, answer: bytes | SourceError) -> None:
        self.answer = answer
        self.scripts: list[bytes] = []

    def run(self, script: bytes, limit: int = 0, timeout: float = 0) -> bytes:
        self.scripts.append(script)
        if isinstance(self.answer, SourceError):
            raise self.answer
        return self.answer


def section(name: str, output: bytes, status: int = 0, errors: str = "") -> bytes:
    return b"\x1ebegin %s\n%s\n\x1estatus %d\n\x1eerrors %s\n%s\n\x1eend %s\n" % (
        name.encode(), output, status, name.encode(), errors.encode(), name.encode(),
    )  # fmt: skip


RULES_OF_EVERY_HOST = (
    b"0:\tfrom all lookup local\n32766:\tfrom all lookup main\n32767:\tfrom all lookup default\n"
    b"0:\tfrom all lookup local\n32766:\tfrom all lookup main\n"
)


def answer(**changes: bytes) -> bytes:
    parts: dict[str, bytes] = {
        "ruleset": section("ruleset", (RECORDINGS / "matches" / "ruleset.json").read_bytes()),
        "legacy": section("legacy", b"", 1, "cat: No such file"),
        "addresses": section("addresses", (RECORDINGS / "matches" / "addresses.json").read_bytes()),
        "iptables": section("iptables", b"", 127, "sh: 1: iptables-save: not found"),
        "ip6tables": section("ip6tables", b"", 127, "sh: 1: ip6tables-save: not found"),
        "routes": section("routes", (EXPORTS / "routes.txt").read_bytes()),
        "forwarding": section("forwarding", b"1\n0\n"),
        "boot": section("boot", b"btime 1764000000\n"),
        "policy": section("policy", RULES_OF_EVERY_HOST),
        **changes,
    }
    return b"".join(parts.values())


def firewalls(tmp_path: Path, shells: Mapping[str, AnsweringShell]) -> EvidenceSet:
    hosts = tuple(SshTarget(name=name) for name in shells)
    settings = FirewallSource(id="fw", type="nftables", login=LOGIN, hosts=hosts)
    return run(NftablesFirewalls(settings, lambda target: shells[target.name]), tmp_path)


def run(source: Source, tmp_path: Path) -> EvidenceSet:
    return collect([ConfiguredSource(source, source.provides)], tmp_path / "run", "test")


def test_a_firewalls_rules_interfaces_and_forwarding_are_read(tmp_path: Path) -> None:
    evidence = firewalls(tmp_path, {"fw1": AnsweringShell(answer())})
    counts = {population.kind: population.count for population in evidence.populations}
    assert counts == {"firewall-chain": 7, "firewall-rule": 42, "host": 1, "interface": 3, "route": 6}
    assert all(population.complete for population in evidence.populations)


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        (section("policy", RULES_OF_EVERY_HOST), False),
        (section("policy", b"32765:\tfrom 10.1.0.0/24 lookup 100\n" + RULES_OF_EVERY_HOST), True),
        (section("policy", b"0:\tfrom all lookup local\n1000:\tfrom all lookup [l3mdev-table]\n"), True),
        (section("policy", b"32766:\tfrom all fwmark 0x1 lookup main\n"), True),
        (section("policy", b"", 127, "sh: 1: ip: not found"), None),
    ],
)
def test_when_a_firewall_came_up_and_whether_it_routes_by_policy(
    rules: bytes, said: bool | None, tmp_path: Path
) -> None:
    evidence = firewalls(tmp_path, {"fw1": AnsweringShell(answer(policy=rules))})
    (host,) = evidence.reading(Host).records
    assert (host.policy_routing, host.boot_time) == (said, datetime(2025, 11, 24, 16, 0, tzinfo=UTC))


@pytest.mark.parametrize("boot", [b"", b"btime x\n", b"btime 999999999999999\n"])
def test_a_time_of_boot_that_is_none_is_not_known(boot: bytes, tmp_path: Path) -> None:
    evidence = firewalls(tmp_path, {"fw1": AnsweringShell(answer(boot=section("boot", boot)))})
    (host,) = evidence.reading(Host).records
    assert (host.boot_time, host.forwarding) == (None, True)


def test_one_dead_firewall_costs_one_gap(tmp_path: Path) -> None:
    dead = AnsweringShell(SourceError(GapCause.UNREACHABLE, "no route", "check it"))
    evidence = firewalls(tmp_path, {"fw1": AnsweringShell(answer()), "fw2": dead})
    rules = evidence.reading(FirewallRule)
    assert rules.covers("fw1")
    assert not rules.covers("fw2")
    assert not rules.complete


@pytest.mark.parametrize(
    ("ruleset", "cause"),
    [
        (section("ruleset", b"", 1, "Operation not permitted (you must be root)"), GapCause.DENIED),
        (section("ruleset", b"", 1, "sudo: a password is required"), GapCause.DENIED),
        (section("ruleset", b"", 127, "sh: 1: nft: not found"), GapCause.UNSUPPORTED),
        (section("ruleset", b'{"nftables": ['), GapCause.MALFORMED),
        (b"", GapCause.TRUNCATED),
        (b"\x1ebegin ruleset\n{", GapCause.TRUNCATED),
    ],
)
def test_a_ruleset_that_did_not_come_is_a_gap_and_the_rest_stays(
    ruleset: bytes, cause: GapCause, tmp_path: Path
) -> None:
    evidence = firewalls(tmp_path, {"fw1": AnsweringShell(answer(ruleset=ruleset))})
    (gap,) = evidence.reading(FirewallChain).all_gaps
    assert (gap.cause, gap.subject) == (cause, "fw1")
    assert next(p for p in evidence.populations if p.kind == "interface").complete


def test_a_rule_that_nft_cannot_show_is_taken_from_iptables(tmp_path: Path) -> None:
    text = b"""# Generated by iptables-save v1.8.9 (nf_tables)
*filter
:FORWARD DROP [0:0]
[3:9] -A FORWARD -m set --match-set bad src -j DROP
[3:9] -A FORWARD -p tcp -m multiport --dports 80,443 -j ACCEPT
[0:0] -A FORWARD -p tcp -j ACCEPT
COMMIT
"""
    shown = b"""{"nftables": [{"metainfo": {"json_schema_version": 1}},
        {"chain": {"family": "ip", "table": "filter", "name": "FORWARD", "hook": "forward", "prio": 0}},
        {"rule": {"family": "ip", "table": "filter", "chain": "FORWARD", "expr": [{"xt": null}, {"drop": null}]}},
        {"rule": {"family": "ip", "table": "filter", "chain": "FORWARD", "handle": 7,
                  "expr": [{"xt": null}, {"accept": null}]}},
        {"rule": {"family": "ip", "table": "filter", "chain": "FORWARD", "handle": 8, "expr": [
            {"match": {"op": "==", "right": {"set": [1, 2]},
                       "left": {"payload": {"protocol": "tcp", "field": "dport"}}}},
            {"accept": null}]}}]}"""
    iptables = section("iptables", text)
    shell = AnsweringShell(answer(ruleset=section("ruleset", shown), iptables=iptables))
    rules = list(firewalls(tmp_path, {"fw1": shell}).reading(FirewallRule).records)
    assert [(rule.handle, rule.ports) for rule in rules] == [(None, ()), (7, ("80", "443")), (8, ("1", "2"))]
    assert [bool(rule.not_understood) for rule in rules] == [True, False, False]
    without = AnsweringShell(answer(ruleset=section("ruleset", b"", 127, "nft: not found"), iptables=iptables))
    assert len(list(firewalls(tmp_path / "old", {"fw1": without}).reading(FirewallRule).records)) == 3
    mixed = section("iptables", b"# Table `filter' contains incompatible base-chains\n" + text)
    partly = AnsweringShell(answer(ruleset=section("ruleset", b"", 127, "nft: not found"), iptables=mixed))
    assert not firewalls(tmp_path / "mixed", {"fw1": partly}).reading(FirewallChain).complete


def test_legacy_tables_that_nft_does_not_show_are_told(tmp_path: Path) -> None:
    empty = section("ruleset", (RECORDINGS / "empty" / "ruleset.json").read_bytes())
    shell = AnsweringShell(answer(ruleset=empty, legacy=section("legacy", b"nat\nfilter\n")))
    (gap,) = firewalls(tmp_path, {"fw1": shell}).reading(FirewallChain).all_gaps
    assert "filter, nat" in gap.detail


def test_a_firewall_without_rules_is_known_to_filter_nothing(tmp_path: Path) -> None:
    empty = section("ruleset", (RECORDINGS / "empty" / "ruleset.json").read_bytes())
    chains = firewalls(tmp_path, {"fw1": AnsweringShell(answer(ruleset=empty))}).reading(FirewallChain)
    assert chains.complete
    assert list(chains.records) == []


def test_what_is_planned_is_what_is_run(tmp_path: Path) -> None:
    settings = FirewallSource(id="fw", type="nftables", login=LOGIN, hosts=(SshTarget(name="fw1"),))
    shell = AnsweringShell(answer())
    source = NftablesFirewalls(settings, lambda _: shell)
    planned = {query.text for query in source.plan(source.provides)}
    evidence = run(source, tmp_path)
    assert {f"fw1: {text}" for text in planned} == {m for p in evidence.populations for m in p.provenance.method}
    assert all(text.encode() in shell.scripts[0] for text in planned)
    assert "sudo -n nft -j list ruleset" in planned


@given(st.binary(max_size=200))
def test_any_answer_can_be_cut_into_sections(data: bytes) -> None:
    assert set(cut(data + section("ruleset", data.replace(b"\x1e", b"")))) >= {"ruleset"} or b"\x1e" in data


def probe(shell: AnsweringShell, *targets: ProbeTarget) -> ReachabilityProbe:
    settings = ProbeSource(
        id="probe", type="probe", zone="clients", targets=targets, login=LOGIN, vantage=SshTarget(name="pc1")
    )
    return ReachabilityProbe(settings, ZONES, lambda _: shell)


WORDS = "bash: connect: {0} bash: line 1: /dev/tcp/x: {0}"
TARGET = ProbeTarget(address="10.77.2.10", ports=(443, 22, 25))


def test_outcomes_are_told_apart_and_a_refusal_shows_life(tmp_path: Path) -> None:
    words = WORDS.format("Connection refused")
    shell = AnsweringShell(f"probe 0 0 1795249708 \nprobe 1 1 1795249708 {words}\nprobe 2 124 1795249709 \n".encode())
    evidence = run(probe(shell, TARGET, ProbeTarget(address="10.77.2.11", ports=(443,))), tmp_path)
    probes = list(evidence.reading(Probe).records)
    assert [(p.port, p.outcome, p.target_alive, p.target_zone) for p in probes] == [
        (443, "open", True, "servers"),
        (22, "refused", True, "servers"),
        (25, "no-answer", True, "servers"),
    ]
    assert probes[0].time == datetime(2026, 11, 21, 8, 28, 28, tzinfo=UTC)
    (gap,) = evidence.reading(Probe).all_gaps
    assert (gap.cause, gap.subject) == (GapCause.TRUNCATED, "10.77.2.11:443/tcp")


def test_silence_from_a_target_that_never_answered_proves_nothing(tmp_path: Path) -> None:
    shell = AnsweringShell(b"probe 0 124 1795249708 \n")
    (found,) = run(probe(shell, ProbeTarget(address="10.77.2.10", ports=(25,))), tmp_path).reading(Probe).records
    assert (found.outcome, found.target_alive) == ("no-answer", None)


def test_a_vantage_without_bash_is_a_gap(tmp_path: Path) -> None:
    (gap,) = run(probe(AnsweringShell(b"probe 0 127 1795249708 bash: not found\n"), TARGET), tmp_path).gaps
    assert gap.cause is GapCause.UNSUPPORTED


@pytest.mark.parametrize("address", ["192.0.2.1", "example.test", "10.77.1.1; reboot"])
def test_only_addresses_of_a_declared_zone_are_probed(address: str) -> None:
    with pytest.raises(SourceError):
        probe(AnsweringShell(b""), ProbeTarget(address=address, ports=(1,)))


def test_the_vantages_zone_must_be_declared() -> None:
    settings = ProbeSource(id="p", type="probe", zone="guests", targets=(TARGET,))
    with pytest.raises(SourceError, match="guests is not declared"):
        ReachabilityProbe(settings, ZONES)


@pytest.mark.parametrize(
    ("status", "words", "outcome"),
    [
        (0, "", "open"),
        (1, WORDS.format("Connection refused"), "refused"),
        (124, "", "no-answer"),
        (1, WORDS.format("Connection timed out"), "no-answer"),
        (1, WORDS.format("No route to host"), "no-route"),
        (1, WORDS.format("Network is unreachable"), "no-route"),
        (1, WORDS.format("Operation not permitted"), "filtered"),
        (1, "something else", "failed"),
    ],
)
def test_bashs_words_become_outcomes(status: int, words: str, outcome: str) -> None:
    assert outcome_of(status, words) == outcome


@given(st.binary(max_size=300))
def test_any_answer_gives_results_of_known_attempts(data: bytes) -> None:
    attempts = (Attempt("10.77.2.10", 443, "servers"),)
    assert set(parse_results(data, attempts)) <= set(attempts)


class ForwardingShell(AnsweringShell):
    """A vantage whose SSH server opens channels, or refuses to; implements `collector.network.tunnel.Tunnel` too."""

    def __init__(self, ends: Mapping[int, tuple[int | None, str]], answer: bytes = b"") -> None:
        super().__init__(answer)
        self.ends = ends

    @contextmanager
    def opener(self, timeout: float) -> Iterator[ForwardingShell]:
        yield self

    def open(self, address: str, port: int, timeout: float) -> tuple[int | None, str]:
        return self.ends[port]


def through(shell: ForwardingShell, tmp_path: Path, *ports: int) -> EvidenceSet:
    settings = ProbeSource(
        id="probe", type="probe", zone="clients", login=LOGIN, vantage=SshTarget(name="v1"), per_second=100,
        targets=(ProbeTarget(address="10.77.2.10", ports=ports),),
    )  # fmt: skip
    return run(ReachabilityProbe(settings, ZONES, lambda target: shell), tmp_path)


def test_channels_need_nothing_on_the_vantage(tmp_path: Path) -> None:
    shell = ForwardingShell(
        {1: (0, ""), 2: (2, "Connection refused"), 3: (None, ""), 4: (2, "No route to host"), 5: (2, "?")}
    )
    evidence = through(shell, tmp_path, 1, 2, 3, 4, 5)
    found = [probe.outcome for probe in evidence.reading(Probe).records]
    assert found == ["open", "refused", "no-answer", "filtered", "failed"]
    assert shell.scripts == []


def test_where_the_vantage_forwards_nothing_a_script_does_it(tmp_path: Path) -> None:
    shell = ForwardingShell({1: (1, "administratively prohibited")}, b"probe 0 0 1795249708.12 \n")
    (probe,) = through(shell, tmp_path, 1).reading(Probe).records
    assert probe.outcome == "open"
    assert len(shell.scripts) == 1


@pytest.mark.parametrize(
    ("protocol", "answer", "said"),
    [("tcp", b"/bin/bash\n/bin/timeout\n", [True, True]), ("tcp", b"no shell", [True]), ("udp", b"no", [True, False])],
)
def test_a_vantage_without_a_shell_is_enough_by_tcp(protocol: Any, answer: bytes, said: list[bool]) -> None:
    settings = ProbeSource(
        id="probe", type="probe", zone="clients", login=LOGIN, vantage=SshTarget(name="v1"),
        targets=(ProbeTarget(address="10.77.2.10", ports=(53,), protocol=protocol),),
    )  # fmt: skip
    source = ReachabilityProbe(settings, ZONES, lambda _target: ForwardingShell({}, answer))
    assert [line.ok for line in source.diagnose()] == said


def test_a_target_is_in_the_zone_with_the_narrowest_network_that_holds_it() -> None:
    outside = Zone(name="outside", networks=("0.0.0.0/0",))
    assert zone_of("10.77.2.10", (outside, *ZONES)) == "servers"
    assert zone_of("198.51.100.7", (*ZONES, outside)) == "outside"
    with pytest.raises(SourceError, match="several zones: other, servers"):
        zone_of("10.77.2.10", (outside, *ZONES, Zone(name="other", networks=("10.77.2.0/24",))))

"""Two zones with a real firewall between them: what nft says, what probes reach, and what the evaluator makes of it."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, reject, settings
from hypothesis import strategies as st

from checks.network.estate import Estate
from checks.network.firewall import FirewallEvidence
from checks.network.firewalls import firewalls_of
from collector.collection import collect
from collector.evidence import EvidenceSet
from collector.network.nftables import NftablesFirewalls
from collector.network.probe import ReachabilityProbe
from collector.recorder import ConfiguredSource
from collector.records.host import Host, Interface
from collector.records.network import FirewallChain, FirewallRule, Probe, Zone
from collector.source import Source
from config.sources import FirewallSource, ProbeSource, ProbeTarget
from tests.checks.network.packet_filter import Packet, PacketFilter
from tests.servers.network import Laboratory
from tests.servers.process import Process, ServerError, environment, run

pytestmark = [pytest.mark.integration, pytest.mark.root]

CLIENTS = ("10.77.241.2", "10.77.241.3")
SERVERS = ("10.77.242.2", "10.77.242.3")
CLIENTS_6 = ("fd77:241::2", "fd77:241::3")
SERVERS_6 = ("fd77:242::2", "fd77:242::3")
PORTS = (22, 80, 443, 8005)
CLOSED = 9999
ZONES = (Zone(name="clients", networks=("10.77.241.0/24",)), Zone(name="servers", networks=("10.77.242.0/24",)))

SERVER = """
import selectors, socket, sys
ADDRESSES = {socket.AF_INET: sys.argv[1:3], socket.AF_INET6: sys.argv[3:5]}
wait = selectors.DefaultSelector()
for port in map(int, sys.argv[5:]):
    for family in (socket.AF_INET, socket.AF_INET6):
        listening = socket.create_server(("", port), family=family, backlog=200)
        listening.setblocking(False)
        wait.register(listening, selectors.EVENT_READ, True)
        for address in ADDRESSES[family]:
            echo = socket.socket(family, socket.SOCK_DGRAM)
            echo.bind((address, port))
            wait.register(echo, selectors.EVENT_READ, False)
while True:
    for key, _ in wait.select():
        try:
            if key.data:
                key.fileobj.accept()[0].close()
            else:
                data, sender = key.fileobj.recvfrom(100)
                key.fileobj.sendto(data, sender)
        except OSError:
            pass
"""
CLIENT = """
import errno, json, selectors, socket, struct, sys, time
REFUSED = (errno.ECONNREFUSED, errno.EHOSTUNREACH, errno.EACCES)
for line in sys.stdin:
    seconds, packets = json.loads(line)
    wait, result = selectors.DefaultSelector(), ["drop"] * len(packets)
    for number, (protocol, source, destination, port) in enumerate(packets):
        tcp, six = protocol == "tcp", ":" in source
        family = socket.AF_INET6 if six else socket.AF_INET
        echo = (socket.getprotobyname("ipv6-icmp" if six else "icmp"),) if protocol == "icmp" else ()
        one = socket.socket(family, socket.SOCK_STREAM if tcp else socket.SOCK_DGRAM, *echo)
        if tcp:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        one.setblocking(False)
        one.bind((source, 0))
        one.connect_ex((destination, port))
        if not tcp:
            one.send((b"\\x80" if six else b"\\x08") + bytes(7) if echo else b"?")
        wait.register(one, selectors.EVENT_WRITE if tcp else selectors.EVENT_READ, number)
    end = time.monotonic() + seconds
    while wait.get_map() and time.monotonic() < end:
        for key, _ in wait.select(max(0, end - time.monotonic())):
            error = key.fileobj.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            result[key.data] = {0: "accept"}.get(error, "reject" if error in REFUSED else "drop")
            wait.unregister(key.fileobj)
            key.fileobj.close()
    for key in list(wait.get_map().values()):
        key.fileobj.close()
    print(json.dumps(result), flush=True)
"""
FORGOTTEN = 1
"""Seconds after which the firewall forgets a flow of datagrams."""
PacketSent = tuple[str, str, str, int]
"""Protocol, source, destination, port."""


class NamespaceShell:
    """`sh -s` inside a network namespace, as SSH runs it; implements `collector.transport.ssh.RemoteShell`."""

    def __init__(self, namespace: str) -> None:
        self.namespace = namespace

    def run(self, script: bytes, limit: int = 1 << 24, timeout: float = 60) -> bytes:
        done = subprocess.run(
            ["ip", "netns", "exec", self.namespace, "sh", "-s"],
            input=script,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=timeout,
            check=False,
        )
        assert len(done.stdout) <= limit
        return done.stdout


@dataclass
class TwoZones:
    """A client, a firewall and a server, each in a namespace of its own."""

    client: str
    firewall: str
    server: str
    connecting: subprocess.Popen[str]

    def load(self, rules: str) -> None:
        run(["ip", "netns", "exec", self.firewall, "nft", "-f", "-"], stdin=f"flush ruleset\n{rules}\n")

    def connect(self, packets: list[PacketSent], seconds: float) -> list[str]:
        assert self.connecting.stdin is not None
        assert self.connecting.stdout is not None
        self.connecting.stdin.write(json.dumps([seconds, packets]) + "\n")
        self.connecting.stdin.flush()
        answered: list[str] = json.loads(self.connecting.stdout.readline())
        return answered

    def evidence(self, folder: Path) -> EvidenceSet:
        source = NftablesFirewalls(
            FirewallSource(id="fw", type="nftables", name="fw1"), local=NamespaceShell(self.firewall)
        )
        return gather(source, folder)


def gather(source: Source, folder: Path) -> EvidenceSet:
    return collect([ConfiguredSource(source, source.provides)], folder, "test")


def _length(address: str) -> str:
    return "/64 nodad" if ":" in address else "/24"


@pytest.fixture(scope="module")
def zones(laboratory: Laboratory) -> Iterator[TwoZones]:
    client, firewall, server = (laboratory.bare_namespace(name) for name in ("fwc", "fw", "fws"))
    for namespace, link, addresses, gateway in (
        (client, "inside", (*CLIENTS, *CLIENTS_6), ("10.77.241.1", "fd77:241::1")),
        (server, "outside", (*SERVERS, *SERVERS_6), ("10.77.242.1", "fd77:242::1")),
    ):
        run(["ip", "link", "add", "eth0", "netns", namespace, "type", "veth", "peer", "name", link, "netns", firewall])
        commands = [*(f"addr add {address}{_length(address)} dev eth0" for address in addresses), "link set eth0 up"]
        run(
            ["ip", "-n", namespace, "-batch", "-"],
            stdin="\n".join([*commands, *(f"route add default via {each}" for each in gateway)]) + "\n",
        )
        commands = [*(f"addr add {each}{_length(each)} dev {link}" for each in gateway), f"link set {link} up"]
        run(["ip", "-n", firewall, "-batch", "-"], stdin="\n".join(commands) + "\n")
    settings_of_kernel = [f"net.{name}" for name in (
        "ipv4.ip_forward=1", "ipv4.icmp_ratelimit=0", "ipv6.conf.all.forwarding=1", "ipv6.icmp.ratelimit=0",
        # What one ruleset let through must not be «established» under the next.
        f"netfilter.nf_conntrack_udp_timeout={FORGOTTEN}", f"netfilter.nf_conntrack_udp_timeout_stream={FORGOTTEN}",
    )]  # fmt: skip
    run(["ip", "netns", "exec", firewall, "sysctl", "-qw", *settings_of_kernel])
    run(["ip", "netns", "exec", client, "sysctl", "-qw", "net.ipv4.ping_group_range=0 0"])
    # That nobody has an address is known after three questions: in 1.5 s, well within what a probe waits.
    run(["ip", "netns", "exec", client, "sysctl", "-qw", "net.ipv4.neigh.eth0.retrans_time_ms=500"])
    argv = ["ip", "netns", "exec", server, "python3", "-c", SERVER, *SERVERS, *SERVERS_6, *map(str, PORTS)]
    listening = Process(argv, laboratory.subfolder("fws") / "log")
    connecting = subprocess.Popen(
        ["ip", "netns", "exec", client, "python3", "-u", "-c", CLIENT],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment(),
    )  # fmt: skip
    made = TwoZones(client, firewall, server, connecting)
    last: list[PacketSent] = [("udp", CLIENTS_6[0], SERVERS_6[1], PORTS[-1])]
    listening.wait_until(lambda: made.connect(last, 1) == ["accept"], "server")
    try:
        yield made
    finally:
        connecting.terminate()
        connecting.communicate(timeout=60)
        listening.stop()


BASELINE = """
table inet filter {
  set admins { type ipv4_addr; elements = { 10.77.241.3 } }
  chain forward {
    type filter hook forward priority filter; policy drop;
    ct state vmap { established : accept, related : accept, invalid : drop }
    iifname "inside" oifname "outside" jump to-servers
  }
  chain to-servers {
    ip daddr 10.77.242.2 tcp dport { 80, 443 } accept comment "web"
    ip saddr @admins tcp dport 22 accept
    tcp dport 9999 accept
    tcp dport 8000-8010 reject
  }
}
"""


def test_a_real_firewall_is_read_and_understood(zones: TwoZones, tmp_path: Path) -> None:
    zones.load(BASELINE)
    evidence = zones.evidence(tmp_path / "run")
    rules = list(evidence.reading(FirewallRule).records)
    assert not [rule for rule in rules if rule.not_understood]
    assert [host.forwarding for host in evidence.reading(Host).records] == [True]
    assert {i.name for i in evidence.reading(Interface).records} == {"lo", "inside", "outside"}
    firewall = packet_filter(evidence)
    packet = Packet(ip_address(CLIENTS[0]), ip_address(SERVERS[0]), "tcp", 443)
    decision = firewall.decide(packet)
    assert decision.verdict == "accept"
    assert decision.rule is not None
    assert decision.rule.comment == "web"


def test_probes_tell_open_refused_silent_and_unroutable_apart(zones: TwoZones, tmp_path: Path) -> None:
    zones.load(BASELINE)
    source = ReachabilityProbe(
        ProbeSource(
            id="probe",
            type="probe",
            zone="clients",
            targets=(
                ProbeTarget(address=SERVERS[0], ports=(80, 22, CLOSED)),
                ProbeTarget(address="10.77.241.77", ports=(80,)),
                ProbeTarget(address=SERVERS[1], ports=(80,)),
            ),
            per_second=50,
            timeout_ms=4000,
        ),
        ZONES,
        local=NamespaceShell(zones.client),
    )
    evidence = gather(source, tmp_path / "run")
    found = {(p.target, p.port): (p.outcome, p.target_alive) for p in evidence.reading(Probe).records}
    assert found == {
        (SERVERS[0], 80): ("open", True),
        (SERVERS[0], 22): ("no-answer", True),
        (SERVERS[0], CLOSED): ("refused", True),
        ("10.77.241.77", 80): ("no-route", None),
        (SERVERS[1], 80): ("no-answer", None),
    }


def packet_filter(evidence: EvidenceSet) -> PacketFilter:
    return PacketFilter(
        "fw1",
        evidence.reading(FirewallChain).records,
        evidence.reading(FirewallRule).records,
        evidence.reading(Interface).records,
    )


MATCHES = st.lists(
    st.sampled_from(
        [
            'iifname "inside"', 'iifname "out*"', 'oifname != "outside"', f"ip saddr {CLIENTS[0]}",
            f"ip saddr != {CLIENTS[0]}", "ip saddr 10.77.241.0/31", f"ip saddr {{ {CLIENTS[1]}, 10.9.0.0/16 }}",
            "ip saddr @admins", "ip saddr @nobody", "ip saddr != @nobody", f"ip daddr {SERVERS[0]}",
            "ip daddr 10.77.242.3-10.77.242.9", f"ip daddr != {SERVERS[1]}", "tcp dport 22", "tcp dport { 80, 443 }",
            "tcp dport 400-9000", "tcp dport != 80", "tcp dport >= 443", "meta l4proto tcp", "udp dport 443",
            "meta l4proto { tcp, udp } th dport 80", "ct state new", "ct state != new", "ip6 saddr ::1",
            "ip6 saddr != ::1", "meta nfproto ipv4", f"ip6 saddr {CLIENTS_6[0]}", f"ip6 daddr != {SERVERS_6[0]}",
            "ip6 saddr fd77:241::/127", f"ip6 daddr {{ {SERVERS_6[1]}, fd99::/16 }}", "udp dport 22", "udp dport != 80",
            "udp dport { 80, 8000-9000 }", "ip6 nexthdr udp", "ip protocol tcp", "meta nfproto ipv6",
            "icmp type echo-request", "icmp type { echo-reply, destination-unreachable }", "meta l4proto ipv6-icmp",
            "icmpv6 type { echo-request, nd-neighbor-solicit }", "ip protocol icmp",
        ]
    ),
    max_size=3, unique_by=lambda text: text.removeprefix("meta ").split()[1 if text.startswith("meta") else 0],
)  # fmt: skip
VERDICTS = st.sampled_from(["accept", "drop", "reject", "return", "jump extra", "goto extra", "jump more", "counter"])
MAPS = st.sampled_from(
    ["tcp dport vmap { 22 : drop, 80 : accept, 443 : jump more }", "iifname vmap { inside : jump more }"]
)
RULES = st.tuples(MATCHES, VERDICTS).map(lambda pair: " ".join([*pair[0], pair[1]])) | MAPS
LEAF_RULES = st.tuples(MATCHES, st.sampled_from(["accept", "drop", "reject", "return"])).map(
    lambda pair: " ".join([*pair[0], pair[1]])
)
MIDDLE_RULES = st.tuples(MATCHES, st.sampled_from(["accept", "drop", "return", "goto more", "jump more"])).map(
    lambda pair: " ".join([*pair[0], pair[1]])
)


@st.composite
def rulesets(draw: Callable[..., Any]) -> str:
    first, extra = draw(st.lists(RULES, max_size=6)), draw(st.lists(MIDDLE_RULES, max_size=3))
    more, second = draw(st.lists(LEAF_RULES, max_size=3)), draw(st.lists(LEAF_RULES, max_size=2))
    policies = draw(st.tuples(*[st.sampled_from(["accept", "drop"])] * 2))

    def lines(rules: list[str]) -> str:
        return "\n".join(rules)

    return f"""
table inet filter {{
  set admins {{ type ipv4_addr; flags interval; elements = {{ 10.77.241.3-10.77.241.9 }} }}
  set nobody {{ type ipv4_addr; }}
  chain more {{
    {lines(more)}
  }}
  chain extra {{
    {lines(extra)}
  }}
  chain forward {{
    type filter hook forward priority filter; policy {policies[0]};
    ct state established,related accept
    {lines(first)}
  }}
  chain later {{
    type filter hook forward priority 10; policy {policies[1]};
    ct state established,related accept
    {lines([rule for rule in second if " @" not in rule])}
  }}
}}
"""


PACKETS: list[PacketSent] = [
    (protocol, source, destination, port)
    for protocol, ports in (("tcp", PORTS), ("udp", PORTS), ("icmp", (0,)))
    for sources, destinations in ((CLIENTS, SERVERS), (CLIENTS_6, SERVERS_6))
    for source in sources
    for destination in destinations
    for port in ports
]
HELD = (
    Zone(name="clients", networks=("10.77.241.0/24", "fd77:241::/64")),
    Zone(name="servers", networks=("10.77.242.0/24", "fd77:242::/64")),
)


def told_apart(ends: list[Any]) -> list[Any]:
    """The ends, without the difference that a datagram does not show: the kernel limits how often it says no."""
    return [
        "drop" if end == "reject" and packet[0] != "tcp" else end for packet, end in zip(PACKETS, ends, strict=True)
    ]


def packet_of(sent: PacketSent) -> Packet:
    protocol, source, destination, port = sent
    named = "ipv6-icmp" if protocol == "icmp" and ":" in source else protocol
    return Packet(ip_address(source), ip_address(destination), named, port or None)


def agrees(zones: TwoZones, folder: Path, rules: str) -> None:
    """Hold both evaluators against what the kernel lets through."""
    evidence = zones.evidence(folder / "run")
    firewall = packet_filter(evidence)
    decided = [firewall.decide(packet_of(each)).verdict for each in PACKETS]
    (held,) = firewalls_of(evidence)
    assert isinstance(held, FirewallEvidence)
    estate = Estate([held], HELD)
    for (protocol, source, destination, port), verdict in zip(PACKETS, decided, strict=True):
        (passage,) = estate.between(ip_address(source), HELD[0], ip_address(destination), protocol)
        wanted = {"accept": passage.passes, "undetermined": passage.unknown}.get(verdict, passage.stopped)
        ranges = estate.ports.ranges(wanted)
        said = any(first <= port <= last for first, last in ranges) if port else ranges == [(1, 65535)]
        assert said, (protocol, source, destination, port)
    decided = told_apart(decided)
    seen = told_apart(zones.connect(PACKETS, 0.3))
    for seconds in (3, 10):  # a loaded machine may be late
        if seen != decided:
            time.sleep(FORGOTTEN + 1)
            seen = told_apart(zones.connect(PACKETS, seconds))
    assert dict(zip(PACKETS, decided, strict=True)) == dict(zip(PACKETS, seen, strict=True)), rules


@pytest.mark.timeout(900)  # a busy machine answers late, and each example then waits longer
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(rulesets())
@example("table inet filter { chain f { type filter hook forward priority 0; meta nfproto ipv6 reject; }; }")
@example("table inet filter { chain f { type filter hook forward priority 0; reject with tcp reset; }; }")
@example(
    "table inet f { chain f { type filter hook forward priority 0; policy drop; ct state established accept; "
    "icmp type echo-request accept; }; }"
)
@example("table ip6 filter { chain f { type filter hook forward priority 0; policy drop; }; }")
def test_the_evaluators_agree_with_the_kernel(
    zones: TwoZones, tmp_path_factory: pytest.TempPathFactory, rules: str
) -> None:
    try:
        zones.load(rules)
    except ServerError:
        reject()  # nft refuses conditions on two protocols at once
    agrees(zones, tmp_path_factory.mktemp("oracle"), rules)


TRANSLATIONS = st.sampled_from(
    [
        *(f"{first} dnat ip to {to}" for to in SERVERS for first in (
            f"ip daddr {SERVERS[0]}", "tcp dport 80", f"ip saddr {CLIENTS[1]} udp dport 443", "meta l4proto icmp",
            f"ip daddr {SERVERS[1]} tcp dport {{ 22, 80 }}", 'iifname "outside"', f"ip daddr {CLIENTS[1]}",
        )),
        *(f"{first} dnat ip6 to {to}" for to in SERVERS_6 for first in (
            f"ip6 daddr {SERVERS_6[0]}", "udp dport 22-80", f"ip6 saddr != {CLIENTS_6[0]} tcp dport 443",
        )),
        "tcp dport 443 accept", f"ip saddr {CLIENTS[0]} return",
    ]
)  # fmt: skip
AFTERWARDS = st.tuples(
    st.sampled_from(["", "", "ct status dnat"]), MATCHES, st.sampled_from(["accept", "accept", "drop"])
).map(lambda each: " ".join([each[0], *(text for text in each[1] if " @" not in text), each[2]]))


@pytest.mark.timeout(400)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(TRANSLATIONS, max_size=4), st.lists(AFTERWARDS, max_size=4), st.sampled_from(["accept", "drop"]))
@example([f"ip daddr {SERVERS[0]} dnat ip to {SERVERS[1]}"], ["ct status dnat accept"], "drop")
@example([f"ip daddr {SERVERS[0]} dnat ip to {SERVERS[0]}"], ["ct status dnat accept"], "drop")
@example([f"tcp dport 80 dnat ip to {SERVERS[1]}"], [f"ip daddr {SERVERS[0]} drop"], "accept")
def test_packets_that_go_to_another_address_are_followed_as_the_kernel_does(
    zones: TwoZones, tmp_path_factory: pytest.TempPathFactory, moving: list[str], rules: list[str], policy: str
) -> None:
    newline = "\n"
    before = f"type nat hook prerouting priority dstnat;\n{newline.join(moving)}"
    forward = f"type filter hook forward priority filter; policy {policy};\nct state established,related accept"
    try:
        zones.load(
            f"table inet moving {{\nchain pre {{\n{before}\n}}\n}}\n"
            f"table inet filter {{\nchain forward {{\n{forward}\n{newline.join(rules)}\n}}\n}}"
        )
    except ServerError:
        reject()
    (held,) = firewalls_of(zones.evidence(tmp_path_factory.mktemp("moved") / "run"))
    assert isinstance(held, FirewallEvidence)
    estate = Estate([held], HELD)
    decided = []
    for protocol, source, destination, port in PACKETS:
        (passage,) = estate.between(ip_address(source), HELD[0], ip_address(destination), protocol)
        bit = estate.ports.one(port or 1)
        assert not passage.unknown & bit
        assert bool(passage.passes & bit) is not bool(passage.stopped & bit)
        decided.append("accept" if passage.passes & bit else "drop")
    seen = ["accept" if end == "accept" else "drop" for end in zones.connect(PACKETS, 0.3)]
    if seen != decided:
        time.sleep(FORGOTTEN + 1)
        seen = ["accept" if end == "accept" else "drop" for end in zones.connect(PACKETS, 3)]
    assert dict(zip(PACKETS, decided, strict=True)) == dict(zip(PACKETS, seen, strict=True)), (moving, rules)


IPTABLES_MATCHES = st.lists(
    st.sampled_from(
        [
            "-s {client}", "! -s {client}", "-d {server}", "-d {range}", "-i inside", "-o out+", "! -i inside",
            "-p tcp --dport 22", "-p udp --dport 80:443", "-p tcp -m multiport --dports 80,8000:8010", "-p udp",
            "-p tcp ! --dport 22", "-m conntrack --ctstate NEW", "-m conntrack ! --ctstate NEW", "-p tcp --syn",
            "-p tcp ! --syn", "-m iprange --dst-range {span}", "-p {icmp} --{icmp}-type echo-request", "-p {icmp}",
            "-p {icmp} --{icmp}-type destination-unreachable",
        ]
    ),
    max_size=2, unique_by=lambda text: text.removeprefix("! ")[:2],
)  # fmt: skip
IPTABLES_TARGETS = st.sampled_from(["-j ACCEPT", "-j DROP", "-j REJECT", "-j RETURN", "-j extra", "-g extra", "-j LOG"])
IPTABLES_RULES = st.lists(st.tuples(IPTABLES_MATCHES, IPTABLES_TARGETS), max_size=6)


@pytest.mark.timeout(900)
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(IPTABLES_RULES, IPTABLES_RULES, st.sampled_from(["ACCEPT", "DROP"]))
@example([(["-p tcp --syn"], "-j ACCEPT")], [], "DROP")
@example([(["-p tcp ! --syn"], "-j DROP")], [], "ACCEPT")
def test_the_evaluators_agree_with_the_kernel_on_rules_of_iptables(
    zones: TwoZones, tmp_path_factory: pytest.TempPathFactory, first: Any, extra: Any, policy: str
) -> None:
    zones.load("")
    for program, client, server, prefix in (
        ("iptables-restore", CLIENTS[0], SERVERS[0], 31),
        ("ip6tables-restore", CLIENTS_6[0], SERVERS_6[0], 127),
    ):
        words = {
            "client": client, "server": server, "range": f"{server}/{prefix}", "span": f"{server}-{server}",
            "icmp": "icmp" if "." in server else "icmpv6",
        }  # fmt: skip
        lines = ["*filter", f":FORWARD {policy} [0:0]", ":extra - [0:0]"]
        lines.append("-A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT")
        lines += [" ".join(["-A FORWARD", *matches, target]).format(**words) for matches, target in first]
        lines += [
            " ".join(["-A extra", *matches, target if "extra" not in target else "-j DROP"]).format(**words)
            for matches, target in extra
        ]
        run(["ip", "netns", "exec", zones.firewall, program], stdin="\n".join([*lines, "COMMIT"]) + "\n")
    agrees(zones, tmp_path_factory.mktemp("oracle"), repr((first, extra)))

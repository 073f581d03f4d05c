"""Eight zones behind two routers, one with nftables and one with iptables: 200 flows that are right, and 15 faults.

Everything is real: namespaces, rules that the kernel decides by, listeners, a router past the firewalls, a host with a
leg in two zones. What is true of it stands beside what makes it so.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from itertools import permutations
from pathlib import Path
from types import TracebackType
from typing import Self

from collector.records.network import DeclaredFlow, Zone
from tests.servers.network import Laboratory
from tests.servers.process import Process, run

NAMES = ("klient", "admin", "server", "tradlost", "dmz", "skrivare", "drift", "labb")
CORE, EDGE = NAMES[:4], NAMES[4:]
"""Zones behind fw1 (nftables) and behind fw2 (iptables)."""
FLOWS = 200
FIRST_PORT = 20_000
TRANSIT = {"fw1": "10.81.100.1", "fw2": "10.81.100.2"}
SILENT = "10.81.5.99"
"""An address of the zone dmz that nobody has."""

LISTENER = """
import json, selectors, socket, sys
tcp, udp = json.loads(sys.argv[1])
wait = selectors.DefaultSelector()
for port in tcp:
    one = socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True, backlog=100)
    wait.register(one, selectors.EVENT_READ, True)
for port in udp:
    one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    one.bind((sys.argv[2], port))
    wait.register(one, selectors.EVENT_READ, False)
print("listening", flush=True)
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


def number(zone: str) -> int:
    """Return the zone's place, which its networks carry."""
    return NAMES.index(zone) + 1


def host(zone: str, last: int = 10) -> str:
    """Return an IPv4 address in a zone."""
    return f"10.81.{number(zone)}.{last}"


def network(zone: str) -> str:
    """Return the IPv4 network of a zone."""
    return f"10.81.{number(zone)}.0/24"


ZONES = tuple(Zone(name=name, networks=(network(name), f"fd81:{number(name)}::/64")) for name in NAMES)


def right_flows() -> list[DeclaredFlow]:
    """Return the flows that are declared, configured and open."""
    pairs = list(permutations(NAMES, 2))
    return [
        DeclaredFlow(
            source=pairs[n % len(pairs)][0],
            destination=pairs[n % len(pairs)][1],
            ports=(str(FIRST_PORT + n),),
            destination_addresses=(host(pairs[n % len(pairs)][1]),),
            purpose=f"flöde {n}",
            owner="it-enheten",
        )
        for n in range(FLOWS - 6)
    ]


def flow(source: str, destination: str, port: int, last: int = 10, **facts: object) -> DeclaredFlow:
    """Return one flow to one address."""
    fields: dict[str, object] = {
        "source": source,
        "destination": destination,
        "ports": (str(port),),
        "destination_addresses": (host(destination, last),),
        "owner": "it-enheten",
    }
    return DeclaredFlow(**fields | facts)  # type: ignore[arg-type]  # the fields of a flow


def special_flows(yesterday: date) -> list[DeclaredFlow]:
    """Return the six flows that something is wrong with."""
    return [
        flow("admin", "server", 5432),  # no rule lets it through
        flow("dmz", "labb", 7070, valid_until=yesterday),  # and it is still open
        flow("admin", "drift", 2200),  # the rule has the clients' addresses
        flow("klient", "dmz", 7777, 99),  # nobody has the address
        flow("tradlost", "dmz", 6100),  # fw1 hides the sender
        flow("server", "drift", 8181),  # nothing listens
    ]


EXPECTED: frozenset[tuple[str, str, str]] = frozenset(
    {
        # 1: open though nobody decided on it; 2: declared and cut; 3: by IPv6 alone; 4: by UDP
        ("segmentation-flows--rules", "klient -> server tcp/3389", "!passes-undeclared"),
        ("segmentation-flows", "klient -> 10.81.3.10:3389/tcp", "!open-not-declared"),
        ("segmentation-flows--rules", "admin -> server tcp/5432", "!declared-but-blocked"),
        ("segmentation-flows", "admin -> 10.81.3.10:5432/tcp", "!declared-but-closed"),
        ("segmentation-flows--rules", "klient -> server tcp/8443", "!passes-undeclared"),
        ("segmentation-flows", "klient -> fd81:3::10:8443/tcp", "!open-not-declared"),
        ("segmentation-flows--rules", "tradlost -> server udp/161", "!passes-undeclared"),
        ("segmentation-flows", "tradlost -> 10.81.3.10:161/udp", "!open-not-declared"),
        # 5: a router past the firewalls, and the host that uses it
        ("segmentation-flows--agreement", "labb -> 10.81.6.10:9100/tcp", "!open-though-rules-stop"),
        ("segmentation-flows", "labb -> 10.81.6.10:9100/tcp", "!open-not-declared"),
        ("segmentation-flows--agreement", "labb -> 10.81.6.10:22/tcp", "!open-though-rules-stop"),
        ("segmentation-flows", "labb -> 10.81.6.10:22/tcp", "!open-not-declared"),
        ("segmentation-flows--agreement", "skrivare -> 10.81.8.10:22/tcp", "!open-though-rules-stop"),
        ("segmentation-flows", "skrivare -> 10.81.8.10:22/tcp", "!open-not-declared"),
        ("segmentation-zones--bridges", "smyg", "!routes-between-zones"),
        ("segmentation-zones--bridges", "labb", "!route-around"),
        ("segmentation-zones--bridges", "skrivare", "!route-around"),
        # 6: refused by the rules that were read, and dropped without a word
        ("segmentation-flows--agreement", "dmz -> 10.81.7.10:4444/tcp", "!silent-though-rules-refuse"),
        # 7: a temporary opening that outlived its decision
        ("segmentation-flows--rules", "dmz -> labb tcp/7070", "!passes-after-expiry"),
        ("segmentation-flows", "dmz -> 10.81.8.10:7070/tcp", "!open-after-expiry"),
        # 8: the rule is written for another zone
        ("segmentation-flows--rules", "admin -> drift tcp/2200", "!declared-but-blocked"),
        ("segmentation-flows--rules", "klient -> drift tcp/2200", "!passes-undeclared"),
        ("segmentation-flows", "admin -> 10.81.7.10:2200/tcp", "!declared-but-closed"),
        ("segmentation-flows", "klient -> 10.81.7.10:2200/tcp", "!open-not-declared"),
        # 9: a dead target is not provable
        ("segmentation-flows", f"klient -> {SILENT}:7777/tcp", "?target-dead"),
        ("segmentation-flows--agreement", f"klient -> {SILENT}:7777/tcp", "?target-dead"),
        # 10: a host with a leg in two zones; 11: a rule without effect; 12: a set with an interval
        ("segmentation-zones--bridges", "dubbel", "!stands-in-several-zones"),
        ("firewall-policy-review--rules", "fw1 filter forward #SHADOWED", "!shadowed"),
        ("segmentation-flows--rules", "klient -> server tcp/9000-9010", "!passes-undeclared"),
        ("segmentation-flows", "klient -> 10.81.3.10:9005/tcp", "!open-not-declared"),
        # 13: translation that hides the sender; 14: nothing there; 15: a tunnel
        ("segmentation-flows--rules", "tradlost -> dmz", "!source-hidden"),
        ("segmentation-flows", "server -> 10.81.7.10:8181/tcp", "!nothing-listens"),
        ("segmentation-zones--bridges", "server", "!tunnel"),
    }
)
"""Check, subject and reason of every exception (`!`) and every undetermined subject (`?`): these and no other."""


@dataclass
class Segments:
    """The network while it stands: namespaces by name of zone or host."""

    laboratory: Laboratory
    yesterday: date
    namespaces: dict[str, str] = field(default_factory=dict)
    _listening: list[Process] = field(default_factory=list)

    @property
    def flows(self) -> list[DeclaredFlow]:
        """Return all 200 declared flows."""
        return [*right_flows(), *special_flows(self.yesterday)]

    def __enter__(self) -> Self:
        """Make namespaces, load rules, start listeners: about 3 s."""
        for name in ("fw1", "fw2", *NAMES, "dubbel", "smyg"):
            self.namespaces[name] = self.laboratory.bare_namespace(f"t-{name}")
        self._link("fw1", "transit", "fw2", "transit")
        for name, address in TRANSIT.items():
            self._ip(name, f"addr add {address}/30 dev transit", "link set transit up")
        for name in NAMES:
            self._zone(name)
        for name, other in (("fw1", "fw2"), ("fw2", "fw1")):
            beyond = EDGE if name == "fw1" else CORE
            self._ip(name, *(f"route add {network(zone)} via {TRANSIT[other]}" for zone in beyond))
        self._outsiders()
        for name in ("fw1", "fw2", "smyg"):
            values = ("ipv4.ip_forward=1", "ipv4.icmp_ratelimit=0", "ipv6.conf.all.forwarding=1")
            run(["ip", "netns", "exec", self.namespaces[name], "sysctl", "-qw", *(f"net.{each}" for each in values)])
        self._load("fw1", ["nft", "-f", "-"], self.core_rules())
        self._load("fw2", ["iptables-restore"], self.edge_rules())
        self._load("fw2", ["ip6tables-restore"], "*filter\n:FORWARD DROP [0:0]\nCOMMIT\n")
        self._load("dmz", ["nft", "-f", "-"], _OWN_FILTER)
        self._listen()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the listeners."""
        for each in self._listening:
            each.stop()

    def core_rules(self) -> str:
        """Return the rules of fw1."""
        accepts = [
            f"ip saddr {network(each.source)} ip daddr {each.destination_addresses[0]} tcp dport {each.ports[0]} "
            f'accept comment "{each.purpose}"'
            for each in right_flows()
            if {each.source, each.destination} & set(CORE)
        ]
        klient, server, dmz = network("klient"), host("server"), host("dmz")
        faults = [
            f'ip saddr {klient} ip daddr {server} tcp dport 3389 accept comment "glömd"',
            'ip6 saddr fd81:1::/64 ip6 daddr fd81:3::10 tcp dport 8443 accept comment "bara IPv6"',
            f'ip saddr {network("tradlost")} ip daddr {server} udp dport 161 accept comment "övervakning"',
            f'ip saddr {klient} ip daddr {server} tcp dport @breda accept comment "breda"',
            f'ip saddr {klient} ip daddr {host("drift")} tcp dport 2200 accept comment "fel källa"',
            f'ip saddr {klient} ip daddr {SILENT} tcp dport 7777 accept comment "död"',
            f'ip saddr {network("tradlost")} ip daddr {dmz} tcp dport 6100 accept comment "dold"',
            f'ip saddr {network("server")} ip daddr {host("drift")} tcp dport 8181 accept comment "tom"',
            f'ip saddr {klient} tcp dport 23 drop comment "aldrig telnet"',
            f'ip saddr {klient} ip daddr {server} tcp dport 23 accept comment "skuggad"',
        ]
        return f"""table inet filter {{
  set breda {{ type inet_service; flags interval; elements = {{ 9000-9010 }} }}
  chain forward {{
    type filter hook forward priority filter; policy drop;
    ct state established,related accept
    {chr(10).join([*accepts, *faults])}
  }}
}}
table ip nat {{
  chain post {{
    type nat hook postrouting priority srcnat;
    ip saddr {network("tradlost")} ip daddr {dmz} tcp dport 6100 masquerade
  }}
}}
"""

    @staticmethod
    def edge_rules() -> str:
        """Return the rules of fw2."""
        lines = ["*filter", ":INPUT ACCEPT [0:0]", ":FORWARD DROP [0:0]", ":OUTPUT ACCEPT [0:0]"]
        lines.append("-A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT")

        def accept(source: str, target: str, port: int | str, comment: str) -> str:
            said = f'-m comment --comment "{comment}" -j ACCEPT'
            return f"-A FORWARD -s {source} -d {target} -p tcp -m tcp --dport {port} {said}"

        lines += [
            accept(network(each.source), each.destination_addresses[0], each.ports[0], each.purpose or "")
            for each in right_flows()
            if {each.source, each.destination} & set(EDGE)
        ]
        refuse = f"-A FORWARD -s {network('dmz')} -d {host('drift')} -p tcp -m tcp --dport 4444 -m comment "
        refuse += '--comment "avvisas" -j REJECT --reject-with tcp-reset'
        lines += [
            accept(network("dmz"), host("labb"), 7070, "tillfällig"),
            accept(network("klient"), host("drift"), 2200, "fel källa"),
            accept(network("klient"), SILENT, 7777, "död"),
            accept(TRANSIT["fw1"], host("dmz"), 6100, "dold"),
            accept(network("server"), host("drift"), 8181, "tom"),
            refuse,
        ]
        return "\n".join([*lines, "COMMIT"]) + "\n"

    def _zone(self, name: str) -> None:
        router = "fw1" if name in CORE else "fw2"
        gateway, gateway6 = host(name, 1), f"fd81:{number(name)}::1"
        self._link(router, name, name, "zone")
        self._ip(
            router,
            f"addr add {gateway}/24 dev {name}",
            f"addr add {gateway6}/64 dev {name} nodad",
            f"link set {name} up",
        )
        self._ip(
            name,
            f"addr add {host(name)}/24 dev zone",
            f"addr add fd81:{number(name)}::10/64 dev zone nodad",
            "link set zone up",
            f"route add default via {gateway}",
            f"route add default via {gateway6}",
        )

    def _outsiders(self) -> None:
        """Make the router past the firewalls, the host with two legs, and a tunnel: each on a link of its own."""
        for zone in ("labb", "skrivare"):
            own, bypass = f"10.81.{number(zone)}.128/25", host(zone, 254)
            self._link("smyg", zone, zone, "smyg")
            self._ip("smyg", f"addr add {bypass}/25 dev {zone}", f"link set {zone} up")
            self._ip(
                zone, f"addr add {host(zone, 130)}/25 dev smyg", "link set smyg up", f"route replace {own} dev smyg"
            )
        self._ip("labb", f"route add {network('skrivare')} via {host('labb', 254)}")
        self._ip("skrivare", f"route add {network('labb')} via {host('skrivare', 254)}")
        self._ip("smyg", f"route add {host('labb')} via {host('labb', 130)}")
        self._ip("smyg", f"route add {host('skrivare')} via {host('skrivare', 130)}")
        for zone in ("klient", "server"):
            run(["ip", "-n", self.namespaces["dubbel"], "link", "add", zone, "type", "bridge"])
            self._ip("dubbel", f"addr add {host(zone, 50)}/24 dev {zone}", f"link set {zone} up")
        run(["ip", "-n", self.namespaces["server"], "link", "add", "vx9", "type", "vxlan", "id", "9", "dev", "zone",
             "dstport", "4789"])  # fmt: skip
        self._ip("server", "addr add 192.0.2.9/24 dev vx9", "link set vx9 up")

    def _listen(self) -> None:
        more: dict[str, tuple[tuple[int, ...], tuple[int, ...]]] = {
            "server": ((3389, 5432, 8443, 9005, 22, 23), (161,)),
            "skrivare": ((9100, 22), ()),
            "drift": ((2200, 4444, 22), ()),
            "dmz": ((6100, 22), ()),
            "labb": ((7070, 22), ()),
        }
        for name in NAMES:
            ports = {int(each.ports[0]) for each in right_flows() if each.destination == name}
            tcp, udp = more.get(name, ((22,), ()))
            listed = f"[{sorted(ports | set(tcp))}, {list(udp)}]"
            log = self.laboratory.subfolder(f"t-{name}") / "log"
            argv = ["ip", "netns", "exec", self.namespaces[name], "python3", "-u", "-c", LISTENER, listed, host(name)]
            self._listening.append(Process(argv, log))
        for name, process in zip(NAMES, self._listening, strict=True):
            process.wait_until(partial(_says_so, self.laboratory.folder / f"t-{name}" / "log"), name)

    def _link(self, one: str, first: str, other: str, second: str) -> None:
        ends = ["netns", self.namespaces[one], "type", "veth", "peer", "name", second, "netns", self.namespaces[other]]
        run(["ip", "link", "add", first, *ends])

    def _ip(self, name: str, *lines: str) -> None:
        run(["ip", "-n", self.namespaces[name], "-batch", "-"], stdin="\n".join(lines) + "\n")

    def _load(self, name: str, program: Iterable[str], rules: str) -> None:
        run(["ip", "netns", "exec", self.namespaces[name], *program], stdin=rules)


def _says_so(log: Path) -> bool:
    return b"listening" in log.read_bytes()


_OWN_FILTER = "table inet own { chain out { type filter hook output priority 0; tcp dport 4444 drop; }; }\n"
"""The vantage's own filter, which nobody told of: it drops what fw2's rules would refuse."""

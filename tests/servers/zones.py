"""Network zones as namespaces behind a router with real nftables rules, and a vantage host among the clients."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from tests.servers.host_estate import COLLECTOR, DEBIAN_12, PAM_PASSWORD, SSHD_PASSWORD
from tests.servers.keys import SshKey, make_key
from tests.servers.network import Laboratory
from tests.servers.process import Process, require, run
from tests.servers.pseudo_host import STANDARD_PATH, HostSpecification, PseudoHost, SeededUser

Outcome = Literal["open", "refused", "filtered", "no-answer"]

RULESET = """table inet filter {{
  chain forward {{
    type filter hook forward priority filter; policy drop;
    ct state established,related accept
    iifname "klient" oifname "server" ip daddr {app} tcp dport 443 accept comment "e-tjanst"
    iifname "klient" oifname "server" ip daddr {app} tcp dport {{ 22, 8080, 9090 }} accept comment "glomd"
    iifname "klient" oifname "server" tcp dport 3389 reject with icmpx type admin-prohibited
    iifname "admin" oifname "server" tcp dport 22 accept
    iifname "admin" oifname "klient" accept comment "allt"
  }}
}}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeededZone:
    """One zone: its name, its role, and its network (10.78.x.0/24, known only inside)."""

    name: str
    role: str
    network: str

    @property
    def gateway(self) -> str:
        """Return the router's address in the zone."""
        return self.network.replace("0/24", "1")

    def host(self, number: int) -> str:
        """Return the address of a host in the zone."""
        return self.network.replace("0/24", str(number))


ZONES = (
    SeededZone(name="klient", role="user-clients", network="10.78.1.0/24"),
    SeededZone(name="server", role="servers", network="10.78.2.0/24"),
    SeededZone(name="admin", role="admin-clients", network="10.78.3.0/24"),
)
LISTENING = (22, 443, 8080, 5432)
"""TCP ports that 10.78.2.10 listens on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeededFlow:
    """A flow that is declared, configured or both."""

    source: str
    destination: str
    ports: tuple[str, ...]
    declared: bool
    configured: bool
    valid_days: int | None = None
    """Days until the approval ends; negative: it has ended."""


FLOWS = (
    SeededFlow(source="klient", destination="server", ports=("443",), declared=True, configured=True),
    SeededFlow(source="klient", destination="server", ports=("22", "8080", "9090"), declared=False, configured=True),
    SeededFlow(source="admin", destination="server", ports=("22",), declared=True, configured=True, valid_days=-30),
    SeededFlow(source="admin", destination="server", ports=("5432",), declared=True, configured=False),
    SeededFlow(source="admin", destination="klient", ports=(), declared=False, configured=True),
)
"""443 is right; 22, 8080 and 9090 (where nothing listens) are open without approval; the approval of admin's 22 has
ended; 5432 is approved and not open; admin to klient passes everything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ZonesTruth:
    """What is true of the network, as seen from the vantage host in `klient`."""

    zones: tuple[SeededZone, ...]
    flows: tuple[SeededFlow, ...]
    probes: dict[tuple[str, int], Outcome]
    """(address, TCP port) -> what an attempt from the vantage host meets."""


class Zones:
    """Zones klient, server and admin, the router `fw1` and the vantage host `vantage1`, both with sshd.

    Attributes for a configuration: router_address, vantage_address (management addresses), user, key_file,
    known_hosts, namespaces (zone -> that of its host), truth. On fw1 the user may run `nft -j list ruleset` by sudo.
    """

    user = COLLECTOR
    port = 22

    def __init__(self, laboratory: Laboratory) -> None:
        """Describe the network; entering it makes it."""
        self._laboratory = laboratory
        self._running: list[PseudoHost | Process] = []
        self.router: PseudoHost | None = None
        self.vantage: PseudoHost | None = None
        self.namespaces: dict[str, str] = {}
        self._key: SshKey | None = None
        app = ZONES[1].host(10)
        self.truth = ZonesTruth(
            zones=ZONES,
            flows=FLOWS,
            probes={
                (app, 443): "open",
                (app, 22): "open",
                (app, 8080): "open",
                (app, 5432): "no-answer",
                (app, 9090): "refused",
                (app, 3389): "filtered",
                (ZONES[1].host(11), 443): "no-answer",
            },
        )

    @property
    def router_address(self) -> str:
        """Return the router's management address."""
        assert self.router is not None
        return self.router.address

    @property
    def vantage_address(self) -> str:
        """Return the vantage host's management address."""
        assert self.vantage is not None
        return self.vantage.address

    @property
    def key_file(self) -> Path:
        """Return the collector's private key."""
        assert self._key is not None
        return self._key.file

    @property
    def known_hosts(self) -> str:
        """Return the text of a known_hosts file for the router and the vantage host."""
        hosts = [host for host in (self.router, self.vantage) if host is not None]
        return "".join(f"{host.known_hosts_line}\n" for host in hosts)

    def __enter__(self) -> Self:
        """Make the zones, load the rules, start the listeners and both hosts: about 1 s."""
        require("nft", "ip", "sshd", "sysctl", "nsenter")
        folder = self._laboratory.subfolder("zones")
        self._key = make_key(folder, "collector_key")
        self.router = self._host(folder, "fw1")
        self.vantage = self._host(folder, "vantage1")
        router, prefix = self.router.namespace.name, self._laboratory.prefix
        members = self.namespaces
        members["klient"] = self.vantage.namespace.name
        for zone in ZONES:
            if zone.name not in members:
                members[zone.name] = self._laboratory.bare_namespace(f"z-{zone.name}")
            self._connect(zone, router, members[zone.name])
        run(["ip", "netns", "exec", router, "sysctl", "-q", "-w", "net.ipv4.ip_forward=1", "net.ipv4.icmp_ratelimit=0"])
        run(["ip", "netns", "exec", router, "nft", "-f", "-"], stdin=RULESET.format(app=ZONES[1].host(10)))
        self._listen(folder, members["server"], prefix)
        self._running += [self.router, self.vantage]
        for host in (self.router, self.vantage):
            host.wait_until_ready()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the hosts and the listeners."""
        for running in self._running:
            running.stop()

    def _host(self, folder: Path, name: str) -> PseudoHost:
        assert self._key is not None
        user = SeededUser(name=COLLECTOR, uid=1500, authorized_key=self._key.public)
        sudoers = (
            f"Defaults secure_path={STANDARD_PATH}\nroot ALL=(ALL:ALL) ALL\n"
            f"{COLLECTOR} ALL=(root) NOPASSWD: /usr/sbin/nft -j list ruleset\n"
        )
        specification = HostSpecification(
            name=name,
            users=(user,),
            sshd_config=SSHD_PASSWORD,
            files={
                "etc/sudoers!": sudoers,
                "etc/pam.d/sshd": PAM_PASSWORD,
                "etc/os-release": DEBIAN_12,
                "etc/hosts": "127.0.0.1 localhost\n",
            },
        )
        return PseudoHost(specification, self._laboratory.namespace(name), folder / name)

    def _connect(self, zone: SeededZone, router: str, member: str) -> None:
        run(["ip", "link", "add", zone.name, "netns", router, "type", "veth", "peer", "name", "zone", "netns", member])
        run(
            ["ip", "-n", router, "-batch", "-"],
            stdin=f"addr add {zone.gateway}/24 dev {zone.name}\nlink set {zone.name} up\n",
        )
        addresses = (
            f"addr add {zone.host(10)}/24 dev zone\nlink set zone up\nroute add 10.78.0.0/16 via {zone.gateway}\n"
        )
        run(["ip", "-n", member, "-batch", "-"], stdin=addresses)

    def _listen(self, folder: Path, member: str, prefix: str) -> None:
        script = str(Path(__file__).with_name("listeners.py"))
        argv = ["ip", "netns", "exec", member, "/usr/bin/python3", "-B", "-P", script, *map(str, LISTENING)]
        log = folder / "listeners.log"
        process = Process(argv, log)
        process.wait_until(lambda: b"listening" in log.read_bytes(), f"listeners of {prefix}")
        self._running.append(process)

"""Hosts: what runs on them, how current it is, and what time they think it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """One machine that was read."""

    name: str
    system: str | None = None
    """Kernel name, e.g. `Linux` (uname(1))."""
    kernel: str | None = None
    architecture: str | None = None
    boot_time: datetime | None = None
    forwarding: bool | None = None
    """Whether it forwards IP packets between interfaces (net.ipv4.ip_forward, net.ipv6.conf.all.forwarding)."""
    policy_routing: bool | None = None
    """Whether it routes by more than the main table (ip-rule(8)); read of firewalls."""
    container: bool | None = None
    """Whether it shares its kernel (and so its clock) with a host outside, e.g. a container or namespace."""

    @property
    def subject(self) -> str:
        """The host's name as configured, or its own where nobody gave one."""
        return self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Interface:
    """One network interface with its addresses (ip-address(8))."""

    host: str
    name: str
    addresses: tuple[str, ...] = ()
    """Address and prefix length, e.g. `10.77.1.2/24`."""
    kind: str | None = None
    """loopback, ethernet, wireless, tunnel, bridge, virtual."""
    up: bool | None = None

    @property
    def subject(self) -> str:
        """`host interface`."""
        return f"{self.host} {self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One entry of a host's routing tables (ip-route(8)); also of a firewall's."""

    host: str
    destination: str
    """CIDR; `0.0.0.0/0` and `::/0` are the default routes."""
    gateway: str | None = None
    """Address of the next router; None where the network is connected."""
    interface: str | None = None
    kind: str = "unicast"
    """unicast, blackhole, unreachable, prohibit (rtnetlink(7))."""
    metric: int | None = None

    @property
    def subject(self) -> str:
        """`host destination`."""
        return f"{self.host} {self.destination}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """One port that a host accepts connections or datagrams on (ss(8))."""

    host: str
    protocol: str
    """tcp or udp."""
    port: int
    address: str | None = None
    """Local address; `0.0.0.0` or `::` is every one of its version."""

    @property
    def subject(self) -> str:
        """`host address port/protocol`."""
        return f"{self.host} {self.address or '*'} {self.port}/{self.protocol}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Software:
    """One product whose support period is known to someone: operating system, database, hypervisor."""

    host: str
    product: str
    """Product key as in the lifecycle table, e.g. `debian`, `ubuntu`, `postgresql`."""
    version: str | None = None
    """Release by which support is counted, e.g. `12`, `22.04`; None where the source does not say."""
    name: str | None = None
    """As the host itself says, e.g. `Debian GNU/Linux 12 (bookworm)` (os-release(5))."""

    @property
    def subject(self) -> str:
        """`host: product version`."""
        return f"{self.host}: {self.product} {self.version or '?'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifecycle:
    """End of support of one release, from a dated table."""

    product: str
    version: str
    support_ends: date
    """Last day with security updates from the vendor or project without extra contract."""
    extended_ends: date | None = None
    """Last day with updates for those who have an extended agreement or a long-term branch."""
    origin: str | None = None
    """Where the date was published."""

    @property
    def subject(self) -> str:
        """`product version`."""
        return f"{self.product} {self.version}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PatchState:
    """How a host stands with its package manager, by its own package index."""

    host: str
    manager: str | None = None
    """apt, dnf, ...; None where none was found."""
    security_source: bool | None = None
    """Whether a source of security updates is configured."""
    index_updated: datetime | None = None
    """When the package index was last fetched; an old index proves nothing about missing updates."""
    last_upgrade: datetime | None = None
    """Latest upgrade in the package manager's log."""
    pending: int | None = None
    """Number of updates that the index offers; None where it could not be asked."""
    automatic: bool | None = None
    """Whether unattended upgrades are switched on."""
    reboot_required: bool | None = None

    @property
    def subject(self) -> str:
        """The host."""
        return self.host


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingUpdate:
    """One update that the host's own index offers and that is not installed."""

    host: str
    package: str
    installed: str | None = None
    candidate: str | None = None
    security: bool | None = None
    """Whether it comes from a security source (the archive's label or suite)."""
    known_since: datetime | None = None
    """The update has been on offer at least since then: time of the index that names it."""

    @property
    def subject(self) -> str:
        """`host: package`."""
        return f"{self.host}: {self.package}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeSync:
    """A host's clock discipline: configured sources, the one in use, and the measured offset."""

    host: str
    daemon: str | None = None
    """chrony, systemd-timesyncd, ntpd; None where no time service was found."""
    running: bool | None = None
    configured: tuple[str, ...] | None = None
    """Server and pool names in the configuration; None when it could not be read."""
    selected: str | None = None
    """The source in use, as configured where that can be told (name), else its address or reference id."""
    reachable: tuple[str, ...] | None = None
    """Sources that answered lately."""
    stratum: int | None = None
    """NTP stratum (RFC 5905): 1 to 15; 16 = unsynchronised."""
    offset_us: int | None = None
    """Clock less reference, microseconds, as the daemon estimates it."""
    leap: str | None = None
    """normal, insert, delete, not-synchronised (RFC 5905)."""
    last_update: datetime | None = None
    """Time of the last measurement used."""
    shares_clock: bool | None = None
    """Whether the clock is set by a host outside (container)."""
    collects_logs: bool | None = None
    """Whether the host receives logs from others (stricter limit)."""

    @property
    def subject(self) -> str:
        """The host."""
        return self.host

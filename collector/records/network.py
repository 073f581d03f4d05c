"""Segmentation: what is declared, what firewalls are configured to pass, what probes observed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """One declared network zone."""

    name: str
    roles: tuple[str, ...] = ()
    """What lives there: `user-clients`, `admin-clients`, `servers`, `wireless`, or a name of one's own."""
    networks: tuple[str, ...] = ()
    """CIDR, IPv4 or IPv6."""
    purpose: str | None = None
    """What the zone is for, in the organisation's own words."""
    owner: str | None = None
    row: int | None = None
    """Row of the register that declares it."""

    @property
    def subject(self) -> str:
        """The zone's name."""
        return self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredFlow:
    """One flow that someone decided is necessary."""

    source: str
    """Zone name."""
    destination: str
    """Zone name."""
    protocol: Literal["tcp", "udp", "icmp", "any"] = "tcp"
    ports: tuple[str, ...] = ()
    """`443` or `8000-8010`; empty = all ports of the protocol."""
    destination_addresses: tuple[str, ...] = ()
    """CIDRs within the destination zone; empty = all of it."""
    purpose: str | None = None
    owner: str | None = None
    valid_until: date | None = None
    """Last day of a temporary opening; None = until further notice."""
    diary_number: str | None = None
    row: int | None = None

    @property
    def subject(self) -> str:
        """`source -> destination protocol/ports`."""
        return f"{self.source} -> {self.destination} {self.protocol}/{','.join(self.ports) or '*'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FirewallChain:
    """One chain of a ruleset (nft(8)): where it hooks in, and what happens to what no rule decides."""

    device: str
    family: str
    """ip, ip6, inet (nftables families that decide on routed traffic)."""
    table: str
    name: str
    hook: str | None = None
    """forward, input, output, ...; None for a chain that is only jumped to."""
    priority: int | None = None
    policy: Literal["accept", "drop"] | None = None

    @property
    def subject(self) -> str:
        """`device family table chain`."""
        return f"{self.device} {self.family} {self.table} {self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FirewallRule:
    """One rule, matches normalised; what was not understood is named, never dropped."""

    device: str
    family: str
    table: str
    chain: str
    position: int
    """Order within the chain, from 1."""
    handle: int | None = None
    """nftables handle, by which an administrator finds the rule."""
    sources: tuple[str, ...] = ()
    """CIDRs or `first-last` ranges; empty = any."""
    sources_negated: bool = False
    destinations: tuple[str, ...] = ()
    destinations_negated: bool = False
    protocols: tuple[str, ...] = ()
    """tcp, udp, icmp, ...; empty = any."""
    source_ports: tuple[str, ...] = ()
    ports: tuple[str, ...] = ()
    """Destination ports, `443` or `8000-8010`; empty = any."""
    ports_negated: bool = False
    in_interfaces: tuple[str, ...] = ()
    in_interfaces_negated: bool = False
    out_interfaces: tuple[str, ...] = ()
    out_interfaces_negated: bool = False
    states: tuple[str, ...] = ()
    """Connection states (ct state); empty = any."""
    icmp_types: tuple[str, ...] = ()
    """Messages of ICMP that the rule is about, as nft(8) names them, e.g. `echo-request`, or numbers; empty = any."""
    verdict: Literal["accept", "drop", "reject", "jump", "goto", "return", "continue"] = "continue"
    target: str | None = None
    """Chain of a jump or goto."""
    comment: str | None = None
    disabled: bool = False
    """Whether the rule stands in the rule base and decides nothing (vendors' exports)."""
    packets: int | None = None
    """Packets that the rule's counter has counted since it was made or reset; a named counter (nft) may count for
    several rules; None where it has none."""
    translation: Literal["snat", "masquerade", "dnat", "redirect"] | None = None
    """How the rule changes the packet's address, where it does."""
    translated_to: tuple[str, ...] = ()
    """Addresses or ranges of the new source or destination; empty where the interface gives it."""
    translated_port: str | None = None
    """The new destination port, where the rule gives one."""
    after_dnat: bool | None = None
    """True: about connections whose destination was translated (ct status dnat); False: about the others."""
    not_understood: tuple[str, ...] = ()
    """Match expressions that the parser does not model; such a rule makes what depends on it undetermined."""

    @property
    def subject(self) -> str:
        """`device table chain #position`."""
        return f"{self.device} {self.table} {self.chain} #{self.position}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One attempt to reach a declared target from a vantage host."""

    vantage: str
    """Host that the attempt was made from."""
    source: str | None = None
    """Address that the attempt came from; None where the way of probing does not tell."""
    zone: str
    """Zone that the vantage stands in."""
    target: str
    """Address."""
    target_zone: str
    port: int
    protocol: Literal["tcp", "udp"] = "tcp"
    outcome: Literal["open", "refused", "filtered", "no-answer", "no-route", "failed"] = "failed"
    """open: handshake done, or an answer by UDP; refused: RST, or ICMP port unreachable; filtered: ICMP
    administratively prohibited; no-answer: time-out, which by UDP an open port may give too."""
    target_alive: bool | None = None
    """Whether the target answered on any port in this run: silence from a dead target proves nothing."""
    time: datetime | None = None

    @property
    def subject(self) -> str:
        """`vantage zone -> target:port/protocol`."""
        return f"{self.zone} -> {self.target}:{self.port}/{self.protocol}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FirewallReview:
    """One row of the log of rule-base reviews."""

    device: str
    """Name of the firewall as in the settings, or `*` for all of them."""
    date: date
    reviewer: str | None = None
    """Role or unit; personal names are not needed."""
    rules_removed: int | None = None
    diary_number: str | None = None
    row: int | None = None

    @property
    def subject(self) -> str:
        """`device date`."""
        return f"{self.device} {self.date.isoformat()}"

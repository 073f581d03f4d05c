"""The settings of firewalls, probes, TLS services and mail domains."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from config.host_sources import SshLogin, SshTarget
from config.source_basics import SourceSettings, Strict


class FirewallSource(SourceSettings):
    """nftables rules of this host or of hosts over SSH."""

    type: Literal["nftables"]
    name: str | None = None
    """Device name in findings for this host's own rules (without `hosts`)."""
    login: SshLogin | None = None
    hosts: tuple[SshTarget, ...] = ()
    """Firewalls over SSH; without any, this host's own rules are read."""


class FirewallExportSource(SourceSettings):
    """A firewall's configuration as a file that someone hands over."""

    type: Literal["firewall-export"]
    name: Annotated[str, Field(min_length=1)]
    """The firewall's name in findings."""
    format: Literal[
        "fortigate", "palo-alto", "pfsense", "opnsense", "windows-firewall", "nftables", "iptables", "ip6tables"
    ]
    """What the file is: see docs/firewalls.md for how each is exported."""
    file: Path
    max_age_days: Annotated[int, Field(ge=1)] = 31
    """A file older than this (by its time) is reported as old."""


class ProbeTarget(Strict):
    """One declared target that a vantage host tries to reach."""

    address: Annotated[str, Field(min_length=1)]
    """IP address within a declared zone."""
    ports: Annotated[tuple[Annotated[int, Field(ge=1, le=65535)], ...], Field(min_length=1, max_length=1000)]
    protocol: Literal["tcp", "udp"] = "tcp"
    """By UDP one datagram is sent; only services that answer it are seen as open."""


class ProbeSource(SourceSettings):
    """Reachability probes from one vantage host: opt-in, declared targets only, rate-capped."""

    type: Literal["probe"]
    zone: Annotated[str, Field(min_length=1)]
    """Zone that the vantage stands in."""
    login: SshLogin | None = None
    vantage: SshTarget | None = None
    """The vantage over SSH; without it, this host probes."""
    targets: Annotated[tuple[ProbeTarget, ...], Field(min_length=1)]
    per_second: Annotated[int, Field(ge=1, le=100)] = 10
    """First packets a second at most, repeated ones counted."""
    timeout_ms: Annotated[int, Field(ge=100, le=10_000)] = 1500
    """How long an attempt waits; beyond 0.8 s first packets are repeated, and attempts are made more seldom.

    As given, two first packets stay unanswered before a silence is one: a single lost packet accuses nobody.
    """
    source_address: str | None = None
    """The vantage's own address in the zone: lets its attempts be held against the firewall's rules for it."""


class TlsTarget(Strict):
    """One service that is asked for TLS."""

    address: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9.:_-]*$")]
    """Host name or IP address."""
    port: Annotated[int, Field(ge=1, le=65535)] = 443
    name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_][A-Za-z0-9._-]*$")] | None = None
    """Server name that is asked for; the address where not given."""


class TlsSource(SourceSettings):
    """TLS handshakes with declared services, from this host; nothing is sent after them."""

    type: Literal["tls"]
    targets: Annotated[tuple[TlsTarget, ...], Field(min_length=1, max_length=1000)]
    ca_file: Path | None = None
    """PEM file of the private CA; the system's own store where not given."""
    timeout_seconds: Annotated[int, Field(ge=1, le=60)] = 5


class Resolver(Strict):
    """A DNS resolver that is asked."""

    address: Annotated[str, StringConstraints(pattern=r"^[0-9A-Fa-f:.]{2,45}$")]
    """IP address."""
    port: Annotated[int, Field(ge=1, le=65535)] = 53


DomainName = Annotated[
    str, StringConstraints(pattern=r"^([A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.)+[A-Za-z][A-Za-z0-9-]{0,62}$")
]
"""In ASCII: å, ä and ö as `xn--...`."""


class MailDomainSource(SourceSettings):
    """What the DNS says about mail domains, and, where it is switched on, whether their servers offer STARTTLS."""

    type: Literal["mail-domain"]
    domains: Annotated[tuple[DomainName, ...], Field(min_length=1, max_length=100)]
    """What stands after @ in the organisation's addresses; nothing is asked about any other."""
    resolvers: Annotated[tuple[Resolver, ...], Field(min_length=1, max_length=5)]
    """Asked in this order; one that validates DNSSEC shows whether DANE binds."""
    dkim_selectors: Annotated[
        tuple[Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]{0,62}$")], ...],
        Field(max_length=20),
    ] = ()
    """The DNS does not tell which selectors there are: only these are looked for."""
    starttls: bool = False
    """Whether each mail server of the domains is asked for STARTTLS, on port 25 from this host; no mail is sent."""
    timeout_seconds: Annotated[int, Field(ge=1, le=60)] = 5
    """For each question to a resolver, and for the whole session with a mail server."""

"""Every way in that a host offers to the outside is in the register of entry points.

A port that people log on through (SSH, remote desktop, VPN, web) deviates where a host with an address of the public
Internet listens on it and no entry point in the register names the host or the address. What answers there is taken
from the port's well-known number. A way in that a firewall publishes for a host with private addresses alone does not
show on the host: it is found by probes from outside, and by the firewall's rules. Without a register nobody can say
what was forgotten, and each way in is named as not determined.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address

from checks.finding import Fact, Outcome, Reason, Severity, Text, conforms, deviates, out_of_scope, undetermined
from checks.network.addresses import observed_addresses, unreadable_addresses
from collector.evidence import EvidenceSet, Population
from collector.records.factors import EntryPoint
from collector.records.host import Interface, Listener

CONTROL = "mfa-remote-access"
READS = (Listener, EntryPoint, Interface)
WAYS = {
    ("tcp", 22): "SSH",
    ("tcp", 23): "telnet",
    ("tcp", 80): "web",
    ("tcp", 443): "web",
    ("udp", 443): "web",
    ("tcp", 1723): "PPTP",
    ("tcp", 3389): "RDP",
    ("udp", 3389): "RDP",
    ("tcp", 5900): "VNC",
    ("tcp", 5985): "WinRM",
    ("tcp", 5986): "WinRM",
    ("tcp", 8080): "web",
    ("tcp", 8443): "web",
    ("tcp", 10443): "web",
    ("udp", 500): "IPsec",
    ("udp", 1194): "OpenVPN",
    ("tcp", 1194): "OpenVPN",
    ("udp", 1701): "L2TP",
    ("udp", 4500): "IPsec",
    ("udp", 51820): "WireGuard",
}
"""Ports that people log on through, by their well-known numbers (IANA)."""
_LOG_ON = {
    "ssh": frozenset({"SSH"}),
    "vpn": frozenset({"IPsec", "L2TP", "OpenVPN", "PPTP", "WireGuard", "web"}),
    "rd-gateway": frozenset({"RDP", "web"}),
}
"""Category of an entry point to what answers there; any other is reached by web."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """None."""


REASONS = {
    "not-registered": Reason(
        Text(
            "{host} lyssnar på {service} ({port}/{protocol}) med en Internetadress ({address}), och ingången finns inte"
            " i registret.",
            "{host} listens on {service} ({port}/{protocol}) with an address on the Internet ({address}), and the entry"
            " point is not in the register.",
        ),
        Text(
            "Stäng ingången, eller för in den i registret med hur användarna loggar in.",
            "Close it, or add it to the register of entry points with how users log on.",
        ),
        Severity.HIGH,
    ),
    "no-register": Reason(
        Text(
            "{host} lyssnar på {service} ({port}/{protocol}) med en Internetadress ({address}), men det finns inget"
            " register över ingångar att jämföra med.",
            "{host} listens on {service} ({port}/{protocol}) with an address on the Internet ({address}), but there is"
            " no register of entry points to compare with.",
        ),
        Text("Anslut registret över ingångar (registers: entry-point).", "Add the register of entry points."),
    ),
    "register-incomplete": Reason(
        Text(
            "{host} lyssnar på {service} ({port}/{protocol}), men registret kunde inte läsas i sin helhet.",
            "{host} listens on {service} ({port}/{protocol}), but the register could not be read in full.",
        ),
        Text("Rätta registret.", "Correct the register."),
    ),
    "addresses-unknown": Reason(
        Text(
            "{host} lyssnar på {service} ({port}/{protocol}), men värdens adresser kunde inte läsas.",
            "{host} listens on {service} ({port}/{protocol}), but the host's addresses could not be read.",
        ),
        Text("Se till att värdens gränssnitt kan läsas.", "See to it that the host's interfaces can be read."),
        Severity.LOW,
    ),
    "no-way-in": Reason(Text("Ingen port som användare loggar in genom.", "No port that users log on through.")),
    "internal": Reason(Text("Ingen Internetadress svarar här.", "No address on the Internet answers here.")),
}


def judge(
    listeners: Population[Listener], evidence: EvidenceSet, _parameters: Parameters, _as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per port and address."""
    hosts, register = _Hosts(evidence, listeners.source), _Register(evidence)
    for listener in listeners.records:
        yield _judge_listener(listener, hosts, register)


def _judge_listener(listener: Listener, hosts: _Hosts, register: _Register) -> Outcome:
    service = WAYS.get((listener.protocol, listener.port))
    if service is None:
        return out_of_scope(listener, "no-way-in")
    facts: dict[str, Fact] = {
        "host": listener.host,
        "service": service,
        "port": listener.port,
        "protocol": listener.protocol,
    }
    public = hosts.public(listener)
    if public is None:
        return undetermined(listener, "addresses-unknown", **facts)
    if not public:
        return out_of_scope(listener, "internal")
    if register.has(listener.host, public, service):
        return conforms(listener)
    if register.complete:
        return deviates(listener, "not-registered", **facts, address=", ".join(public))
    if register.exists:
        return undetermined(listener, "register-incomplete", **facts)
    return undetermined(listener, "no-register", **facts, address=", ".join(public))


class _Hosts:
    """The addresses of hosts on the public Internet."""

    def __init__(self, evidence: EvidenceSet, source: str) -> None:
        self._reading = evidence.reading(Interface).of(source)
        interfaces = list(self._reading.records)
        self._unclear = {interface.host for interface, _ in unreadable_addresses(interfaces)}
        self._public: defaultdict[str, set[str]] = defaultdict(set)
        self._seen = {interface.host for interface in interfaces}
        for interface, address in observed_addresses(interfaces):
            if address.is_global:
                self._public[interface.host].add(str(address))

    def public(self, listener: Listener) -> tuple[str, ...] | None:
        """The public addresses that answer on a listener; None where they are not known."""
        try:
            bound = ip_address(listener.address or "::")
        except ValueError:
            return None
        if not bound.is_unspecified:
            return (str(bound),) if bound.is_global else ()
        known = listener.host in self._seen and listener.host not in self._unclear
        found = {each for each in self._public[listener.host] if bound.version == 6 or ip_address(each).version == 4}
        if found or (known and self._reading.covers(listener.host)):
            return tuple(sorted(found))
        return None


class _Register:
    """What the register of entry points names."""

    def __init__(self, evidence: EvidenceSet) -> None:
        reading = evidence.reading(EntryPoint)
        self.exists = bool(reading.populations)
        self.complete = reading.complete
        self._services: defaultdict[str, set[str]] = defaultdict(set)
        for entry in reading.records:
            services = _LOG_ON.get(entry.category or "", frozenset(WAYS.values()) if _is_open(entry) else {"web"})
            for name in (entry.name, entry.address, *entry.hosts):
                if name:
                    self._services[_plain(name)] |= services

    def has(self, host: str, addresses: tuple[str, ...], service: str) -> bool:
        """Whether some entry point is on this host or one of these addresses, and is reached in this way."""
        return any(service in self._services.get(_plain(name), ()) for name in (host, *addresses))


def _is_open(entry: EntryPoint) -> bool:
    """Whether the register leaves open what answers there."""
    return entry.category in {None, "other"}


def _plain(name: str) -> str:
    """A name or address as it is compared: without scheme, port and path."""
    bare = name.casefold().partition("://")[2] or name.casefold()
    bare = bare.partition("/")[0]
    return bare.rpartition(":")[0] if bare.count(":") == 1 else bare

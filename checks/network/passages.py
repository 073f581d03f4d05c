"""Ways between parts of zones, and what becomes of packets on them: what the estate hands to the checks."""

from __future__ import annotations

from dataclasses import dataclass

from checks.network.addresses import Address
from checks.network.firewall import Firewall
from checks.network.symbolic import End, Fate
from collector.records.network import FirewallRule


@dataclass(frozen=True, slots=True)
class Hop:
    """One firewall on a way, and the interfaces that packets come in and go out by, where they are known."""

    firewall: Firewall
    incoming: str | None
    outgoing: str | None


@dataclass(frozen=True, slots=True)
class Passage:
    """What becomes of packets between parts of two zones, one protocol, all ports."""

    source: Address
    destination: Address
    """An address of each of the parts."""
    flows: int
    """Declared flows (bits, as numbered by the caller) whose destination addresses hold this part."""
    hops: tuple[str, ...]
    """Names of the firewalls on the way."""
    passes: int
    stopped: int
    unknown: int
    by: tuple[tuple[End, int, str, FirewallRule | None], ...]
    """What decided: the end, the ports, the firewall, and its rule where it was no policy."""
    hidden: tuple[tuple[int, str, FirewallRule], ...] = ()
    """Ports whose packets arrive with another source address, the firewall and the rule that gives it."""

    def decided(self, end: End, ports: int) -> tuple[str, FirewallRule | None]:
        """The firewall and the rule that brought the first of these ports to this end; None as rule: a policy."""
        lowest = ports & -ports
        found = ((name, rule) for way, held, name, rule in self.by if way == end and held & lowest)
        return next(found, (self.hops[-1 if end == "accept" else 0], None))


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a zone: its number in the space of its version, an address of it, and the flows that hold it."""

    version: int
    number: int
    address: Address
    flows: int = 0


def passage_of(name: str, fate: Fate, origin: Part, target: Part) -> Passage:
    """What one firewall makes of packets between two parts."""
    return Passage(
        origin.address,
        target.address,
        target.flows,
        (name,),
        fate.passes,
        fate.stopped,
        fate.unknown,
        tuple((end, ports, name, rule) for end, ports, rule in fate.by),
        tuple((ports, name, rule) for ports, rule in fate.rewritten),
    )

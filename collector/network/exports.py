"""What every reader of a firewall's configuration file gives, and how its rules become records; pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from typing import Any, Literal

from collector.evidence import GapCause
from collector.records.host import Interface, Route
from collector.records.network import FirewallChain, FirewallRule
from collector.source import SourceError

TABLE = "policy"
"""Table of the records: exports know no tables."""
FAMILIES = ("0.0.0.0/0", "::/0")
MAX_DEPTH = 16
"""Groups within groups."""
ECHO_REQUEST = "echo-request"
"""The first packet of a ping, as nft(8) names it: every reader's word for it."""

Protocol = str
Ports = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Export:
    """All that one file says of one firewall."""

    chains: tuple[FirewallChain, ...]
    rules: tuple[FirewallRule, ...]
    interfaces: tuple[Interface, ...] = ()
    routes: tuple[Route, ...] = ()


@dataclass
class Ends:
    """Addresses or services that one side of a rule names, resolved; what could not be resolved is named."""

    values: list[str] = field(default_factory=list)
    everything: bool = False
    unknown: list[str] = field(default_factory=list)


@dataclass
class Services:
    """What a rule's services allow: protocol to destination ports; no ports is every port."""

    by_protocol: dict[Protocol, list[str]] = field(default_factory=dict)
    everything: bool = False
    unknown: list[str] = field(default_factory=list)
    messages: dict[Protocol, list[str]] = field(default_factory=dict)
    """Of ICMP, the messages that are allowed where not all are."""

    def add_message(self, protocol: Protocol, name: str) -> None:
        """Add one message of ICMP; an empty name is all of them."""
        if not name:
            self.add(protocol)
            return
        self.by_protocol.setdefault(protocol, [])
        self.messages.setdefault(protocol, []).append(name)

    def add(self, protocol: Protocol, ports: Iterable[str] = ()) -> None:
        """Add ports of one protocol; none is all of them."""
        given = list(ports)
        held = self.by_protocol.setdefault(protocol, given or ["0-65535"])
        if held is not given:
            held += given or ["0-65535"]


class RuleWriter:
    """Numbers the rules of one chain, and cuts a vendor's rule into as many records as it takes."""

    def __init__(self, device: str, chain: str = "forward") -> None:
        self._device, self._chain = device, chain
        self.rules: list[FirewallRule] = []

    def write(  # one vendor's rule
        self,
        verdict: Literal["accept", "drop", "reject"],
        sources: Ends,
        destinations: Ends,
        services: Services,
        *,
        negated: tuple[bool, bool] = (False, False),
        unknown: Sequence[str] = (),
        **facts: Any,
    ) -> None:
        """Add one record per protocol; a rule whose objects are all unknown still matches, perhaps."""
        doubts = [*unknown, *sources.unknown, *destinations.unknown, *services.unknown]
        for protocol, ports in self._protocols(services):
            self.rules.append(
                FirewallRule(
                    device=self._device,
                    family="inet",
                    table=TABLE,
                    chain=self._chain,
                    position=len(self.rules) + 1,
                    verdict=verdict,
                    **_side("sources", sources, negated=negated[0]),
                    **_side("destinations", destinations, negated=negated[1]),
                    protocols=() if protocol is None else (protocol,),
                    ports=() if "0-65535" in ports else tuple(dict.fromkeys(ports)),
                    icmp_types=() if ports else tuple(dict.fromkeys(services.messages.get(protocol or "", ()))),
                    not_understood=tuple(dict.fromkeys(doubts)),
                    **facts,
                )
            )

    @staticmethod
    def _protocols(services: Services) -> list[tuple[Protocol | None, list[str]]]:
        if services.everything or not services.by_protocol:
            return [(None, [])]
        listed: list[tuple[Protocol | None, list[str]]] = list(services.by_protocol.items())
        # Services that could not be resolved may be of any protocol and port.
        return [*listed, (None, [])] if services.unknown else listed


def _side(name: str, ends: Ends, *, negated: bool) -> dict[str, Any]:
    """One side's fields; where a name could not be resolved, the rule may be about any address.

    Names that hold no address at all, an empty group, are about none.
    """
    if ends.everything or ends.unknown:
        return {name: () if not ends.everything or len(ends.values) != 1 else tuple(ends.values)}
    if not ends.values:
        return {name: () if negated else FAMILIES, f"{name}_negated": not negated}
    return {name: tuple(dict.fromkeys(ends.values)), f"{name}_negated": negated}


def chain(device: str, name: str, hook: str, policy: Literal["accept", "drop"], priority: int = 0) -> FirewallChain:
    """One chain of an export."""
    return FirewallChain(
        device=device, family="inet", table=TABLE, name=name, hook=hook, priority=priority, policy=policy
    )


def unfolded(names: Iterable[str], members: Callable[[str], Iterable[str] | None]) -> Iterator[str]:
    """The names with groups' `members` (None: no group) in their place, each once, however often a group is named.

    A group that is within itself, or MAX_DEPTH deep, stays as it is: it stands for nothing that is known.
    """
    done: set[str] = set()

    def walk(held: Iterable[str], above: tuple[str, ...]) -> Iterator[str]:
        for name in held:
            if name in above:
                yield name
            elif name not in done:
                done.add(name)
                within = members(name) if len(above) < MAX_DEPTH else None
                if within is None:
                    yield name
                else:
                    yield from walk(within, (*above, name))

    return walk(names, ())


def resolve(names: Iterable[str], groups: Mapping[str, Sequence[str]], single: Mapping[str, Sequence[str]]) -> Ends:
    """The addresses behind names of addresses and groups; a name that is itself an address is one."""
    found = Ends()
    for name in unfolded(names, lambda each: None if each in single else groups.get(each)):
        if name in single:
            found.values += single[name]
        else:
            try:
                found.values.append(address(name))
            except ValueError:
                found.unknown.append(f"address {name}"[:200])
    return found


def address(text: str) -> str:
    """`10.0.0.0/24`, `10.0.0.0/255.255.255.0`, an address, or `first-last`, in one form; raises ValueError."""
    low, dash, high = text.partition("-")
    if dash:
        first, last = ip_address(low.strip()), ip_address(high.strip())
        if first.version != last.version or int(first) > int(last):
            raise ValueError(text)
        return f"{first}-{last}"
    network = ip_network(text.strip(), strict=False)
    return str(network.network_address) if network.prefixlen == network.max_prefixlen else str(network)


def port(text: str) -> str:
    """`443`, `8000-8010` or `8000:8010` in one form; raises ValueError."""
    first, _, last = text.strip().replace(":", "-").partition("-")
    numbers = int(first), int(last or first)
    if not 0 <= numbers[0] <= numbers[1] <= 65535:
        raise ValueError(text)
    return str(numbers[0]) if numbers[0] == numbers[1] else f"{numbers[0]}-{numbers[1]}"


def malformed(product: str, detail: str, remedy: str) -> SourceError:
    """A file that is not what it was said to be."""
    return SourceError(GapCause.MALFORMED, f"not a configuration of {product}: {detail}"[:500], remedy)

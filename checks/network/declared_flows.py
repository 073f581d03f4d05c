"""Which declared flow covers a connection, and whether it still holds."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from checks.network.addresses import Address, is_network, networks_of
from checks.network.parts import LAST_PORT, port_range
from collector.records.network import DeclaredFlow

_PORTS = re.compile(r" *[0-9]{1,5} *(?:- *[0-9]{1,5} *)?")


@dataclass(frozen=True, slots=True)
class Cover:
    """Declared flows over one connection: those in force, and those that have expired."""

    valid: tuple[DeclaredFlow, ...]
    expired: tuple[DeclaredFlow, ...]


def is_legible(flow: DeclaredFlow) -> bool:
    """Whether the flow's ports and addresses can be understood."""
    return illegible_text(flow) is None


def illegible_text(flow: DeclaredFlow) -> str | None:
    """The first text of a flow that is no port, no range of them and no network; None where there is none."""
    for text in flow.ports:
        if not _PORTS.fullmatch(text):
            return text
        first, last = port_range(text)
        if not first <= last <= LAST_PORT:
            return text
    return next((text for text in flow.destination_addresses if not is_network(text)), None)


class Unclear:
    """What the part of the list of flows that was not read, or not understood, may declare.

    A flow that is not understood may declare any port between its two zones by its protocol, while it holds; a row that
    was not read may declare anything between any zones.
    """

    def __init__(self, flows: Iterable[DeclaredFlow], today: date, *, whole: bool = True) -> None:
        self._whole = whole
        self._flows = sorted(
            (
                flow
                for flow in flows
                if not is_legible(flow) and (flow.valid_until is None or flow.valid_until >= today)
            ),
            key=repr,
        )

    def about(self, zones: tuple[str, str], protocol: str) -> tuple[str, str] | None:
        """The reason why a connection between two zones (source, destination) may be declared, and by which flow."""
        for flow in self._flows:
            if (flow.source, flow.destination) == zones and flow.protocol in (protocol, "any"):
                return "flow-not-understood", flow.subject
        return None if self._whole else ("flow-list-incomplete", "?")


def cover(
    flows: Iterable[DeclaredFlow],
    zones: tuple[str, str],
    destination: Address,
    protocol: str,
    port: int | None,
    today: date,
) -> Cover:
    """The flows between two zones (source, destination) that allow this destination, protocol and port."""
    matching = [
        flow
        for flow in flows
        if (flow.source, flow.destination) == zones
        and flow.protocol in (protocol, "any")
        and allows_port(flow, port)
        and allows_address(flow, destination)
    ]
    return Cover(
        tuple(flow for flow in matching if flow.valid_until is None or flow.valid_until >= today),
        tuple(flow for flow in matching if flow.valid_until is not None and flow.valid_until < today),
    )


def allows_port(flow: DeclaredFlow, port: int | None) -> bool:
    """Whether the flow's ports hold this one; a flow without ports holds all."""
    if not flow.ports:
        return True
    return port is not None and any(first <= port <= last for first, last in map(port_range, flow.ports))


def allows_address(flow: DeclaredFlow, destination: Address) -> bool:
    """Whether the flow's destination addresses hold this one; a flow without any holds its whole zone."""
    if not flow.destination_addresses:
        return True
    nets = networks_of(flow.destination_addresses)
    return any(destination in net for net in nets if net.version == destination.version)

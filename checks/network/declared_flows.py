"""Which declared flow covers a connection, and whether it still holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from checks.network.addresses import Address, networks_of
from checks.network.parts import port_range
from collector.records.network import DeclaredFlow


@dataclass(frozen=True, slots=True)
class Cover:
    """Declared flows over one connection: those in force, and those that have expired."""

    valid: tuple[DeclaredFlow, ...]
    expired: tuple[DeclaredFlow, ...]


def is_legible(flow: DeclaredFlow) -> bool:
    """Whether the flow's ports and addresses can be understood."""
    try:
        networks_of(flow.destination_addresses)
        tuple(map(port_range, flow.ports))
    except ValueError:
        return False
    return True


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
